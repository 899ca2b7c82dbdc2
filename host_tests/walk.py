"""A random walk over one engine with a model beside it: whatever is done, the invariants hold.

Each step is a method that takes plain numbers, so that a seed or hypothesis can choose them;
after each, `settle` does what is due and checks. The model knows the own addresses, the permanent
entries and the held packets; `watch.Watch` knows the frames and the events.
"""

import frames as f
from watch import Watch

import arp
from arp import wire

START = 2**30 - 20_000  # the ticks wrap early
GATEWAY = "192.168.1.1"
HOSTS = [f.ip("192.168.1.%d" % (20 + i)) for i in range(7)]
OWN = ("192.168.1.10/24", "192.168.1.11/24", "10.0.0.5/8")
# What is asked for: neighbors, the gateway's hosts, ourselves, groups, and what has no route.
DESTINATIONS = HOSTS + [
    f.ip(GATEWAY),
    f.ip("172.16.0.9"),
    f.ip("10.9.9.9"),
    f.ip("192.168.1.10"),
    f.ip("192.168.1.255"),
    f.ip("255.255.255.255"),
    f.ip("224.0.0.251"),
    f.ip("127.0.0.1"),
    f.ip("0.0.0.0"),
    f.ip("240.0.0.1"),
]
MACS = [b"\x02\x00\x00\x00\x00" + bytes([0x20 + i]) for i in range(4)]
SENDERS = MACS + [f.mac(f.OWN_MAC), bytes(6), b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"]
KINDS = (arp.TEMPORARY, arp.STATIC, arp.PERMANENT)
LISTS = ((0,), (0, 1), (1,), (0, 2), (2,), ())


def settings_of(number):
    """Settings chosen by a number: small tables and short times, so that much happens."""

    def pick(choices):
        nonlocal number
        number, rest = divmod(number, len(choices))
        return choices[rest]

    return {
        "learn": pick(("cautious", "rfc826", "replies")),
        "conflict": pick(("defend", "cease", "insist")),
        "probe": pick((True, False)),
        "retries": pick((0, 1, 3)),
        "timeout_ms": pick((1, 700, 1000, 2500)),
        "down_ms": pick((0, 500, 4000)),
        "lifetime_ms": pick((3000, 20_000)),
        "refresh_ms": pick((0, 1500, 2999)),
        "refresh_idle": pick((False, True)),
        "delay_ms": pick((0, 300)),
        "pending": pick((1, 2, 4)),
        "manual": pick((0, 2, 3)),
        "hold_slots": pick((0, 2, 4)),
        "hold_per_host": pick((1, 2)),
        "trailers": pick((False, True)),
        "link_local": pick((False, False, True)),
        "capacity": 4,
        "hold_bytes": 60,
    }


class Walk:
    """One engine, its model and the time, which only goes forward."""

    def __init__(self, number, seed):
        self.engine = arp.Engine(
            f.OWN_MAC, [OWN[0]], gateway=GATEWAY, seed=seed, **settings_of(number)
        )
        self.watch = Watch(self.engine)
        self.ms = 0
        self.own = {f.ip(OWN[0].split("/")[0])}
        self.permanent = {}  # ip -> MAC
        self.held = {}  # next hop, None for a group -> numbers of its packets, oldest first
        self.kept = 0
        self.refused = 0
        self.released = 0
        self._number = 0
        self.settle()

    # --- steps ---

    def query(self, which):
        """Ask for a destination."""
        ip = DESTINATIONS[which % len(DESTINATIONS)]
        self.watch.began(ip, self.engine.query(ip, self.now()), self.ms)
        self.settle()

    def ask(self, which):
        """Look without touching: nothing changes."""
        ip = DESTINATIONS[which % len(DESTINATIONS)]
        before = list(self.engine.entries())
        mac = self.engine.ask(ip)
        out = bytearray(6)
        assert list(self.engine.entries()) == before
        assert mac is None or self.engine.lookup(ip, out) and bytes(out) == mac
        assert ip not in self.own or mac == self.engine.mac

    def lookup(self, which):
        """A local use."""
        out = bytearray(6)
        found = self.engine.lookup(DESTINATIONS[which % len(DESTINATIONS)], out)
        assert found == (bytes(out) != bytes(6))
        self.settle()

    def set(self, which, mac, kind, flags):
        """Configure an entry, which may be refused."""
        ip = HOSTS[which % len(HOSTS)]
        mac = MACS[mac % len(MACS)]
        kind = KINDS[kind % len(KINDS)]
        flags = (0, arp.ATF_PUBL)[flags % 2]
        before = list(self.engine.entries())
        try:
            self.engine.set(ip, mac, flags, kind)
        except arp.NoBuffers:
            assert list(self.engine.entries()) == before
        else:
            self.permanent.pop(ip, None)
            if kind == arp.PERMANENT:
                self.permanent[ip] = mac
        self.settle()

    def delete(self, which):
        """Remove an entry."""
        ip = HOSTS[which % len(HOSTS)]
        found = self.engine.delete(ip)
        assert found or ip not in self.permanent
        assert self.engine.get(ip) is None
        self.permanent.pop(ip, None)
        self.settle()

    def flush(self):
        """Forget what was learned."""
        self.engine.flush()
        for entry in self.engine.entries():
            assert entry.kind != arp.DYNAMIC
        self.settle()

    def advise(self, which):
        """A higher layer confirms a next hop, and the link came back."""
        hop = self.engine.next_hop(HOSTS[which % len(HOSTS)])
        entry = hop and self.engine.get(hop)
        if self.engine.confirm(HOSTS[which % len(HOSTS)]):
            assert entry.state == arp.RESOLVED
        if which % 5 == 0:
            self.engine.announce()
        self.settle()

    def set_ips(self, which):
        """Change the own addresses."""
        chosen = [OWN[i] for i in LISTS[which % len(LISTS)]]
        self.engine.set_ips(chosen)
        self.own = {f.ip(net.split("/")[0]) for net in chosen}
        self.settle()

    def hold(self, which, size):
        """Give a packet to keep, its number inside."""
        ip = DESTINATIONS[which % len(DESTINATIONS)]
        self._number += 1
        packet = b"%4d" % self._number + bytes(size % 50)
        was = self.engine.query(ip, self.now())
        self.watch.began(ip, was, self.ms)
        if self.engine.hold(ip, packet, len(packet), self.now()):
            assert was in (arp.RESOLVED, arp.PENDING)
            self.kept += 1
            self.held.setdefault(self.engine.next_hop(ip), []).append(self._number)
        else:
            self.refused += 1
        self.settle()

    def wait(self, ms):
        """Let time pass, polling when something is due; before that, poll has nothing to do."""
        end = self.ms + ms
        while self.ms < end:
            wait = self.engine.next_deadline(self.now())
            assert wait != 0, "poll came to its end, but there is work"
            if wait < 0 or self.ms + wait > end:
                wait = end - self.ms
            if wait > 1:
                self.ms += wait - 1
                assert self.poll() == [] and self.watch.drain(self.ms) == [], "poll was early"
                wait = 1
            self.ms += wait
            self.settle()

    def sleep(self, ms):
        """Let time pass without a call, as a busy board does."""
        self.ms += ms
        self.watch.slept(ms)
        self.settle()

    def receive(self, sender, who, to, oper, place=0, value=None):
        """An ARP frame; with `value`, one byte of it is changed."""
        spas = HOSTS + [f.ip(GATEWAY), f.ip("10.9.9.9"), bytes(4)]
        spas += [bytes(address.ip) for address in self.engine._own.all]
        tpas = HOSTS + [f.ip("192.168.1.10"), f.ip("10.0.0.5"), bytes(4), b"\xff" * 4]
        spa = spas[who % len(spas)]
        frame = bytearray(42)
        wire.build(
            frame,
            (b"\xff" * 6, self.engine.mac, MACS[0])[place % 3],
            MACS[0],
            1 + oper % 2,
            SENDERS[sender % len(SENDERS)],
            0,
            spa,
            0,
            bytes(6),
            0,
            (tpas + [spa])[to % (len(tpas) + 1)],
            0,
        )
        if value is not None:
            frame[place % 42] = value & 0xFF
        self.take_in(bytes(frame))

    def answer(self, which, mac):
        """One of those who are asked for replies."""
        asked = sorted(self.watch.pending)
        if asked:
            ip = asked[which % len(asked)]
            frame = bytearray(42)
            mac = MACS[mac % len(MACS)]
            own = self.engine.mac
            wire.build(frame, own, mac, wire.REPLY, mac, 0, ip, 0, own, 0, HOSTS[0], 0)
            self.take_in(bytes(frame))

    def take_in(self, frame):
        """Any bytes from the wire."""
        before = bytes(frame)
        n = self.engine.receive(frame, len(frame), self.now())
        assert frame == before
        if n:
            self.saw(bytes(self.engine.tx[:n]))
        self.settle()

    # --- what holds ---

    def now(self):
        """The time as ticks."""
        return (START + self.ms) % 2**30

    def poll(self):
        """Everything that is due: the frames."""
        frames = f.polled(self.engine, self.now())
        for frame in frames:
            self.saw(frame)
        return frames

    def settle(self):
        """Do what is due, take the events in, and check everything."""
        self.poll()
        for event in self.watch.drain(self.ms):
            if event[0] == arp.EV_LOST and event[1][0] != 169:  # a link-local one picks another
                self.own.remove(event[1])
        self.watch.look(self.ms)
        eng = self.engine
        settings = eng.settings
        own = {bytes(address.ip) for address in eng._own.all if not address.picks_itself}
        assert own == self.own
        assert {ip for ip in eng.ips if ip[0] != 169} <= own
        assert len(eng._own.all) == len(own) + settings.link_local
        for ip in self.own:
            assert eng.ask(ip) == eng.mac
        kinds = [entry.kind for entry in eng.entries() if entry.state != arp.PENDING]
        assert kinds.count(arp.DYNAMIC) <= settings.capacity
        assert len(kinds) - kinds.count(arp.DYNAMIC) <= settings.manual
        assert len(self.watch.pending) <= settings.pending
        for ip in self.permanent:
            entry = eng.get(ip)
            assert (entry.mac, entry.kind) == (self.permanent[ip], arp.PERMANENT)
        waiting = eng._hold.count if settings.hold_slots else 0
        left = eng.stats.held_dropped - self.refused + self.released + waiting
        assert left == self.kept == eng.stats.held

    def saw(self, frame):
        """A frame left: a held packet goes to its own host alone, in order."""
        self.watch.sent(frame, self.ms)
        if frame[12:14] == b"\x08\x06":
            spa = frame[28:32]
            assert spa == bytes(4) or spa in self.engine.ips or frame[21] == 2
            return
        self.released += 1
        number = int(frame[14:18].decode())
        (hop,) = [hop for hop in self.held if number in self.held[hop]]  # else it came too late
        assert hop is None or frame[0:6] == self.engine.ask(hop)
        while self.held[hop].pop(0) != number:  # those before it were dropped
            pass
