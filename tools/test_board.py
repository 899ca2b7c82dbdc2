"""`make test-board`: everything on real firmware in the RP2040 emulator, and one closing line.

What a Cortex-M4 or M7 loads runs on MicroPython for 32-bit ARM, without a board around it. Where
one of them cannot be had it says why in one line and fails: nothing was shown then.
"""

import os
import sys

import arm_linux
import board_tests
import lab
import mpy_tests
from run_tests import TESTS, TOOLS, hear_ctrl_c, pytest, read_json, report, run_and_count, unable

import firmware

BOARDS = ("w5500_evb_pico", "pico_enc28j60")
LIMIT_S = 900  # for one test: a deployment takes a minute, and other processes may be busy
KERNEL = "linux kernel, emulated board"
# 300 of 360 s of processor time, and nothing in them is about words or viper.
SLOW_ON_ARM = ("fault_table", "lan_boards", "month", "props_seeded", "recovery", "rows_fuzz")
SLOW_ON_ARM += ("enc28j60_receive", "rows_security", "rows_security_more", "service_life", "storm")


def build():
    """Everything real that the tests run; Missing says why something cannot be had."""
    for board in BOARDS:
        for kind in (firmware.RELEASE, firmware.DESK):
            firmware.build(board, kind)
    firmware.build(board_tests.BOARD, firmware.BARE)
    arm_linux.program()


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


def arm():
    slow = ["test_%s.py" % name for name in SLOW_ON_ARM]
    paths = mpy_tests.files() + mpy_tests.files("micropython")
    words = ["env", "MICROPYTHON=" + arm_linux.program(), sys.executable]
    words += [os.path.join(TOOLS, "mpy_tests.py"), "--march", arm_linux.MARCH]
    words += [path for path in paths if os.path.basename(path) not in slow]
    name = "micropython, 32-bit ARM, .mpy"
    return run_and_count(name, words, lambda path: ["--json", path], read_json)


def main():
    hear_ctrl_c()
    try:
        build()
    except (firmware.Missing, OSError) as e:
        print("0 passed, 1 failed, 0 skipped")
        sys.exit("test-board: nothing could be tested: %s" % e)
    suites = [
        desk("drivers, emulated board", "test_drivers.py"),
        kernel(),
        desk("deployment, emulated board", "test_deploy.py"),
        desk("figures, emulated board", "test_bench_board.py", "test_vboard.py"),
        engine(),
        arm(),
    ]
    return report(suites)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
