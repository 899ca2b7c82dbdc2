"""What a setting switches on takes no heap per frame either: trailers, link-local, groups."""

import frames as f
from test_heap_engine import ROUNDS, START, Feed, _check, _receive

from arp import Engine, Group
from arp.ticks import add

WASM = True


def test_trailer_offers_take_no_heap():
    feed = Feed(f.request(), trailers=True)

    def ask(feed):
        for _ in range(ROUNDS):
            now = feed.tick()
            feed.engine.receive(feed.frame, feed.n, now)
            while feed.engine.poll(now):
                feed.answers += 1

    _check(ask, feed)
    assert feed.answers >= 4 * ROUNDS
    offer = bytearray(f.reply())
    offer[16] = 0x10
    _check(_receive, Feed(offer, trailers=True))


def test_conflicts_that_pick_another_link_local_address_take_no_heap():
    class Claims:
        engine = Engine(f.OWN_MAC, link_local=True, seed=3, hold_slots=0)
        frame = bytearray(f.announcement(f.B_MAC, "169.254.1.1"))
        now = START
        lost = 0

    def claim(claims):
        engine = claims.engine
        for _ in range(ROUNDS):
            claims.now = add(claims.now, 500)
            if engine.poll(claims.now):
                for i in range(4):  # claim what it probes or announces
                    claims.frame[28 + i] = engine.tx[38 + i]
                engine.receive(claims.frame, 42, claims.now)

    claims = Claims()
    _check(claim, claims)
    assert claims.engine.stats.lost >= 4


def test_a_group_takes_no_heap():
    feed = Feed(f.request(spa="10.0.0.9"), learn="rfc826")
    other = Engine("02:00:00:00:00:02", ["10.0.0.1/24"], probe=False, hold_slots=0)
    Group((feed.engine, other))
    _check(_receive, feed)
    assert feed.answers == 4 * ROUNDS
