"""After a look that found nothing the next frame takes the drivers' short way all the same."""

from sim.enc28j60_board import ENC28J60Board
from sim.w5500_board import W5500Board, arp_frame

BOARDS = (W5500Board, ENC28J60Board)
ANSWER = arp_frame(42)


def after_a_look(board):
    """The board sent a frame, and was looked at a second later."""
    board.nic.wait_ms = 0  # each look is the slow check, too
    board.nic.send(ANSWER, 42)
    board.chip.pump()
    board.nic.look_again()
    assert board.receive() == b""
    return board


def calls(nic, *names):
    """A list to which the names of those of its functions that are called are added."""
    called = []

    def watched(name, real):
        def function(*arguments):
            called.append(name)
            return real(*arguments)

        return function

    for name in names:
        setattr(nic, name, watched(name, getattr(nic, name)))
    return called


def test_a_frame_after_a_quiet_second_is_read_without_the_driver_s_slow_way():
    for make in BOARDS:
        board = after_a_look(make(with_int=True))
        called = calls(board.nic, "_look", "_see", "_count")
        board.cable.put(arp_frame())
        board.chip.pump()
        assert board.receive() == arp_frame() and called == [], (make, called)
        assert board.receive() == b"" and "_look" in called


def test_and_its_answer_is_sent_without_another_look_at_the_last_one():
    board = after_a_look(W5500Board(with_int=True))  # an ENC28J60 makes ready where it releases
    called = calls(board.nic, "_check_send")
    assert board.cost(lambda: board.nic.send(ANSWER, 42)) == (None, 3, 72)
    assert called == []


def test_but_one_is_looked_at_that_was_not_sent_when_the_chip_was_looked_at():
    board = after_a_look(W5500Board(with_int=True))
    board.nic._ready_n = -1  # as where send() found no memory for its padding
    board.nic.look_again()
    board.receive()
    called = calls(board.nic, "_check_send")
    board.nic.send(ANSWER, 42)
    assert called == ["_check_send"]


def test_ctrl_c_between_view_and_length_does_not_send_the_view_of_another_frame():
    for make in BOARDS:
        board = after_a_look(make(with_int=True))
        nic = board.nic
        real = nic._check_send

        def check_send(buf, n, real=real):
            real(buf, n)
            raise KeyboardInterrupt

        frame = bytearray(arp_frame(1000))
        nic.send(frame, 42)
        board.chip.pump()
        nic._check_send = check_send
        try:
            nic.send(frame, 60)
        except KeyboardInterrupt:
            pass
        nic._check_send = real
        nic.send(frame, 42)
        board.chip.pump()
        assert board.cable.sent[-1] == bytes(frame[:42]) + bytes(18), make


def test_what_comes_during_the_look_is_not_left_to_int():
    for make in BOARDS:
        board = make(with_int=True)
        board.receive()
        real = board.nic._count

        def count(board=board, real=real):
            waiting = real()
            board.cable.put(arp_frame(fill=7))
            board.chip.pump()
            return waiting

        board.nic._count = count
        board.nic.look_again()
        assert board.receive() == b""
        board.nic._count = real
        assert board.receive() == arp_frame(fill=7), make
        assert board.counted() == {}


def test_a_chip_that_is_lost_in_the_look_is_not_asked_at_its_interrupt():
    for make in BOARDS:
        board = make(with_int=True)
        board.receive()

        def count(board=board):
            board.nic._forget()  # as where it stopped to answer, and INT fell with it
            return 0

        board.nic._count = count
        board.nic.look_again()
        assert board.receive() == b""
        board.int.drive(0)
        assert board.cost(board.receive) == (b"", 0, 0), make
