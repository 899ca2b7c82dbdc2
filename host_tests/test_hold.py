"""Packets that wait for their next hop: newest kept, in order, nobody at another's cost."""

import frames as f

from arp import Engine

START = 2**30 - 5000
OWN = f.mac(f.OWN_MAC)


def at(ms):
    return (START + ms) % 2**30


def engine(**settings):
    made = Engine(f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, probe=False, seed=3, **settings)
    f.polled(made, at(0))
    f.polled(made, at(2000))
    return made


def hold(eng, ip, text, ms=3000):
    return eng.hold(ip, text, len(text), at(ms))


def released(eng, ms):
    """The payloads that leave, without ARP frames."""
    return [frame[14:] for frame in f.polled(eng, at(ms)) if frame[12:14] == b"\x08\x00"]


def test_Q7_row_26_held_packets_leave_in_their_order_when_the_reply_comes():
    eng = engine()
    assert hold(eng, f.A_IP, b"one") and hold(eng, f.A_IP, b"two")
    assert released(eng, 3000) == []
    f.receive(eng, f.reply(), at(3001))
    n = eng.poll(at(3001))
    assert bytes(eng.tx[:n]) == f.mac(f.A_MAC) + OWN + b"\x08\x00one"
    assert released(eng, 3001) == [b"two"]
    assert released(eng, 3002) == []


def test_Q9_row_24_the_four_newest_packets_of_a_host_are_kept():
    eng = engine()
    for text in (b"1", b"2", b"3", b"4", b"5", b"6"):
        assert hold(eng, f.A_IP, text)
    f.receive(eng, f.reply(), at(3001))
    assert released(eng, 3001) == [b"3", b"4", b"5", b"6"]
    assert eng.stats.held_dropped == 2


def test_Q9_row_25_with_hold_per_host_1_only_the_newest_is_kept():
    eng = engine(hold_per_host=1)
    assert hold(eng, f.A_IP, b"1") and hold(eng, f.A_IP, b"2")
    f.receive(eng, f.reply(), at(3001))
    assert released(eng, 3001) == [b"2"]


def test_row_128_no_host_takes_a_slot_from_another():
    eng = engine(hold_slots=2, hold_per_host=2)
    assert hold(eng, f.A_IP, b"a1")
    assert hold(eng, f.B_IP, b"b1")
    assert hold(eng, f.A_IP, b"a2")
    assert not hold(eng, "192.168.1.22", b"c1")
    f.receive(eng, f.reply(), at(3001))
    f.receive(eng, f.reply(f.B_MAC, f.B_IP), at(3001))
    assert released(eng, 3001) == [b"b1", b"a2"]


def test_V27_only_the_packets_of_the_resolved_host_leave():
    eng = engine()
    hold(eng, f.A_IP, b"a")
    hold(eng, f.B_IP, b"b")
    f.receive(eng, f.reply(), at(3001))
    assert released(eng, 3001) == [b"a"]


def test_Q10_row_145_packets_for_a_silent_host_are_dropped_and_counted():
    eng = engine(retries=0)
    hold(eng, f.A_IP, b"a")
    f.polled(eng, at(3000))
    f.polled(eng, at(4000))
    assert eng.stats.held_dropped == 1
    assert not hold(eng, f.A_IP, b"b", 4001)
    f.receive(eng, f.reply(), at(5000))
    assert released(eng, 5000) == []


def test_Q16_deleting_the_entry_drops_its_packets():
    eng = engine()
    hold(eng, f.A_IP, b"a")
    eng.delete(f.A_IP)
    hold(eng, f.B_IP, b"b")
    f.receive(eng, f.reply(f.B_MAC, f.B_IP), at(3100))
    assert released(eng, 3100) == [b"b"]
    assert eng.stats.held_dropped == 1


def test_a_packet_too_long_for_a_slot_is_not_held():
    eng = engine(hold_bytes=60)
    assert not hold(eng, f.A_IP, bytes(47))
    assert hold(eng, f.A_IP, bytes(46))
    assert not eng.hold(f.A_IP, b"short", 46, at(3000))


def test_packets_for_the_gateway_broadcast_and_groups_leave_too():
    eng = engine()
    assert hold(eng, "8.8.8.8", b"far")
    assert hold(eng, "255.255.255.255", b"all")
    assert hold(eng, "224.0.0.1", b"group")
    assert not hold(eng, "127.0.0.1", b"self")
    frames = f.polled(eng, at(3000))
    assert [frame[:6] for frame in frames[1:]] == [b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"]
    f.receive(eng, f.reply(f.B_MAC, f.GATEWAY), at(3001))
    assert released(eng, 3001) == [b"far"]


def test_without_hold_slots_nothing_is_held():
    eng = engine(hold_slots=0)
    assert not hold(eng, f.A_IP, b"a")
    assert eng.stats.held_dropped == 1
    assert len(f.polled(eng, at(3000))) == 1  # the request
    f.receive(eng, f.reply(), at(3001))
    assert not hold(eng, f.A_IP, b"b", 3001)
    assert eng.delete(f.A_IP) and f.polled(eng, at(3002)) == []


def test_a_group_does_not_take_the_place_of_the_broadcast():
    eng = engine(hold_per_host=1)
    assert hold(eng, "255.255.255.255", b"all")
    assert hold(eng, "224.0.0.1", b"group")
    assert [frame[14:] for frame in f.polled(eng, at(3000))] == [b"all", b"group"]
