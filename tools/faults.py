"""Print what each fault does to each chip as Markdown, from which host_tests/FAULTS.md is made.

    tools/faults.py > host_tests/FAULTS.md

The figures come from the scenarios of host_tests/test_fault_table.py in virtual time on CPython,
so they are the same each time.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOST_TESTS = os.path.join(ROOT, "host_tests")
PATHS = ("firmware", "host_tests", "host_tests/shim", "host_tests/shim/cpython")

INTRODUCTION = """\
# Faults, and how the drivers come back from them

Made by `tools/faults.py` from the scenarios of `test_fault_table.py`, which also run on
MicroPython. A fault with a duration lasts 2 s. While it lasts and after it a host asks for the
board's address every 100 ms or less: *recovery* is the time from the fault's end (of one without a
duration: from its begin) to the first right answer, in ms of virtual time, and *lost* counts the
requests that reached the chip and had no answer. *counters* are those of `nic.stats` that moved;
all were also reported as `EV_NIC`. "-" in their place: the driver does not depend on what failed,
or nobody can see it (SPI has no checksum). Afterwards 20 requests in a row were answered, what was
resolved before was still known, and on MicroPython the heap did not grow.
"""


def rows(kind, with_int):
    """The faults of one board as lines of Markdown."""
    import test_fault_table

    yield "| fault | recovery ms | lost | counters |"
    yield "|---|---|---|---|"
    for name, ms, lost, counters in test_fault_table.rows(kind, with_int):
        told = ", ".join("%s %d" % pair for pair in counters.items()) or "-"
        yield "| %s | %d | %d | %s |" % (name, ms, lost, told)


def document():
    """The whole of FAULTS.md."""
    lines = [INTRODUCTION]
    for kind in ("w5500", "enc28j60"):
        for with_int in (True, False):
            lines.append("## %s %s INT\n" % (kind.upper(), "with" if with_int else "without"))
            lines += rows(kind, with_int)
            lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path[:0] = [os.path.join(ROOT, *path.split("/")) for path in PATHS]
    import micropython  # noqa: F401  gives `time` and `asyncio` what MicroPython has

    print(document(), end="")
