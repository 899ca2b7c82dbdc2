"""Reading and configuring entries, as arp(8) does. Loaded at its first use; may allocate."""

from collections import namedtuple

from . import const as c
from .addr import ip_text, unicast_mac_bytes
from .cache import GHOST, MANUAL
from .errors import NoBuffers
from .ticks import diff
from .wire import is_host_ip

# flags as in <net/if_arp.h>; age_ms since the last validation (it stops at three days for what
# never expires), None while there is no MAC address.
Entry = namedtuple("Entry", ("ip", "mac", "flags", "kind", "state", "age_ms"))

_WRITABLE = c.ATF_PUBL | c.ATF_USETRAILERS
_KINDS = (c.TEMPORARY, c.STATIC, c.PERMANENT)


def get(cache, ip, now):
    """The Entry of `ip`, or None."""
    slot = cache.find_entry(ip, 0)
    return None if slot < 0 else _entry(cache, slot, now)


def entries(cache, now):
    """Iterate Entry, each once, whatever is done to the table meanwhile."""
    for slot in range(cache.n):
        if cache.list[slot] > GHOST:
            yield _entry(cache, slot, now)


def set_entry(neighbors, limit, ip, mac, flags, kind, now):
    """Configure the entry of `ip`; the table is unchanged when this raises."""
    cache = neighbors.cache
    mac = unicast_mac_bytes(mac)
    if not is_host_ip(ip, 0):
        raise ValueError("ip: %s cannot be the address of a host" % ip_text(ip))
    if not isinstance(flags, int) or flags & ~_WRITABLE:
        raise ValueError(
            "flags: only ATF_PUBL and ATF_USETRAILERS can be written, not %r" % (flags,)
        )
    if isinstance(kind, bool) or kind not in _KINDS:
        raise ValueError("kind: %r is none of TEMPORARY, STATIC, PERMANENT" % (kind,))
    slot = cache.find_entry(ip, 0)
    is_new = slot < 0 or cache.list[slot] != MANUAL
    if is_new and cache.count[MANUAL] >= limit:
        raise NoBuffers("all %d manual entries are in use" % limit)
    if slot < 0:
        slot = cache.take(ip, 0)
    neighbors.configure(slot, mac, kind, flags, now)


def _entry(cache, slot, now):
    state = cache.state[slot]
    kind = cache.kind[slot]
    flags = cache.flags[slot] & _WRITABLE
    mac = None
    age_ms = None
    if state == c.RESOLVED:
        flags |= c.ATF_COM
        mac = bytes(cache.mac[slot * 6 : slot * 6 + 6])
        age_ms = diff(now, cache.seen_at[slot])
    if kind == c.PERMANENT:
        flags |= c.ATF_PERM
    return Entry(bytes(cache.ip[slot * 4 : slot * 4 + 4]), mac, flags, kind, state, age_ms)
