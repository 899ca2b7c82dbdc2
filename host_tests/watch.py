"""An observer beside one engine: it sees frames and events only, and says what must never happen.

    at most one request a second for each destination (RFC 1122, 2.3.2.1)
    broadcast ARP is a request, an announcement or a probe, never a reply, unless its sender is
    link-local: then all of it is broadcast (RFC 3927, 2.5)
    every resolution that began ends once, with an event, within its bound
    an event never tells the end of a resolution that nobody began

Times are milliseconds that do not wrap; whoever drives the engine makes ticks of them.
"""

from intact import intact

import arp

_LINK_LOCAL = b"\xa9\xfe"
_ENDS = (arp.EV_RESOLVED, arp.EV_FAILED, arp.EV_CLEARED)


class Watch:
    """What became visible of the engine so far; each method raises AssertionError at a fault."""

    def __init__(self, engine, name=""):
        self.engine = engine
        self.name = name
        self.asked_at = {}  # target -> when the last request for it left
        self.pending = {}  # next hop -> when its time began to run
        self.ended = 0
        self.parked = []  # next hops for which there was no address at the last look
        settings = engine.settings
        step = max(settings.timeout_ms, 1000)
        # One second more, because the limit of one request a second may put the first off.
        self.bound_ms = settings.delay_ms + (settings.retries + 1) * step + 1000

    def sent(self, frame, ms):
        """A frame left the engine."""
        if frame[12:14] != b"\x08\x06":
            return
        assert len(frame) == 42
        assert frame[6:12] == self.engine.mac
        spa = frame[28:32]
        if spa[:2] == b"\xa9\xfe":
            assert frame[:6] == b"\xff" * 6, self._say("W7: not to everybody from", spa)
        elif frame[21] == 2:
            assert not frame[0] & 1, self._say("a reply to a group from", spa)
        if frame[21] == 2:
            return
        assert frame[16] == 8
        tpa = frame[38:42]
        assert frame[22:28] == self.engine.mac and frame[32:38] == bytes(6)
        if spa == tpa or spa == bytes(4):  # an announcement or a probe
            assert frame[0:6] == b"\xff" * 6
            return
        last = self.asked_at.get(tpa)
        assert last is None or ms - last >= 1000, self._say("asked too soon for", tpa)
        self.asked_at[tpa] = ms

    def began(self, ip, code, ms):
        """The engine answered `code` to a query, or to what works like one."""
        if code == arp.PENDING:
            hop = self.engine.next_hop(ip)
            if hop not in self.pending:
                self.pending[hop] = ms

    def happened(self, event, ms):
        """The engine reported an event."""
        kind, ip, mac, _ = event
        if kind in _ENDS:
            assert ip in self.pending, self._say("nobody waits for the end of", ip)
            assert (kind == arp.EV_RESOLVED) == (mac is not None)
            del self.pending[ip]
            self.ended += 1
        elif kind == arp.EV_EVICTED:
            self.asked_at.pop(ip, None)  # the limit does not outlive eviction
        elif kind == arp.EV_USABLE:
            for hop in self.parked:  # without an address nothing could be asked
                if hop in self.pending:
                    self.pending[hop] = ms

    def drain(self, ms):
        """Take in all waiting events -> their list."""
        events = []
        event = self.engine.next_event()
        while event is not None:
            self.happened(event, ms)
            events.append(event)
            event = self.engine.next_event()
        return events

    def slept(self, ms):
        """Nobody polled for so long: what is pending may end that much later."""
        for hop in self.pending:
            self.pending[hop] += ms

    def look(self, ms):
        """What must hold whenever everything that is due was done."""
        eng = self.engine
        self.parked = [hop for hop in self.pending if not self._may_ask(hop)]
        intact(eng._cache)
        assert eng._cache.timers.count <= eng._cache.n
        for hop, since in self.pending.items():
            in_time = hop in self.parked or ms - since <= self.bound_ms
            assert in_time, self._say("no end in time of", hop)
            entry = eng.get(hop)
            assert entry is not None and entry.state == arp.PENDING, self._say("lost", hop)
        assert eng.stats.events_dropped == 0

    def _may_ask(self, hop):
        # A link-local address asks for link-local addresses only.
        for ip in self.engine.ips:
            if hop[:2] == _LINK_LOCAL or ip[:2] != _LINK_LOCAL:
                return True
        return False

    def _say(self, what, ip):
        return "%s %s %s" % (self.name, what, ".".join([str(b) for b in ip]))
