"""What happens to a frame that arrives and to work that is due: the engine's lower half.

Order of reception (RFC 826, with the operation checked first): validate; a sender that claims one
of our addresses is a conflict (RFC 5227) and nothing else; merge what the sender says of itself
into an entry that exists; answer a request for an address of ours. In "cautious" mode nothing else
creates an entry.

Time is always an argument; nothing here allocates after construction.
"""

from . import acd, upkeep, wire
from . import const as c
from . import stats as s
from .addr import ip_bytes, ip_text, unicast_mac_bytes
from .cache import MANUAL
from .chance import Chance
from .claims import Claims
from .events import Events
from .neighbors import UNICAST_REQUEST, Neighbors
from .outgoing import Outgoing
from .own import OwnAddresses
from .routes import Routes
from .short import NOW, POLL_BY, Short
from .ticks import add, before, diff

_HOUSEKEEPING_MS = c.const(60000)
# `poll` must come by once in this time, twice the longest setting.
_LONGEST_MS = c.const(172800000)


class Protocol:
    """All parts of the engine for one interface, joined: `receive`, `poll` and `next_deadline`."""

    def __init__(self, mac, gateway, given, is_plain):
        if gateway is not None:
            gateway = ip_bytes(gateway, "gateway")
            if not wire.is_host_ip(gateway, 0):
                raise ValueError("gateway: %s cannot be a host" % ip_text(gateway))
        chance = Chance(given.seed)
        self.settings = given
        self.mac = unicast_mac_bytes(mac)
        self.stats = s.Stats()
        self._outgoing = Outgoing(
            self.mac, given.hold_bytes if given.hold_slots else 60, self.stats
        )
        self.tx = self._outgoing.tx
        self.events = Events(given.event_slots, given.pending, self.stats)
        self._hold = None
        if given.hold_slots:
            from .hold import Hold

            self._hold = Hold(given.hold_slots, given.hold_bytes, given.hold_per_host, self.stats)
        self._neighbors = Neighbors(given, chance.secret(), self.stats, self.events, self._hold)
        self._cache = self._neighbors.cache
        link_local = None
        if given.link_local:
            from .linklocal import LinkLocalAddress

            link_local = LinkLocalAddress(self.mac)
        self._own = OwnAddresses(link_local)
        self._claims = Claims(given, self.mac, self._own, chance, self.stats, self.events)
        self._routes = Routes(self._own, self._cache, self.mac, gateway)
        self._trailers = None
        if given.trailers:
            from .trailers import Trailers

            self._trailers = Trailers(self.mac, self._outgoing)
        self._group = None
        self._is_started = False
        self._housekeeping_at = 0
        self._short = Short(given, self.mac, gateway)
        self._words = self._short.words
        self._short.learn(self._cache)
        if is_plain:
            self._short.bind(self, self._cache, self.events, self.tx)

    def receive(self, frame, n, now):
        """Take in an Ethernet frame of `n` bytes; the length of an answer in `tx`, or 0."""
        now = self._tick(now)
        stats = self.stats
        stats.add(s.RX)
        if n > len(frame):
            n = len(frame)
        fault = wire.check(frame, n, self.mac)
        if fault:
            if fault == s.RX_BAD_PTYPE and self._trailers is not None:
                return self._receive_trailer(frame, n)
            stats.add(fault)
            if fault == s.RX_BAD_SENDER:
                self.events.diagnose(c.EV_BAD_SENDER, now, frame, wire.SPA, frame, wire.SHA)
            return 0
        is_request = frame[21] == wire.REQUEST
        stats.add(s.RX_REQUEST if is_request else s.RX_REPLY)
        own = self._own
        claimed = own.at(frame, wire.SPA)
        if claimed is not None:
            return self._conflict(claimed, frame, now)
        if is_request and (
            not wire.is_host_ip(frame, wire.TPA) or own.is_broadcast(frame, wire.TPA)
        ):
            stats.add(s.RX_BAD_TARGET)
            return 0
        slot = self._cache.find_entry(frame, wire.SPA)
        if slot >= 0 and self._neighbors.end_if_over(slot, now):
            slot = -1
        if slot >= 0 and self._is_news(frame, is_request, slot):
            self._neighbors.merge(slot, frame, wire.SHA, now)
        elsewhere = slot < 0 and self._is_elsewhere(frame, now)
        target = own.at(frame, wire.TPA)
        if target is not None:
            return self._addressed_to(target, frame, is_request, slot, elsewhere, now)
        if is_request and self._cache.count[MANUAL]:
            return self._answer_published(frame, now)
        return 0

    def poll(self, now):
        """Do what is due; the length of a frame to send in `tx`, or 0. Call until it is 0."""
        now = self._tick(now)
        self._words[POLL_BY] = add(now, _LONGEST_MS)
        address = self._claims.due(now)
        if address is not None:
            n = self._act(address, self._claims.step(address, now), now)
            self._short.look(self._own, self._claims.is_waiting)
            return n
        timers = self._cache.timers
        slot = timers.first()
        while slot >= 0 and not before(now, timers.at[slot]):
            request = self._neighbors.step(slot, now)
            if request:
                n = self._request(slot, request, now)
                if n:
                    return n
            slot = timers.first()
        if not before(now, self._housekeeping_at):
            self._housekeeping_at = add(now, _HOUSEKEEPING_MS)
            self._claims.keep_house(now)
            upkeep.keep_house(self._cache, now)
            self.events.keep_house(now)
        n = 0
        if self._hold is not None and self._hold.count:
            n = self._hold.release(self.tx, self.mac, self._cache)
            if n:
                self.stats.add(s.TX_HELD)
        if not n and self._trailers is not None and self._trailers.is_owed:
            n = self._trailers.pay(self._own)
            if n:
                self.stats.add(s.TX_REPLY)
        return n

    def next_deadline(self, now):
        """Milliseconds until `poll` has work: 0 = now, -1 = never."""
        now = self._tick(now)
        hold = self._hold
        if hold is not None and hold.count and hold.is_ready(self._cache):
            return 0
        if self._trailers is not None and self._trailers.is_owed:
            return 0
        best = self._claims.next_ms(now)
        slot = self._cache.timers.first()
        if slot >= 0:
            ms = max(0, diff(self._cache.timers.at[slot], now))
            if best < 0 or ms < best:
                best = ms
        return best

    def _tick(self, now):
        # The latest `now`. A small step back stands still; a large one is half a wrap without a
        # call, and two days without `poll` leave deadlines that may soon look like the future.
        now &= c.TICKS_MASK
        words = self._words
        if not self._is_started:
            self._is_started = True
            words[POLL_BY] = add(now, _LONGEST_MS)
            self._housekeeping_at = now
            upkeep.start(self._cache, self.settings.lifetime_ms, now)
        elif before(now, words[NOW]):
            if diff(words[NOW], now) < c.BACKSTEP_MS:
                now = words[NOW]
            else:
                self._lose_time(now)
        elif before(words[POLL_BY], now):
            self._lose_time(now)
        words[NOW] = now
        if self._claims.is_waiting:
            self._claims.start(now)
            self._short.look(self._own, False)
        return now

    def _lose_time(self, now):
        self._words[POLL_BY] = add(now, _LONGEST_MS)
        self._housekeeping_at = now
        upkeep.lose_time(self._cache, self.settings.lifetime_ms, now)
        self._claims.lose_time(now)
        self.events.lose_time()

    def _is_news(self, frame, is_request, slot):
        # Profiles MIRAGE and MNET merge only replies and announcements; hold-down ends anyhow.
        if self.settings.learn != "replies" or not is_request:
            return True
        if self._cache.state[slot] == c.DOWN:
            return True
        return wire.same(frame, wire.SPA, frame, wire.TPA, 4)

    def _addressed_to(self, target, frame, is_request, slot, elsewhere, now):
        # The target is an own address: learn who asks, and answer.
        if is_request and target.is_tentative():
            if wire.is_zero_ip(frame, wire.SPA):
                return self._conflict(target, frame, now)
            return 0
        if not target.usable or not self._is_sender_good(frame, is_request):
            return 0
        if slot < 0 and not elsewhere:
            self._consider(frame, now)
        if self._trailers is not None and (is_request or slot >= 0):
            self._trailers.owe(frame, target.ip)
        if is_request:
            return self._outgoing.reply(frame, target.ip, 0, self.mac, 0)
        return 0

    def _receive_trailer(self, frame, n):
        fault = wire.check(frame, n, self.mac, 0x10)
        if fault:
            self.stats.add(fault)
        else:
            self._trailers.accept(frame, self._cache)
        return 0

    def _is_elsewhere(self, frame, now):
        # Another engine of the group knows the sender: the wires are joined, nothing is learned.
        if self._group is None or wire.is_zero_ip(frame, wire.SPA):
            return False
        if not self._group.is_elsewhere(self, frame, wire.SPA):
            return False
        self.events.diagnose(c.EV_WRONG_INTERFACE, now, frame, wire.SPA, frame, wire.SHA)
        return True

    def _is_sender_good(self, frame, is_request):
        # 0.0.0.0 asks as an ARP Probe does; other addresses must be a host's.
        if is_request and wire.is_zero_ip(frame, wire.SPA):
            return True
        if wire.is_host_ip(frame, wire.SPA) and not self._own.is_broadcast(frame, wire.SPA):
            return True
        self.stats.add(s.RX_BAD_SENDER)
        return False

    def _consider(self, frame, now):
        # RFC 826: add the sender of what is addressed to us, if it is a neighbor at all.
        if wire.is_zero_ip(frame, wire.SPA):
            return
        if self._own.net_of(frame, wire.SPA) is None:
            self.events.diagnose(c.EV_OFF_NET, now, frame, wire.SPA, frame, wire.SHA)
        elif self.settings.learn == "rfc826":
            self._neighbors.learn(frame, wire.SPA, wire.SHA, now)

    def _answer_published(self, frame, now):
        cache = self._cache
        slot = cache.find_entry(frame, wire.TPA)
        if slot < 0 or not cache.flags[slot] & c.ATF_PUBL:
            return 0
        if cache.has_mac(slot, frame, wire.SHA) or wire.same(frame, wire.SPA, frame, wire.TPA, 4):
            return 0
        if self._neighbors.end_if_over(slot, now) or not self._is_sender_good(frame, True):
            return 0
        return self._outgoing.reply(frame, cache.ip, slot * 4, cache.mac, slot * 6)

    def _conflict(self, address, frame, now):
        was_usable = address.usable
        action = self._claims.conflict(address, frame, now)
        if action == acd.GIVE_UP and (was_usable or not address.picks_itself):
            self._neighbors.clear_orphans(self._own, now)
        if action == acd.NOTHING:
            return 0
        n = self._act(address, action, now)
        self._short.look(self._own, self._claims.is_waiting)
        return n

    def _act(self, address, action, now):
        if action == acd.SEND_PROBE:
            return self._outgoing.probe(address.ip)
        if action == acd.BECOME_USABLE:
            self._neighbors.resume(now)
        elif action != acd.ANNOUNCE:
            return 0
        return self._outgoing.announce(address.ip)

    def _request(self, slot, request, now):
        cache = self._cache
        source = self._own.source_for(cache.ip, slot * 4)
        if source is None:  # all addresses are being probed; `resume` goes on
            if cache.state[slot] == c.PENDING:
                cache.timers.clear(slot)
            return 0
        self._neighbors.sent(slot, now)
        return self._outgoing.request(cache, slot, source.ip, request == UNICAST_REQUEST)
