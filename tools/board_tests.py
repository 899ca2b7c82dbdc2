"""Run the engine's test bodies on the emulated board with real firmware, and count what happened.

    tools/board_tests.py [--json FILE] [NAME...]

The tests are frozen into the desk's firmware; each file gets a board of its own, freshly booted.
A test takes thousands of times as long as on this machine, so only files that are quick here are
run there; FILES says which. Without names: all of them.
"""

import argparse
import concurrent.futures
import json
import os
import sys
import time

from emulator import Emulator, EmulatorError
from mpy_tests import OUTCOMES, verdicts
from raw_repl import RawRepl

import firmware

BOARD = "w5500_evb_pico"
LIMIT_MS = 240_000  # emulated, for one file
HELPERS = {
    "host_tests": ["engines", "frames", "intact", "support", "twins"],
    "host_tests/micropython": [],
    "host_tests/emulated": ["on_board"],
}
FILES = {
    "host_tests": [
        "test_addr",
        "test_engine_query",
        "test_engine_setup",
        "test_engine_time",
        "test_events",
        "test_hold",
        "test_manual",
        "test_profiles",
        "test_short_way",
        "test_short_way_own",
        "test_ticks",
        "test_timers",
        "test_trailers",
        "test_wire",
    ],
    "host_tests/micropython": ["test_heap_engine", "test_heap_options", "test_small_ints"],
}


def modules():
    """(folder from the root, its modules) of all that the desk's firmware needs for the tests."""
    return [(folder, HELPERS.get(folder, []) + FILES.get(folder, [])) for folder in HELPERS]


def names():
    """The test files."""
    return [name for folder in FILES for name in FILES[folder]]


def run_file(uf2, name):
    """Run one test file on a fresh board -> its rows, as tools/mpy_tests.py has them."""
    output, status = "", 0
    try:
        emulator = Emulator(uf2)
        emulator.boot()
        repl = RawRepl(emulator)
        repl.enter()
        repl.start("import mpy_one\nmpy_one.run(%r)\n" % name)
        output, trouble = repl.finish(LIMIT_MS)
        status = trouble or 0
    except EmulatorError as e:
        status = str(e)
    return verdicts(output, status)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    start = time.monotonic()
    try:
        uf2 = firmware.build(BOARD, firmware.DESK)
    except (firmware.Missing, OSError) as e:
        sys.exit("board_tests: no firmware: %s" % e)
    chosen = args.names or names()
    rows = []
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = {pool.submit(run_file, uf2, name): name for name in chosen}
        for done in concurrent.futures.as_completed(waiting):
            name = waiting[done]
            for row in done.result():
                rows.append(dict(row, file=name))
                text = "    " + row["text"].replace("\n", "\n    ") if row["text"] else ""
                reason = "  " + row["reason"] if row["reason"] else ""
                print(
                    "%-7s %6d emulated ms  %s  %s%s"
                    % (row["outcome"], row["ms"], name, row["test"], reason)
                )
                if text:
                    print(text)
            sys.stdout.flush()
    counts = {word: sum(row["outcome"] == word for row in rows) for word in OUTCOMES}
    print(", ".join("%d %s" % (counts[word], word) for word in OUTCOMES), end=" ")
    print("in %.1f s" % (time.monotonic() - start))
    if args.json:
        with open(args.json, "w") as f:
            json.dump(rows, f)
    return 1 if counts["failed"] or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
