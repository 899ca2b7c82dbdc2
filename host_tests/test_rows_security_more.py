"""The security list, second half: each attack with its concrete input (V16 to V30)."""

import asyncio

import frames as f
from engines import at, engine, resolve
from services import ended, scenario

import arp
from arp import DOWN, FULL, PENDING, Engine
from sim.lan import Peer


def table(eng):
    """The whole table as plain values."""
    return [tuple(entry) for entry in eng.entries()]


def changed(frame, i, value):
    """The frame with another byte."""
    frame = bytearray(frame)
    frame[i] = value
    return frame


def test_V16_a_frame_that_is_refused_has_updated_nothing():
    eng = engine()
    resolve(eng, 3000)
    before = table(eng)
    for i in range(14, 22):
        for value in (0x7F, 0x80, 0xFF):
            for whole in (f.request(f.B_MAC, f.A_IP), f.reply(f.B_MAC, f.A_IP)):
                assert f.receive(eng, changed(whole, i, value), at(3000)) is None
                assert table(eng) == before, i
    assert f.events(eng) == []


def test_V17_a_frame_every_second_for_ever_delays_neither_retry_nor_failure_nor_expiry():
    eng = engine(retries=2, refresh_ms=0)
    resolve(eng, 3000, f.B_IP, f.B_MAC)
    eng.query(f.A_IP, at(3000))
    sent = []
    told = []
    for ms in range(3000, 1_203_100, 100):
        if ms % 1000 == 0:
            f.receive(eng, f.request(f.A_MAC, "192.168.1.99", f.GATEWAY), at(ms))
        sent += [ms for _ in f.polled(eng, at(ms))]
        told += [(ms, name) for name in f.events(eng)]
    assert sent == [3000, 4000, 5000]
    assert told == [(6000, "failed"), (1_203_000, "expired")]


def test_V18_addresses_chosen_for_one_seed_spread_under_another():
    public = Engine(f.OWN_MAC, seed=1)._cache
    private = Engine(f.OWN_MAC, seed=2)._cache
    bucket = public._hash(f.ip("10.0.0.1"), 0)
    chosen = []
    for i in range(65536):
        ip = bytes([10, 0, i >> 8, i & 255])
        if public._hash(ip, 0) == bucket:
            chosen.append(private._hash(ip, 0))
            if len(chosen) == 32:
                break
    assert len(chosen) == 32
    counts = {}
    for bucket in chosen:
        counts[bucket] = counts.get(bucket, 0) + 1
    assert max(counts.values()) <= 8
    assert public.n == 48  # and never more: slots are fixed at construction


def test_V19_a_thousand_bad_frames_a_second_give_one_diagnostic_a_second_of_each_kind():
    eng = engine(conflict="insist")
    eng.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT)
    f.events(eng)
    told = []
    for ms in range(3000, 6000):
        f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(ms))
        f.receive(eng, f.reply(f.A_MAC, f.B_IP), at(ms))
        f.receive(eng, f.reply(f.BROADCAST, f.A_IP), at(ms))
        event = eng.next_event()
        while event is not None:
            told.append(event)
            event = eng.next_event()
    for kind in (arp.EV_DUPLICATE_IP, arp.EV_PERMANENT, arp.EV_BAD_SENDER):
        assert [event[3] for event in told if event[0] == kind] == [0, 999, 999], kind


def test_V20_who_answers_every_probe_gets_one_candidate_a_minute_to_answer():
    eng = Engine(f.OWN_MAC, seed=7)
    candidates = []
    polls = 0
    ms = 0
    last = 0
    while ms < 1_000_000:
        if eng.is_settled():  # lost: the configurer tries the next one
            last = 20 + len(candidates)
            eng.set_ips(["192.168.1.%d/24" % last])
            candidates.append(ms)
        for frame in f.polled(eng, at(ms)):
            if frame[28:32] == bytes(4):
                tpa = "192.168.1.%d" % last
                f.receive(eng, f.reply(f.B_MAC, tpa, f.OWN_MAC, "0.0.0.0"), at(ms))
        f.events(eng)
        polls += 1
        ms += max(1, eng.next_deadline(at(ms)))
    gaps = [candidates[i] - candidates[i - 1] for i in range(11, len(candidates))]
    assert 13 <= len(candidates) <= 27
    assert min(gaps) >= 60_000
    assert polls < 200


