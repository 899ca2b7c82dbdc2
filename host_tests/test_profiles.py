"""The profiles give each seed document's own behaviour."""

import frames as f

from arp import PENDING, Engine, profiles

START = 2**30 - 5000


def at(ms):
    return (START + ms) % 2**30


def engine(profile):
    made = Engine(f.OWN_MAC, [f.OWN_NET], seed=3, **dict(profile, probe=False))
    f.polled(made, at(0))
    f.polled(made, at(2000))
    f.events(made)
    return made


def test_every_profile_is_accepted():
    for profile in (profiles.MNET, profiles.SOLARIS, profiles.MIRAGE, profiles.AERIEBSD):
        engine(profile)


def test_mirage_stays_pending_at_the_peers_own_request_and_merges_announcements():
    eng = engine(profiles.MIRAGE)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.request(), at(3001))
    assert eng.query(f.A_IP, at(3001)) == PENDING
    f.receive(eng, f.announcement(), at(3002))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.receive(eng, f.request(f.B_MAC, f.A_IP), at(3003))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_A2_mirage_refreshes_every_entry_once_by_broadcast():
    eng = engine(profiles.MIRAGE)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(), at(3000))
    sent = []
    for ms in range(1_200_000, 1_203_100, 100):
        sent += [(ms, frame) for frame in f.polled(eng, at(ms))]
    assert sent == [(1_201_500, f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.A_IP))]
    assert f.events(eng) == ["resolved", "expired"]


def test_mirage_fails_without_a_hold_down():
    eng = engine(profiles.MIRAGE)
    eng.query(f.A_IP, at(3000))
    for ms in range(3000, 12_001, 500):
        f.polled(eng, at(ms))
    assert f.events(eng) == ["failed"]
    assert eng.query(f.A_IP, at(12_500)) == PENDING


def test_aeriebsd_keeps_one_packet():
    eng = engine(profiles.AERIEBSD)
    eng.hold(f.A_IP, b"1", 1, at(3000))
    eng.hold(f.A_IP, b"2", 1, at(3000))
    f.receive(eng, f.reply(), at(3000))
    frames = f.polled(eng, at(3000))
    assert [frame[14:] for frame in frames if frame[12:14] == b"\x08\x00"] == [b"2"]
