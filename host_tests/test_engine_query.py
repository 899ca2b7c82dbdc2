"""What a query, an ask and a failure do, and what each destination maps to."""

import frames as f
from engines import at, engine, resolve
from intact import intact

from arp import DOWN, FULL, NO_ROUTE, PENDING, RESOLVED, Engine


def test_Q3_a_query_sends_one_request_with_zero_target_hardware_address():
    eng = engine()
    assert eng.query(f.A_IP, at(3000)) == PENDING
    assert f.polled(eng, at(3000)) == [f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.A_IP)]
    assert f.polled(eng, at(3000)) == []


def test_Q4_a_second_query_sends_nothing():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    assert eng.query(f.A_IP, at(3001)) == PENDING
    assert f.polled(eng, at(3001)) == []


def test_Q2_a_cached_address_is_resolved_without_a_frame():
    eng = engine()
    resolve(eng, 3000)
    assert eng.query(f.A_IP, at(3001)) == RESOLVED
    assert f.polled(eng, at(3001)) == []
    out = bytearray(6)
    assert eng.lookup(f.A_IP, out)
    assert bytes(out) == f.mac(f.A_MAC)


def test_Q1_the_own_address_resolves_to_the_own_mac():
    eng = engine()
    assert eng.query(f.OWN_IP, at(3000)) == RESOLVED
    assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)
    assert f.polled(eng, at(3000)) == []


def test_Q5_ask_sends_nothing_and_starts_nothing():
    eng = engine()
    assert eng.ask(f.A_IP) is None
    assert f.polled(eng, at(3000)) == []
    assert eng.next_deadline(at(3000)) == -1
    assert eng.get(f.A_IP) is None


def test_Q6_requests_go_out_once_a_timeout_and_then_the_host_is_down():
    eng = engine(retries=2, timeout_ms=1500)
    eng.query(f.A_IP, at(3000))
    sent = []
    for ms in range(3000, 9000, 100):
        if f.polled(eng, at(ms)):
            sent.append(ms)
        if eng.query(f.A_IP, at(ms)) == DOWN:
            break
    assert sent == [3000, 4500, 6000]
    assert ms == 7500
    assert f.events(eng) == ["failed"]


def test_Q13_the_hold_down_fails_at_once_and_ends_after_20_seconds():
    eng = engine(retries=0)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.polled(eng, at(4000))
    assert eng.query(f.A_IP, at(4000)) == DOWN
    assert eng.query(f.A_IP, at(23999)) == DOWN
    assert f.polled(eng, at(23999)) == []
    assert eng.query(f.A_IP, at(24000)) == PENDING
    assert len(f.polled(eng, at(24000))) == 1


def test_Q14_a_frame_of_any_kind_ends_the_hold_down():
    for frame in (f.reply(), f.request(tpa=f.B_IP), f.announcement()):
        eng = engine(retries=0)
        eng.query(f.A_IP, at(3000))
        f.polled(eng, at(3000))
        f.polled(eng, at(4000))
        f.receive(eng, frame, at(5000))
        assert eng.query(f.A_IP, at(5000)) == RESOLVED
        assert f.events(eng) == ["failed", "added"]


