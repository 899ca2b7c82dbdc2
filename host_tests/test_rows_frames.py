"""Malformed and odd frames: one table, each line with what must become of such a frame.

Each frame is given to an engine that knows A at A_MAC and has nothing outstanding, once for each
way of learning. A frame that must be dropped comes from A's address with another MAC address, so
that it would change the entry and be answered if it were believed.
"""

import frames as f
from engines import at, engine, resolve

NEW_IP = "192.168.1.99"
DROP = "dropped, nothing changes"
ANSWER = "answered, nothing changes"
KEEP = "not answered, nothing changes"
UPDATE = "the entry is updated"
CONFLICT = "defended, nothing changes"
REQUEST = f.request(f.B_MAC, f.A_IP)
REPLY = f.reply(f.B_MAC, f.A_IP)


def changed(frame, *places):
    """The frame with other bytes: offset, value, offset, value ..."""
    frame = bytearray(frame)
    for i in range(0, len(places), 2):
        frame[places[i]] = places[i + 1]
    return bytes(frame)


def both(*places):
    """Request and reply with the same bytes changed."""
    return [changed(REQUEST, *places), changed(REPLY, *places)]


def sender(mac):
    """What comes from A with this sender MAC; the Ethernet source is an honest one."""
    frames = []
    for oper, eth_dst in ((1, f.BROADCAST), (2, f.OWN_MAC)):
        frames.append(f.arp(oper, mac, f.A_IP, f.OWN_MAC, f.OWN_IP, eth_dst, f.B_MAC))
    return frames


def spoken(spa, tpa=f.OWN_IP):
    """Request and reply of B from this protocol address."""
    return [f.request(f.B_MAC, spa, tpa), f.reply(f.B_MAC, spa, f.OWN_MAC, tpa)]


def lines():
    """(name, frames, what becomes of them, counter or None) for each line of the table."""
    short = []
    for n in range(28):
        short += [REQUEST[: 14 + n], REPLY[: 14 + n]]
    opers = []
    for oper in (0, 3, 4, 5, 8, 9, 25, 128, 255):
        opers += both(21, oper)
    ours = spoken(f.OWN_IP, f.GATEWAY) + spoken(f.OWN_IP)
    vlan = REQUEST[:12] + b"\x81\x00\x00\x05" + REQUEST[12:]
    snap = REQUEST[:12] + b"\x00\x24\xaa\xaa\x03\x00\x00\x00\x08\x06" + REQUEST[14:]
    padded = [f.request(f.B_MAC, f.B_IP) + b"\xee" * n for n in (1, 18, 400)]
    bad_spa = []
    for spa in ("255.255.255.255", "192.168.1.255", "224.0.0.1", "239.1.2.3", "240.0.0.1"):
        bad_spa += spoken(spa)
    bad_tpa = []
    for tpa in ("255.255.255.255", "192.168.1.255", "224.0.0.1", "0.0.0.0"):
        bad_tpa.append(f.request(f.B_MAC, f.A_IP, tpa))
    other_source = f.arp(1, f.A_MAC, f.A_IP, f.ZERO, f.OWN_IP, f.BROADCAST, f.B_MAC)
    stranger = [f.arp(oper, f.B_MAC, f.A_IP, f.OWN_MAC, f.OWN_IP, f.A_MAC) for oper in (1, 2)]
    return (
        ("payload of 0 to 27 bytes", short, DROP, "rx_short"),
        ("htype", both(15, 6) + both(15, 0) + both(14, 1), DROP, "rx_bad_htype"),
        ("ptype", both(16, 0x10) + both(16, 0x86, 17, 0xDD) + both(17, 6), DROP, "rx_bad_ptype"),
        ("hlen", both(18, 0) + both(18, 5) + both(18, 8) + both(18, 255), DROP, "rx_bad_hlen"),
        ("plen", both(19, 0) + both(19, 3) + both(19, 16) + both(19, 255), DROP, "rx_bad_plen"),
        ("oper", opers + both(20, 1), DROP, "rx_bad_oper"),
        ("29 bytes and more", padded, ANSWER, None),
        ("sha broadcast", sender(f.BROADCAST), DROP, "rx_bad_sender"),
        ("sha multicast", sender("01:00:5e:00:00:01"), DROP, "rx_bad_sender"),
        ("sha zero", sender(f.ZERO), DROP, "rx_bad_sender"),
        ("sha our own", sender(f.OWN_MAC), DROP, "rx_own_echo"),
        ("probe for us", [f.probe(f.B_MAC)], ANSWER, None),
        ("probe for others", [f.probe(f.B_MAC, f.A_IP), f.probe(f.B_MAC, NEW_IP)], KEEP, None),
        ("spa broadcast or multicast", bad_spa, DROP, "rx_bad_sender"),
        ("spa 127/8", spoken("127.0.0.1") + spoken("127.1.2.3"), DROP, "rx_bad_sender"),
        ("spa 0.0.0.0 in a reply", spoken("0.0.0.0")[1:], DROP, "rx_bad_sender"),
        ("spa off the subnet asks", spoken("10.9.9.9")[:1], ANSWER, None),
        ("spa off the subnet answers", spoken("10.9.9.9")[1:], KEEP, None),
        ("tpa multicast, broadcast or 0", bad_tpa, DROP, "rx_bad_target"),
        ("spa ours", ours, CONFLICT, "rx_conflict"),
        ("Ethernet source differs", [other_source], ANSWER, None),
        ("unicast for somebody else", stranger, DROP, "rx_not_ours"),
        ("reply that nobody asked for", spoken(NEW_IP)[1:], KEEP, None),
        ("announcement of a stranger", [f.announcement(f.B_MAC, NEW_IP)], KEEP, None),
        ("announcement, new MAC", [f.announcement(f.B_MAC, f.A_IP)], UPDATE, None),
        ("VLAN tag, LLC/SNAP", [vlan, snap], DROP, "rx_not_arp"),
    )


