"""The engine's frame path takes no heap: answering, merging, dropping, polling, cached queries.

Each path is run with the heap locked, and again with the collector off while gc.mem_alloc() may
not grow: raising and falling back to the stack pass the first check and not the second.
"""

import gc

import frames as f
import micropython

import arp
from arp import Engine
from arp.const import ATF_PUBL, PENDING, PERMANENT, RESOLVED
from arp.ticks import add

WASM = True  # needs no viper and no sockets

START = 2**30 - 5000
ROUNDS = 30
OWN = f.ip(f.OWN_IP)
A = f.ip(f.A_IP)
SILENT = f.ip("192.168.1.99")


def _engine(**settings):
    engine = Engine(f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, probe=False, seed=3, **settings)
    f.polled(engine, START)
    f.polled(engine, (START + 2000) % 2**30)
    engine.query(A, (START + 2000) % 2**30)
    f.polled(engine, (START + 2000) % 2**30)
    f.receive(engine, f.reply(), (START + 2000) % 2**30)
    f.events(engine)
    return engine


def _locked(work, thing):
    work(thing)
    micropython.heap_lock()
    try:
        work(thing)
    finally:
        micropython.heap_unlock()


def _growth(work, thing):
    work(thing)
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        work(thing)
        return gc.mem_alloc() - before
    finally:
        gc.enable()


def _check(work, thing):
    _locked(work, thing)
    grown = _growth(work, thing)
    assert grown == 0, grown


class Feed:
    """An engine, a frame and a clock that goes on by `step_ms` with each frame."""

    def __init__(self, frame, step_ms=1, **settings):
        self.engine = _engine(**settings)
        self.frame = bytearray(frame)
        self.n = len(frame)
        self.now = (START + 3000) % 2**30
        self.step_ms = step_ms
        self.answers = 0

    def tick(self):
        self.now = add(self.now, self.step_ms)
        return self.now


def _receive(feed):
    for _ in range(ROUNDS):
        if feed.engine.receive(feed.frame, feed.n, feed.tick()):
            feed.answers += 1


def test_answering_takes_no_heap():
    feed = Feed(f.request())
    _check(_receive, feed)
    assert feed.answers == 4 * ROUNDS


def test_answering_with_rfc826_learning_and_eviction_takes_no_heap():
    feed = Feed(f.request(), learn="rfc826", capacity=4)

    def flood(feed):
        for i in range(ROUNDS):
            feed.frame[31] = 100 + i  # spa
            feed.frame[27] = i  # sha
            feed.engine.receive(feed.frame, feed.n, feed.tick())

    _check(flood, feed)
    assert feed.engine.stats.evicted >= 3 * ROUNDS


def test_confirming_and_changing_a_known_neighbor_takes_no_heap():
    feed = Feed(f.reply())

    def change(feed):
        for i in range(ROUNDS):
            feed.frame[27] = i >> 1  # each MAC twice: changed, then confirmed
            feed.engine.receive(feed.frame, feed.n, feed.tick())

    _check(change, feed)
    assert feed.engine.stats.updated >= ROUNDS


def test_dropping_each_kind_of_bad_frame_takes_no_heap():
    good = f.request()
    for at, value, counter in (
        (12, 0x86, "rx_not_arp"),
        (0, 2, "rx_not_ours"),
        (15, 6, "rx_bad_htype"),
        (16, 0x86, "rx_bad_ptype"),
        (18, 8, "rx_bad_hlen"),
        (19, 0, "rx_bad_plen"),
        (21, 9, "rx_bad_oper"),
        (22, 1, "rx_bad_sender"),
        (41, 255, "rx_bad_target"),
    ):
        frame = bytearray(good)
        frame[at] = value
        feed = Feed(frame)
        _check(_receive, feed)
        assert getattr(feed.engine.stats, counter) == 4 * ROUNDS, counter
        assert feed.answers == 0
    feed = Feed(good[:41])
    _check(_receive, feed)
    assert feed.engine.stats.rx_short == 4 * ROUNDS


def test_our_own_echo_takes_no_heap():
    _check(_receive, Feed(f.announcement(f.OWN_MAC, f.OWN_IP)))


