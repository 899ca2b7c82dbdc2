"""The neighbor cache: a fixed number of slots in parallel arrays, found by a seeded hash.

Every slot is in exactly one list, which is its class, and each class has a bound:

    FREE     nothing
    GHOST    no entry any more; remembers for a second that the address was asked for
    WAITING  pending resolutions, at most `pending`
    COLD     learned from others' frames and never used here: evicted first
    WARM     disposable and used here; head = used last, tail = evicted next; an answered query
             counts as used when it is answered. COLD + WARM are at most `capacity`
    MANUAL   temporary, static, permanent: set by a person, at most `manual`, never evicted

There are capacity + pending + manual slots, so no class can starve another. Only local use moves
an entry within WARM; what arrives from the network never does.

Lookup: multilinear hashing, (a0*b0 + ... + a3*b3 + c) mod 2**20, upper bits (M. Dietzfelbinger
1996, strongly universal) with a private seed, and chains. The numbers fit 31-bit ints. Its cost
does not depend on how full the cache is, and nobody without the seed can choose addresses that
collide.

Nothing here allocates after construction. Owner of all arrays: this class, and for states, kinds
and marks `neighbors`; others read them.
"""

from array import array

from .const import DYNAMIC, EMPTY, RESOLVED, const
from .timers import Timers

GHOST_STATE = const(6)

FREE = const(0)
GHOST = const(1)
WAITING = const(2)
COLD = const(3)
WARM = const(4)
MANUAL = const(5)
_LISTS = const(6)

# Entry marks kept beside the ATF_ flags.
USED = const(0x40)
SENT = const(0x80)

NONE = const(0xFFFF)


class Cache:
    """Slots 0 to n - 1. `seed` is 20 bytes that nobody else knows."""

    def __init__(self, capacity, manual, pending, seed):
        n = capacity + manual + pending
        self.n = n
        self.capacity = capacity
        self.ip = bytearray(4 * n)
        self.mac = bytearray(6 * n)
        self.state = bytearray(n)
        self.kind = bytearray(n)
        self.flags = bytearray(n)
        self.solicits = bytearray(n)
        self.sent_at = array("i", bytes(4 * n))
        self.seen_at = array("i", bytes(4 * n))
        self.timers = Timers(n)
        bits = 3
        while 1 << bits < n:
            bits += 1
        self.shift = 20 - bits
        self._bucket = array("H", b"\xff" * (2 << bits))
        self._chain = array("H", b"\xff" * (2 * n))
        self.seed = array("i", [_bits20(seed, 4 * i) for i in range(5)])
        # Doubly linked rings; index n + list is the list's own link.
        links = list(range(n + _LISTS))
        self._after = array("H", links)
        self._ahead = array("H", links)
        self.list = bytearray(n)
        self.count = array("H", bytes(2 * _LISTS))
        self.count[FREE] = n
        for slot in range(n):
            self._link(slot, FREE)

    def arrays(self):
        """All of them, for the short way of a frame, in its order."""
        found = (self._bucket, self._chain, self.ip, self.mac, self.state, self.kind, self.flags)
        found += (self.solicits, self.seen_at) + self.timers.arrays()
        return found + (self.list, self._after, self._ahead, self.count)

    def find(self, buf, at):
        """The slot that holds the 4 address bytes at `buf[at]`, ghosts too, or -1."""
        slot = self._bucket[self._hash(buf, at)]
        ips = self.ip
        b3 = buf[at + 3]
        while slot != NONE:
            i = slot * 4
            if (
                ips[i + 3] == b3
                and ips[i + 2] == buf[at + 2]
                and ips[i + 1] == buf[at + 1]
                and ips[i] == buf[at]
            ):
                return slot
            slot = self._chain[slot]
        return -1

    def find_entry(self, buf, at):
        """As `find`, but a ghost is no entry."""
        slot = self.find(buf, at)
        if slot >= 0 and self.state[slot] == GHOST_STATE:
            return -1
        return slot

    def take(self, buf, at):
        """A slot for the address: its own ghost, a free one, or the oldest ghost's."""
        slot = self.find(buf, at)
        if slot < 0:
            slot = self.tail(FREE)
            if slot < 0:
                slot = self.tail(GHOST)
                self.release(slot)
            for i in range(4):
                self.ip[slot * 4 + i] = buf[at + i]
            bucket = self._hash(buf, at)
            self._chain[slot] = self._bucket[bucket]
            self._bucket[bucket] = slot
            self.flags[slot] = 0
        self.flags[slot] &= SENT
        self.kind[slot] = DYNAMIC
        self.solicits[slot] = 0
        return slot

    def release(self, slot):
        """Empty the slot."""
        bucket = self._hash(self.ip, slot * 4)
        here = self._bucket[bucket]
        if here == slot:
            self._bucket[bucket] = self._chain[slot]
        else:
            while self._chain[here] != slot:
                here = self._chain[here]
            self._chain[here] = self._chain[slot]
        self.timers.clear(slot)
        self.state[slot] = EMPTY
        self.flags[slot] = 0
        self.move(slot, FREE)

    def move(self, slot, to):
        """Put the slot at the head of list `to` (also when it is in that list already)."""
        self._after[self._ahead[slot]] = self._after[slot]
        self._ahead[self._after[slot]] = self._ahead[slot]
        self.count[self.list[slot]] -= 1
        self.count[to] += 1
        self._link(slot, to)

    def tail(self, which):
        """The slot that was put into the list longest ago, or -1."""
        slot = self._ahead[self.n + which]
        return slot if slot < self.n else -1

    def head(self, which):
        """The slot that was put into the list last, or -1."""
        slot = self._after[self.n + which]
        return slot if slot < self.n else -1

    def after(self, slot):
        """The slot behind this one in its list, or -1."""
        slot = self._after[slot]
        return slot if slot < self.n else -1

    def is_resolved(self, slot):
        """True when the slot's MAC address is known."""
        return self.state[slot] == RESOLVED

    def over_capacity(self):
        """True when there are more disposable entries than `capacity`."""
        return self.count[COLD] + self.count[WARM] > self.capacity

    def set_mac(self, slot, buf, at):
        """Store the 6 bytes at `buf[at]` as the slot's MAC address."""
        for i in range(6):
            self.mac[slot * 6 + i] = buf[at + i]

    def has_mac(self, slot, buf, at):
        """True when the slot's MAC address is the 6 bytes at `buf[at]`."""
        for i in range(6):
            if self.mac[slot * 6 + i] != buf[at + i]:
                return False
        return True

    def _link(self, slot, to):
        head = self.n + to
        self._ahead[slot] = head
        self._after[slot] = self._after[head]
        self._ahead[self._after[head]] = slot
        self._after[head] = slot
        self.list[slot] = to

    def _hash(self, buf, at):
        s = self.seed
        total = (
            buf[at] * s[0] + buf[at + 1] * s[1] + buf[at + 2] * s[2] + buf[at + 3] * s[3] + s[4]
        )
        return (total & 0xFFFFF) >> self.shift


def _bits20(seed, at):
    return (seed[at] | seed[at + 1] << 8 | seed[at + 2] << 16) & 0xFFFFF
