"""Compile the packages for a board's instruction set: bundled first, then by mpy-cross.

    tools/mpy_build.py [--march MARCH] FOLDER

Without --march no module with native code is compiled: the package then does without it. What
comes out has format 6.3, which every MicroPython since 1.23 reads.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import bundle
from firmware_sources import Missing

import firmware

MARCHES = ("armv6m", "armv7emsp", "xtensawin", "rv32imc", "x64")
DECORATORS = ("@micropython.viper", "@micropython.native", "@viper", "@native")


def is_native(path):
    """True for a module that only an interpreter with that emitter takes."""
    with open(path, encoding="utf-8") as f:
        return any(line.strip().split("(")[0] in DECORATORS for line in f)


def build(folder, march=None, **options):
    """Compile everything into folder -> the places of what is there now, as "arp/engine.mpy".

    `options` are those of bundle.write().
    """
    program = firmware.mpy_cross()
    jobs = []
    with tempfile.TemporaryDirectory() as sources:
        for place, source in bundle.write(sources, **options).items():
            if march is None and is_native(source):
                continue
            target = place + ".mpy"
            path = os.path.join(folder, *target.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            words = [program, "-O3", "-s", place + ".py", "-o", path]
            if march is not None:
                words.append("-march=" + march)
            jobs.append((target, words + [source]))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(lambda job: _compile(*job), jobs))


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
