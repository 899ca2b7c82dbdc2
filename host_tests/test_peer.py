"""The hosts of the simulated LAN: they answer, ask, claim and flood as a host by RFC 826 would."""

from lans import ALL, A, B, C, drain, quiet

from sim.lan import Peer
from sim.peer import arp_frame

OWN = b"\x0a\0\0\x01"
OTHER = b"\x0a\0\0\x02"


def _request(spa=OTHER, tpa=OWN):
    return arp_frame(ALL, A, 1, A, spa, bytes(6), tpa)


def test_a_peer_answers_for_its_address_with_its_mac():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    a.send(_request(), 42)
    assert drain(a) == [arp_frame(A, B, 2, B, OWN, A, OTHER) + bytes(18)]
    assert peer.requests == [(2**30 - 3, A, OTHER, OWN)]
    assert peer.answered == 1


def test_a_peer_does_not_answer_for_others_nor_when_silent():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    a.send(_request(tpa=b"\x0a\0\0\x63"), 42)
    assert drain(a) == []
    peer.is_silent = True
    a.send(_request(), 42)
    assert drain(a) == []
    assert len(peer.requests) == 2


def test_two_peers_resolve_each_other():
    lan = quiet()
    one, two = Peer(lan, "10.0.0.1", B), Peer(lan, "10.0.0.2", C)
    one.resolve("10.0.0.2")
    lan.step()
    assert one.learned == {OTHER: C}
    assert one.replies == [(2**30 - 3, OTHER, C)]
    assert two.learned == {}


def test_a_reply_that_nobody_asked_for_is_not_learned_by_a_peer():
    lan = quiet()
    one, two = Peer(lan, "10.0.0.1", B), Peer(lan, "10.0.0.2", C)
    two.spoof(B, "10.0.0.2")
    lan.step()
    assert one.learned == {}


def test_a_peer_announces_probes_and_claims():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    peer.announce()
    peer.probe("10.0.0.2")
    peer.claim("10.0.0.2")
    assert [frame[:42] for frame in drain(a)] == [
        arp_frame(ALL, B, 1, B, OWN, bytes(6), OWN),
        arp_frame(ALL, B, 1, B, bytes(4), bytes(6), OTHER),
        arp_frame(ALL, B, 1, B, OTHER, bytes(6), OTHER),
    ]


def test_a_peer_can_own_the_address_of_another():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    peer.own(OTHER)
    a.send(_request(spa=bytes(4), tpa=OTHER), 42)
    assert drain(a)[0][:42] == arp_frame(A, B, 2, B, OTHER, A, bytes(4))


def test_a_spoofed_reply_names_the_mac_it_was_given():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    peer.spoof(A, OTHER, C)
    assert drain(a)[0][:42] == arp_frame(A, B, 2, C, OTHER, A, bytes(4))


def test_a_flood_sends_so_many_requests_at_its_pace():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    peer.flood(OTHER, 3, gap_ms=10)
    assert len(drain(a)) == 1
    assert lan.next_ms() == 10
    lan.now.pass_ms(10)
    assert len(drain(a)) == 1
    lan.now.pass_ms(1000)
    assert len(drain(a)) == 1
    assert lan.next_ms() == -1


def test_a_flood_without_gaps_overruns_who_is_too_slow():
    lan = quiet(queue=20)
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    peer.flood(OTHER, 1000, burst=50)
    for _ in range(20):
        a.recv_into(bytearray(60))
    assert lan.counts["sent"] == 1000
    assert lan.counts["overrun"] == 1000 - 20 - len(a.arrivals)


def test_bad_arp_is_counted_by_a_peer_and_not_answered():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    for place, value in ((15, 6), (16, 9), (18, 5), (19, 3), (20, 1), (21, 3), (22, 1)):
        frame = bytearray(_request())
        frame[place] = value
        a.send(frame, 42)
    assert (drain(a), peer.bad) == ([], 7)


def test_ipv4_packets_are_kept_by_the_peer_that_they_are_for():
    lan = quiet()
    a, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
    frame = B + A + b"\x08\x00" + bytes(46)
    a.send(frame, 60)
    lan.step()
    assert peer.packets == [frame]
