"""What the seed documents say, row by row: the table, its kinds and flags, and the diagnostics."""

import frames as f
from engines import at, engine, resolve

import arp
from arp import DOWN, PENDING, RESOLVED
from arp.sentences import table


def refused(error, call):
    """The text of the error that `call` raises."""
    try:
        call()
    except error as problem:
        return str(problem)
    raise AssertionError("it was accepted")


def sentence(eng):
    """The oldest diagnostic, in words."""
    event = eng.next_event()
    while event[0] < arp.EV_DUPLICATE_IP:
        event = eng.next_event()
    return arp.describe(event)


def test_row_28_row_29_row_30_an_entry_is_set_read_and_deleted():
    eng = engine()
    assert eng.get(f.A_IP) is None
    eng.set(f.A_IP, f.A_MAC)
    entry = eng.get(f.A_IP)
    assert (entry.ip, entry.mac, entry.kind) == (f.ip(f.A_IP), f.mac(f.A_MAC), arp.STATIC)
    assert eng.delete(f.A_IP)
    assert eng.get(f.A_IP) is None
    assert not eng.delete(f.A_IP)


def test_row_31_M7_addresses_of_another_family_are_refused_by_name():
    eng = engine()
    for ip in ("fe80::1", bytes(16), bytes(6), "02:00:00:00:00:20", ""):
        text = refused((ValueError, TypeError), lambda ip=ip: eng.set(ip, f.A_MAC))
        assert text.startswith("ip"), text
    for mac in (bytes(8), bytes(4), "02:00:00:00:00", f.A_IP, b""):
        text = refused((ValueError, TypeError), lambda mac=mac: eng.set(f.A_IP, mac))
        assert text.startswith("mac"), text
    assert list(eng.entries()) == []


def test_row_32_row_33_com_means_resolved_and_perm_means_permanent():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    assert eng.get(f.A_IP).flags == 0
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(), at(3001))
    assert eng.get(f.A_IP).flags == arp.ATF_COM == 0x2
    eng.set(f.B_IP, f.B_MAC)
    assert eng.get(f.B_IP).flags == 0x2
    eng.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT)
    assert eng.get(f.B_IP).flags == 0x6
    assert arp.ATF_PERM == 0x4


def test_row_36_M11_only_publish_and_trailers_can_be_written():
    eng = engine()
    writable = 0
    for bit in range(16):
        try:
            eng.set(f.A_IP, f.A_MAC, flags=1 << bit)
            writable |= 1 << bit
            assert eng.get(f.A_IP).flags == 1 << bit | arp.ATF_COM
        except ValueError as problem:
            assert str(problem).startswith("flags")
    assert writable == 0x18 == arp.ATF_PUBL | arp.ATF_USETRAILERS


def test_row_51_row_67_row_71_a_permanent_entry_stays_and_the_attempt_is_told():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC, kind=arp.PERMANENT)
    for frame in (
        f.reply(f.B_MAC, f.A_IP),
        f.request(f.B_MAC, f.A_IP),
        f.announcement(f.B_MAC, f.A_IP),
    ):
        f.receive(eng, frame, at(3000))
        assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    assert sentence(eng) == (
        "attempt to overwrite permanent entry for 192.168.1.20 by 02:00:00:00:00:21"
    )
    for hour in range(1, 50):
        assert f.polled(eng, at(3_600_000 * hour)) == []
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_row_56_the_first_answer_ends_the_query_and_a_second_one_is_told():
    eng = engine()
    eng.query(f.GATEWAY, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(f.A_MAC, f.GATEWAY), at(3001))
    f.receive(eng, f.reply(f.B_MAC, f.GATEWAY), at(3002))
    assert eng.next_event() == (arp.EV_RESOLVED, f.ip(f.GATEWAY), f.mac(f.A_MAC), None)
    assert f.events(eng) == ["changed", "overwritten"]


def test_row_56_a_permanent_gateway_cannot_be_spoofed():
    eng = engine()
    eng.set(f.GATEWAY, f.A_MAC, kind=arp.PERMANENT)
    for i in range(100):
        f.receive(eng, f.reply(f.B_MAC, f.GATEWAY), at(3000 + i))
    assert eng.query("8.8.8.8", at(4000)) == RESOLVED
    assert eng.ask("8.8.8.8") == f.mac(f.A_MAC)