def test_V21_D5_two_hosts_of_one_address_announce_at_most_once_in_ten_seconds_each():
    for policy in ("defend", "insist"):
        hosts = []
        for i in range(2):
            mac = "02:00:00:00:00:0%d" % (i + 1)
            eng = Engine(mac, [f.OWN_NET], probe=False, conflict=policy, seed=i)
            f.polled(eng, at(0))
            f.polled(eng, at(2000))  # heard by nobody: the cable is joined afterwards
            hosts.append(eng)
        sent = [[], []]
        wire = [(0, f.announcement("02:00:00:00:00:01", f.OWN_IP))]  # the spark
        for ms in range(3000, 63_000, 100):
            for i in range(2):
                wire += [(i, frame) for frame in f.polled(hosts[i], at(ms))]
            while wire:
                i, frame = wire.pop(0)
                answer = f.receive(hosts[1 - i], frame, at(ms))
                if answer:
                    assert answer == f.announcement("02:00:00:00:00:0%d" % (2 - i), f.OWN_IP)
                    sent[1 - i].append(ms)
                    assert len(sent[1 - i]) <= 7, "they do not come to rest"
                    wire.append((1 - i, answer))
            if ms % 5000 == 0:
                wire.append((1, f.announcement("02:00:00:00:00:02", f.OWN_IP)))
        for times in sent:
            for i in range(1, len(times)):
                assert times[i] - times[i - 1] >= 10_000, policy
        owners = [len(eng.ips) for eng in hosts]
        assert owners == [1, 1] if policy == "insist" else sum(owners) <= 1, owners


def test_V22_our_own_frames_heard_again_and_replies_with_our_mac_are_no_conflict():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=5)
    proxied = f.arp(2, f.OWN_MAC, f.OWN_IP, f.OWN_MAC, "0.0.0.0", f.OWN_MAC, f.B_MAC)
    for ms in range(0, 12_000, 50):
        for frame in f.polled(eng, at(ms)):
            assert f.receive(eng, frame, at(ms)) is None  # the access point echoes it
            assert f.receive(eng, proxied, at(ms)) is None
    assert eng.ips == [f.ip(f.OWN_IP)]
    assert eng.stats.rx_conflict == 0
    assert eng.stats.rx_own_echo == 10
    assert f.events(eng) == ["usable"]


def test_V23_a_peers_ordinary_request_for_the_candidate_is_no_conflict():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], seed=5)
    for ms in range(0, 12_000, 50):
        f.polled(eng, at(ms))
        f.receive(eng, f.request(f.A_MAC, f.A_IP, f.OWN_IP), at(ms))
    assert eng.ips == [f.ip(f.OWN_IP)]
    assert eng.stats.rx_conflict == 0


