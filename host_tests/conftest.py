"""Give CPython the module search path of the tests: firmware, the simulators and the shim."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

PLACES = (
    os.path.join(ROOT, "firmware"),
    HERE,
    os.path.join(HERE, "shim"),
    os.path.join(HERE, "shim", "cpython"),
    os.path.join(ROOT, "tools"),
)

for place in reversed(PLACES):
    if place not in sys.path:
        sys.path.insert(0, place)

import micropython  # noqa: E402,F401  gives `time` and `asyncio` what MicroPython has, first of all
