"""What the seed documents say, row by row: asking, answering, announcing, and the pure core.

Rows that another file shows under their own names are not repeated here; `ROWS.md` lists them all.
"""

import frames as f
from engines import at, engine, resolve
from intact import intact

import arp
from arp import PENDING, RESOLVED, Engine


def neighbor(i):
    return "192.168.1.%d" % (30 + i)


def sent_times(eng, start, end, step=10):
    """When frames leave, polled every `step` ms."""
    times = []
    for ms in range(start, end, step):
        times += [ms for _ in f.polled(eng, at(ms))]
    return times


def test_row_1_configured_and_own_addresses_outlive_any_number_of_learned_ones():
    eng = engine(capacity=4, manual=2)
    eng.set(f.A_IP, f.A_MAC)
    eng.set(f.GATEWAY, f.B_MAC, kind=arp.PERMANENT)
    for i in range(40):
        resolve(eng, 3000 + i, neighbor(i), f.B_MAC)
    assert [neighbor(i) for i in range(40) if eng.ask(neighbor(i))] == [
        neighbor(i) for i in range(36, 40)
    ]
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    assert eng.ask(f.GATEWAY) == f.mac(f.B_MAC)
    assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)


def test_row_2_a_flood_of_replies_makes_no_more_entries_than_the_capacity():
    for learn, most in (("cautious", 1), ("rfc826", 4)):
        eng = engine(capacity=4, learn=learn)
        resolve(eng, 3000)
        for i in range(2000):
            ip = "192.168.1.%d" % (30 + i % 200)
            f.receive(eng, f.reply("02:00:00:00:%02x:01" % (i % 256), ip), at(3001 + i))
        assert len(list(eng.entries())) == most
        assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
        intact(eng._cache)


def test_row_5_a_reply_updates_what_is_cached():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, f.reply(f.B_MAC, f.A_IP), at(4000))
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)


def test_row_10_row_11_row_44_requests_come_a_timeout_apart_and_retries_times_again():
    eng = engine(timeout_ms=1500, retries=3)
    eng.query(f.A_IP, at(3000))
    assert sent_times(eng, 3000, 20_000) == [3000, 4500, 6000, 7500]
    assert f.events(eng) == ["failed"]
    eng = engine(retries=0)
    eng.query(f.A_IP, at(3000))
    assert sent_times(eng, 3000, 20_000) == [3000]


def test_row_12_addresses_are_optional_and_those_given_are_announced():
    eng = Engine(f.OWN_MAC, probe=False, seed=1)
    assert f.polled(eng, at(0)) == []
    assert eng.ips == []
    eng = Engine(f.OWN_MAC, [f.OWN_NET], probe=False, seed=1)
    assert f.polled(eng, at(0)) == [f.announcement(f.OWN_MAC, f.OWN_IP)]
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_row_15_the_mac_address_can_be_read():
    assert engine().mac == b"\x02\x00\x00\x00\x00\x01"


def test_row_20_ask_sends_nothing_and_makes_no_entry():
    eng = engine()
    assert eng.ask(f.A_IP) is None
    assert list(eng.entries()) == []
    assert eng.next_deadline(at(3000)) == -1
    resolve(eng, 3000)
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_row_21_a_query_of_an_own_address_is_the_own_mac_and_sends_nothing():
    eng = engine([f.OWN_NET, "10.0.0.1/8"])
    for ip in (f.OWN_IP, "10.0.0.1"):
        assert eng.query(ip, at(3000)) == RESOLVED
        assert eng.ask(ip) == f.mac(f.OWN_MAC)
    assert f.polled(eng, at(3000)) == []


def test_row_23_row_40_W2_a_miss_is_asked_by_this_very_broadcast_frame():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    assert [frame.hex() for frame in f.polled(eng, at(3000))] == [
        "ffffffffffff02000000000108060001080006040001020000000001c0a8010a000000000000c0a80114"
    ]


def test_W2_any_target_hardware_address_of_a_request_is_accepted():
    for tha in (f.ZERO, f.BROADCAST, f.OWN_MAC, f.B_MAC):
        eng = engine()
        frame = f.arp(1, f.A_MAC, f.A_IP, tha, f.OWN_IP)
        assert f.receive(eng, frame, at(3000)) == f.reply(f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP)


def test_row_27_other_media_and_other_protocols_are_dropped_and_counted():
    eng = engine()
    for i, value, counter in (
        (15, 6, "rx_bad_htype"),  # IEEE 802
        (15, 3, "rx_bad_htype"),  # AX.25
        (14, 1, "rx_bad_htype"),
        (16, 0x86, "rx_bad_ptype"),  # an IPv6 or AppleTalk ethertype has another first byte
        (17, 0xDD, "rx_bad_ptype"),
    ):
        frame = bytearray(f.request())
        frame[i] = value
        before = getattr(eng.stats, counter)
        assert f.receive(eng, frame, at(3000)) is None
        assert getattr(eng.stats, counter) == before + 1


def test_row_41_W4_an_announcement_is_a_broadcast_request_for_the_own_address():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], probe=False, seed=1)
    assert [frame.hex() for frame in f.polled(eng, at(0))] == [
        "ffffffffffff02000000000108060001080006040001020000000001c0a8010a000000000000c0a8010a"
    ]


def test_row_42_nothing_that_is_sent_unasked_is_a_reply_or_aims_at_0_0_0_0():
    eng = Engine(f.OWN_MAC, [f.OWN_NET, "10.0.0.1/8"], seed=1)
    frames = []
    for ms in range(0, 12_000, 50):
        frames += f.polled(eng, at(ms))
    eng.set_ips(["192.168.1.11/24"])
    for ms in range(12_000, 24_000, 50):
        frames += f.polled(eng, at(ms))
    assert len(frames) == 15
    for frame in frames:
        assert frame[20:22] == b"\x00\x01"
        assert frame[32:38] == bytes(6)
        assert frame[38:42] != bytes(4)