def test_Q8_a_destination_is_asked_at_most_once_a_second_whatever_became_of_its_entry():
    eng = engine(timeout_ms=200, retries=0, down_ms=0)
    sent = []
    for ms in range(3000, 8000, 50):
        what = (ms // 50) % 4
        if what == 0:
            eng.query(f.A_IP, at(ms))
        elif what == 1:
            eng.delete(f.A_IP)
        elif what == 2:
            eng.query(f.A_IP, at(ms))
        elif ms % 400 == 0:
            eng.flush()
        sent += [ms for frame in f.polled(eng, at(ms))]
    assert len(sent) >= 4
    for i in range(1, len(sent)):
        assert sent[i] - sent[i - 1] >= 1000, sent


def test_a_short_timeout_is_stretched_to_the_second_between_requests():
    eng = engine(timeout_ms=100, retries=1)
    eng.query(f.A_IP, at(3000))
    sent = [ms for ms in range(3000, 6000, 50) if f.polled(eng, at(ms))]
    assert sent == [3000, 4000]


def test_Q11_broadcast_and_multicast_map_without_a_request():
    eng = engine()
    assert eng.ask("255.255.255.255") == b"\xff" * 6
    assert eng.ask("192.168.1.255") == b"\xff" * 6
    assert eng.ask("224.128.1.2") == b"\x01\x00\x5e\x00\x01\x02"
    assert eng.ask("239.255.255.250") == b"\x01\x00\x5e\x7f\xff\xfa"
    for ip in ("255.255.255.255", "192.168.1.255", "224.0.0.1"):
        assert eng.query(ip, at(3000)) == RESOLVED
    assert f.polled(eng, at(3000)) == []


def test_Q11_addresses_where_nobody_lives_have_no_route():
    eng = engine()
    for ip in ("0.0.0.0", "0.1.2.3", "127.0.0.1", "240.0.0.1", "255.255.255.254"):
        assert eng.query(ip, at(3000)) == NO_ROUTE, ip
        assert eng.ask(ip) is None
    assert f.polled(eng, at(3000)) == []


def test_Q12_an_off_link_destination_resolves_the_gateway():
    eng = engine()
    assert eng.query("8.8.8.8", at(3000)) == PENDING
    assert f.polled(eng, at(3000)) == [f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.GATEWAY)]
    assert eng.next_hop("8.8.8.8") == f.ip(f.GATEWAY)
    f.receive(eng, f.reply(f.B_MAC, f.GATEWAY), at(3001))
    assert eng.ask("8.8.8.8") == f.mac(f.B_MAC)


def test_Q12_without_a_gateway_there_is_no_route_off_the_link():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], probe=False)
    assert eng.query("8.8.8.8", at(0)) == NO_ROUTE


def test_Q19_without_an_own_address_nothing_is_asked():
    eng = Engine(f.OWN_MAC, gateway=f.GATEWAY)
    for ip in (f.A_IP, "8.8.8.8", "255.255.255.255"):
        assert eng.query(ip, at(0)) == NO_ROUTE
    assert f.polled(eng, at(0)) == []


def test_C3_pending_resolutions_are_bounded_and_the_next_one_is_refused():
    eng = engine(pending=3)
    for i in range(3):
        assert eng.query("192.168.1.%d" % (30 + i), at(3000)) == PENDING
    assert eng.query("192.168.1.40", at(3000)) == FULL
    assert len(f.polled(eng, at(3000))) == 3
    assert "table_full" in f.events(eng)
    assert eng.query("192.168.1.30", at(3000)) == PENDING


def test_V24_ten_thousand_queries_fail_fast_and_send_at_most_one_frame_each():
    eng = engine()
    sent = 0
    for i in range(2000):
        eng.query(bytes([192, 168, 1, 30 + i % 200]), at(3000))
        sent += len(f.polled(eng, at(3000)))
    assert sent == 8
    intact(eng._cache)


def test_row_9_the_first_request_waits_for_delay_ms():
    eng = engine(delay_ms=300)
    eng.query(f.A_IP, at(3000))
    assert f.polled(eng, at(3299)) == []
    assert len(f.polled(eng, at(3300))) == 1


def test_a_gateway_that_is_ourselves_or_a_broadcast_address_is_no_way():
    for gateway in (f.OWN_IP, "192.168.1.255"):
        eng = Engine(f.OWN_MAC, [f.OWN_NET], gateway=gateway, probe=False)
        assert eng.query("8.8.8.8", at(0)) == NO_ROUTE


def test_W7_a_link_local_sender_broadcasts_replies_and_refreshes():
    eng = engine(ips=["169.254.7.7/16"])
    peer = "169.254.9.9"
    answer = f.receive(eng, f.request(spa=peer, tpa="169.254.7.7"), at(3000))
    assert answer[:6] == b"\xff" * 6
    assert answer[32:38] == f.mac(f.A_MAC)
    resolve(eng, 3000, peer)
    eng.query(peer, at(3001))
    assert [frame[:6] for frame in f.polled(eng, at(1_173_000))] == [b"\xff" * 6]


def test_the_broadcast_address_of_a_new_network_maps_whatever_was_configured_for_it():
    eng = engine()
    eng.set("192.168.2.255", f.A_MAC)
    eng.set_ips(["192.168.2.10/24"])
    assert eng.ask("192.168.2.255") == b"\xff" * 6


def test_a_packet_to_ourselves_is_not_held():
    eng = engine(hold_slots=2)
    assert not eng.hold(f.OWN_IP, b"x", 1, at(3000))
    assert eng.stats.held_dropped == 1
