"""Frames that arrive through the ENC28J60 driver, and what they cost on SPI."""

from sim.enc28j60_board import ENC28J60Board
from sim.w5500_board import MAC, OTHER, arp_frame


def test_an_idle_poll_is_1_transaction_of_2_bytes():
    board = ENC28J60Board()
    assert board.cost(board.nic.recv_into, board.buf) == (0, 1, 2)


def test_with_int_high_nothing_is_asked():
    board = ENC28J60Board(with_int=True)
    assert board.cost(board.nic.recv_into, board.buf) == (0, 0, 0)


def test_a_60_byte_frame_is_7_transactions_and_83_bytes():
    board = ENC28J60Board(logs=True)
    board.cable.put(arp_frame())
    board.log.sent.clear()
    assert board.cost(board.nic.recv_into, board.buf) == (60, 2, 73)
    assert bytes(board.buf[:60]) == arp_frame()
    assert board.cost(board.receive) == (b"", 6, 12), "it is released, and the idle poll"
    assert board.log.sent == [
        "1900",  # EPKTCNT
        "3a" + "00" * 6 + "00" * 60 + "00" * 4,  # header, frame, FCS
        "bf03",  # bank 0
        "4c45",  # ERXRDPT: one before the next frame
        "4d00",
        "9e40",  # PKTDEC
        "9f01",  # bank 1
        "1900",
    ]


def test_with_int_it_is_the_same():
    board = ENC28J60Board(with_int=True)
    board.cable.put(arp_frame())
    assert board.cost(board.nic.recv_into, board.buf) == (60, 2, 73)
    assert bytes(board.buf[:60]) == arp_frame()
    assert board.cost(board.receive) == (b"", 5, 10), "it is released"


def test_an_answer_leaves_before_the_frame_is_released():
    board = ENC28J60Board(with_int=True, logs=True)
    board.chip.on_int = board.int.drive  # past the log
    for _ in range(2):  # the first time the pointers are not known
        board.log.sent.clear()
        board.cable.put(arp_frame())
        assert board.receive() == arp_frame()
        board.nic.send(arp_frame(42), 42)
        answered = len(board.log.sent)
        assert board.receive() == b""
    assert [sent[:4] for sent in board.log.sent[:answered]] == [
        "1900",
        "3a00",
        "7a00",
        "9f08",  # TXRTS
    ]
    assert [sent[:4] for sent in board.log.sent[answered:]] == [
        "1f00",  # ECON1, EIR: it has left
        "1c00",
        "bf03",
        "4c8b",
        "4d00",
        "9e40",
        "4200",  # EWRPT, for the next one
        "9f01",
    ]


def test_an_unreleased_frame_is_no_fault_and_none_after_a_restart():
    board = ENC28J60Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    assert board.receive() == arp_frame(fill=0)
    board.nic._checked_at -= 2000  # the slow check's turn
    assert board.nic.link()
    assert board.counted() == {}
    assert board.receive() == arp_frame(fill=1)
    board.nic.active(False)
    board.nic.active(True)
    assert board.receive_all() == [], "a restart loses what waits"
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]
    assert (board.counted(), board.chip.errors) == ({}, 0)


def test_a_late_collision_between_a_frame_and_its_release_loses_none():
    board = ENC28J60Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    for i in range(3):
        assert board.receive() == arp_frame(fill=i)
        board.chip.late_collisions = 1
        board.nic.send(arp_frame(42, fill=i), 42)
    for _ in range(3):
        assert board.receive() == b""
    assert board.cable.sent == [arp_frame(42, fill=i) + bytes(18) for i in range(3)]
    assert (board.counted(), board.chip.errors) == ({"tx_retried": 3}, 0)


def test_frames_that_wait_are_read_after_one_look():
    board = ENC28J60Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    assert board.cost(board.receive) == (arp_frame(fill=0), 2, 73)
    assert board.cost(board.receive) == (arp_frame(fill=1), 6, 81)
    assert board.int() == 0, "one interrupt for all of them"
    assert board.cost(board.receive) == (arp_frame(fill=2), 6, 81)
    assert board.cost(board.receive) == (b"", 5, 10)
    assert board.int() == 1
    assert board.cost(board.receive) == (b"", 0, 0)


def test_frames_of_every_length_arrive_whole_and_through_the_rings_end():
    board = ENC28J60Board()
    for n in range(60, 1515):
        frame = arp_frame(n, fill=n & 0xFF)
        board.cable.put(frame)
        assert board.receive() == frame, n
    assert (board.chip.errors, board.counted()) == (0, {})
    assert board.nic.stats.rx == 1455


def test_frames_of_all_lengths_that_wait_together_arrive_in_order():
    board = ENC28J60Board()
    for first in range(60, 1500, 96):
        frames = [arp_frame(n, fill=n & 0xFF) for n in range(first, first + 24, 3)]
        for frame in frames[:4]:
            board.cable.put(frame)
        assert board.receive_all() == frames[:4], first
    assert (board.chip.errors, board.counted()) == (0, {})


def test_a_length_with_a_view_of_its_own_needs_no_pointer_and_others_do():
    board = ENC28J60Board()
    for n, cost in ((124, (7, 147)), (61, (9, 147)), (1514, (9, 1537)), (1468, (7, 1491))):
        board.cable.put(arp_frame(n))
        _, transactions, count = board.cost(board.receive_all)
        assert (transactions - 1, count - 2) == cost, "without the idle poll"


