"""Protocol numbers, public codes, default timings: each number stands here, once.

Durations are milliseconds. RFC numbers name the source of each value.
"""

try:
    from micropython import const
except ImportError:  # CPython without the shim: the core needs nothing else from it

    def const(value):
        return value


# Time is `ticks_ms` on a 32-bit port: it wraps at 2**30, and a difference is at most half of that.
TICKS_MASK = const(0x3FFFFFFF)
TICKS_HALF = const(0x20000000)

# Entry states, and what Engine.query answers: RESOLVED, PENDING and DOWN mean the same in both.
EMPTY = const(0)
RESOLVED = const(1)
PENDING = const(2)
DOWN = const(3)
NO_ROUTE = const(4)
FULL = const(5)

# Entry kinds: learned, or set by a person (AerieBSD arp(4)).
DYNAMIC = const(0)
TEMPORARY = const(1)
STATIC = const(2)
PERMANENT = const(3)

# Entry flags as in <net/if_arp.h>.
ATF_COM = const(0x02)
ATF_PERM = const(0x04)
ATF_PUBL = const(0x08)
ATF_USETRAILERS = const(0x10)

# Events. From EV_DUPLICATE_IP on they are diagnostics: at most one a second of each kind.
EV_RESOLVED = const(1)
EV_FAILED = const(2)
EV_CLEARED = const(3)
EV_ADDED = const(4)
EV_CHANGED = const(5)
EV_EXPIRED = const(6)
EV_EVICTED = const(7)
EV_USABLE = const(8)
EV_CONFLICT = const(9)
EV_DEFENDED = const(10)
EV_LOST = const(11)
EV_DUPLICATE_IP = const(12)
EV_OVERWRITTEN = const(13)
EV_PERMANENT = const(14)
EV_WRONG_INTERFACE = const(15)
EV_BAD_SENDER = const(16)
EV_OFF_NET = const(17)
EV_PROXY_PROBLEM = const(18)
EV_TABLE_FULL = const(19)
# Not from the engine: the NIC's driver had to mend something, or the link changed; ip and mac are
# None, `other` is the name of the driver's counter.
EV_NIC = const(20)

EV_NAMES = (
    None,
    "resolved",
    "failed",
    "cleared",
    "added",
    "changed",
    "expired",
    "evicted",
    "usable",
    "conflict",
    "defended",
    "lost",
    "duplicate_ip",
    "overwritten",
    "permanent",
    "wrong_interface",
    "bad_sender",
    "off_net",
    "proxy_problem",
    "table_full",
    "nic",
)

# One request a second for each destination (RFC 1122, 2.3.2.1).
REQUEST_INTERVAL_MS = const(1000)
# One diagnostic of each kind a second.
DIAGNOSTIC_INTERVAL_MS = const(1000)
# A clock that steps back by less than this stands still; by more, half a wrap has passed unseen.
BACKSTEP_MS = const(60000)

# RFC 5227, 1.1.
PROBE_WAIT_MS = const(1000)
PROBE_NUM = const(3)
PROBE_MIN_MS = const(1000)
PROBE_MAX_MS = const(2000)
ANNOUNCE_WAIT_MS = const(2000)
ANNOUNCE_NUM = const(2)
ANNOUNCE_INTERVAL_MS = const(2000)
MAX_CONFLICTS = const(10)
RATE_LIMIT_INTERVAL_MS = const(60000)
DEFEND_INTERVAL_MS = const(10000)
# A conflict count that nothing renewed for this long is forgotten (ours; the RFC names no time).
CONFLICT_MEMORY_MS = const(3600000)
