"""`make test-board`: everything on real firmware in the RP2040 emulator, and one closing line.

Where the firmware cannot be built it says why in one line and fails: nothing was shown then.
"""

import os
import sys

import board_tests
import lab
from run_tests import TESTS, TOOLS, hear_ctrl_c, pytest, read_json, report, run_and_count, unable

import firmware

BOARDS = ("w5500_evb_pico", "pico_enc28j60")
LIMIT_S = 900  # for one test: a deployment takes a minute, and other processes may be busy
KERNEL = "linux kernel, emulated board"


def build():
    """Every firmware that the tests run; Missing says why one cannot be had."""
    for board in BOARDS:
        for kind in (firmware.RELEASE, firmware.DESK):
            firmware.build(board, kind)
    firmware.build(board_tests.BOARD, firmware.BARE)


def engine():
    words = [sys.executable, os.path.join(TOOLS, "board_tests.py")]
    name = "engine and heap, emulated board"
    return run_and_count(name, words, lambda path: ["--json", path], read_json)


def desk(name, *names, inside=()):
    paths = [os.path.join(TESTS, "emulated", each) for each in names]
    return pytest(name, ["-o", "faulthandler_timeout=%d" % LIMIT_S, *paths], inside)


def kernel():
    reason = lab.why_no_cable()
    if reason is not None:
        return unable(KERNEL, "no network namespace here: " + reason)
    inside = [sys.executable, os.path.join(TOOLS, "lab.py")]
    return desk(KERNEL, "test_kernel.py", inside=inside)


def main():
    hear_ctrl_c()
    try:
        build()
    except (firmware.Missing, OSError) as e:
        print("0 passed, 1 failed, 0 skipped")
        sys.exit("test-board: nothing could be tested, there is no firmware: %s" % e)
    suites = [
        desk("drivers, emulated board", "test_drivers.py"),
        kernel(),
        desk("deployment, emulated board", "test_deploy.py"),
        desk("figures, emulated board", "test_bench_board.py", "test_vboard.py"),
        engine(),
    ]
    return report(suites)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
