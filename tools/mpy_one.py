"""Run the tests of one file inside MicroPython, for tools/mpy_tests.py and tools/wasm_tests.mjs.

Prints one line for each test, fields between tabs: RESULT, outcome, name, milliseconds, reason;
then RESULT, END and the number of tests, so that an interpreter which dies on the way is noticed.
Tracebacks stand before their line.
"""

import sys
import time

try:
    import asyncio  # the file under test may leave its loop in any state
except ImportError:
    asyncio = None


def result(*fields):
    print("\t".join(("RESULT",) + fields))


def run_one(name, test, skipped):
    if asyncio is not None:
        asyncio.new_event_loop()
    start = time.ticks_ms()
    outcome, reason = "passed", ""
    try:
        test()
    except skipped as e:
        outcome, reason = "skipped", str(e)
    except Exception as e:
        sys.print_exception(e)
        outcome, reason = "failed", repr(e)
    reason = reason.replace("\n", " ").replace("\t", " ")
    result(outcome, name, str(time.ticks_diff(time.ticks_ms(), start)), reason)


def run(module_name):
    """Run every test_* function of the module, sorted by name, each to its own verdict."""
    from support import Skipped

    names = []
    try:
        module = __import__(module_name)
        names = sorted(name for name in dir(module) if name.startswith("test_"))
    except Skipped as e:
        result("skipped", "(whole file)", "0", str(e))
    except Exception as e:
        sys.print_exception(e)
        result("failed", "(import)", "0", repr(e).replace("\n", " "))
    for name in names:
        run_one(name, getattr(module, name), Skipped)
    result("END", str(len(names)))


if len(sys.argv) == 3:
    sys.path.insert(0, sys.argv[1])
    run(sys.argv[2])
