"""IPv4 link-local addresses (RFC 3927): picked from the MAC, probed, given up, picked anew."""

import frames as f

from arp import NO_ROUTE, PENDING, Engine
from arp.addr import ip_text

START = 2**30 - 5000


def at(ms):
    return (START + ms) % 2**30


def run(eng, start, end):
    """Every frame sent from `start` to `end`, as (ms, frame)."""
    sent = []
    for ms in range(start, end, 50):
        sent += [(ms, frame) for frame in f.polled(eng, at(ms))]
    return sent


def engine(ips=(), mac=f.OWN_MAC, **settings):
    return Engine(mac, ips, gateway=f.GATEWAY, link_local=True, seed=3, hold_slots=0, **settings)


def candidate(eng, start, end):
    """The address that is probed."""
    return [frame[38:42] for _, frame in run(eng, start, end)][0]


def test_row_118_an_address_is_picked_probed_and_announced():
    eng = engine()
    sent = run(eng, 0, 12_000)
    assert [frame[28:32] != frame[38:42] for _, frame in sent] == [True] * 3 + [False] * 2
    assert len(eng.ips) == 1
    ip = eng.ips[0]
    assert ip[0] == 169 and ip[1] == 254 and 1 <= ip[2] <= 254
    assert all(frame[38:42] == ip for _, frame in sent)


def test_row_118_the_same_mac_picks_the_same_address_and_others_pick_others():
    picked = set()
    for i in range(40):
        mac = "02:00:00:00:00:%02x" % i
        ip = candidate(engine(mac=mac), 0, 2000)
        assert ip == candidate(engine(mac=mac), 0, 2000)
        picked.add(ip)
    assert len(picked) > 35


def test_row_118_it_is_probed_even_when_probing_is_switched_off():
    eng = engine(probe=False)
    assert eng.ips == []
    assert len(run(eng, 0, 12_000)) == 5


def test_row_118_a_conflict_picks_another_candidate_and_takes_no_lists_to_do_it():
    eng = engine()
    first = candidate(eng, 0, 2000)
    f.receive(eng, f.announcement(f.B_MAC, ip_text(first)), at(2000))
    assert "lost" in f.events(eng)
    second = candidate(eng, 2050, 4000)
    assert second != first
    run(eng, 4000, 14_000)
    assert eng.ips == [second]


def test_row_118_V20_after_ten_conflicts_there_is_one_candidate_a_minute():
    eng = engine()
    tried = []
    now = 0
    while now < 400_000:
        for ms, frame in run(eng, now, now + 1000):
            if frame[28:32] == bytes(4):
                tried.append(ms)
                f.receive(eng, f.announcement(f.B_MAC, ip_text(frame[38:42])), at(ms))
        f.events(eng)
        now += 1000
    assert len(tried) >= 13
    for i in range(10, len(tried)):
        assert tried[i] - tried[i - 1] >= 60_000


def test_row_118_a_defended_address_is_given_up_at_the_second_conflict_whatever_the_policy():
    eng = engine(conflict="insist")
    run(eng, 0, 12_000)
    ip = ip_text(eng.ips[0])
    assert f.receive(eng, f.announcement(f.B_MAC, ip), at(12_000)) is not None
    assert f.receive(eng, f.announcement(f.B_MAC, ip), at(13_000)) is None
    assert eng.ips == []
    run(eng, 13_000, 25_000)
    assert len(eng.ips) == 1 and ip_text(eng.ips[0]) != ip


def test_row_118_a_link_local_source_never_uses_the_gateway():
    eng = engine()
    run(eng, 0, 12_000)
    assert eng.query("8.8.8.8", at(12_000)) == NO_ROUTE
    assert eng.query("169.254.9.9", at(12_000)) == PENDING


def test_row_118_a_link_local_destination_is_never_sent_to_the_gateway():
    eng = Engine(f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, probe=False, hold_slots=0)
    assert eng.query("169.254.9.9", at(0)) == PENDING
    assert [frame[38:42] for frame in f.polled(eng, at(0))][-1] == f.ip("169.254.9.9")


def test_row_119_every_frame_of_a_link_local_sender_is_broadcast():
    eng = engine()
    run(eng, 0, 12_000)
    answer = f.receive(eng, f.request(spa="169.254.9.9", tpa=ip_text(eng.ips[0])), at(12_000))
    assert answer[:6] == b"\xff" * 6


def test_a_configured_address_lives_beside_it_and_set_ips_leaves_it_alone():
    eng = engine([f.OWN_NET])
    run(eng, 0, 12_000)
    own = list(eng.ips)
    assert own[0] == f.ip(f.OWN_IP) and len(own) == 2
    assert eng.query("8.8.8.8", at(12_000)) == PENDING
    eng.set_ips([])
    assert eng.ips == own[1:]
    assert run(eng, 12_000, 20_000) == []


def test_row_118_a_link_local_source_never_asks_for_the_gateway():
    eng = engine([f.OWN_NET])
    eng.query("8.8.8.8", at(0))
    for _ms, frame in run(eng, 0, 12_000):
        if frame[38:42] == f.ip(f.GATEWAY):
            assert frame[28:32] == f.ip(f.OWN_IP)
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(12_000))
    f.events(eng)
    eng.query("192.168.1.99", at(12_000))
    f.polled(eng, at(12_000))
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(12_100))
    assert "cleared" in f.events(eng)
    assert all(frame[38:42] != f.ip("192.168.1.99") for _, frame in run(eng, 12_100, 20_000))


def test_row_118_losing_the_only_address_clears_what_is_pending():
    eng = engine()
    run(eng, 0, 12_000)
    ip = ip_text(eng.ips[0])
    eng.query("169.254.9.9", at(12_000))
    f.polled(eng, at(12_000))
    f.receive(eng, f.announcement(f.B_MAC, ip), at(12_100))
    assert "cleared" not in f.events(eng)
    f.receive(eng, f.announcement(f.B_MAC, ip), at(12_200))
    assert "cleared" in f.events(eng)
    assert eng.get("169.254.9.9") is None


def test_row_118_ready_waits_for_it_only_when_there_is_no_other_address():
    assert not engine().is_settled()
    eng = engine([f.OWN_NET], probe=False)
    assert eng.is_settled()
