"""Properties of the engine as functions of plain values; the first line of each is its invariant.

test_props_seeded chooses the values by a seed on both interpreters, test_props_hypothesis by
hypothesis on CPython. An AssertionError is the verdict.
"""

import frames as f
import walk
from engines import at, engine
from intact import intact

import arp
from arp import addr, const, ticks, wire

POLICIES = ("defend", "cease", "insist")
DROPS = (
    "rx_not_arp",
    "rx_short",
    "rx_not_ours",
    "rx_bad_htype",
    "rx_bad_ptype",
    "rx_bad_hlen",
    "rx_bad_plen",
    "rx_bad_oper",
    "rx_bad_sender",
    "rx_own_echo",
    "rx_bad_target",
)


def table(eng):
    """All entries, without their ages."""
    return [entry[:5] for entry in eng.entries()]


def what_is_built_checks_and_reads_back(oper, sha, spa, tha, tpa):
    """W6: check(build(x)) finds no fault, and each field stands where RFC 826 has it."""
    frame = bytearray(b"\xa5" * 50)
    n = wire.build(frame, b"\xff" * 6, sha, oper, sha, 0, spa, 0, tha, 0, tpa, 0)
    assert n == 42 and bytes(frame[42:]) == b"\xa5" * 8
    assert bytes(frame[12:22]) == b"\x08\x06\x00\x01\x08\x00\x06\x04\x00" + bytes([oper])
    fields = bytes(frame[22:28]), bytes(frame[28:32]), bytes(frame[32:38]), bytes(frame[38:42])
    assert fields == (sha, spa, tha, tpa)
    is_sound = not sha[0] & 1 and sha != bytes(6) and sha != f.mac(f.OWN_MAC)
    assert (wire.check(frame, n, f.mac(f.OWN_MAC)) == 0) == is_sound


def any_bytes_are_counted_once_and_never_raise(frame, length):
    """V1, V2: receive() takes anything; a frame that is no ARP for us changes no entry."""
    eng = engine()
    eng.set(f.A_IP, f.A_MAC)
    f.events(eng)
    before = table(eng)
    n = eng.receive(frame, length, at(3000))
    assert n in (0, 42)
    stats = eng.stats
    assert stats.rx == 1
    drops = sum([getattr(stats, name) for name in DROPS])
    valid = stats.rx_request + stats.rx_reply
    assert valid <= 1 and drops + valid >= 1
    if not valid:
        assert n == 0 and table(eng) == before
    intact(eng._cache)


def a_wrong_header_changes_nothing(place, value):
    """V16, V30: one wrong byte from ethertype to operation, and the frame is as if never sent."""
    eng = engine(learn="rfc826")
    eng.set(f.A_IP, f.B_MAC)
    f.events(eng)
    frame = bytearray(f.request())
    if frame[place] == value or (place, value) == (21, 2):
        return
    frame[place] = value
    before = table(eng)
    assert f.receive(eng, bytes(frame), at(3000)) is None
    assert table(eng) == before and f.events(eng) == []


def ticks_add_and_differ_alike(tick, ms):
    """A5: diff(add(t, ms), t) == ms, and before() agrees, everywhere on the circle."""
    later = ticks.add(tick, ms)
    assert 0 <= later < 2**30
    if ms < 2**29:
        assert ticks.diff(later, tick) == ms
        assert ticks.diff(tick, later) == -ms
        assert ticks.before(tick, later) == (ms > 0)
        assert not ticks.before(later, tick)


def addresses_survive_their_text(ip, mac):
    """ip_bytes(ip_text(x)) == x, and so for MAC addresses."""
    assert addr.ip_bytes(addr.ip_text(ip)) == ip
    assert addr.mac_bytes(addr.mac_text(mac)) == mac


def own_frames_coming_back_do_nothing(oper, spa, tpa):
    """V22: a frame from our own MAC address is no conflict, has no answer, teaches nothing."""
    eng = engine(learn="rfc826")
    eng.set(f.A_IP, f.A_MAC)
    f.events(eng)
    before = table(eng)
    frame = bytearray(42)
    own = f.mac(f.OWN_MAC)
    wire.build(frame, b"\xff" * 6, own, oper, own, 0, spa, 0, bytes(6), 0, tpa, 0)
    assert f.receive(eng, bytes(frame), at(3000)) is None
    assert table(eng) == before and f.events(eng) == []
    assert eng.ips == [f.ip(f.OWN_IP)]


