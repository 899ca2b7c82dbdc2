"""The security list, first half: each attack with its concrete input (V1 to V15)."""

import frames as f
from engines import at, engine, resolve
from intact import intact

import arp
from arp import PENDING, RESOLVED
from sim.lan import XorShift
from sim.w5500_board import W5500Board


def table(eng):
    """The whole table as plain values."""
    return [tuple(entry) for entry in eng.entries()]


def unchanged(eng, frame, ms, n=None):
    """True when a frame gets no answer and leaves no trace but a counter."""
    eng.next_deadline(at(ms))  # it is that late now, so that the ages are equal
    before = (table(eng), eng.ips)
    answered = eng.receive(frame, len(frame) if n is None else n, at(ms))
    return not answered and before == (table(eng), eng.ips)


def test_V1_a_request_for_us_cut_to_14_to_41_bytes_is_dropped_and_leaks_nothing():
    eng = engine()
    resolve(eng, 3000)
    for tpa in (f.OWN_IP, f.B_IP):
        for n in range(14, 42):
            for i in range(len(eng.tx)):
                eng.tx[i] = 0xA5
            frame = f.request(f.B_MAC, f.A_IP, tpa)[:n]
            assert unchanged(eng, frame, 4000), n
            assert bytes(eng.tx) == b"\xa5" * len(eng.tx)
    assert eng.stats.rx_short == 2 * 28
    for i in range(len(eng.tx)):
        eng.tx[i] = 0xA5
    whole = f.request() + b"\xa5" * 18
    assert eng.receive(whole, 60, at(4001)) == 42
    assert b"\xa5" not in bytes(eng.tx[:42])


class Watched:
    """A buffer that knows the highest byte that was read from it."""

    def __init__(self, buffer):
        self.buffer = buffer
        self.highest = -1

    def __len__(self):
        return len(self.buffer)

    def __getitem__(self, i):
        self.highest = max(self.highest, i)
        return self.buffer[i]


def test_V2_a_frame_of_0_to_41_bytes_is_never_read_past_its_end():
    eng = engine()
    for n in range(42):
        buffer = Watched(f.request() + bytes(1472))
        # The long way: the short one takes real buffers only, and test_short_way.py watches it.
        assert type(eng).receive(eng, buffer, n, at(3000)) == 0
        assert buffer.highest < n, (n, buffer.highest)
        frame = f.request()[:n]
        assert eng.receive(frame, 60, at(3000)) == 0  # a length that lies
    assert list(eng.entries()) == []


def test_V3_lengths_larger_than_the_packet_are_refused_before_they_are_used():
    eng = engine()
    resolve(eng, 3000)
    for hlen, plen in ((7, 4), (6, 5), (16, 16), (6, 16), (128, 4), (6, 128), (127, 127)):
        frame = bytearray(f.reply(f.B_MAC, f.A_IP))
        frame[18] = hlen
        frame[19] = plen
        assert unchanged(eng, frame, 4000), (hlen, plen)
    assert eng.stats.rx_bad_hlen + eng.stats.rx_bad_plen == 7


def test_V4_lengths_of_0_and_255_are_refused():
    eng = engine()
    resolve(eng, 3000)
    for offset, good in ((18, 6), (19, 4)):
        for value in (0, 1, good - 1, good + 1, 255):
            for whole in (f.request(f.B_MAC, f.A_IP), f.reply(f.B_MAC, f.A_IP)):
                frame = bytearray(whole)
                frame[offset] = value
                assert unchanged(eng, frame, 4000), (offset, value)
    assert eng.stats.rx_bad_hlen == 10
    assert eng.stats.rx_bad_plen == 10


def test_V5_tagged_and_snap_framed_packets_are_not_parsed_as_arp():
    eng = engine()
    resolve(eng, 3000)
    whole = f.request(f.B_MAC, f.A_IP)
    vlan = whole[:12] + b"\x81\x00\x00\x01" + whole[12:]
    double = whole[:12] + b"\x88\xa8\x00\x01\x81\x00\x00\x01" + whole[12:]
    snap = whole[:12] + b"\x00\x24" + b"\xaa\xaa\x03\x00\x00\x00\x08\x06" + whole[14:]
    for frame in (vlan, double, snap, vlan[:42], snap[:41], vlan[:16], snap[:22]):
        assert unchanged(eng, frame, 4000)
    assert eng.stats.rx_not_arp == 7