def test_row_58_a_host_is_down_for_20_seconds_after_its_requests():
    eng = engine(retries=2)
    eng.query(f.A_IP, at(3000))
    for ms in (3000, 4000, 5000, 6000):
        f.polled(eng, at(ms))
    assert f.events(eng) == ["failed"]
    for ms in (6000, 16_000, 25_999):
        assert eng.query(f.A_IP, at(ms)) == DOWN
        assert f.polled(eng, at(ms)) == []
    assert eng.query(f.A_IP, at(26_000)) == PENDING


def test_row_60_an_entry_is_a_host_route_made_on_demand_that_goes_before_the_gateway():
    eng = engine()
    assert list(eng.entries()) == []
    eng.query(f.A_IP, at(3000))
    assert [(entry.ip, entry.state) for entry in eng.entries()] == [(f.ip(f.A_IP), PENDING)]
    assert eng.next_hop("10.9.9.9") == f.ip(f.GATEWAY)
    eng.set("10.9.9.9", f.B_MAC)
    assert eng.next_hop("10.9.9.9") == f.ip("10.9.9.9")
    eng.delete("10.9.9.9")
    assert eng.next_hop("10.9.9.9") == f.ip(f.GATEWAY)


def test_row_62_an_entry_that_nobody_uses_runs_out_without_a_frame():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, f.reply(), at(4000))  # validated; not used since
    sent = []
    for ms in range(5000, 1_205_000, 1000):
        sent += f.polled(eng, at(ms))
    assert sent == []
    assert f.events(eng) == ["expired"]


def test_row_63_the_entry_of_a_silent_host_rejects_and_is_listed_as_down():
    eng = engine(retries=0, hold_slots=2)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.polled(eng, at(4000))
    assert (eng.get(f.A_IP).state, eng.get(f.A_IP).mac) == (DOWN, None)
    assert eng.query(f.A_IP, at(5000)) == DOWN
    assert not eng.hold(f.A_IP, b"packet", 6, at(5000))


def test_row_64_entries_are_added_changed_listed_deleted_and_flushed():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC)
    eng.set(f.A_IP, f.B_MAC, arp.ATF_PUBL, arp.PERMANENT)
    resolve(eng, 3000, f.B_IP, f.B_MAC)
    lines = table(eng.entries()).split("\n")
    assert sorted(lines) == [
        "? (192.168.1.20) at 02:00:00:00:00:21 [ether] PERM PUB on arp0",
        "? (192.168.1.21) at 02:00:00:00:00:21 [ether] on arp0",
    ]
    eng.flush()
    assert [entry.ip for entry in eng.entries()] == [f.ip(f.A_IP)]
    assert eng.delete(f.A_IP)
    assert list(eng.entries()) == []


def test_row_70_row_46_a_new_mac_is_taken_and_told():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, f.announcement(f.B_MAC, f.A_IP), at(4000))
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)
    assert sentence(eng) == "arp info overwritten for 192.168.1.20 by 02:00:00:00:00:21"


def test_row_73_row_74_an_answer_from_the_broadcast_address_is_told_and_not_cached():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(f.BROADCAST, f.A_IP), at(3001))
    assert sentence(eng) == "ether address is broadcast for IP address 192.168.1.20!"
    assert eng.get(f.A_IP).state == PENDING


def test_row_73_row_75_an_answer_from_a_multicast_address_is_told_and_not_cached():
    for mac in ("01:00:5e:00:00:01", "33:33:00:00:00:01", "03:00:00:00:00:01"):
        eng = engine()
        eng.query(f.A_IP, at(3000))
        f.polled(eng, at(3000))
        f.receive(eng, f.reply(mac, f.A_IP), at(3001))
        assert sentence(eng) == "ether address is multicast for IP address 192.168.1.20!"
        assert eng.get(f.A_IP).state == PENDING