def test_nothing_is_written_beyond_the_buffer():
    board = ENC28J60Board()
    whole = bytearray(b"\xee" * 200)
    board.cable.put(arp_frame(100))
    assert board.nic.recv_into(memoryview(whole)[:100]) == 100
    assert bytes(whole[:100]) == arp_frame(100)
    assert bytes(whole[100:]) == b"\xee" * 100


def test_a_frame_longer_than_the_buffer_is_counted_and_the_one_behind_it_read():
    board = ENC28J60Board()
    small = bytearray(60)
    board.cable.put(arp_frame(61))
    board.cable.put(arp_frame(60, fill=7))
    assert board.nic.recv_into(small) == 60
    assert bytes(small) == arp_frame(60, fill=7)
    assert board.counted() == {"rx_too_long": 1}


def test_a_buffer_too_small_for_any_frame_is_refused():
    board = ENC28J60Board()
    try:
        board.nic.recv_into(bytearray(59))
    except ValueError as e:
        assert "59" in str(e)
    else:
        raise AssertionError("taken")


def test_another_buffer_may_be_used_at_any_time():
    board = ENC28J60Board()
    one, two = bytearray(1514), bytearray(60)
    for i in range(4):
        board.cable.put(arp_frame(fill=i))
        buf = two if i & 1 else one
        assert board.nic.recv_into(buf) == 60
        assert bytes(buf[:60]) == arp_frame(fill=i)


def test_a_frame_without_its_receive_ok_is_counted_and_skipped():
    board = ENC28J60Board()
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    board.chip.pump()
    board.chip.ram[70 + 4] &= 0x7F  # of the second one
    assert board.receive_all() == [arp_frame(fill=0), arp_frame(fill=2)]
    assert board.counted() == {"rx_bad": 1}


def ip_frame(to, n=60):
    return to + OTHER + b"\x08\x00" + bytes(n - 14)


def test_frames_of_others_stay_in_the_chip():
    board = ENC28J60Board()
    for frame in (ip_frame(OTHER), ip_frame(b"\x01\x00\x5e\x00\x00\x01"), arp_frame()):
        board.cable.put(frame)
    board.cable.put(ip_frame(MAC))
    board.cable.put(ip_frame(b"\xff" * 6))
    assert board.receive_all() == [arp_frame(), ip_frame(MAC), ip_frame(b"\xff" * 6)]
    assert board.chip.filtered == 2


def test_arp_only_lets_the_chip_drop_other_broadcasts_and_drops_the_rest_by_their_header():
    board = ENC28J60Board()
    board.nic.arp_only(True)
    board.cable.put(ip_frame(b"\xff" * 6, 1514))
    assert board.cost(board.nic.recv_into, board.buf) == (0, 1, 2)
    assert board.chip.filtered == 1
    board.cable.put(ip_frame(MAC, 1514))
    assert board.cost(board.nic.recv_into, board.buf) == (0, 9, 37)
    for n in (60, 61, 124, 1514):
        board.cable.put(arp_frame(n))
    assert board.receive_all() == [arp_frame(n) for n in (60, 61, 124, 1514)]
    assert board.counted() == {"rx_unwanted": 1}
    board.cable.put(arp_frame())
    assert board.cost(board.receive_all) == ([arp_frame()], 8, 85), "no dearer than without"
    board.nic.arp_only(False)
    board.cable.put(ip_frame(MAC, 1514))
    assert board.receive_all() == [ip_frame(MAC, 1514)]
    assert board.chip.errors == 0


def test_what_the_pattern_filter_lets_through_is_checked_again():
    board = ENC28J60Board()
    board.nic.arp_only(True)
    board.chip.filter_leaks = True  # erratum 18
    board.cable.put(ip_frame(b"\xff" * 6))
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]
    assert board.counted() == {"rx_unwanted": 1}


def test_promiscuous_passes_what_is_for_others_until_it_is_switched_off():
    board = ENC28J60Board()
    for flag, expected in ((False, []), (True, [ip_frame(OTHER)]), (False, [])):
        board.nic.promiscuous(flag)
        board.cable.put(ip_frame(OTHER))
        assert board.receive_all() == expected, flag
    assert board.chip.errors == 0


def test_a_flood_of_unwanted_frames_ends_each_call():
    board = ENC28J60Board()
    board.nic.arp_only(True)
    for _ in range(40):
        board.cable.put(ip_frame(MAC))
    _, transactions, _ = board.cost(board.nic.recv_into, board.buf)
    assert transactions == 1 + 16 * 6
    board.cable.put(arp_frame())
    got = [board.receive() for _ in range(4)]
    assert arp_frame() in got
    assert board.nic.stats.rx_unwanted == 40


def test_a_full_ring_is_counted_by_the_slow_check_and_reception_goes_on():
    board = ENC28J60Board()
    for _ in range(120):
        board.cable.put(arp_frame())
    board.chip.pump()
    board.nic._checked_at -= 2000
    assert len(board.receive_all()) == 95
    assert (board.chip.dropped_full, board.counted()) == (25, {"rx_full": 1})
    board.cable.put(arp_frame(fill=9))
    assert board.receive_all() == [arp_frame(fill=9)]


def test_packets_are_counted_by_epktcnt_whatever_pktif_says():
    board = ENC28J60Board()
    board.chip.pktif_lies = True  # erratum 6
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]