def a_foreign_claim_always_surfaces(oper, sha, tpa, policy):
    """D0, V8: whoever sends from an address of ours is reported, not answered or believed."""
    eng = engine(conflict=POLICIES[policy], learn="rfc826")
    frame = bytearray(42)
    wire.build(frame, b"\xff" * 6, sha, oper, sha, 0, f.ip(f.OWN_IP), 0, bytes(6), 0, tpa, 0)
    answer = f.receive(eng, bytes(frame), at(3000))
    names = f.events(eng)
    assert names[:2] == ["duplicate_ip", "conflict"] and len(names) == 3
    assert list(eng.entries()) == []
    if POLICIES[policy] == "cease":
        assert answer is None and eng.ips == [] and names[2] == "lost"
    else:
        assert answer == f.announcement(f.OWN_MAC, f.OWN_IP) and names[2] == "defended"


def a_resolution_asks_and_ends_on_time(retries, timeout_ms, delay_ms, answer_ms):
    """Q6, Q8: requests at delay + 0, d, ... retries * d, d at least 1 s; then the end, once."""
    eng = engine(retries=retries, timeout_ms=timeout_ms, delay_ms=delay_ms)
    step = max(1000, timeout_ms)
    assert eng.query(f.A_IP, at(3000)) == arp.PENDING
    asked = []
    ms = 0
    end = delay_ms + (retries + 1) * step
    while True:
        asked += [ms for frame in f.polled(eng, at(3000 + ms)) if frame[38:42] == f.ip(f.A_IP)]
        wait = eng.next_deadline(at(3000 + ms))
        if ms + wait > answer_ms or ms >= end:
            break
        ms += wait
    if answer_ms < end:
        f.receive(eng, f.reply(), at(3000 + answer_ms))
        assert f.events(eng) == ["resolved"]
        assert asked == [t for t in requests(delay_ms, step, retries) if t <= answer_ms]
    else:
        assert f.events(eng) == ["failed"] and ms == end
        assert asked == requests(delay_ms, step, retries)
        assert eng.get(f.A_IP).state == arp.DOWN


def requests(delay_ms, step, retries):
    """When the requests of one resolution leave."""
    return [delay_ms + i * step for i in range(retries + 1)]


def two_slots_never_share_an_address(numbers):
    """Row 50, V18: whatever addresses are chosen, each has one entry and is found again."""
    eng = engine(capacity=16, manual=64, ips=["10.0.0.1/8"])
    chosen = {}
    for number in numbers[:64]:
        ip = bytes([10, number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF])
        if ip[3] not in (0, 1, 255):
            chosen[ip] = bytes([2, 0]) + ip
            eng.set(ip, chosen[ip], kind=arp.PERMANENT)
    intact(eng._cache)
    assert {entry.ip: entry.mac for entry in eng.entries()} == chosen
    for ip in chosen:
        assert eng.ask(ip) == chosen[ip]


def diagnostics_come_once_a_second(gaps):
    """V19: of any number of faulty frames, at most one a second is told, the rest counted."""
    eng = engine(event_slots=256)
    ms = 3000
    told = []
    left_out = 0
    for gap in gaps:
        ms += gap
        f.receive(eng, f.request(sha=f.ZERO), at(ms))
        event = eng.next_event()
        if event is None:
            left_out += 1
        else:
            assert event[0] == const.EV_BAD_SENDER and event[3] == left_out
            assert not told or ms - told[-1] >= 1000
            told.append(ms)
            left_out = 0


def a_random_walk_breaks_no_invariant(seed, steps, below):
    """Fuzz plan (iv): any sequence of calls and frames; walk.py has the list of what holds."""
    one = walk.Walk(below(2**27), seed)
    for _ in range(steps):
        step(one, below)


def step(one, below):
    """One step of a walk, chosen by `below(n)`: a call, or something from the network or time."""
    kind = below(27)
    if kind < 13:
        call(one, kind, below)
    elif kind < 15:
        which = below(20)
        for _ in range(1 + below(3)):
            one.hold(which, below(50))
    elif kind < 18:
        one.wait((below(100), below(1200), below(9000))[below(3)])
    elif kind == 18:
        one.sleep(below(5000))
    elif kind < 22:
        one.receive(below(8), below(12), below(12), below(2), below(3))
    elif kind == 22:
        one.receive(below(4), below(12), below(12), below(2), below(42), below(256))
    elif kind == 23:
        one.take_in(bytes([below(256) for _ in range(below(64))]))
    elif kind == 24:
        one.advise(below(35))
    else:
        one.answer(below(4), below(4))


def call(one, kind, below):
    """What a program asks or configures; `kind` is 0 to 12."""
    if kind < 4:
        one.query(below(20))
    elif kind < 6:
        one.ask(below(20))
    elif kind < 8:
        one.lookup(below(20))
    elif kind < 10:
        one.set(below(7), below(4), below(3), below(2))
    elif kind < 12:
        one.delete(below(7))
    elif below(2):
        one.flush()
    else:
        one.set_ips(below(6))
