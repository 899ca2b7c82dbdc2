"""Outgoing packets that wait for their next hop: one preallocated pool for all hosts.

A slot of the pool holds one IPv4 packet behind room for its Ethernet header, and belongs to a slot
of the neighbor cache. Per host the newest `per_host` are kept, in their order; no host takes a
slot from another. Only construction allocates. Owner of the pool: this class; the engine says
whose packets may leave. Loaded with hold_slots > 0 only.
"""

from array import array

from .const import const
from .stats import HELD_DROPPED
from .ticks import add, before
from .wire import ETH_HEADER_BYTES, ETH_SRC, copy, same

_FREE = const(0xFFFF)
_DIRECT = const(0xFFFE)  # to a MAC address that no cache slot stands for


class Hold:
    """`slots` frames of up to `size` bytes with their header."""

    def __init__(self, slots, size, per_host, stats):
        self._size = size
        self._per_host = per_host
        self._stats = stats
        self._pool = memoryview(bytearray(slots * size))
        self._length = array("H", bytes(2 * slots))
        self._owner = array("H", b"\xff" * (2 * slots))
        self._order = array("i", bytes(4 * slots))
        self._slots = slots
        self._next_order = 0
        self.count = 0

    def put(self, owner, packet, n, eth_dst=None):
        """Keep `n` bytes of `packet` for cache slot `owner` (-1: for `eth_dst`); True or False.

        A packet that has to make room is counted here, this one by the caller.
        """
        if owner < 0:
            owner = _DIRECT
        if n + ETH_HEADER_BYTES > self._size or not 0 <= n <= len(packet):
            return False
        mine = 0
        place = -1
        oldest = -1
        for i in range(self._slots):
            if self._owner[i] == owner and (
                eth_dst is None or same(self._pool, i * self._size, eth_dst, 0, 6)
            ):
                mine += 1
                if oldest < 0 or self._is_older(i, oldest):
                    oldest = i
            elif self._owner[i] == _FREE:
                place = i
        if oldest >= 0 and (mine >= self._per_host or place < 0):
            self._free(oldest)
            self._stats.add(HELD_DROPPED)
            place = oldest
        if place < 0 or not self._per_host:
            return False
        at = place * self._size
        if eth_dst is not None:
            copy(self._pool, at, eth_dst, 0, 6)
        self._pool[at + 12] = 0x08
        self._pool[at + 13] = 0x00
        copy(self._pool, at + ETH_HEADER_BYTES, packet, 0, n)
        self._length[place] = n + ETH_HEADER_BYTES
        self._owner[place] = owner
        self._order[place] = self._next_order
        self._next_order = add(self._next_order, 1)
        self.count += 1
        return True

    def release(self, tx, mac, cache):
        """Move the oldest packet whose MAC address is known into `tx`; its length, or 0."""
        chosen = self._oldest_ready(cache)
        if chosen < 0:
            return 0
        at = chosen * self._size
        n = self._length[chosen]
        copy(tx, 0, self._pool, at, n)
        copy(tx, ETH_SRC, mac, 0, 6)
        if self._owner[chosen] != _DIRECT:
            copy(tx, 0, cache.mac, self._owner[chosen] * 6, 6)
        self._free(chosen)
        return n

    def is_ready(self, cache):
        """True when `release` would give a packet."""
        return self._oldest_ready(cache) >= 0

    def drop(self, owner):
        """Drop the packets of a cache slot whose resolution ended without an address."""
        for i in range(self._slots):
            if self._owner[i] == owner:
                self._free(i)
                self._stats.add(HELD_DROPPED)

    def _oldest_ready(self, cache):
        chosen = -1
        for i in range(self._slots):
            owner = self._owner[i]
            if owner != _FREE and (owner == _DIRECT or cache.is_resolved(owner)):
                if chosen < 0 or self._is_older(i, chosen):
                    chosen = i
        return chosen

    def _free(self, i):
        self._owner[i] = _FREE
        self.count -= 1

    def _is_older(self, a, b):
        return before(self._order[a], self._order[b])  # they wrap as ticks do
