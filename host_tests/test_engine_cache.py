"""What the network and time change in the cache: merging, refresh, expiry, eviction."""

import frames as f
from engines import at, engine, resolve
from intact import intact

from arp import PENDING


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
        intact(eng._cache)
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
        intact(eng._cache)
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


def test_C2_V11_a_host_in_hold_down_that_speaks_keeps_its_place_for_eviction():
    eng = engine(capacity=4, retries=0)
    eng.query("192.168.1.99", at(3000))
    f.polled(eng, at(3000))
    f.polled(eng, at(4000))
    for i in range(3):
        resolve(eng, 4100 + i, "192.168.1.%d" % (30 + i), "02:00:00:00:01:%02x" % i)
    f.receive(eng, f.announcement(f.B_MAC, "192.168.1.99"), at(4200))
    assert eng.ask("192.168.1.99") is not None
    resolve(eng, 4300, "192.168.1.40", "02:00:00:00:01:40")
    assert eng.ask("192.168.1.99") is None
    assert eng.ask("192.168.1.30") is not None


def test_C2_V11_overwriting_unused_static_entries_evicts_nothing_that_is_used():
    eng = engine(capacity=4)
    for i in range(4):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), "02:00:00:00:01:%02x" % i)
    for i in range(4):
        eng.set("192.168.1.%d" % (60 + i), f.A_MAC)
        f.receive(eng, f.reply(f.B_MAC, "192.168.1.%d" % (60 + i)), at(3100 + i))
    for i in range(4):
        assert eng.ask("192.168.1.%d" % (30 + i)) is not None
    intact(eng._cache)


def test_Q8_asking_and_deleting_many_hosts_never_asks_one_twice_in_a_second():
    eng = engine(capacity=4, pending=1, manual=0)
    asked = []
    for turn in range(40):
        ip = "192.168.1.%d" % (30 + turn % 8)
        eng.query(ip, at(3000 + 10 * turn))
        for frame in f.polled(eng, at(3000 + 10 * turn)):
            asked.append(frame[38:42])
        eng.delete(ip)
        intact(eng._cache)
    assert len(asked) == len(set(asked))
    assert eng.stats.table_full > 0


def test_row_103_advice_of_a_higher_layer_starts_the_lifetime_again():
    eng = engine()
    assert not eng.confirm(f.A_IP)
    resolve(eng, 3000)
    f.polled(eng, at(1_000_000))
    assert eng.confirm(f.A_IP)
    f.polled(eng, at(2_199_999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(2_200_000))
    assert eng.ask(f.A_IP) is None
    assert not eng.confirm(f.A_IP)
    assert not eng.confirm(f.OWN_IP)


def test_row_136_the_addresses_of_a_mac_are_found():
    eng = engine()
    resolve(eng, 3000, f.A_IP, f.A_MAC)
    resolve(eng, 3000, f.B_IP, f.A_MAC)
    assert sorted(eng.ips_of(f.A_MAC)) == [f.ip(f.A_IP), f.ip(f.B_IP)]
    assert eng.ips_of(f.B_MAC) == []
