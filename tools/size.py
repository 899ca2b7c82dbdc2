"""`make size`: bytes of each .mpy file, what a default board loads, and the heap it takes.

    tools/size.py [--json FILE]

The .mpy files are compiled with mpy-cross -O3 for each architecture; only files with viper code
differ between them. Heap is measured on the WebAssembly build: 32-bit pointers, 31-bit ints and
16-byte blocks as on a microcontroller, from .mpy files, without viper.
"""

import argparse
import json
import os
import shutil
import subprocess

import bench
import bundle
import mpy_build
import wasm_setup

ROOT = bench.ROOT
FOLDER = os.path.join(ROOT, ".cache", "mpy")
ARCHITECTURES = {
    "armv6m": "RP2040",
    "armv7emsp": "RP2350, STM32F4",
    "xtensawin": "ESP32",
    "rv32imc": "ESP32-C3",
    "x64": "unix port",
}
# What a board of the README has in memory, as `loaded` finds it on the unix port.
DEFAULT_BOARD = """\
import arp, eth.w5500, sys
arp.Arp
arp.Engine("02:00:00:00:00:01", ["192.168.1.10/24"]%s)
print(" ".join(sys.modules))"""


def compile_all(architecture):
    """Compile every file for a board -> {place: bytes}."""
    to = os.path.join(FOLDER, architecture)
    shutil.rmtree(to, ignore_errors=True)
    built = mpy_build.build(to, architecture)
    return {place: os.path.getsize(os.path.join(to, *place.split("/"))) for place in built}


def loaded(settings=""):
    """Places of the files that a default board imports, or one with settings as ", a=1"."""
    env = dict(os.environ, MICROPYPATH=os.path.join(FOLDER, "x64") + ":.frozen")
    got = subprocess.run(
        [bench.vboard.find_micropython(), "-c", DEFAULT_BOARD % settings],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = set()
    for module in got.stdout.split():
        parts = module.split(".")
        if parts[0] in bundle.PACKAGES:
            paths.add("/".join(parts if len(parts) > 1 else parts + ["__init__"]) + ".mpy")
    return paths


def heap(script, folder):
    """{label: bytes} that a program for the WebAssembly build prints, or why not, as text."""
    reason = wasm_setup.fetch()
    if reason is not None:
        return reason
    words = [wasm_setup.node(), os.path.join(ROOT, "tools", script), wasm_setup.module(), ROOT]
    got = subprocess.run(words + folder, capture_output=True, text=True, check=True)
    return json.loads(got.stdout)


def show_files(sizes, board):
    """Print the table of files; `board` are those that a default board loads."""
    print("%-28s" % ".mpy bytes" + "".join("%11s" % name for name in sizes) + "  board")
    totals = dict.fromkeys(sizes, 0)
    for path in sizes["armv6m"]:
        for name in sizes:
            totals[name] += sizes[name][path] if path in board else 0
        mark = "  yes" if path in board else ""
        print("%-28s" % path + "".join("%11d" % sizes[name][path] for name in sizes) + mark)
    print("%-28s" % "a default board loads" + "".join("%11d" % n for n in totals.values()))
    return totals


def show_heap(title, found):
    """Print one group of heap figures."""
    print("\n" + title)
    if isinstance(found, str):
        print("not run: because " + found)
        return
    for label, size in found.items():
        print("%-28s%11d" % (label, size))


def main(words=None):
    parser = argparse.ArgumentParser(description="Bytes of code and of heap.")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    args = parser.parse_args(words)
    sizes = {name: compile_all(name) for name in ARCHITECTURES}
    board = loaded()
    totals = show_files(sizes, board)
    # The WebAssembly build loads bytecode only, and so does not find the viper file.
    board_heap = heap("size_heap.mjs", [os.path.join(FOLDER, "armv6m")])
    engine_heap = heap("heap_size.mjs", [])
    show_heap("heap from .mpy, 32 bits, added by", board_heap)
    show_heap("heap of one Engine by settings, 32 bits", engine_heap)
    if args.json:
        result = {
            "machine": bench.machine(),
            "runtime": "mpy-cross -O3; heap: WebAssembly build " + wasm_setup.VERSION,
            "rows": sizes,
            "board": totals,
            "heap": board_heap,
            "engine_heap": engine_heap,
        }
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    main()