def test_V24_ten_thousand_queries_fail_fast_and_store_no_more_than_the_limit():
    eng = engine(["10.0.0.1/8"])
    sent = 0
    full = 0
    for i in range(10_000):
        full += eng.query("10.1.%d.%d" % (i // 250, 1 + i % 250), at(3000)) == FULL
        sent += len(f.polled(eng, at(3000)))
    assert (sent, full) == (8, 10_000 - 8)
    assert len(table(eng)) == 8
    assert all(entry.state == PENDING for entry in eng.entries())


def test_V25_a_thousand_packets_to_a_dead_host_in_a_second_are_one_request():
    hasty = {"timeout_ms": 1, "retries": 0, "down_ms": 0}
    for settings in ({}, hasty):
        eng = engine(hold_slots=4, **settings)
        for seconds in range(2):
            requests = []
            for i in range(1000):
                ms = 3000 + 1000 * seconds + i
                eng.hold(f.A_IP, b"packet", 6, at(ms))
                requests += f.polled(eng, at(ms))
                if settings:
                    eng.delete(f.A_IP)
            assert len(requests) == 1
        assert eng._hold.count == (0 if settings else 4)


def test_V26_an_entry_is_gone_exactly_at_its_lifetime_also_across_the_wrap():
    for start in (3000, 4_990, 2**29, 2**30 - 600_000):  # at(5000) is tick 0
        eng = engine(refresh_ms=0)
        for ms in range(0, start, 80_000_000):
            f.polled(eng, at(ms))
        resolve(eng, start)
        f.polled(eng, at(start + 1_199_999))
        assert eng.ask(f.A_IP) == f.mac(f.A_MAC), start
        f.polled(eng, at(start + 1_200_000))
        assert eng.ask(f.A_IP) is None, start


def test_V27_a_reply_during_refresh_stores_the_new_mac_and_frees_only_its_own_packets():
    eng = engine(hold_slots=4)
    resolve(eng, 3000)
    eng.query(f.A_IP, at(4000))
    assert len(f.polled(eng, at(1_173_000))) == 1  # the entry is being refreshed
    f.receive(eng, f.reply(f.B_MAC, f.A_IP), at(1_173_001))
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)
    for ip in ("192.168.1.30", "192.168.1.31"):
        eng.hold(ip, ip.encode(), 12, at(1_180_000))
    f.polled(eng, at(1_180_000))
    f.receive(eng, f.reply(f.A_MAC, "192.168.1.31"), at(1_180_001))
    frames = f.polled(eng, at(1_180_002))
    assert [frame[14:] for frame in frames] == [b"192.168.1.31"]
    assert frames[0][:6] == f.mac(f.A_MAC)


def test_V28_a_callback_may_delete_query_and_flush_the_entry_that_it_hears_of():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        heard = []
        again = []

        def on_event(event):
            heard.append(event[0])
            if event[0] == arp.EV_RESOLVED and len(heard) < 6:
                service.delete(f.A_IP)
                service.flush()
                again.append(asyncio.create_task(ended(service.query(f.A_IP))))

        service.on_event = on_event
        found = [await ended(service.query(f.A_IP))]
        for _ in range(8):
            await asyncio.sleep(1)
        for task in again:
            found.append(await task)
        return found, heard.count(arp.EV_RESOLVED)

    found, resolved = scenario(body)
    assert found == [f.mac(f.A_MAC)] * resolved
    assert resolved > 2


def test_V29_no_length_that_a_caller_or_a_frame_claims_is_believed():
    eng = engine()
    resolve(eng, 3000)
    before = table(eng)
    whole = f.request(f.B_MAC, f.A_IP)
    for n in range(42):
        for claimed in (42, 60, 1514, 65_535):
            assert eng.receive(whole[:n], claimed, at(3000)) == 0
        assert eng.receive(bytearray(whole[:n]), -1, at(3000)) == 0
    assert eng.receive(b"", 0, at(3000)) == 0
    assert table(eng) == before
    assert eng.receive(whole, 65_535, at(3000)) == 42


def test_V30_41_bytes_and_operations_of_two_bytes_are_dropped():
    eng = engine()
    resolve(eng, 3000)
    before = table(eng)
    for whole in (f.request(f.B_MAC, f.A_IP), f.reply(f.B_MAC, f.A_IP)):
        assert f.receive(eng, whole[:41], at(3000)) is None
        assert f.receive(eng, changed(whole, 20, 1), at(3000)) is None  # 0x0101 and 0x0201
    for oper in (0x0100, 0x0200, 0x0101, 0x0102, 0x0201, 0x0202):
        frame = bytearray(f.request(f.B_MAC, f.A_IP))
        frame[20] = oper >> 8
        frame[21] = oper & 255
        assert f.receive(eng, frame, at(3000)) is None, oper
    assert table(eng) == before
    assert eng.stats.rx_bad_oper == 8
    assert eng.query("192.168.1.77", at(3000)) not in (DOWN, FULL)
