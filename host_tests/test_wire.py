"""Frames on the wire: every field is checked, and what is built is what RFC 826 and 5227 say."""

import frames as f

from arp import wire
from arp.stats import (
    RX_BAD_HLEN,
    RX_BAD_HTYPE,
    RX_BAD_OPER,
    RX_BAD_PLEN,
    RX_BAD_PTYPE,
    RX_BAD_SENDER,
    RX_NOT_ARP,
    RX_NOT_OURS,
    RX_OWN_ECHO,
    RX_SHORT,
)

OWN = f.mac(f.OWN_MAC)


def _check(frame, n=None):
    return wire.check(frame, len(frame) if n is None else n, OWN)


def _changed(at, value):
    frame = bytearray(f.request())
    frame[at] = value
    return frame


def test_W1_a_request_and_a_reply_of_42_bytes_are_valid():
    assert _check(f.request()) == 0
    assert _check(f.reply()) == 0


def test_W6_a_tail_is_ignored():
    assert _check(f.request() + bytes(18)) == 0
    assert _check(f.request() + b"\xff" * 1400) == 0


def test_V1_V2_every_shorter_frame_is_dropped_before_its_end_is_read():
    frame = f.request()
    for n in range(42):
        assert _check(frame[:n]) in (RX_SHORT, RX_NOT_ARP), n
        assert _check(frame, n) == RX_SHORT, n


def test_V3_V4_every_changed_header_byte_is_dropped_with_its_reason():
    reasons = {
        12: RX_NOT_ARP,
        13: RX_NOT_ARP,
        14: RX_BAD_HTYPE,
        15: RX_BAD_HTYPE,
        16: RX_BAD_PTYPE,
        17: RX_BAD_PTYPE,
        18: RX_BAD_HLEN,
        19: RX_BAD_PLEN,
        20: RX_BAD_OPER,
    }
    for at in reasons:
        good = f.request()[at]
        for value in (0, 1, 2, 4, 5, 6, 8, 0x7F, 0x80, 0xFF):
            if value != good:
                assert _check(_changed(at, value)) == reasons[at], (at, value)


def test_V7_V30_only_operations_1_and_2_pass():
    for value in range(256):
        assert (_check(_changed(21, value)) == 0) == (value in (1, 2)), value
    assert _check(_changed(20, 1)) == RX_BAD_OPER


def test_V13_V14_a_sender_that_is_zero_broadcast_or_multicast_is_dropped():
    assert _check(f.request(sha=f.ZERO)) == RX_BAD_SENDER
    assert _check(f.request(sha=f.BROADCAST)) == RX_BAD_SENDER
    assert _check(f.request(sha="01:00:5e:00:00:01")) == RX_BAD_SENDER


def test_V22_our_own_frame_is_an_echo():
    assert _check(f.announcement(f.OWN_MAC, f.OWN_IP)) == RX_OWN_ECHO


def test_a_unicast_frame_for_somebody_else_is_dropped():
    assert _check(f.arp(1, f.A_MAC, f.A_IP, f.ZERO, f.OWN_IP, f.B_MAC)) == RX_NOT_OURS
    assert _check(f.arp(1, f.A_MAC, f.A_IP, f.ZERO, f.OWN_IP, f.OWN_MAC)) == 0


def test_V5_a_vlan_tag_or_snap_framing_is_not_arp():
    frame = f.request()
    assert _check(frame[:12] + b"\x81\x00\x00\x05" + frame[12:]) == RX_NOT_ARP
    snap = frame[:12] + b"\x00\x24\xaa\xaa\x03\x00\x00\x00\x08\x06" + frame[14:]
    assert _check(snap) == RX_NOT_ARP


def test_W3_build_writes_each_of_the_42_bytes_and_no_more():
    tx = bytearray(b"\xee" * 60)
    n = wire.build(
        tx,
        f.mac(f.A_MAC),
        OWN,
        2,
        OWN,
        0,
        f.ip(f.OWN_IP),
        0,
        b"?" + f.mac(f.A_MAC),
        1,
        b"??" + f.ip(f.A_IP),
        2,
    )
    assert n == 42
    assert bytes(tx[:42]) == f.arp(2, f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP, f.A_MAC)
    assert bytes(tx[42:]) == b"\xee" * 18
