"""Two engines alike that live the same life, one over the short way of frames, one over the long.

After every step answers, frames, counters, events and every array are the same. On CPython the
viper file runs as it stands, over `viper_memory`, whose pointers stop at the end of each buffer.
"""

import sys

import frames as f

import arp
from arp.chance import Chance
from arp.ticks import add
from support import skip

IS_CPYTHON = sys.implementation.name == "cpython"
START = 2**30 - 20_000
IS_BOARD = sys.platform == "rp2"
# Over viper_memory viper code is slow, and on an emulated board all is.
STEPS = 250 if IS_CPYTHON else 40 if IS_BOARD else 2500
OWN = b"\xc0\xa8\x01\x0a"
OWN_MAC = "02:5e:7a:31:9c:0d"
FILL = b"\xa5" * 60
IPS = [f.ip("192.168.1.%d" % i) for i in (20, 21, 22, 23, 24, 25, 26, 27, 1)]
ODD_IPS = [
    OWN,
    f.ip("192.168.1.255"),
    f.ip("255.255.255.255"),
    f.ip("0.0.0.0"),
    f.ip("127.0.0.1"),
    f.ip("224.0.0.5"),
    f.ip("240.0.0.5"),
    f.ip("169.254.7.7"),
    f.ip("10.1.2.3"),
    f.ip("8.8.8.8"),
]
# Own addresses: usually one; several, on one network, on networks in each other, and elsewhere.
FEW = ([f.OWN_NET], [f.OWN_NET], [f.OWN_NET, "10.0.0.5/8"], [])
MANY = (
    [f.OWN_NET, "192.168.1.28/24"],
    [f.OWN_NET, "192.168.1.29/28"],
    ["10.1.0.1/16", f.OWN_NET, "192.168.1.28/32"],
    [f.OWN_NET, "192.168.1.28/30", "10.0.0.5/8", "10.1.0.1/16"],
    [f.OWN_NET, "192.168.1.28/24", "192.168.1.29/24", "10.0.0.5/8", "10.1.0.1/16"],
    ["192.168.1.28/29"],
    [],
)
MORE_IPS = [f.ip("192.168.1.%d" % i) for i in (28, 29, 31)] + [f.ip("10.0.0.5"), f.ip("10.1.0.1")]
MORE_IPS += [f.ip("10.1.255.255"), f.ip("10.255.255.255"), f.ip("10.1.7.7")]
MACS = [b"\x02\x00\x00\x00\x00" + bytes([i]) for i in (0x20, 0x21, 0x22)]
ODD_MACS = [f.mac(OWN_MAC), bytes(6), b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"]
SETTINGS = (
    {},
    {"learn": "rfc826", "capacity": 4},
    {"learn": "replies", "lifetime_ms": 9000, "refresh_ms": 2000},
    {"probe": True, "conflict": "insist"},
    {"lifetime_ms": 5000, "refresh_ms": 0, "down_ms": 0, "conflict": "insist"},
    {"trailers": True},
)


def viper():
    """A context in which the viper file can be imported; without viper the test is skipped."""
    if IS_CPYTHON:
        import viper_memory

        return viper_memory.installed()
    try:
        from arp._hot_viper import bind  # noqa: F401
    except (ImportError, SyntaxError, NotImplementedError):
        if IS_BOARD:
            raise  # it is frozen there
        skip("no viper here: there is only the long way")
    return _Nothing()


class _Nothing:
    def __enter__(self):
        pass

    def __exit__(self, kind, error, trace):
        pass


def reply(sha=f.A_MAC, spa=f.A_IP):
    """A reply to the twins."""
    return f.reply(sha, spa, OWN_MAC)


class Twins:
    """The engine on the short way and its twin on the long one."""

    def __init__(self, settings):
        from arp._hot_viper import bind

        chosen = dict({"probe": False, "hold_slots": 0, "seed": 7}, **settings)
        self.engines = [
            arp.Engine(OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, **chosen) for _ in range(2)
        ]
        self.short, self.long = self.engines
        self.taken_long = 0  # frames
        self.asked_long = 0  # lookups and queries
        cls = arp.Engine

        def receive(frame, n, now):
            self.taken_long += 1
            return cls.receive(self.short, frame, n, now)

        def lookup(ip, out):
            self.asked_long += 1
            return cls.lookup(self.short, ip, out)

        def query(ip, now):
            self.asked_long += 1
            return cls.query(self.short, ip, now)

        self.short.receive = receive
        self.short.lookup = lookup
        self.short.query = query
        self.long.receive = lambda frame, n, now: cls.receive(self.long, frame, n, now)
        self.long.lookup = lambda ip, out: cls.lookup(self.long, ip, out)
        self.long.query = lambda ip, now: cls.query(self.long, ip, now)
        eng = self.short
        arrays = eng._short.arrays(eng.stats, eng._cache, eng.events, eng.tx)
        bind(eng, eng._short.words, arrays)
        self.keep = arrays

    def receive(self, frame, n, now, other=None):
        """The same frame for both, or `other` for the long way."""
        frames = {id(self.short): frame, id(self.long): frame if other is None else other}
        return self.same((bytes(frame), n), lambda e: e.receive(frames[id(e)], n, now))

    def poll(self, now):
        """What is due for both."""
        return self.same("poll", lambda e: e.poll(now))

    def query(self, ip, now):
        """The same question to both."""
        return self.same(("query", ip), lambda e: e.query(ip, now))

    def lookup(self, ip, out):
        """Both look it up; the answer."""
        return self.same(("lookup", ip), lambda e: e.lookup(ip, out))

    def set_ips(self, ips):
        """Other own addresses for both."""
        self.same(("set_ips", ips), lambda e: e.set_ips(ips))

    def same(self, what, do):
        """Do it to both; the answer. What they then are is alike."""
        got = []
        for engine in self.engines:
            engine.tx[:60] = FILL  # what an answer does not write must show
            try:
                got.append(do(engine))
            except (ValueError, TypeError, IndexError, OSError) as e:
                got.append(type(e))
        assert got[0] == got[1], (what, got)
        one = _state(self.short)
        two = _state(self.long)
        for i in range(len(one)):
            assert one[i] == two[i], (what, i, one[i], two[i])
        return got[0]


def announced(settings=None):
    """Twins whose address is announced, and that know one neighbor."""
    twins = Twins(settings or {})
    for ms in (0, 2000, 4000):
        for engine in twins.engines:
            f.polled(engine, add(START, ms))
    for engine in twins.engines:
        engine.query(f.ip(f.A_IP), add(START, 4000))
        f.polled(engine, add(START, 4000))
        engine.receive(reply(), 42, add(START, 4000))
    return twins


def _state(engine):
    # All that can be seen of it, and the arrays themselves.
    cache = engine._cache
    events = []
    event = engine.next_event()
    while event is not None:
        events.append(event)
        event = engine.next_event()
    found = [bytes(engine.tx[:60]), events, engine._words[0], engine._words[1], engine.ips]
    found += [list(engine.stats.counts)] + [list(array) for array in engine.events.arrays()]
    return found + [list(array) for array in cache.arrays()]


class Life:
    """Random steps; each is made of the numbers that `chance` gives."""

    def __init__(self, twins, seed, nets=FEW):
        self.twins = twins
        self.nets = nets
        more = () if nets is FEW else MORE_IPS
        self.odd_ips = ODD_IPS + list(more)
        self.targets = [OWN, OWN, IPS[0]] + list(more)
        self.chance = Chance(seed)
        self.now = START

    def pick(self, usual, odd):
        chance = self.chance
        if chance.below(6):
            return usual[chance.below(len(usual))]
        return odd[chance.below(len(odd))]

    def frame(self):
        """A frame that is mostly right: (buffer, n)."""
        chance = self.chance
        frame = bytearray(
            self.pick([b"\xff" * 6, f.mac(OWN_MAC)], MACS)
            + MACS[0]
            + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00"
            + bytes([1 + chance.below(2)])
            + self.pick(MACS, ODD_MACS)
            + self.pick(IPS, self.odd_ips)
            + bytes(6)
            + self.pick(self.targets, self.odd_ips)
            + bytes(18)
        )
        if chance.below(4) == 0:
            frame[chance.below(42)] = chance.below(256)
        n = 60
        if chance.below(8) == 0:
            n = chance.below(70)
        if chance.below(8) == 0:
            frame = frame[: chance.below(61)]
        form = chance.below(3)
        return (frame, bytes(frame), memoryview(frame))[form], n

    def destination(self):
        ip = self.pick(IPS, self.odd_ips)
        form = self.chance.below(20)
        if form == 0:
            return ip[:3]
        if form == 1:
            return "192.168.1.20"
        return bytearray(ip) if form < 5 else ip

    def step(self):
        """One thing that may happen."""
        chance = self.chance
        what = chance.below(16)
        self.now = add(self.now, (0, 0, 1, 40, 700, 1500)[chance.below(6)])
        now = self.now
        twins = self.twins
        if chance.below(60) == 0:  # a clock that steps back, or a tick of a 64-bit port
            now = now - 30 if chance.below(2) else now + (1 << 30)
        if what < 9:
            frame, n = self.frame()
            twins.same(("receive", bytes(frame), n), lambda e: e.receive(frame, n, now))
        elif what == 9:
            ip = self.destination()
            twins.query(ip, now)
        elif what < 13:
            ip = self.destination()
            outs = {}

            def look_up(engine):
                outs[id(engine)] = out = bytearray(7)
                return (engine.lookup(ip, out), bytes(out))

            twins.same(("lookup", ip), look_up)
        elif what < 15:
            twins.poll(now)
        elif chance.below(3) == 0:
            self.rare(now)
        elif not 0 < len(twins.short._own.all) < 5:  # else there is a short way
            twins.set_ips(self.nets[0])

    def rare(self, now):
        """What a person does, and what takes long."""
        twins = self.twins
        what = self.chance.below(12)
        ip = IPS[self.chance.below(len(IPS))]
        mac = MACS[self.chance.below(3)]
        if what == 0:
            kind = (arp.TEMPORARY, arp.STATIC, arp.PERMANENT)[self.chance.below(3)]
            twins.same("set", lambda e: e.set(ip, mac, 0, kind))
        elif what == 1:
            twins.same("publish", lambda e: e.set(ip, mac, arp.ATF_PUBL, arp.PERMANENT))
        elif what < 5:
            twins.same("delete", lambda e: e.delete(ip))
        elif what == 5:
            twins.same("flush", lambda e: e.flush())
        elif what < 8:
            net = self.nets[self.chance.below(len(self.nets))]
            twins.set_ips(net)
        elif what == 8:
            twins.same("announce", lambda e: e.announce())
        elif what < 10:
            twins.same("confirm", lambda e: e.confirm(ip))
        elif what == 10:
            self.now = add(self.now, 250_000_000)
        else:
            self.now = add(self.now, 25_000)