def test_V6_W1_what_fills_a_frame_up_to_60_bytes_is_zero_on_the_wire():
    board = W5500Board()
    eng = engine(hold_slots=1)
    for i in range(len(eng.tx)):
        eng.tx[i] = 0xA5
    board.nic.send(eng.tx, 1514)  # the chip's memory and the buffer are full of an old frame
    n = eng.receive(f.request(), 42, at(3000))
    board.nic.send(eng.tx, n)
    assert board.cable.sent[-1] == f.reply(f.OWN_MAC, f.OWN_IP, f.A_MAC, f.A_IP) + bytes(18)
    eng.query(f.B_IP, at(3000))
    board.nic.send(eng.tx, eng.poll(at(3000)))
    assert board.cable.sent[-1] == f.request(f.OWN_MAC, f.OWN_IP, f.B_IP) + bytes(18)


def test_V7_reverse_and_inverse_arp_are_ignored():
    eng = arp.Engine(f.OWN_MAC, seed=1)  # no address yet: what URGENT/11 configured from outside
    for oper in (0, 3, 4, 8, 9, 10, 25, 255):
        frame = f.arp(oper, f.B_MAC, f.A_IP, f.OWN_MAC, f.OWN_IP, f.OWN_MAC)
        assert unchanged(eng, frame, 3000), oper
    assert eng.ips == []
    eng = engine()
    resolve(eng, 3000)
    for oper in (3, 4, 8, 9):
        frame = f.arp(oper, f.B_MAC, f.A_IP, f.OWN_MAC, f.OWN_IP, f.OWN_MAC)
        assert unchanged(eng, frame, 4000), oper
    assert eng.stats.rx_bad_oper == 4


def test_V8_a_foreign_claim_of_our_address_never_changes_our_mapping():
    claims = (
        f.request(f.B_MAC, f.OWN_IP, f.GATEWAY),
        f.request(f.B_MAC, f.OWN_IP, f.OWN_IP),
        f.reply(f.B_MAC, f.OWN_IP, f.OWN_MAC, f.OWN_IP),
        f.arp(2, f.B_MAC, f.OWN_IP, f.BROADCAST, f.OWN_IP),
    )
    for learn in ("cautious", "rfc826", "replies"):
        for claim in claims:
            eng = engine(learn=learn)
            answer = f.receive(eng, claim, at(3000))
            assert answer == f.announcement(f.OWN_MAC, f.OWN_IP)
            assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)
            assert table(eng) == []
            answer = f.receive(eng, f.request(), at(3001))
            assert answer[22:28] == f.mac(f.OWN_MAC)


