"""Fuzzing by the plan of the security list: lengths, single bytes, random packets; an oracle that
shares no line with the firmware says what each frame may do. A failure prints its seed.
"""

import frames as f
from engines import at, engine, resolve
from intact import intact

from sim.lan import XorShift

SEED = 20_081
OWN_MAC = f.mac(f.OWN_MAC)
OWN_IP = f.ip(f.OWN_IP)
A_IP = f.ip(f.A_IP)
HEADER = b"\x00\x01\x08\x00\x06\x04\x00"
VALUES = (0, 1, 0x7F, 0x80, 0xFF)


def is_host(ip):
    """True for an address that a host may have on 192.168.1.0/24 or beyond it."""
    return 0 < ip[0] < 224 and ip[0] != 127 and ip != f.ip("192.168.1.255")


def oracle(frame):
    """(answer or None, the MAC that A then has) for a frame, by RFCs 826, 1122 and 5227."""
    a_mac = f.mac(f.A_MAC)
    if len(frame) < 42 or frame[12:14] != b"\x08\x06" or frame[14:21] != HEADER:
        return None, a_mac
    oper, sha, spa, tpa = frame[21], frame[22:28], frame[28:32], frame[38:42]
    if oper not in (1, 2) or sha[0] & 1 or sha == bytes(6) or sha == OWN_MAC:
        return None, a_mac
    if not frame[0] & 1 and frame[:6] != OWN_MAC:
        return None, a_mac
    if spa == OWN_IP:
        return f.announcement(f.OWN_MAC, f.OWN_IP), a_mac
    if oper == 1 and not is_host(tpa):
        return None, a_mac
    if spa == A_IP:
        a_mac = sha
    if oper == 2 or tpa != OWN_IP or not (is_host(spa) or spa == bytes(4)):
        return None, a_mac
    fixed = b"\x08\x06" + HEADER + b"\x02"
    return sha + OWN_MAC + fixed + OWN_MAC + OWN_IP + sha + spa, a_mac


def fresh():
    """An engine that knows A alone."""
    eng = engine()
    resolve(eng, 3000)
    return eng


def check(frame, hint, buffer=None):
    """Give the frame to an engine; its answer and its table must be those of the oracle."""
    eng = fresh()
    answer, a_mac = oracle(frame)
    n = eng.receive(frame if buffer is None else buffer, len(frame), at(3100))
    what = (hint, frame)
    assert (bytes(eng.tx[:n]) if n else None) == answer, what
    assert [(entry.ip, entry.mac) for entry in eng.entries()] == [(A_IP, a_mac)], what
    assert eng.ips == [OWN_IP], what
    assert f.polled(eng, at(3100)) == [], what


def templates():
    """A valid frame of each kind."""
    return (
        f.request(f.B_MAC, f.A_IP),
        f.request(f.A_MAC, f.B_IP),
        f.request(f.B_MAC, f.A_IP, f.GATEWAY),
        f.reply(f.B_MAC, f.A_IP),
        f.reply(f.B_MAC, f.B_IP),
        f.probe(),
        f.announcement(f.B_MAC, f.A_IP),
        f.announcement(f.B_MAC, f.OWN_IP),
    )


def test_the_oracle_tells_the_kinds_of_frames_apart():
    answered = [oracle(frame)[0] is not None for frame in templates()]
    assert answered == [True, True, False, False, False, True, False, True]
    updated = [oracle(frame)[1] == f.mac(f.B_MAC) for frame in templates()]
    assert updated == [True, False, True, True, False, False, True, False]


def test_V1_V2_every_length_from_0_to_64_of_every_kind_of_frame():
    for whole in templates():
        for n in range(65):
            frame = (whole + b"\xee" * 22)[:n]
            check(frame, n)
            check(frame, n, bytearray(frame + whole + b"\xee" * 100))


def test_V3_V4_V16_every_byte_of_every_kind_of_frame_with_every_extreme_value():
    for whole in templates():
        for i in range(14, 42):
            for value in VALUES:
                frame = bytearray(whole)
                frame[i] = value
                check(bytes(frame), (i, value))


def test_the_ethernet_header_with_every_extreme_value_too():
    for whole in templates():
        for i in range(14):
            for value in VALUES:
                frame = bytearray(whole)
                frame[i] = value
                check(bytes(frame), (i, value))


def test_V9_random_packets_behind_a_valid_header():
    noise = XorShift(SEED)
    places = (A_IP, f.ip(f.B_IP), OWN_IP, bytes(4), f.ip("192.168.1.255"), f.ip("8.8.8.8"))
    for i in range(3000):
        frame = bytearray(f.request())
        for k in range(21, 42):
            frame[k] = noise.below(256)
        if noise.below(4):
            frame[21] = 1 + noise.below(2)
        if noise.below(4):
            frame[22] &= 0xFE
        for offset in (28, 38):  # mostly addresses that mean something to us
            if noise.below(4):
                ip = places[noise.below(len(places))]
                for k in range(4):
                    frame[offset + k] = ip[k]
        check(bytes(frame), (SEED, i))


def test_V9_random_packets_to_one_engine_leave_it_whole():
    noise = XorShift(SEED + 1)
    eng = engine(learn="rfc826", capacity=4, conflict="insist", hold_slots=2, hold_bytes=60)
    resolve(eng, 3000)
    ms = 3000
    answers = 0
    for i in range(3000):
        frame = bytearray([noise.below(256) for _ in range(30 + noise.below(31))])
        for k, value in enumerate(b"\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x09\x08\x06"):
            if k < len(frame) and noise.below(30):
                frame[k] = value
        for k, value in enumerate(HEADER):
            if 14 + k < len(frame) and noise.below(30):
                frame[14 + k] = value
        if len(frame) > 41:
            frame[21] = noise.below(4)
            frame[28:31] = OWN_IP[:3]
            frame[38:42] = OWN_IP
        n = eng.receive(frame, len(frame), at(ms))
        assert n in (0, 42), (SEED, i)
        answers += n == 42
        ms += noise.below(500)
        f.polled(eng, at(ms))
        learned = len(list(eng.entries()))
        assert learned <= 4 and eng.ips == [OWN_IP], (SEED, i)
        intact(eng._cache)
    assert answers > 100 and eng.stats.inserted > 10
