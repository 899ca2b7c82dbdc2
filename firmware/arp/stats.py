"""Counters: a preallocated array behind one integer attribute for each name.

Whoever counts uses `stats.add(INDEX)`; users read `stats.rx_short` or print the object. A counter
wraps at 2**30, so that counting allocates nothing on any port.
"""

from array import array

from .const import TICKS_MASK, const

# What arrived. The reasons from RX_SHORT to RX_BAD_TARGET are drops, each before anything is
# changed.
RX = const(0)
RX_REQUEST = const(1)
RX_REPLY = const(2)
RX_NOT_ARP = const(3)
RX_SHORT = const(4)
RX_NOT_OURS = const(5)
RX_BAD_HTYPE = const(6)
RX_BAD_PTYPE = const(7)
RX_BAD_HLEN = const(8)
RX_BAD_PLEN = const(9)
RX_BAD_OPER = const(10)
RX_BAD_SENDER = const(11)
RX_OWN_ECHO = const(12)
RX_BAD_TARGET = const(13)
RX_CONFLICT = const(14)
# What was sent.
TX_REQUEST = const(15)
TX_REPLY = const(16)
TX_PROBE = const(17)
TX_ANNOUNCE = const(18)
TX_REFRESH = const(19)
TX_HELD = const(20)
TX_ERROR = const(21)
# What happened to the table.
CACHE_HIT = const(22)
CACHE_MISS = const(23)
INSERTED = const(24)
UPDATED = const(25)
EVICTED = const(26)
EXPIRED = const(27)
RESOLVED_COUNT = const(28)
FAILED_COUNT = const(29)
CLEARED_COUNT = const(30)
TABLE_FULL = const(31)
# Packets that wait for their next hop.
HELD = const(32)
HELD_DROPPED = const(33)
# Own addresses and events.
DEFENDED = const(34)
LOST = const(35)
EVENTS_DROPPED = const(36)

_COUNTERS = const(37)


class Stats:
    """One integer attribute for each counter; `str()` prints those that are not zero.

    The names are text, and loaded when somebody first asks for one.
    """

    def __init__(self):
        self.counts = array("i", bytes(4 * _COUNTERS))

    def add(self, index):
        """Count one. Does not allocate: below zero, where nothing overflows, as `ticks.add`."""
        counts = self.counts
        counts[index] = (counts[index] - TICKS_MASK) & TICKS_MASK

    def names(self):
        """The counters' names, in their order."""
        from .stats_names import NAMES

        return NAMES

    def __getattr__(self, name):
        names = self.names()
        if name in names:
            return self.counts[names.index(name)]
        raise AttributeError(name)

    def __str__(self):
        lines = ["arp:"]
        for name, count in zip(self.names(), self.counts):
            if count:
                lines.append("    %d %s" % (count, name.replace("_", " ")))
        return "\n".join(lines)
