"""Frames that leave through the ENC28J60 driver, what they cost, and what becomes of them."""

from sim.enc28j60_board import ENC28J60Board, without_time
from sim.w5500_board import arp_frame


def test_an_arp_frame_is_at_most_8_transactions_and_60_bytes():
    board = ENC28J60Board(with_int=True, logs=False)
    send, frame = board.nic.send, bytearray(arp_frame(1514))
    assert board.cost(send, frame, 42) == (None, 8, 58), "the first: pointers are not known"
    assert board.cost(send, frame, 42) == (None, 7, 56), "with a look at the one before it"
    assert board.cost(send, frame, 100)[1] == 8
    assert board.cost(send, frame, 42) == (None, 8, 58), "another length"
    board.nic.stats.reopened = 0
    board.nic._polls = True
    board.receive()  # the look at the one before it
    assert board.cost(send, frame, 42) == (None, 5, 52)


def test_these_are_the_transactions():
    board = ENC28J60Board(logs=True)
    board.nic.send(arp_frame(42), 42)
    board.receive()
    board.log.sent.clear()
    board.nic.send(arp_frame(42), 42)
    assert board.log.sent == [
        "bf03",  # bank 0
        "4200",  # EWRPT: its high byte is still 0x1a
        "9f01",  # bank 1
        "7a00" + arp_frame(42).hex(),
        "9f08",  # TXRTS
    ]
    board.log.sent.clear()
    board.receive()
    assert board.log.sent == ["1900", "1f00", "1c00"], "EPKTCNT, and once ECON1 and EIR"
    board.receive()
    assert board.log.sent[3:] == ["1900"]


def test_the_chip_pads_with_zeros_whatever_the_memory_held():
    board = ENC28J60Board()
    buf = bytearray(arp_frame(1514, fill=0xAA))
    board.nic.send(buf, 1514)
    for n in (42, 14, 59, 42):
        board.nic.send(buf, n)
        assert board.cable.sent[-1] == arp_frame(1514, fill=0xAA)[:n] + bytes(60 - n), n
    assert board.chip.errors == 0


def test_frames_of_every_length_leave_whole():
    board = ENC28J60Board()
    buf = bytearray(1514)
    for n in list(range(60, 260)) + [1000, 61, 1513, 60, 1514, 42]:
        buf[:n] = arp_frame(n, fill=n & 0xFF)
        board.nic.send(buf, n)
        assert board.cable.sent[-1][:n] == arp_frame(n, fill=n & 0xFF), n
        assert len(board.cable.sent[-1]) == max(n, 60)
    assert (board.chip.errors, board.counted()) == (0, {})


def test_another_buffer_may_be_sent_at_any_time():
    board = ENC28J60Board()
    for fill in (1, 2, 3):
        board.nic.send(arp_frame(42, fill=fill), 42)
        assert board.cable.sent[-1] == arp_frame(42, fill=fill) + bytes(18)


def test_an_impossible_length_is_refused_with_its_value():
    board = ENC28J60Board()
    for n in (-1, 0, 13, 1515, 61):
        try:
            board.nic.send(bytes(60), n)
        except ValueError as e:
            assert str(n) in str(e)
        else:
            raise AssertionError(n)
    assert board.cable.sent == []


class Clock:
    """ticks_us for the chip, moved by each look at it; the driver's sleeps move it too."""

    def __init__(self, time):
        self.time = time

    def __call__(self):
        return self.time.now_ms * 1000


def on_time(function, **options):
    """function(board, time) with chip and driver on one clock that only sleeping moves."""

    def scenario(time):
        def sleep_us(us):
            time.now_ms += us / 1000

        time.sleep_us = sleep_us
        time.sleep_ms = lambda ms: sleep_us(ms * 1000)
        time.ticks_us = lambda: int(time.now_ms * 1000)
        time.ticks_ms = lambda: int(time.now_ms)
        return function(ENC28J60Board(ticks_us=time.ticks_us, **options), time)

    return without_time(scenario)


def test_a_second_frame_waits_until_the_first_has_left():
    def scenario(board, time):
        frame = arp_frame(1514)
        board.nic.send(frame, 1514)
        before = time.now_ms
        board.nic.send(frame, 1514)
        assert 1.2 <= time.now_ms - before <= 1.4, "1538 byte times at 10 Mbit/s"
        assert (len(board.cable.sent), board.chip.errors) == (2, 0)
        assert board.counted() == {}

    on_time(scenario)


