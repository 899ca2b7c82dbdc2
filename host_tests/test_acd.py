"""RFC 5227 for own addresses: probing, announcing, defending, losing."""

import frames as f

from arp import PENDING, Engine

START = 2**30 - 4000
PROBE = f.probe(f.OWN_MAC, f.OWN_IP)
ANNOUNCEMENT = f.announcement(f.OWN_MAC, f.OWN_IP)


def at(ms):
    return (START + ms) % 2**30


def run(eng, start, end, step=10):
    """(ms, frame) of everything sent from `start` to `end`."""
    sent = []
    for ms in range(start, end, step):
        sent += [(ms, frame) for frame in f.polled(eng, at(ms))]
    return sent


def engine(**settings):
    return Engine(f.OWN_MAC, [f.OWN_NET], seed=settings.pop("seed", 5), hold_slots=0, **settings)


def usable(**settings):
    eng = engine(probe=False, **settings)
    run(eng, 0, 3000, 1000)
    f.events(eng)
    return eng


def claim(eng, ms):
    """Another host uses our address: the frame that is sent in answer."""
    return f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(ms))


def test_P4_three_probes_and_two_announcements_in_the_times_of_rfc_5227():
    waits = []
    for seed in range(1, 30):
        eng = engine(seed=seed)
        sent = run(eng, 0, 12_000)
        assert [frame for _, frame in sent] == [PROBE] * 3 + [ANNOUNCEMENT] * 2
        times = [ms for ms, _ in sent]
        assert 0 <= times[0] <= 1000
        for i in (1, 2):
            assert 1000 <= times[i] - times[i - 1] <= 2010
        assert 2000 <= times[3] - times[2] <= 2010
        assert 2000 <= times[4] - times[3] <= 2010
        waits.append(times[0])
    assert len(set(waits)) > 10


def test_P3_a_tentative_address_neither_answers_nor_asks():
    eng = engine()
    f.polled(eng, at(0))
    assert eng.ips == []
    assert f.receive(eng, f.request(), at(100)) is None
    assert eng.query(f.A_IP, at(100)) == PENDING
    sent = run(eng, 100, 3000)
    assert all(frame == PROBE for _, frame in sent)
    sent = run(eng, 3000, 8000)
    first = [ms for ms, frame in sent if frame == ANNOUNCEMENT][0]
    asked = [ms for ms, frame in sent if frame not in (PROBE, ANNOUNCEMENT)][0]
    assert asked - first in (0, 10)
    assert f.events(eng)[0] == "usable"


def test_P1_any_arp_from_the_candidate_address_rejects_it():
    for frame in (f.request(f.B_MAC, f.OWN_IP, f.A_IP), f.reply(f.B_MAC, f.OWN_IP)):
        eng = engine()
        run(eng, 0, 1500)
        assert f.receive(eng, frame, at(1500)) is None
        assert f.events(eng) == ["duplicate_ip", "conflict", "lost"]
        assert run(eng, 1500, 20_000) == []
        assert eng.ips == []


def test_P2_a_probe_of_another_host_for_the_candidate_rejects_it():
    eng = engine()
    run(eng, 0, 1500)
    f.receive(eng, f.probe(f.B_MAC, f.OWN_IP), at(1500))
    assert "lost" in f.events(eng)


def test_V23_an_ordinary_request_for_the_candidate_is_no_conflict():
    eng = engine()
    run(eng, 0, 1500)
    assert f.receive(eng, f.request(f.B_MAC, f.B_IP, f.OWN_IP), at(1500)) is None
    run(eng, 1500, 8000)
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_V22_our_own_probe_heard_again_is_no_conflict():
    eng = engine()
    run(eng, 0, 1500)
    f.receive(eng, PROBE, at(1500))
    f.receive(eng, f.reply(f.OWN_MAC, f.OWN_IP), at(1500))
    run(eng, 1500, 8000)
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_D0_D3_probes_for_a_usable_address_are_answered():
    eng = usable()
    assert f.receive(eng, f.probe(), at(3000)) == f.arp(
        2, f.OWN_MAC, f.OWN_IP, f.A_MAC, "0.0.0.0", f.A_MAC
    )


def test_policy_b_defends_once_in_ten_seconds_and_then_gives_up():
    eng = usable(conflict="defend")
    assert claim(eng, 3000) == ANNOUNCEMENT
    assert f.events(eng) == ["duplicate_ip", "conflict", "defended"]
    assert claim(eng, 13_000) == ANNOUNCEMENT
    f.events(eng)
    assert claim(eng, 22_999) is None
    assert f.events(eng) == ["duplicate_ip", "conflict", "lost"]
    assert eng.ips == []
    assert f.receive(eng, f.request(), at(23_000)) is None


def test_D2_a_lost_address_is_reported_once():
    eng = usable()
    claim(eng, 3000)
    claim(eng, 4000)
    f.events(eng)
    for i in range(50):
        claim(eng, 5000 + 100 * i)
    assert f.events(eng) == []


def test_policy_a_gives_up_at_the_first_conflict():
    eng = usable(conflict="cease")
    assert claim(eng, 3000) is None
    assert "lost" in f.events(eng)


def test_D5_policy_c_never_gives_up_and_announces_once_in_ten_seconds():
    eng = usable(conflict="insist")
    sent = [ms for ms in range(3000, 63_000, 500) if claim(eng, ms)]
    assert sent == [3000, 13_000, 23_000, 33_000, 43_000, 53_000]
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_V8_the_own_mapping_survives_every_claim():
    eng = usable(conflict="insist")
    for frame in (
        f.reply(f.B_MAC, f.OWN_IP),
        f.request(f.B_MAC, f.OWN_IP, f.OWN_IP),
        f.announcement(f.B_MAC, f.OWN_IP),
    ):
        f.receive(eng, frame, at(3000))
    assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)


def test_D1_each_own_address_has_its_own_ten_seconds():
    eng = Engine(f.OWN_MAC, [f.OWN_NET, "192.168.1.11/24"], probe=False, seed=5)
    run(eng, 0, 3000, 1000)
    assert claim(eng, 3000) == ANNOUNCEMENT
    other = f.receive(eng, f.announcement(f.B_MAC, "192.168.1.11"), at(4000))
    assert other == f.announcement(f.OWN_MAC, "192.168.1.11")


def test_V20_after_ten_conflicts_the_next_candidate_waits_a_minute():
    eng = engine()
    for i in range(10):
        eng.set_ips(["192.168.1.%d/24" % (100 + i)])
        f.polled(eng, at(100 * i))
        f.receive(eng, f.announcement(f.B_MAC, "192.168.1.%d" % (100 + i)), at(100 * i + 50))
        f.events(eng)
    eng.set_ips([f.OWN_NET])
    assert run(eng, 1000, 60_000) == []
    assert run(eng, 60_000, 63_000)[0][1] == PROBE


def test_losing_the_last_address_clears_what_is_pending():
    eng = usable()
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    claim(eng, 3100)
    claim(eng, 3200)
    assert "cleared" in f.events(eng)


def test_a_lost_address_is_probed_again_when_it_is_set_again():
    eng = usable(conflict="cease")
    claim(eng, 3000)
    eng.set_ips([f.OWN_NET])
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_an_address_that_stays_is_not_probed_again():
    eng = engine()
    run(eng, 0, 12_000)
    eng.set_ips([f.OWN_NET, "192.168.1.11/24"])
    sent = run(eng, 12_000, 24_000)
    assert all(frame[38:42] == f.ip("192.168.1.11") for _, frame in sent)