def test_conflicts_under_each_policy_take_no_heap():
    for policy in ("defend", "cease", "insist"):
        feed = Feed(f.announcement(f.B_MAC, f.OWN_IP), step_ms=3000, conflict=policy)
        _check(_receive, feed)
        assert feed.engine.stats.rx_conflict >= 1


def test_answering_for_a_published_entry_and_guarding_a_permanent_one_take_no_heap():
    feed = Feed(f.request(tpa="192.168.1.77"))
    feed.engine.set("192.168.1.77", f.B_MAC, ATF_PUBL, PERMANENT)
    _check(_receive, feed)
    assert feed.answers == 4 * ROUNDS
    feed = Feed(f.reply(f.B_MAC, f.B_IP))
    feed.engine.set(f.B_IP, f.A_MAC, kind=PERMANENT)
    _check(_receive, feed)
    assert feed.engine.ask(f.B_IP) == f.mac(f.A_MAC)


def test_cached_queries_lookups_and_deadlines_take_no_heap():
    feed = Feed(f.reply())
    out = bytearray(6)

    def ask(feed):
        for _ in range(ROUNDS):
            now = feed.tick()
            assert feed.engine.query(A, now) == RESOLVED
            assert feed.engine.query(OWN, now) == RESOLVED
            assert feed.engine.lookup(A, out)
            assert feed.engine.next_deadline(now) >= 0
            feed.engine.poll(now)

    _check(ask, feed)
    assert bytes(out) == f.mac(f.A_MAC)


def test_a_whole_resolution_and_its_failure_take_no_heap():
    feed = Feed(f.reply(), step_ms=500, retries=2, down_ms=2000)

    def fail(feed):
        for _ in range(ROUNDS):
            now = feed.tick()
            feed.engine.query(SILENT, now)
            while feed.engine.poll(now):
                pass

    _check(fail, feed)
    assert feed.engine.stats.failed >= 3


def test_resolving_refreshing_and_expiring_take_no_heap():
    feed = Feed(f.reply(), step_ms=5000, lifetime_ms=60_000, refresh_ms=20_000)

    def live(feed):
        for _ in range(ROUNDS):
            now = feed.tick()
            if feed.engine.query(A, now) == PENDING:
                feed.engine.poll(now)
                feed.engine.receive(feed.frame, feed.n, now)
            while feed.engine.poll(now):
                pass

    _check(live, feed)
    assert feed.engine.stats.expired >= 3
    assert feed.engine.stats.tx_refresh >= 6


def test_probing_announcing_and_being_ready_take_no_heap():
    engine = Engine(f.OWN_MAC, [f.OWN_NET], seed=3)

    def claim(engine):
        for ms in range(0, 9000, 100):
            engine.poll(add(START, ms))

    engine.poll(START)
    micropython.heap_lock()
    try:
        claim(engine)
    finally:
        micropython.heap_unlock()
    assert engine.ips == [OWN]


def test_holding_and_releasing_packets_take_no_heap():
    feed = Feed(f.reply())
    packet = bytes(60)

    def hold(feed):
        for _ in range(ROUNDS):
            now = feed.tick()
            assert feed.engine.hold(A, packet, 60, now)
            feed.engine.hold(SILENT, packet, 60, now)
            n = feed.engine.poll(now)
            while n:
                if n == 74:
                    feed.answers += 1
                n = feed.engine.poll(now)

    _check(hold, feed)
    assert feed.answers == 4 * ROUNDS


def test_the_checks_see_an_allocation():
    def allocate(feed):
        feed.keep = bytes(feed.frame)

    feed = Feed(f.request())
    feed.keep = None
    try:
        _locked(allocate, feed)
    except MemoryError:
        pass
    else:
        raise AssertionError("the lock saw nothing")
    assert _growth(allocate, feed) > 0


def test_a_code_is_looked_for_once_and_then_costs_nothing():
    now = (START + 3000) % 2**30

    def compare(engine):
        return engine.query(A, now) == arp.RESOLVED

    _check(compare, _engine())
