"""Importing this gives a program of the desk the search path of firmware, models and shim."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACES = ("firmware", "host_tests", "host_tests/shim", "host_tests/shim/cpython")

for _place in PLACES:
    _path = os.path.join(ROOT, *_place.split("/"))
    if _path not in sys.path:
        sys.path.append(_path)
