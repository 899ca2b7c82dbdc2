"""Time that goes strange ways: late starts, late polls, days of silence, late addresses."""

import frames as f
from engines import at, engine, resolve

import arp
from arp import PENDING, RESOLVED, Engine

DAY = 86_400_000


def test_a_temporary_entry_set_before_the_first_call_begins_with_it():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], probe=False, hold_slots=0)
    eng.set(f.A_IP, f.A_MAC, kind=arp.TEMPORARY)
    eng.set(f.B_IP, f.B_MAC)
    f.polled(eng, at(0))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    assert eng.get(f.B_IP).age_ms == 0
    f.polled(eng, at(1_199_999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(1_200_000))
    assert eng.ask(f.A_IP) is None


def test_A5_a_week_of_frames_without_a_poll_resurrects_nothing():
    eng = engine()
    resolve(eng, 3000)
    for hour in range(1, 24 * 7):
        f.receive(eng, f.request(f.B_MAC, f.B_IP), at(3000 + hour * 3_600_000))
    f.polled(eng, at(7 * DAY))
    assert eng.ask(f.A_IP) is None


def test_A5_a_permanent_entry_never_gets_a_negative_age():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC, kind=arp.PERMANENT)
    for hour in range(24 * 14):
        f.polled(eng, at(3000 + hour * 3_600_000))
        assert 0 <= eng.get(f.A_IP).age_ms < 2**29, hour
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_A5_after_a_week_of_silence_probing_goes_on_and_diagnostics_are_heard():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=1, hold_slots=0)
    f.polled(eng, at(0))
    f.receive(eng, f.request(sha=f.ZERO), at(0))
    f.events(eng)
    start = 7 * DAY
    for ms in range(start, start + 9000, 100):
        f.polled(eng, at(ms))
    assert eng.ips == [f.ip(f.OWN_IP)]
    f.events(eng)
    f.receive(eng, f.request(sha=f.ZERO), at(start + 9000))
    assert f.events(eng) == ["bad_sender"]


def test_A1_an_expired_entry_is_over_for_query_hold_and_frames_before_the_next_poll():
    eng = engine(hold_slots=4)
    resolve(eng, 3000)
    assert eng.hold(f.A_IP, b"x", 1, at(1_203_001))
    assert f.polled(eng, at(1_203_001)) == [f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.A_IP)]
    f.receive(eng, f.reply(), at(1_203_002))
    assert f.polled(eng, at(1_203_002))[0][14:] == b"x"
    f.receive(eng, f.request(f.A_MAC, f.A_IP, f.B_IP), at(2_500_000))
    assert eng.query(f.A_IP, at(2_500_000)) == PENDING


def test_V20_ten_conflicts_are_forgotten_after_an_hour_to_the_millisecond():
    eng = engine(conflict="insist", probe=True)
    for ms in range(3000, 12_000, 100):
        f.polled(eng, at(ms))
    for i in range(10):
        f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(12_000 + i))
    last = 12_009
    f.polled(eng, at(last))
    eng.set_ips(["192.168.1.77/24"])
    f.polled(eng, at(last + 3_600_000))
    assert eng.next_deadline(at(last + 3_600_000)) <= 1000


def test_a_pending_resolution_goes_on_when_its_address_is_lost_and_another_becomes_usable():
    eng = engine(conflict="cease", probe=True)
    for ms in range(3000, 12_000, 100):
        f.polled(eng, at(ms))
    eng.set_ips([f.OWN_NET, "192.168.1.11/24"])
    f.polled(eng, at(12_000))
    assert eng.query(f.A_IP, at(12_100)) == PENDING
    assert [frame[28:32] for frame in f.polled(eng, at(12_100))] == [f.ip(f.OWN_IP)]
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(12_500))
    asked = []
    for ms in range(12_600, 40_000, 100):
        asked += [frame[28:32] for frame in f.polled(eng, at(ms)) if frame[38:42] == f.ip(f.A_IP)]
    assert asked == [f.ip("192.168.1.11")] * 5
    assert "failed" in f.events(eng)


def test_row_9_delay_ms_counts_from_the_query_also_while_the_address_is_probed():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=5, delay_ms=8000, hold_slots=0)
    eng.query(f.A_IP, at(0))
    asked = []
    for ms in range(0, 9000, 50):
        asked += [ms for frame in f.polled(eng, at(ms)) if frame[38:42] == f.ip(f.A_IP)]
    assert asked == [8000]


def test_set_ips_starts_probing_with_the_next_call_that_tells_the_time():
    eng = Engine(f.OWN_MAC, seed=5, hold_slots=0)
    f.polled(eng, at(0))
    eng.set_ips([f.OWN_NET])
    waits = eng.next_deadline(at(DAY // 2))
    assert 0 < waits <= 1000
    assert f.polled(eng, at(DAY // 2 + waits - 1)) == []
    assert len(f.polled(eng, at(DAY // 2 + waits))) == 1


def test_an_address_that_stays_with_another_prefix_is_not_probed_again():
    eng = engine(probe=True)
    for ms in range(3000, 12_000, 100):
        f.polled(eng, at(ms))
    eng.set_ips(["192.168.1.10/16"])
    assert eng.ips == [f.ip(f.OWN_IP)]
    assert eng.ask("192.168.255.255") == b"\xff" * 6
    resolve(eng, 12_000, "192.168.77.1", f.A_MAC)
    assert eng.query("192.168.77.1", at(12_001)) == RESOLVED


def test_Q12_an_off_link_entry_that_is_over_gives_the_way_back_to_the_gateway():
    eng = engine(lifetime_ms=60_000)
    resolve(eng, 3000, f.GATEWAY, f.B_MAC)
    eng.set("8.8.8.8", f.A_MAC, kind=arp.TEMPORARY)
    f.receive(eng, f.reply(f.B_MAC, f.GATEWAY), at(62_000))
    assert eng.query("8.8.8.8", at(64_000)) == RESOLVED
    assert f.polled(eng, at(64_000)) == []
    assert eng.ask("8.8.8.8") == f.mac(f.B_MAC)


def test_A1_a_refresh_put_off_does_not_put_off_the_end():
    eng = engine(lifetime_ms=5000, refresh_ms=600)
    resolve(eng, 3000)
    eng.query(f.A_IP, at(3001))
    assert len(f.polled(eng, at(7400))) == 1
    f.polled(eng, at(7700))
    f.polled(eng, at(7999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(8000))
    assert eng.ask(f.A_IP) is None


def test_a_poll_a_little_after_the_longest_lifetime_ends_only_what_is_over():
    eng = engine(lifetime_ms=DAY, refresh_ms=0)
    resolve(eng, 3000)
    resolve(eng, 4000, f.B_IP, f.B_MAC)
    f.receive(eng, f.announcement(f.B_MAC, f.B_IP), at(80_000_000))
    assert eng.next_deadline(at(80_000_000)) == DAY + 3000 - 80_000_000
    f.polled(eng, at(DAY + 3020))
    assert eng.ask(f.A_IP) is None
    assert eng.ask(f.B_IP) == f.mac(f.B_MAC)
