"""Frames that leave through the W5500 driver, and what they cost on SPI."""

from sim.w5500_board import MODULES, W5500Board, arp_frame, without_time


def test_an_arp_frame_is_3_transactions_and_72_bytes_with_padding():
    board = W5500Board(logs=True)
    board.log.sent.clear()
    assert board.cost(board.nic.send, arp_frame(42), 42) == (None, 3, 72)
    assert board.log.sent == [
        "000014" + arp_frame(42).hex() + "00" * 18,
        "00240c003c",
        "00010c20",
    ]
    assert board.cable.sent == [arp_frame(42) + bytes(18)]


def test_padding_is_zero_after_a_longer_frame_and_whatever_the_buffer_holds():
    board = W5500Board()
    buf = bytearray(arp_frame(1514, fill=0xAA))
    board.nic.send(buf, 1514)
    for n in (42, 14, 59, 42):
        board.nic.send(buf, n)
        assert board.cable.sent[-1] == arp_frame(1514, fill=0xAA)[:n] + bytes(60 - n), n


def test_another_buffer_may_be_sent_at_any_time():
    board = W5500Board()
    for fill in (1, 2, 3):
        frame = arp_frame(42, fill=fill)
        board.nic.send(frame, 42)
        assert board.cable.sent[-1] == frame + bytes(18)


def test_frames_of_every_length_leave_whole():
    board = W5500Board()
    buf = bytearray(1514)
    for n in (60, 61, 124, 125, 1513, 1514):
        buf[:n] = arp_frame(n, fill=n & 0xFF)
        board.nic.send(buf, n)
        assert board.cable.sent[-1] == arp_frame(n, fill=n & 0xFF), n
    exact = arp_frame(100)
    board.nic.send(exact, 100)
    assert board.cable.sent[-1] == exact
    assert (board.nic.stats.tx, board.chip.errors) == (7, 0)


def test_the_tx_pointer_wraps():
    board = W5500Board()
    frame = arp_frame(1514)
    for _ in range(50):
        board.nic.send(frame, 1514)
    assert board.cable.sent == [frame] * 50
    assert board.chip.errors == 0


def test_an_impossible_length_is_refused_with_its_value():
    board = W5500Board()
    for n in (-1, 0, 13, 1515, 61):
        try:
            board.nic.send(bytearray(60 if n == 61 else 1600), n)
        except ValueError as e:
            assert str(n) in str(e)
        else:
            raise AssertionError(n)
    assert board.cable.sent == []


def test_a_second_frame_waits_until_the_first_has_left():
    def scenario(time):
        board = W5500Board()
        us = [0]

        def chip_us():
            us[0] += 30
            return us[0]

        board.chip._ticks_us = chip_us
        board.nic.send(arp_frame(1514), 1514)
        board.nic.send(arp_frame(), 60)
        assert len(board.cable.sent) == 2
        assert (board.chip.errors, board.nic.stats.tx_stuck) == (0, 0)

    without_time(scenario)


def test_the_next_look_asks_for_the_end_in_the_same_transaction():
    board = W5500Board()
    board.nic.send(arp_frame(), 60)
    assert board.cost(board.nic.send, arp_frame(), 60) == (None, 4, 77), "no look in between"
    assert board.cost(board.receive) == (b"", 1, 11)
    assert board.cost(board.nic.send, arp_frame(), 60) == (None, 3, 72)
    board.cable.put(arp_frame())
    assert board.cost(board.receive) == (arp_frame(), 2, 76)
    assert board.cost(board.nic.send, arp_frame(), 60) == (None, 3, 72)


def test_a_frame_never_follows_one_that_does_not_end():
    def scenario(time):
        board = W5500Board()
        board.chip.stall_tx = 1
        for n in range(5):
            board.nic.send(arp_frame(fill=n), 60)
            time.now_ms += 5
            board.receive()
        assert board.cable.sent == [arp_frame(fill=n) for n in range(1, 5)]
        assert (board.chip.errors, board.nic.stats.tx_stuck) == (0, 1)

    without_time(scenario)


def test_a_stuck_transmitter_is_reopened_within_3_ms_and_the_frame_leaves():
    def scenario(time):
        board = W5500Board()
        board.chip.stall_tx = 1
        board.nic.send(arp_frame(fill=1), 60)
        time.ms = 0
        board.nic.send(arp_frame(fill=2), 60)
        assert 2.9 <= time.ms <= 3.2
        assert board.cable.sent == [arp_frame(fill=2)]
        assert (board.nic.stats.tx_stuck, board.nic.stats.reopened) == (1, 1)
        assert board.chip.errors == 0

    without_time(scenario)


def test_what_was_ready_is_refused_all_the_same_without_a_link():
    board = W5500Board(with_int=True)
    answer = arp_frame(42)
    board.nic.send(answer, 42)
    board.chip.pump()
    board.cable.has_link = False
    assert not board.nic.link()
    board.nic.look_again()
    assert board.receive() == b""
    for _ in range(2):
        try:
            board.nic.send(answer, 42)
        except OSError as e:
            assert e.args[0] == 100
        else:
            raise AssertionError("sent")
    assert board.counted() == {"link_down": 1}


def test_a_buffer_without_memory_for_its_views_does_not_get_those_of_another():
    board = W5500Board(with_int=True)
    old, new = arp_frame(42, fill=1), arp_frame(42, fill=2)
    small = bytearray(100)
    board.nic.send(old, 42)
    board.nic.look_again()
    board.receive()  # a frame of 42 bytes may be written without any look now
    assert raises_memory_error(board.nic.send, new, 42, room_for=1)
    assert raises_memory_error(board.nic.recv_into, small, room_for=0)
    for frame in (new, old):
        board.nic.send(frame, 42)
        assert board.cable.sent[-1] == frame + bytes(18)
    board.cable.put(arp_frame(1514))
    assert board.receive_all() == [arp_frame(1514)]


def raises_memory_error(function, *arguments, room_for):
    """Does it, when only so many calls of memoryview find memory?"""
    left = [room_for]

    def view(buf):
        left[0] -= 1
        if left[0] < 0:
            raise MemoryError
        return memoryview(buf)

    for module in MODULES:
        module.memoryview = view
    try:
        function(*arguments)
    except MemoryError:
        return True
    finally:
        for module in MODULES:
            del module.memoryview
    return False