def test_row_77_row_112_a_sender_off_our_network_is_answered_told_and_not_cached():
    for learn in ("cautious", "rfc826"):
        eng = engine(learn=learn)
        frame = f.request(f.A_MAC, "10.9.9.9")
        assert f.receive(eng, frame, at(3000)) == f.reply(f.OWN_MAC, f.OWN_IP, f.A_MAC, "10.9.9.9")
        assert sentence(eng) == "arplookup: unable to enter address for 10.9.9.9"
        assert list(eng.entries()) == []


def test_row_78_a_trailer_packet_is_counted_and_changes_nothing():
    eng = engine()
    resolve(eng, 3000)
    for whole in (f.request(f.B_MAC, f.A_IP), f.reply(f.B_MAC, f.A_IP)):
        frame = bytearray(whole)
        frame[16] = 0x10
        assert f.receive(eng, frame, at(4000)) is None
    assert eng.stats.rx_bad_ptype == 2
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    assert eng.get(f.A_IP).flags == arp.ATF_COM


def test_M4_an_own_address_is_advertised_and_no_entry_of_the_table():
    eng = engine(conflict="insist")
    assert refused(ValueError, lambda: eng.set(f.OWN_IP, f.B_MAC)).startswith("ip")
    assert not eng.delete(f.OWN_IP)
    for frame in (f.reply(f.B_MAC, f.OWN_IP), f.request(f.B_MAC, f.OWN_IP, f.A_IP)):
        f.receive(eng, frame, at(3000))
        assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)
        assert list(eng.entries()) == []
    assert f.receive(eng, f.request(), at(3000)) == f.reply(f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP)


def test_M12_an_own_address_goes_before_an_entry_and_an_entry_can_follow_it():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC, arp.ATF_PUBL)
    eng.set_ips([f.A_IP + "/24"])
    assert eng.ask(f.A_IP) == f.mac(f.OWN_MAC)
    answer = f.receive(eng, f.request(f.B_MAC, f.B_IP, f.A_IP), at(3000))
    assert answer[22:28] == f.mac(f.OWN_MAC)
    eng.set_ips([f.OWN_NET])
    eng.set(f.A_IP, f.B_MAC)
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)


def test_M13_setting_a_permanent_entry_again_replaces_it():
    eng = engine(manual=1)
    eng.set(f.A_IP, f.A_MAC, kind=arp.PERMANENT)
    eng.set(f.A_IP, f.B_MAC, kind=arp.PERMANENT)
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)
    eng.set(f.A_IP, f.A_MAC, kind=arp.TEMPORARY)
    assert eng.get(f.A_IP).kind == arp.TEMPORARY
    assert len(list(eng.entries())) == 1


def test_Q20_a_missing_entry_is_no_error_until_every_request_is_unanswered():
    eng = engine(retries=2, hold_slots=4)
    for ip in (f.A_IP, "8.8.8.8"):
        assert eng.query(ip, at(3000)) == PENDING
        assert eng.hold(ip, b"packet", 6, at(3000))
    for ms in range(3000, 6000, 100):
        for frame in f.polled(eng, at(ms)):
            assert frame[12:14] == b"\x08\x06"
        assert eng.query(f.A_IP, at(ms)) == PENDING
        assert f.events(eng) == []
    f.polled(eng, at(6000))
    assert f.events(eng) == ["failed", "failed"]


def test_A3_an_unanswered_refresh_ends_in_expiry_and_no_failure():
    eng = engine()
    resolve(eng, 3000)
    eng.query(f.A_IP, at(4000))
    sent = []
    for ms in range(5000, 1_240_000, 1000):
        sent += f.polled(eng, at(ms))
    assert len(sent) == 2
    assert f.events(eng) == ["expired"]
    assert eng.query(f.A_IP, at(1_240_000)) == PENDING


def test_A7_the_table_empties_by_a_set_time_after_unicast_polls_and_on_request():
    eng = engine(lifetime_ms=60_000)
    resolve(eng, 3000)
    eng.query(f.A_IP, at(4000))
    polls = f.polled(eng, at(33_000)) + f.polled(eng, at(48_000))
    assert [frame[:6] for frame in polls] == [f.mac(f.A_MAC), b"\xff" * 6]
    f.polled(eng, at(62_999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(63_000))
    assert eng.ask(f.A_IP) is None
    resolve(eng, 70_000)
    eng.flush()
    assert eng.ask(f.A_IP) is None
