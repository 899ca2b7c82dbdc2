"""Trailer negotiation (RFC 893): offered after replies when switched on, ignored by default."""

import frames as f
from engines import at, engine, resolve

import arp

OFFER = f.arp(2, f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP, f.A_MAC)
OFFER = OFFER[:16] + b"\x10" + OFFER[17:]


def _trailer(frame):
    return frame[:16] + b"\x10" + frame[17:]


def test_T1_row_35_a_trailer_reply_follows_the_reply_to_a_request():
    eng = engine(trailers=True)
    assert f.receive(eng, f.request(), at(3000))[16:18] == b"\x08\x00"
    assert eng.next_deadline(at(3000)) == 0
    assert f.polled(eng, at(3000)) == [OFFER]
    assert f.polled(eng, at(3001)) == []


def test_T2_row_35_a_reply_that_answers_us_is_answered_with_a_trailer_reply():
    eng = engine(trailers=True)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(), at(3001))
    assert f.polled(eng, at(3001)) == [OFFER]


def test_an_unasked_reply_of_a_stranger_gets_no_trailer_reply():
    eng = engine(trailers=True)
    f.receive(eng, f.reply(), at(3000))
    assert f.polled(eng, at(3000)) == []


def test_T3_row_35_a_trailer_reply_marks_the_existing_entry_and_creates_none():
    eng = engine(trailers=True)
    f.receive(eng, _trailer(f.reply()), at(3000))
    assert eng.get(f.A_IP) is None
    resolve(eng, 3001)
    f.polled(eng, at(3001))
    f.receive(eng, _trailer(f.reply(f.B_MAC)), at(3002))
    assert not eng.get(f.A_IP).flags & arp.ATF_USETRAILERS
    f.receive(eng, _trailer(f.request()), at(3002))
    assert not eng.get(f.A_IP).flags & arp.ATF_USETRAILERS
    f.receive(eng, _trailer(f.reply()), at(3003))
    assert eng.get(f.A_IP).flags == arp.ATF_COM | arp.ATF_USETRAILERS
    assert f.polled(eng, at(3003)) == []


def test_T3_a_permanent_entry_stays_as_the_person_made_it():
    eng = engine(trailers=True)
    eng.set(f.A_IP, f.A_MAC, kind=arp.PERMANENT)
    f.receive(eng, _trailer(f.reply()), at(3000))
    assert not eng.get(f.A_IP).flags & arp.ATF_USETRAILERS


def test_a_trailer_frame_is_checked_like_any_other():
    eng = engine(trailers=True)
    bad = bytearray(_trailer(f.reply()))
    bad[19] = 6
    f.receive(eng, bytes(bad), at(3000))
    assert eng.stats.rx_bad_plen == 1
    bad[16] = 0x20
    f.receive(eng, bytes(bad), at(3000))
    assert eng.stats.rx_bad_ptype == 1


def test_T4_row_78_by_default_ptype_0x1000_is_dropped():
    eng = engine()
    resolve(eng, 3000)
    f.receive(eng, _trailer(f.reply()), at(3001))
    assert eng.stats.rx_bad_ptype == 1
    assert eng.get(f.A_IP).flags == arp.ATF_COM
    f.receive(eng, f.request(), at(3002))
    assert f.polled(eng, at(3002)) == []


def test_an_offer_of_the_old_host_does_not_speak_for_the_new_one():
    eng = engine(trailers=True)
    resolve(eng, 3000)
    f.polled(eng, at(3000))
    f.receive(eng, _trailer(f.reply()), at(3001))
    f.receive(eng, f.reply(f.B_MAC), at(3002))
    assert eng.get(f.A_IP).flags == arp.ATF_COM


def test_a_held_packet_leaves_before_an_offer():
    eng = engine(trailers=True, hold_slots=2)
    resolve(eng, 3000)
    f.polled(eng, at(3000))
    f.receive(eng, f.request(), at(3001))
    assert eng.hold(f.A_IP, b"x", 1, at(3001))
    assert [frame[12:14] for frame in f.polled(eng, at(3001))] == [b"\x08\x00", b"\x08\x06"]


def test_the_solaris_profile_negotiates_trailers():
    eng = engine(**dict(arp.profiles.SOLARIS, probe=False))
    f.receive(eng, f.request(), at(3000))
    assert f.polled(eng, at(3000)) == [OFFER]