def snapshot(eng):
    """Table and own addresses, as plain values."""
    return [tuple(entry) for entry in eng.entries()], eng.ips


def check(name, frame, fate, counter, learn):
    eng = engine(learn=learn)
    resolve(eng, 3000)
    before = snapshot(eng)
    counted = getattr(eng.stats, counter) if counter else 0
    answer = f.receive(eng, frame, at(3000))
    told = f.events(eng)
    what = (name, frame, learn, answer, told)
    if fate == UPDATE:
        assert answer is None, what
        assert eng.ask(f.A_IP) == f.mac(f.B_MAC), what
        assert told == ["changed", "overwritten"], what
        return
    if fate == ANSWER:
        assert answer == (
            frame[22:28]
            + f.mac(f.OWN_MAC)
            + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"
            + f.mac(f.OWN_MAC)
            + f.ip(f.OWN_IP)
            + frame[22:32]
        ), what
    elif fate == CONFLICT:
        assert answer == f.announcement(f.OWN_MAC, f.OWN_IP), what
        assert told == ["duplicate_ip", "conflict", "defended"], what
    else:
        assert answer is None, what
    if counter:
        assert getattr(eng.stats, counter) == counted + 1, what
    if fate == DROP:
        assert told in ([], ["bad_sender"]), what
    assert snapshot(eng) == before, what


def learns(name, learn):
    """Where rfc826 adds who speaks to us, as RFC 826 says and the cautious default does not."""
    return learn == "rfc826" and name in ("29 bytes and more", "reply that nobody asked for")


def test_every_line_of_the_table_of_malformed_and_odd_frames_holds():
    count = 0
    for name, frames, fate, counter in lines():
        assert frames, name
        for frame in frames:
            for learn in ("cautious", "rfc826", "replies"):
                if not learns(name, learn):
                    check(name, frame, fate, counter, learn)
                    count += 1
    assert count > 400


def test_row_107_row_109_the_two_lines_where_rfc826_learns():
    count = 0
    for name, frames, _fate, _counter in lines():
        for frame in frames:
            if learns(name, "rfc826"):
                eng = engine(learn="rfc826")
                f.receive(eng, frame, at(3000))
                assert [entry.ip for entry in eng.entries()] == [frame[28:32]]
                assert eng.ask(frame[28:32]) == f.mac(f.B_MAC)
                count += 1
    assert count == 4


def test_a_dropped_sender_gives_its_diagnostic_of_the_right_kind():
    for mac, words in ((f.BROADCAST, "broadcast"), ("01:00:5e:00:00:01", "multicast")):
        for frame in sender(mac):
            eng = engine()
            f.receive(eng, frame, at(3000))
            assert f.events(eng) == ["bad_sender"], words
