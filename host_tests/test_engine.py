"""The engine as a stack uses it: query, answer, learn, expire, refresh, fail. Time starts near the
wrap.
"""

import frames as f

from arp import DOWN, FULL, NO_ROUTE, PENDING, RESOLVED, Engine

START = 2**30 - 5000


def at(ms):
    """The tick `ms` after the start."""
    return (START + ms) % 2**30


def engine(ips=(f.OWN_NET,), **settings):
    """An engine whose address is usable and announced, at 3 s after the start."""
    settings.setdefault("probe", False)
    settings.setdefault("hold_slots", 0)
    made = Engine(f.OWN_MAC, ips, gateway=f.GATEWAY, seed=11, **settings)
    f.polled(made, at(0))
    f.polled(made, at(2000))
    f.events(made)
    return made


def resolve(eng, ms, ip=f.A_IP, mac=f.A_MAC):
    """Query and answer."""
    assert eng.query(ip, at(ms)) == PENDING
    assert len(f.polled(eng, at(ms))) == 1
    f.receive(eng, f.reply(mac, ip), at(ms))
    assert eng.ask(ip) == f.mac(mac)
    assert "resolved" in f.events(eng)


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
    eng._cache._check()


def test_row_108_a_request_for_another_host_updates_a_known_sender():
    eng = engine()
    resolve(eng, 3000)
    assert f.receive(eng, f.request(f.B_MAC, f.A_IP, f.B_IP), at(3100)) is None
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)
    assert f.events(eng) == ["changed", "overwritten"]


def test_row_46_a_changed_mac_is_reported_with_the_old_one():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, f.reply(f.B_MAC, f.A_IP), at(3100))
    kind, ip, mac, other = eng.next_event()
    assert (ip, mac, other) == (f.ip(f.A_IP), f.mac(f.B_MAC), f.mac(f.A_MAC))


def test_A1_an_entry_is_gone_exactly_after_its_lifetime():
    eng = engine()
    resolve(eng, 3000)
    for ms in (1_173_000, 1_188_000, 1_202_999):
        f.polled(eng, at(ms))
        assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(1_203_000))
    assert eng.ask(f.A_IP) is None
    assert f.events(eng) == ["expired"]
    assert eng.query(f.A_IP, at(1_203_000)) == PENDING


def test_A2_a_used_entry_is_refreshed_by_unicast_and_then_by_broadcast():
    eng = engine()
    resolve(eng, 3000)
    eng.query(f.A_IP, at(4000))
    assert f.polled(eng, at(1_172_999)) == []
    assert eng.next_deadline(at(1_172_999)) == 1
    unicast = f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.A_IP, f.A_MAC)
    assert f.polled(eng, at(1_173_000)) == [unicast]
    assert f.polled(eng, at(1_187_999)) == []
    assert f.polled(eng, at(1_188_000)) == [f.arp(1, f.OWN_MAC, f.OWN_IP, f.ZERO, f.A_IP)]
    f.receive(eng, f.reply(), at(1_188_010))
    f.polled(eng, at(1_203_000))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_A2_an_unused_entry_is_not_refreshed():
    eng = engine()
    resolve(eng, 3000)
    for ms in range(1_100_000, 1_210_000, 500):
        assert f.polled(eng, at(ms)) == []
    assert f.events(eng) == ["expired"]


def test_A4_a_confirming_frame_starts_the_lifetime_again():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, f.announcement(), at(1_000_000))
    f.polled(eng, at(1_300_000))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(2_199_999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(2_200_000))
    assert eng.ask(f.A_IP) is None


def test_A5_more_than_half_a_wrap_without_a_call_resurrects_nothing():
    eng = engine()
    resolve(eng, 3000)
    f.polled(eng, at(3000 + 2**29 + 10_000))
    assert eng.ask(f.A_IP) is None


def test_A6_V17_a_flood_of_frames_does_not_delay_a_retry():
    eng = engine(retries=3)
    eng.query(f.A_IP, at(3000))
    sent = []
    for ms in range(3000, 8000):
        f.receive(eng, f.request(f.B_MAC, f.B_IP), at(ms))
        sent += [ms for frame in f.polled(eng, at(ms)) if frame[:6] == b"\xff" * 6]
    assert sent == [3000, 4000, 5000, 6000]


def test_C1_solicited_replies_fill_the_cache_to_its_capacity_and_no_further():
    eng = engine(capacity=4)
    for i in range(40):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), "02:00:00:00:01:%02x" % i)
        eng._cache._check()
    assert len(list(eng.entries())) == 4
    assert eng.stats.evicted == 36


def test_C2_V11_frames_from_the_network_do_not_protect_an_entry_from_eviction():
    eng = engine(capacity=4)
    for i in range(4):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), "02:00:00:00:01:%02x" % i)
    for ms in range(100):
        f.receive(eng, f.reply("02:00:00:00:01:00", "192.168.1.30"), at(3100 + ms))
    eng.query("192.168.1.31", at(3300))
    resolve(eng, 3400, "192.168.1.40", "02:00:00:00:01:40")
    assert eng.ask("192.168.1.30") is None
    assert eng.ask("192.168.1.31") is not None
    resolve(eng, 3500, "192.168.1.41", "02:00:00:00:01:41")
    assert eng.ask("192.168.1.32") is None
    assert eng.ask("192.168.1.31") is not None


