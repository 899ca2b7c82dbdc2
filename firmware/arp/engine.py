"""The protocol without I/O, clock or asyncio: frames and time go in, frames come out.

`Protocol` below it takes frames and does what is due; here is what a stack asks and configures.
`receive`, `poll`, `next_deadline`, `lookup` and `query` of a cached address do not allocate. One
engine belongs to one task or one thread; it takes no locks. Calls without `now` use the latest one
seen.
"""

from . import const as c
from . import stats as s
from .addr import ip_bytes, ip_text, mac_bytes
from .protocol import Protocol
from .routes import HOP, SELF
from .settings import Settings
from .short import NOW
from .wire import copy


class Engine(Protocol):
    """ARP for one network interface with the MAC address `mac`.

    `ips` are the own addresses as "a.b.c.d/len"; `gateway` is the next hop of everything off-link;
    `settings` are those of `arp.settings`. Raises ValueError or TypeError naming what cannot be
    used. `receive`, `query` and `lookup` take no keywords: where viper is they are its functions,
    but in a subclass that overrides one of them.
    """

    def __init__(self, mac, ips=(), gateway=None, **settings):
        kind = type(self)
        is_plain = kind.query is Engine.query and kind.lookup is Engine.lookup
        is_plain = is_plain and kind.receive is Engine.receive
        super().__init__(mac, gateway, Settings(settings), is_plain)
        self._fixed = bytearray(6)
        self.set_ips(ips)

    def query(self, ip, now):
        """Find the next hop of `ip`: RESOLVED, PENDING (poll sends), DOWN, NO_ROUTE or FULL."""
        now = self._tick(now)
        ip = self._bytes(ip)
        slot = -1
        code = self._routes.to(ip)
        while code == HOP:
            slot = self._cache.find_entry(self._routes.hop, 0)
            if slot < 0 or not self._neighbors.end_if_over(slot, now):
                break
            code = self._routes.to(ip)  # the entry that ended may have been all that led this way
        if code != HOP:
            return c.NO_ROUTE if code == c.NO_ROUTE else c.RESOLVED
        if slot >= 0:
            self._neighbors.use(slot)
            self.stats.add(s.CACHE_HIT)
            return self._cache.state[slot]
        self.stats.add(s.CACHE_MISS)
        if self._neighbors.begin(self._routes.hop, 0, now, self.settings.delay_ms) < 0:
            return c.FULL
        return c.PENDING

    def lookup(self, ip, out):
        """Write the MAC address for `ip` into `out` (6 bytes) when it is known: True or False."""
        ip = self._bytes(ip)
        code = self._routes.to(ip)
        if code != HOP:
            return self._routes.write_fixed(code, ip, out)
        slot = self._cache.find_entry(self._routes.hop, 0)
        if slot < 0 or not self._cache.is_resolved(slot):
            return False
        self._neighbors.use(slot)
        copy(out, 0, self._cache.mac, slot * 6, 6)
        return True

    def ask(self, ip):
        """The MAC address for `ip` as 6 bytes, or None; never sends and changes nothing."""
        ip = self._bytes(ip)
        code = self._routes.to(ip)
        if code != HOP:
            out = bytearray(6)
            return bytes(out) if self._routes.write_fixed(code, ip, out) else None
        slot = self._cache.find_entry(self._routes.hop, 0)
        if slot < 0 or not self._cache.is_resolved(slot):
            return None
        return bytes(self._cache.mac[slot * 6 : slot * 6 + 6])

    def hold(self, ip, packet, n, now):
        """Keep `n` bytes of an IPv4 packet until its next hop is known; False = not held."""
        code = self.query(ip, now)
        is_held = False
        if self._hold is not None and (code == c.RESOLVED or code == c.PENDING):
            ip = self._bytes(ip)
            route = self._routes.to(ip)
            if route == HOP:
                slot = self._cache.find_entry(self._routes.hop, 0)
                is_held = self._hold.put(slot, packet, n)
            elif route != SELF:
                self._routes.write_fixed(route, ip, self._fixed)
                is_held = self._hold.put(-1, packet, n, self._fixed)
        self.stats.add(s.HELD if is_held else s.HELD_DROPPED)
        return is_held

    def join(self, group):
        """Be cross-checked with the other engines of an `arp.Group`."""
        self._group = group
        self._short.close_for_frames()

    def has_entry(self, buf, at):
        """True when the address at `buf[at]` is known here, as a neighbor or as our own."""
        slot = self._cache.find_entry(buf, at)
        return slot >= 0 and self._cache.is_resolved(slot) or self._own.at(buf, at) is not None

    def is_on_net(self, buf, at):
        """True when it is on one of our networks."""
        return self._own.net_of(buf, at) is not None

    def next_hop(self, ip):
        """The address to be resolved for `ip` (4 bytes), or None when none has to be."""
        return bytes(self._routes.hop) if self._routes.to(self._bytes(ip)) == HOP else None

    def next_event(self):
        """The oldest event (kind, ip, mac, other), or None."""
        return self.events.next()

    @property
    def ips(self):
        """The own addresses that may be used now, 4 bytes each."""
        return [bytes(address.ip) for address in self._own.all if address.usable]

    def is_settled(self):
        """True when no own address is being probed, or still waits to be."""
        return self._own.is_settled()

    def set_ips(self, ips):
        """Replace the own addresses; what was learned is dropped, what is pending is cleared."""
        fresh = self._own.replace(ips)
        self._neighbors.clear_disposable(self._words[NOW])
        for address in fresh:
            self._claims.begin(address)
        self._short.look(self._own, self._claims.is_waiting)

    def announce(self):
        """Announce the usable own addresses again, twice: the link came up, or a switch forgot."""
        self._claims.announce()
        self._short.look(self._own, self._claims.is_waiting)

    def confirm(self, ip):
        """Advice of a higher layer: the next hop of `ip` answers (RFC 1122, 2.3.2.1).

        Its lifetime starts again. True when there was an entry.
        """
        if self._routes.to(self._bytes(ip)) != HOP:
            return False
        slot = self._cache.find_entry(self._routes.hop, 0)
        return slot >= 0 and self._neighbors.confirm(slot, self._words[NOW])

    def ips_of(self, mac):
        """The addresses (4 bytes each) whose entries have this MAC address."""
        mac = mac_bytes(mac)
        return [entry.ip for entry in self.entries() if entry.mac == mac]

    def get(self, ip):
        """The entry of `ip` as Entry(ip, mac, flags, kind, state, age_ms), or None."""
        from . import manual

        return manual.get(self._cache, self._bytes(ip), self._words[NOW])

    def entries(self):
        """All entries, as an iterator of Entry."""
        from . import manual

        return manual.entries(self._cache, self._words[NOW])

    def set(self, ip, mac, flags=0, kind=c.STATIC):
        """Configure an entry; NoBuffers when the table is full, ValueError names the argument."""
        from . import manual

        ip = self._bytes(ip)
        if self._own.at(ip, 0) is not None or self._own.is_broadcast(ip, 0):
            raise ValueError("ip: %s is an own or a broadcast address" % ip_text(ip))
        manual.set_entry(
            self._neighbors, self.settings.manual, ip, mac, flags, kind, self._words[NOW]
        )

    def delete(self, ip):
        """Remove the entry of `ip`; True when there was one. Its waiters end as cleared."""
        slot = self._cache.find_entry(self._bytes(ip), 0)
        if slot < 0:
            return False
        self._neighbors.clear(slot, self._words[NOW])
        return True

    def flush(self):
        """Forget what was learned and who is in hold-down; what is pending ends as cleared."""
        self._neighbors.clear_disposable(self._words[NOW])

    def _bytes(self, ip):
        # 4 bytes pass through, so that a cached lookup allocates nothing.
        if isinstance(ip, bytes) and len(ip) == 4:
            return ip
        return ip_bytes(ip)
