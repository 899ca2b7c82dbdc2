"""Pace: let emulated time follow real time and never run ahead of it.

A busy board runs some 20 times as slow as a real one (7 million cycles a second) and catches up
while it sleeps, by LAG_MS at most; a longer delay is forgiven, so that a second of the board is
never much shorter than a real one.
"""

import time

LAG_MS = 200
STEP_MS = 2  # of emulated time between two looks at the outside


class Pace:
    """The real time of one emulator, which starts now."""

    def __init__(self, emulator):
        self._emulator = emulator
        self._start_s = time.monotonic() - emulator.ns / 1e9

    def lead_ms(self):
        """How far emulated time is ahead of real time; negative while the board is late."""
        lead_ms = (self._emulator.ns / 1e9 - (time.monotonic() - self._start_s)) * 1000
        if lead_ms < -LAG_MS:
            self._start_s += (-LAG_MS - lead_ms) / 1000
            return -LAG_MS
        return lead_ms
