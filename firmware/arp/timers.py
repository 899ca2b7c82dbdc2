"""Deadlines of a fixed number of slots: a binary heap in preallocated arrays.

A deadline that only moves later (a confirmed neighbor) costs one store: `at` is written, and the
heap keeps the old, earlier key until that key reaches the top. So a key is never later than its
deadline, the top key is a lower bound, and `first()` repairs it before it tells anyone. Nothing
here allocates after construction. Owner of `at`: this class; others read it.
"""

from array import array

from .ticks import before

_NONE = 0xFFFF


class Timers:
    """Deadlines of slots 0 to n - 1, as ticks."""

    def __init__(self, n):
        self.at = array("i", bytes(4 * n))
        self._key = array("i", bytes(4 * n))
        self._heap = array("H", bytes(2 * n))
        self._pos = array("H", b"\xff" * (2 * n))
        self.count = 0

    def arrays(self):
        """Deadlines, keys and places in the heap, for the short way of a frame."""
        return self.at, self._key, self._pos

    def is_set(self, slot):
        """True while the slot has a deadline."""
        return self._pos[slot] != _NONE

    def set(self, slot, tick):
        """Give the slot the deadline `tick`, replacing an earlier one."""
        self.at[slot] = tick
        pos = self._pos[slot]
        if pos == _NONE:
            pos = self.count
            self.count += 1
        elif not before(tick, self._key[slot]):
            return
        self._key[slot] = tick
        self._sift_up(slot, pos)

    def clear(self, slot):
        """Take the slot's deadline away, if it has one."""
        pos = self._pos[slot]
        if pos == _NONE:
            return
        self._pos[slot] = _NONE
        self.count -= 1
        last = self._heap[self.count]
        if last != slot:
            self._sift_up(last, pos)
            self._sift_down(last, self._pos[last])

    def first(self):
        """The slot with the earliest deadline, or -1."""
        while self.count:
            slot = self._heap[0]
            if self._key[slot] == self.at[slot]:
                return slot
            self._key[slot] = self.at[slot]
            self._sift_down(slot, 0)
        return -1

    def all_due(self, now):
        """Make every deadline due `now`: nobody knows how much time has passed."""
        for pos in range(self.count):
            slot = self._heap[pos]
            self._key[slot] = now
            self.at[slot] = now

    def _sift_up(self, slot, pos):
        key = self._key[slot]
        heap = self._heap
        while pos:
            up = (pos - 1) >> 1
            parent = heap[up]
            if not before(key, self._key[parent]):
                break
            heap[pos] = parent
            self._pos[parent] = pos
            pos = up
        heap[pos] = slot
        self._pos[slot] = pos

    def _sift_down(self, slot, pos):
        key = self._key[slot]
        heap = self._heap
        while True:
            down = 2 * pos + 1
            if down >= self.count:
                break
            if down + 1 < self.count and before(self._key[heap[down + 1]], self._key[heap[down]]):
                down += 1
            child = heap[down]
            if not before(self._key[child], key):
                break
            heap[pos] = child
            self._pos[child] = pos
            pos = down
        heap[pos] = slot
        self._pos[slot] = pos