def test_a_late_collision_is_sent_again_by_itself():
    for revision in (5, 6):
        board = ENC28J60Board(revision=revision)
        board.chip.late_collisions = 3
        board.nic.send(arp_frame(42), 42)
        assert board.cable.sent == []
        for _ in range(4):
            board.receive()
        assert board.cable.sent == [arp_frame(42) + bytes(18)]
        assert board.counted() == {"tx_retried": 3}
        board.nic.send(arp_frame(42, fill=1), 42)
        assert board.cable.sent[1:] == [arp_frame(42, fill=1) + bytes(18)]
        assert board.chip.errors == 0


def test_after_16_late_collisions_a_frame_is_given_up():
    board = ENC28J60Board()
    board.chip.late_collisions = 1000
    board.nic.send(arp_frame(42), 42)
    board.chip.late_collisions = 16
    board.nic.send(arp_frame(42, fill=1), 42)
    assert board.counted() == {"tx_retried": 16, "tx_failed": 1}
    assert board.cable.sent == [arp_frame(42, fill=1) + bytes(18)]


def test_an_aborted_frame_is_counted_and_the_next_one_leaves():
    board = ENC28J60Board()
    board.chip.abort_tx = 1
    board.nic.send(arp_frame(42, fill=1), 42)
    board.nic.send(arp_frame(42, fill=2), 42)  # the chip needs TXRST before (erratum 12)
    assert board.cable.sent == [arp_frame(42, fill=2) + bytes(18)]
    assert board.counted() == {"tx_failed": 1}


def test_with_int_an_error_wakes_the_driver():
    board = ENC28J60Board(with_int=True)
    board.chip.late_collisions = 1
    board.nic.send(arp_frame(42), 42)
    assert board.int() == 0, "TXERIF"
    assert board.receive() == b""
    assert board.int() == 1
    assert board.cable.sent == [arp_frame(42) + bytes(18)]


def test_a_transmission_that_never_ends_is_given_up_after_3_ms():
    def scenario(board, time):
        board.chip.stall_tx = 1
        board.nic.send(arp_frame(42, fill=1), 42)
        before = time.now_ms
        board.nic.send(arp_frame(42, fill=2), 42)
        assert 2.9 <= time.now_ms - before <= 3.2
        assert board.counted() == {"tx_stuck": 1}
        assert board.cable.sent == [arp_frame(42, fill=2) + bytes(18)]
        assert board.chip.errors == 0

    on_time(scenario)


def test_the_slow_check_finds_it_when_nothing_more_is_sent():
    def scenario(board, time):
        board.chip.stall_tx = 1
        board.nic.send(arp_frame(42), 42)
        time.now_ms += 1001
        board.receive()
        assert board.counted() == {"tx_stuck": 1}

    on_time(scenario)


def test_a_lost_txif_does_not_matter():
    board = ENC28J60Board()
    board.chip.lose_done = 1
    board.nic.send(arp_frame(42), 42)
    board.nic.send(arp_frame(42), 42)
    assert (board.chip.done_lost, len(board.cable.sent), board.counted()) == (1, 2, {})


def test_without_a_link_sending_is_refused_until_it_is_back():
    board = ENC28J60Board()
    board.cable.has_link = False
    assert not board.nic.link()
    try:
        board.nic.send(arp_frame(42), 42)
    except OSError as e:
        assert e.args[0] == 100
    else:
        raise AssertionError("sent")
    board.cable.has_link = True
    board.nic.send(arp_frame(42), 42)
    assert (len(board.cable.sent), board.counted()) == (1, {"link_down": 1, "link_up": 1})
    assert [board.nic.next_event() for _ in range(3)] == ["link_down", "link_up", None]


def test_nor_does_an_answer_to_what_still_waits_pass_without_a_link():
    board = ENC28J60Board(with_int=True)
    answer = arp_frame(42)
    board.nic.send(answer, 42)
    for _ in range(4):
        board.cable.put(arp_frame())
    assert board.receive() == arp_frame()
    board.cable.has_link = False
    assert not board.nic.link()
    while board.receive():
        try:
            board.nic.send(answer, 42)
        except OSError as e:
            assert e.args[0] == 100
        else:
            raise AssertionError("sent")
    assert (board.nic.stats.rx, board.nic.stats.tx) == (4, 1)


def test_a_write_pointer_that_moves_while_it_is_relied_on_is_found_too():
    def scenario(time):
        board = ENC28J60Board(with_int=True)
        for _ in range(2):
            board.cable.put(arp_frame())
            assert board.receive() == arp_frame()
            board.nic.send(arp_frame(42), 42)
            assert board.receive() == b""
        board.chip.r[0x02] ^= 0x04  # EWRPTL
        time.now_ms += 1000  # the slow check's turn
        assert board.nic.link()
        assert board.counted() == {"reopened": 1}
        board.nic.send(arp_frame(42, fill=1), 42)
        assert board.cable.sent[-1] == arp_frame(42, fill=1) + bytes(18)

    without_time(scenario)
