"""The tests on real firmware find each other and those of the kernel; they need a firmware."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for place in (HERE, os.path.join(os.path.dirname(HERE), "kernel")):
    if place not in sys.path:
        sys.path.insert(0, place)
