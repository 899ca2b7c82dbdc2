"""The event ring: a fixed number of records, so that nobody from the network can make it grow.

A record is one kind byte, one byte that says what `other` holds, 4 bytes of ip, 6 of mac, 6 of
other. In a full ring a new event displaces the oldest of the lowest rank below its own, or is lost
itself; each loss is counted. Ranks, lowest first: diagnostics, changes of entries, the fate of an
own address, the end of a resolution. Room for the end of each pending resolution is kept beside
`slots`, for nothing else. `put` allocates nothing.
"""

from array import array

from . import const as c
from .const import const
from .stats import EVENTS_DROPPED
from .ticks import add as tick_add
from .ticks import before
from .wire import ZERO, copy

_RECORD = const(18)
_NO_MAC = const(1)
_MAC = const(2)
_COUNT = const(4)
_FIRST_DIAGNOSTIC = c.EV_DUPLICATE_IP
# Ranks: in a full ring an event displaces the oldest of the lowest rank below its own.
_DIAGNOSTIC = const(0)
_CHANGE = const(1)
_FATE = const(2)  # of an own address
_END = const(3)  # of a resolution: somebody waits for it


class Events:
    """`slots` events for reading, and room for the end of `pending` resolutions beside them."""

    def __init__(self, slots, pending, stats):
        self._ring = bytearray(_RECORD * (slots + pending))
        self._size = slots + pending
        self._slots = slots
        self._first = 0
        self.count = 0  # waiting to be read
        self._stats = stats
        kinds = c.EV_TABLE_FULL + 1 - _FIRST_DIAGNOSTIC
        self._quiet_until = array("i", bytes(4 * kinds))
        self._is_quiet = bytearray(kinds)
        self._left_out = array("H", bytes(2 * kinds))

    def arrays(self):
        """Which diagnostics are quiet, until when, and their repeats, for the short way."""
        return self._is_quiet, self._quiet_until, self._left_out

    def put(self, kind, ip, ip_at, mac, mac_at, other=None, other_at=0):
        """Add an event and return its place, or -1; `mac` and `other` may be None."""
        rank = _rank(kind)
        if self.count >= (self._size if rank == _END else self._slots):
            self._stats.add(EVENTS_DROPPED)
            index = self._oldest_below(rank)
            if index < 0:
                return -1
            self._remove(index)
        at = (self._first + self.count) % self._size * _RECORD
        self.count += 1
        ring = self._ring
        ring[at] = kind
        ring[at + 1] = (_NO_MAC if mac is None else 0) | (_MAC if other is not None else 0)
        copy(ring, at + 2, ip, ip_at, 4)
        copy(ring, at + 6, mac or ZERO, mac_at if mac else 0, 6)
        copy(ring, at + 12, other or ZERO, other_at if other else 0, 6)
        return at

    def diagnose(self, kind, now, ip, ip_at, mac, mac_at, other=None, other_at=0):
        """Add a diagnostic, or count it as left out when its second is not over.

        `other` of the event is what is given here, else how many were left out before this one.
        """
        i = kind - _FIRST_DIAGNOSTIC
        if self._is_quiet[i] and before(now, self._quiet_until[i]):
            if self._left_out[i] < 0xFFFF:
                self._left_out[i] += 1
            return
        self._is_quiet[i] = 1
        self._quiet_until[i] = tick_add(now, c.DIAGNOSTIC_INTERVAL_MS)
        at = self.put(kind, ip, ip_at, mac, mac_at, other, other_at)
        if at >= 0 and other is None:
            self._ring[at + 1] |= _COUNT
            self._ring[at + 12] = self._left_out[i] & 0xFF
            self._ring[at + 13] = self._left_out[i] >> 8
            self._left_out[i] = 0

    def next(self):
        """(kind, ip, mac, other) of the oldest event, or None. Allocates what it returns."""
        if not self.count:
            return None
        at = self._first * _RECORD
        ring = self._ring
        holds = ring[at + 1]
        mac = None if holds & _NO_MAC else bytes(ring[at + 6 : at + 12])
        other = None
        if holds & _MAC:
            other = bytes(ring[at + 12 : at + 18])
        elif holds & _COUNT:
            other = ring[at + 12] | ring[at + 13] << 8
        event = (ring[at], bytes(ring[at + 2 : at + 6]), mac, other)
        self._first = (self._first + 1) % self._size
        self.count -= 1
        return event

    def keep_house(self, now):
        """Forget quiet times that are over, before their ticks look young again."""
        for i in range(len(self._is_quiet)):
            if self._is_quiet[i] and not before(now, self._quiet_until[i]):
                self._is_quiet[i] = 0

    def lose_time(self):
        """Nobody knows how much time has passed: no kind is quiet any more."""
        for i in range(len(self._is_quiet)):
            self._is_quiet[i] = 0

    def _oldest_below(self, rank):
        # The oldest diagnostic, else the oldest of the next rank, up to what may be displaced.
        for lowest in range(_DIAGNOSTIC, rank):
            for i in range(self.count):
                kind = self._ring[(self._first + i) % self._size * _RECORD]
                if _rank(kind) == lowest:
                    return i
        return 0 if rank == _END else -1

    def _remove(self, index):
        # Move the records before it up by one: the order of the rest stays.
        for i in range(index, 0, -1):
            to = (self._first + i) % self._size * _RECORD
            source = (self._first + i - 1) % self._size * _RECORD
            copy(self._ring, to, self._ring, source, _RECORD)
        self._first = (self._first + 1) % self._size
        self.count -= 1


def _rank(kind):
    if kind >= _FIRST_DIAGNOSTIC:
        return _DIAGNOSTIC
    if kind <= c.EV_CLEARED:
        return _END
    return _FATE if kind == c.EV_USABLE or kind == c.EV_LOST else _CHANGE