def test_W5_a_probe_is_a_broadcast_request_from_0_0_0_0():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=1)
    f.polled(eng, at(0))
    assert [frame.hex() for frame in f.polled(eng, at(1000))] == [
        "ffffffffffff0200000000010806000108000604000102000000000100000000000000000000c0a8010a"
    ]


def test_row_38_row_69_another_host_that_answers_for_our_address_is_told():
    eng = engine()
    frame = f.arp(2, f.B_MAC, f.OWN_IP, f.A_MAC, f.A_IP, f.BROADCAST)
    answer = f.receive(eng, frame, at(3000))
    assert answer == f.announcement(f.OWN_MAC, f.OWN_IP)
    event = eng.next_event()
    assert arp.describe(event) == (
        "duplicate IP address 192.168.1.10 sent from ethernet address 02:00:00:00:00:21"
    )


def test_row_43_of_two_hosts_with_one_address_the_later_one_gives_way():
    first = engine()
    second = Engine(f.B_MAC, [f.OWN_NET], seed=2)
    for ms in range(3000, 12_000, 20):
        for frame in f.polled(second, at(ms)):
            answer = f.receive(first, frame, at(ms))
            if answer:
                f.receive(second, answer, at(ms))
    assert first.ips == [f.ip(f.OWN_IP)]
    assert second.ips == []
    assert f.events(second)[-1] == "lost"


def test_row_45_row_61_twenty_minutes_count_from_the_last_validation():
    eng = engine(refresh_ms=0)
    resolve(eng, 3000)
    f.receive(eng, f.reply(), at(603_000))
    f.polled(eng, at(1_802_999))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.polled(eng, at(1_803_000))
    assert eng.ask(f.A_IP) is None
    assert f.events(eng) == ["expired"]


def _story(seed):
    eng = Engine(f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, seed=seed)
    told = []
    for ms in range(0, 20_000, 100):
        told += f.polled(eng, at(ms))
        if ms == 9000:
            told.append(eng.query(f.A_IP, at(ms)))
        if ms % 700 == 0:
            told.append(f.receive(eng, f.request(), at(ms)))
        if ms == 15_000:
            told.append(f.receive(eng, f.reply(f.B_MAC, f.OWN_IP), at(ms)))
    return told + f.events(eng)


def test_row_47_the_same_seed_frames_and_times_give_the_same_answers_and_events():
    assert _story(5) == _story(5)
    assert "defended" in _story(5)


def test_row_48_a_tick_yields_what_is_due_and_what_failed():
    eng = engine(retries=1)
    eng.query(f.A_IP, at(3000))
    eng.query(f.B_IP, at(3500))
    assert len(f.polled(eng, at(3500))) == 2
    assert len(f.polled(eng, at(4600))) == 2
    assert f.events(eng) == []
    assert f.polled(eng, at(5600)) == []
    assert f.events(eng) == ["failed", "failed"]


def test_row_49_one_event_ends_a_resolution_however_many_asked_for_it():
    eng = engine()
    for _ in range(50):
        assert eng.query(f.A_IP, at(3000)) == PENDING
    assert len(f.polled(eng, at(3000))) == 1
    f.receive(eng, f.reply(), at(3001))
    assert eng.next_event() == (arp.EV_RESOLVED, f.ip(f.A_IP), f.mac(f.A_MAC), None)
    assert eng.next_event() is None


def test_row_50_which_addresses_collide_depends_on_the_private_seed():
    ips = [bytes([10, 0, i, j]) for i in range(4) for j in range(64)]
    buckets = []
    for seed in (1, 2, 3):
        cache = Engine(f.OWN_MAC, seed=seed)._cache
        buckets.append([cache._hash(ip, 0) for ip in ips])
    for a, b in ((0, 1), (0, 2), (1, 2)):
        same = [i for i in range(len(ips)) if buckets[a][i] == buckets[b][i]]
        assert len(same) < len(ips) // 8
    cache = Engine(f.OWN_MAC)._cache
    other = Engine(f.OWN_MAC)._cache
    assert [cache._hash(ip, 0) for ip in ips] != [other._hash(ip, 0) for ip in ips]


def test_row_53_row_107_only_an_outstanding_request_makes_an_entry():
    eng = engine()
    for frame in (f.request(), f.reply(), f.announcement(), f.probe()):
        f.receive(eng, frame, at(3000))
    assert list(eng.entries()) == []
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(f.B_MAC, f.B_IP), at(3001))
    assert [entry.ip for entry in eng.entries()] == [f.ip(f.A_IP)]
    f.receive(eng, f.reply(), at(3002))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_row_107_row_109_with_rfc826_who_talks_to_us_is_added():
    for frame in (f.request(), f.reply()):
        eng = engine(learn="rfc826")
        f.receive(eng, frame, at(3000))
        assert eng.ask(f.A_IP) == f.mac(f.A_MAC)


def test_row_54_a_used_entry_is_asked_again_before_its_end_and_serves_meanwhile():
    eng = engine()
    resolve(eng, 3000)
    eng.query(f.A_IP, at(4000))
    assert sent_times(eng, 5000, 1_172_990, 10_000) == []
    assert len(f.polled(eng, at(1_173_000))) == 1
    assert eng.query(f.A_IP, at(1_173_001)) == RESOLVED
    f.receive(eng, f.reply(), at(1_173_002))
    f.polled(eng, at(1_203_000))
    assert eng.query(f.A_IP, at(1_203_000)) == RESOLVED
