"""Frames as RFC 826 lays them out, and who hears which: what the other files do not show whole."""

import frames as f
from engines import at, engine, resolve

import arp
from arp import PENDING, Engine, wire


def test_W1_the_fields_stand_at_their_offsets():
    eng = engine()
    frame = f.receive(eng, f.request(f.A_MAC, f.A_IP), at(3000))
    assert len(frame) == 42
    assert frame[0:6] == f.mac(f.A_MAC)
    assert frame[6:12] == f.mac(f.OWN_MAC)
    assert frame[12:14] == b"\x08\x06"
    payload = frame[14:]
    assert payload[0:2] == b"\x00\x01"
    assert payload[2:4] == b"\x08\x00"
    assert payload[4:6] == b"\x06\x04"
    assert payload[6:8] == b"\x00\x02"
    assert payload[8:14] == f.mac(f.OWN_MAC)
    assert payload[14:18] == f.ip(f.OWN_IP)
    assert payload[18:24] == f.mac(f.A_MAC)
    assert payload[24:28] == f.ip(f.A_IP)


def test_W3_a_reply_goes_to_the_senders_hardware_address_whatever_the_frames_source_was():
    eng = engine()
    frame = f.arp(1, f.A_MAC, f.A_IP, f.ZERO, f.OWN_IP, f.BROADCAST, f.B_MAC)
    assert f.receive(eng, frame, at(3000)) == f.arp(
        2, f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP, f.A_MAC, f.OWN_MAC
    )


def test_W6_what_is_built_is_valid_and_reads_back_the_same():
    mac = f.mac(f.OWN_MAC)
    for oper in (1, 2):
        for seed in range(50):
            sha = bytes([2, seed, 255 - seed, 7, 7, 7])
            spa = bytes([10, seed, 1, 1])
            tha = bytes([4, seed, 0, 255, 9, 9])
            tpa = bytes([172, 16, seed, 9])
            tx = bytearray(b"\xa5" * 60)
            n = wire.build(tx, b"\xff" * 6, sha, oper, sha, 0, spa, 0, tha, 0, tpa, 0)
            assert n == 42
            assert wire.check(tx, n, mac) == 0
            assert (tx[21], tx[wire.SHA : wire.SPA]) == (oper, sha)
            assert (tx[wire.SPA : 32], tx[32 : wire.TPA]) == (spa, tha)
            assert (tx[wire.TPA : 42], tx[42:]) == (tpa, b"\xa5" * 18)


def test_W6_nothing_is_built_into_a_buffer_that_is_too_small():
    mac = f.mac(f.OWN_MAC)
    ip = f.ip(f.OWN_IP)
    for size in range(42):
        try:
            wire.build(bytearray(size), mac, mac, 1, mac, 0, ip, 0, mac, 0, ip, 0)
        except IndexError:
            continue
        raise AssertionError("built into %d bytes" % size)


def test_D4_only_a_link_local_address_is_answered_for_by_broadcast():
    for net, ip, to in (
        (f.OWN_NET, f.OWN_IP, f.A_MAC),
        ("10.0.0.1/8", "10.0.0.1", f.A_MAC),
        ("169.254.7.7/16", "169.254.7.7", f.BROADCAST),
    ):
        eng = engine([net])
        for frame in (f.request(tpa=ip), f.probe(tpa=ip)):
            answer = f.receive(eng, frame, at(3000))
            assert answer[:6] == f.mac(to), ip
            assert answer[32:38] == f.mac(f.A_MAC), ip


def test_D3_a_usable_address_answers_from_its_first_announcement_until_it_is_lost():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=5, conflict="cease")
    answered = []
    announced = None
    for ms in range(0, 9000, 10):
        if f.announcement(f.OWN_MAC, f.OWN_IP) in f.polled(eng, at(ms)) and announced is None:
            announced = ms
        if f.receive(eng, f.request(), at(ms)):
            answered.append(ms)
    assert answered == list(range(announced, 9000, 10))
    assert f.receive(eng, f.probe(), at(9000)) is not None
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(9001))
    assert f.receive(eng, f.request(), at(9002)) is None
    assert f.receive(eng, f.probe(), at(9002)) is None


def test_D0_a_conflict_is_seen_in_requests_and_replies_long_after_the_announcements():
    for claim in (f.request(f.B_MAC, f.OWN_IP, f.A_IP), f.reply(f.B_MAC, f.OWN_IP)):
        eng = engine()
        for hour in range(1, 30):
            f.polled(eng, at(3_600_000 * hour))
        answer = f.receive(eng, claim, at(3_600_000 * 30))
        assert answer == f.announcement(f.OWN_MAC, f.OWN_IP)
        assert f.events(eng) == ["duplicate_ip", "conflict", "defended"]


def test_P3_nothing_is_learned_for_an_address_that_is_being_probed():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=5, learn="rfc826")
    f.polled(eng, at(0))
    f.receive(eng, f.request(), at(100))
    f.receive(eng, f.reply(), at(200))
    assert list(eng.entries()) == []
    assert eng.ips == []


def test_Q16_M10_deleting_what_is_pending_ends_it_as_cleared_at_once():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    assert eng.delete(f.A_IP)
    assert eng.next_event() == (arp.EV_CLEARED, f.ip(f.A_IP), None, None)
    assert eng.get(f.A_IP) is None
    f.receive(eng, f.reply(), at(3001))
    assert eng.ask(f.A_IP) is None


def test_C1_learning_evicts_neither_pending_nor_configured_entries():
    eng = engine(capacity=4)
    eng.set(f.B_IP, f.B_MAC)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    for i in range(40):  # ten times the capacity
        resolve(eng, 3001, "192.168.1.%d" % (30 + i), f.B_MAC)
    entries = list(eng.entries())
    assert len(entries) == 4 + 1 + 1
    assert eng.get(f.A_IP).state == PENDING
    assert eng.ask(f.B_IP) == f.mac(f.B_MAC)
    assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)


def test_M5_row_52_neither_a_learned_nor_a_configured_entry_is_answered_for_or_advertised():
    eng = engine()
    resolve(eng, 3000)
    for kind in (arp.TEMPORARY, arp.STATIC, arp.PERMANENT):
        eng.set(f.B_IP, f.B_MAC, kind=kind)
        for ip in (f.A_IP, f.B_IP):
            asker = "02:00:00:00:00:99"
            assert f.receive(eng, f.request(asker, "192.168.1.99", ip), at(3001)) is None
            assert f.receive(eng, f.probe(asker, ip), at(3001)) is None
    assert f.polled(eng, at(3002)) == []