def test_V9_100_000_random_frames_leave_gateway_permanent_entries_and_timers_alone():
    for learn in ("cautious", "rfc826"):
        eng = engine(learn=learn, capacity=8)
        eng.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT)
        resolve(eng, 3000, f.GATEWAY, f.A_MAC)
        eng.query(f.A_IP, at(3000))
        asked = len(f.polled(eng, at(3000)))
        noise = XorShift(9)
        frame = bytearray(f.request(f.B_MAC))
        for i in range(50_000):
            high = noise.below(65536)
            frame[21] = 1 + i % 2
            frame[24] = high >> 8
            frame[25] = high & 255
            frame[30] = 1 + i % 2  # half of them on our network
            frame[31] = 30 + noise.below(200)
            eng.receive(frame, 42, at(3000 + i // 10))
            if i % 1000 == 0:
                asked += len(f.polled(eng, at(3000 + i // 10)))
                assert eng.query(f.GATEWAY, at(3000 + i // 10)) == RESOLVED
        assert eng.ask(f.GATEWAY) == f.mac(f.A_MAC)
        assert eng.ask(f.B_IP) == f.mac(f.B_MAC)
        assert asked == 5  # the retries kept their time
        learned = [entry for entry in eng.entries() if entry.kind == arp.DYNAMIC]
        assert len(learned) <= 8 + 1  # and the one that is still asked for
        intact(eng._cache)


def test_V10_eleven_requests_of_strangers_do_not_evict_what_is_in_use():
    eng = engine(learn="rfc826", capacity=10)
    for i in range(10):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), f.A_MAC)
    resolve(eng, 3100, f.GATEWAY, f.B_MAC)
    for i in range(11):
        assert f.receive(eng, f.request(f.B_MAC, "192.168.1.%d" % (60 + i)), at(3200 + i))
    assert eng.query(f.GATEWAY, at(3300)) == RESOLVED
    for i in range(1, 10):
        assert eng.ask("192.168.1.%d" % (30 + i)) == f.mac(f.A_MAC), i


def test_V11_an_attackers_frames_do_not_keep_an_entry_from_eviction():
    eng = engine(capacity=4)
    for i in range(4):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), f.A_MAC)
    for ms in range(3100, 4000, 10):  # the attacker wants .30 to stay
        f.receive(eng, f.request(f.A_MAC, "192.168.1.30"), at(ms))
        f.receive(eng, f.reply(f.A_MAC, "192.168.1.30"), at(ms))
        f.receive(eng, f.announcement(f.A_MAC, "192.168.1.30"), at(ms))
    resolve(eng, 4000, f.B_IP, f.B_MAC)
    assert eng.ask("192.168.1.30") is None
    assert eng.ask("192.168.1.31") == f.mac(f.A_MAC)


def test_V12_poisoning_is_told_and_a_permanent_gateway_is_immune():
    attacks = (
        f.reply(f.B_MAC, f.GATEWAY),
        f.announcement(f.B_MAC, f.GATEWAY),
        f.request(f.B_MAC, f.GATEWAY),
    )
    for attack in attacks:
        eng = engine()
        resolve(eng, 3000, f.GATEWAY, f.A_MAC)
        f.receive(eng, attack, at(4000))
        assert eng.ask(f.GATEWAY) == f.mac(f.B_MAC)
        assert eng.next_event() == (
            (arp.EV_CHANGED, f.ip(f.GATEWAY), f.mac(f.B_MAC), f.mac(f.A_MAC))
        )
        assert f.events(eng) == ["overwritten"]
        eng = engine()
        eng.set(f.GATEWAY, f.A_MAC, kind=arp.PERMANENT)
        f.events(eng)
        f.receive(eng, attack, at(4000))
        assert eng.ask(f.GATEWAY) == f.mac(f.A_MAC)
        assert f.events(eng) == ["permanent"]
        eng = engine()
        assert f.receive(eng, attack, at(4000)) is None or attack[21] == 1
        assert eng.ask(f.GATEWAY) is None


def test_V13_a_reply_with_a_zero_mac_poisons_nothing():
    eng = engine()
    resolve(eng, 3000)
    assert unchanged(eng, f.reply(f.ZERO, f.A_IP), 4000)
    eng.query(f.B_IP, at(4000))
    assert unchanged(eng, f.reply(f.ZERO, f.B_IP), 4001)
    assert eng.query(f.B_IP, at(4002)) == PENDING
    assert eng.stats.rx_bad_sender == 2


def test_V14_a_broadcast_sender_gets_no_reply_and_is_not_cached():
    for learn in ("cautious", "rfc826"):
        for sha in (f.BROADCAST, "01:00:5e:00:00:fb", "33:33:00:00:00:01"):
            eng = engine(learn=learn)
            frame = f.arp(1, sha, f.A_IP, f.ZERO, f.OWN_IP, f.BROADCAST, f.A_MAC)
            assert unchanged(eng, frame, 3000), sha
            assert eng.stats.rx_bad_sender == 1


def test_V15_a_probe_for_our_address_is_answered_and_0_0_0_0_never_cached():
    for learn in ("cautious", "rfc826", "replies"):
        eng = engine(learn=learn)
        answer = f.receive(eng, f.probe(), at(3000))
        assert answer == f.reply(f.OWN_MAC, f.OWN_IP, f.A_MAC, "0.0.0.0")
        assert table(eng) == []
        assert eng.get("0.0.0.0") is None
        assert f.events(eng) == []