def test_V9_V10_a_flood_of_strangers_never_displaces_what_is_used():
    for learn in ("cautious", "rfc826"):
        eng = engine(capacity=8, learn=learn)
        resolve(eng, 3000, f.GATEWAY, f.B_MAC)
        for i in range(3000):
            ip = "192.168.1.%d" % (2 + i % 250 if 2 + i % 250 != 10 else 9)
            frame = f.request if i & 1 else f.reply
            f.receive(eng, frame("02:00:00:01:%02x:%02x" % (i >> 8, i & 255), ip), at(3001 + i))
        eng._cache._check()
        assert eng.ask(f.GATEWAY) == f.mac(f.B_MAC)
        assert len(list(eng.entries())) <= 8


def test_V15_a_probe_is_answered_and_0_0_0_0_is_not_learned():
    eng = engine(learn="rfc826")
    assert f.receive(eng, f.probe(), at(3000)) is not None
    assert list(eng.entries()) == []


def test_V6_the_transmit_buffer_never_carries_bytes_of_an_earlier_frame():
    eng = engine()
    assert f.receive(eng, f.request() + b"secret!", at(3000)) == f.arp(
        2, f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP, f.A_MAC
    )


def test_Q16_deleting_flushing_and_new_addresses_end_a_pending_query_as_cleared():
    for end in (
        lambda eng: eng.delete(f.A_IP),
        lambda eng: eng.flush(),
        lambda eng: eng.set_ips(["192.168.1.11/24"]),
    ):
        eng = engine()
        eng.query(f.A_IP, at(3000))
        f.polled(eng, at(3000))
        end(eng)
        assert "cleared" in f.events(eng)
        assert eng.get(f.A_IP) is None


def test_row_16_set_ips_replaces_the_addresses_and_announces_the_new_one():
    eng = engine()
    eng.set_ips([f.OWN_NET, "192.168.1.77/24"])
    assert eng.ips == [f.ip(f.OWN_IP), f.ip("192.168.1.77")]
    assert f.polled(eng, at(3000)) == [f.announcement(f.OWN_MAC, "192.168.1.77")]
    assert f.receive(eng, f.request(tpa="192.168.1.77"), at(3001)) is not None
    eng.set_ips(["192.168.1.77/24"])
    assert f.receive(eng, f.request(), at(3002)) is None


def test_row_9_the_first_request_waits_for_delay_ms():
    eng = engine(delay_ms=300)
    eng.query(f.A_IP, at(3000))
    assert f.polled(eng, at(3299)) == []
    assert len(f.polled(eng, at(3300))) == 1


def test_next_deadline_is_the_time_until_poll_has_work():
    eng = engine(retries=0)
    assert eng.next_deadline(at(3000)) == -1
    eng.query(f.A_IP, at(3000))
    assert eng.next_deadline(at(3000)) == 0
    f.polled(eng, at(3000))
    assert eng.next_deadline(at(3400)) == 600


def test_a_clock_that_steps_back_a_little_stands_still():
    eng = engine(retries=0)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    assert f.polled(eng, at(2500)) == []
    assert eng.next_deadline(at(2500)) == 1000


def test_a_length_beyond_the_buffer_reads_nothing_behind_it():
    eng = engine()
    assert eng.receive(f.request()[:30], 42, at(3000)) == 0
    assert eng.stats.rx_short == 1


def test_row_13_wrong_settings_are_refused_by_name():
    for name, value in (
        ("timeout_ms", 0),
        ("retries", -1),
        ("capacity", 3),
        ("capacity", 4097),
        ("capacity", "many"),
        ("learn", "everything"),
        ("conflict", "ignore"),
        ("probe", 3),
        ("refresh_ms", 1_200_000),
        ("seed", "x"),
        ("colour", 1),
    ):
        try:
            Engine(f.OWN_MAC, [f.OWN_NET], **{name: value})
        except (ValueError, TypeError) as error:
            assert str(error).startswith(name), (name, str(error))
        else:
            raise AssertionError("%s=%r was accepted" % (name, value))


def test_a_wrong_own_address_leaves_the_old_ones_in_place():
    eng = engine()
    for ips in (["192.168.1.300/24"], [f.OWN_NET, f.OWN_NET], ["192.168.1.255/24"], "10.0.0.1/8"):
        try:
            eng.set_ips(ips)
        except (ValueError, TypeError) as error:
            assert str(error).startswith("ips"), str(error)
        else:
            raise AssertionError("%r was accepted" % (ips,))
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_stats_count_and_print_like_netstat():
    eng = engine()
    f.receive(eng, f.request(), at(3000))
    f.receive(eng, f.request()[:20], at(3000))
    assert (eng.stats.rx, eng.stats.rx_short, eng.stats.tx_reply) == (2, 1, 1)
    assert "    1 rx short\n" in str(eng.stats)
    try:
        raise AssertionError("rx_nonsense is %r" % eng.stats.rx_nonsense)
    except AttributeError:
        pass
