"""What both chips' drivers do when the chip, the bus or the host breaks off in the middle."""

from sim import enc28j60_board, w5500_board
from sim.enc28j60_board import ENC28J60Board
from sim.enc28j60_chip import ENC28J60Chip
from sim.faults import Faults
from sim.w5500_board import W5500Board, arp_frame
from sim.w5500_chip import W5500Chip

BOARDS = (W5500Board, ENC28J60Board)
PHCON1, PHCON2 = 0x00, 0x10


class Faulty(Faults):
    """A chip behind a bus that can spoil what passes, as a board's chip_class."""

    def __getattr__(self, name):
        return getattr(self.chip, name)


def faulty(board_class, **options):
    """A board whose bus can be spoiled: its `chip` is the Faults."""
    model = W5500Chip if board_class is W5500Board else ENC28J60Chip

    def made(wire, ticks_us=None):
        return Faulty(model(wire, ticks_us))

    return board_class(chip_class=made, **options)


def timed(scenario):
    """scenario(board_class, time) for both chips, with the driver's clock stopped."""
    for board_class, module in ((W5500Board, w5500_board), (ENC28J60Board, enc28j60_board)):
        module.without_time(lambda time, made=board_class: scenario(made, time))


def answers(board):
    """Does a frame arrive, and one leave?"""
    board.cable.put(arp_frame(fill=9))
    if board.receive_all() != [arp_frame(fill=9)]:
        return False
    board.cable.sent.clear()
    board.nic.send(arp_frame(fill=8), 60)
    return board.cable.sent == [arp_frame(fill=8)]


def check_now(board, time):
    """Let the slow check have its turn."""
    time.now_ms += 1001
    board.receive()


def test_a_bit_read_wrong_by_the_slow_check_changes_nothing():
    def scenario(board_class, time):
        board = faulty(board_class)
        for after in range(0, 60, 3):
            board.chip.flip_read(after, 3)
            check_now(board, time)
            while board.chip.is_armed:
                board.receive()
        assert board.counted() == {}, board.counted()
        assert board.chip.counts["flip_read"] == 20

    timed(scenario)


def test_a_bit_flipped_while_registers_are_written_is_found_within_two_checks():
    """Every second byte of the bring-up after a brown-out, one bit of it."""

    def scenario(board_class, time):
        flipped = 0
        for after in range(0, 260 if board_class is W5500Board else 400, 2):
            board = faulty(board_class)
            board.chip.brown_out()
            board.chip.flip_write(after, after // 2 % 8)
            check_now(board, time)
            flipped += board.chip.counts["flip_write"]
            board.chip.flip_write(-1, 0)  # what it did not reach does not come later
            check_now(board, time)
            check_now(board, time)
            # An even ERXRDPT, though only for a moment, may cost one frame (erratum 14).
            assert answers(board) or answers(board), (board_class, after, board.counted())
            if board_class is ENC28J60Board:
                phy = board.chip.phy
                used = phy[PHCON1] & 0xC900, phy[PHCON2] & 0x6500  # the rest is reserved
                assert used == (0, 0x0100), after
        assert flipped >= 125, flipped

    timed(scenario)


def test_a_frame_that_arrives_between_two_looks_at_int_is_received_once():
    for board_class in BOARDS:
        board = board_class(with_int=True)
        assert board.receive() == b""
        board.cable.put(arp_frame(fill=1))
        board.cable.put(arp_frame(fill=2))
        looks = []

        def before_read(board=board, looks=looks):
            looks.append(1)
            if len(looks) > 1:
                board.chip.pump()

        board.int.before_read = before_read
        got = [board.receive() for _ in range(4)]
        assert got == [arp_frame(fill=1), arp_frame(fill=2), b"", b""], board_class
        assert (board.counted(), board.chip.errors) == ({}, 0)


def test_spi_that_raises_is_counted_and_the_chip_is_back_at_the_next_check():
    def scenario(board_class, time):
        for calls in range(9):
            board = board_class()
            board.cable.put(arp_frame())
            real = break_spi_after(board, calls)
            board.receive_all()
            try:
                board.nic.send(arp_frame(), 60)
            except OSError:
                pass
            assert board.counted().get("spi_error", 0) >= 1, (board_class, calls)
            board.nic._write, board.nic._readinto, board.nic._swap = real
            check_now(board, time)
            assert answers(board), (board_class, calls)
            assert board.nic.next_event() == "spi_error"

    timed(scenario)


def break_spi_after(board, calls, error=OSError):
    """From that call on each SPI method raises -> the real ones."""
    nic = board.nic
    left = [calls]

    def breaking(method):
        def call(*buffers):
            left[0] -= 1
            if left[0] < 0:
                raise error(5)
            method(*buffers)

        return call

    real = nic._write, nic._readinto, nic._swap
    nic._write, nic._readinto, nic._swap = [breaking(method) for method in real]
    return real


def test_ctrl_c_in_mid_transfer_passes_on_and_leaves_the_bus_free():
    def scenario(board_class, time):
        calls = {"recv_into": 2, "link": 0, "promiscuous": 0, "active": 0, "send": 0}
        for name in calls:
            board = board_class()
            board.nic.send(arp_frame(), 60)
            board.cable.put(arp_frame())
            arguments = {"recv_into": (board.buf,), "link": (), "send": (arp_frame(), 60)}
            real = break_spi_after(board, calls[name], KeyboardInterrupt)
            try:
                getattr(board.nic, name)(*arguments.get(name, (False,)))
                raised = False
            except KeyboardInterrupt:
                raised = True
            assert (raised, board.nic._cs()) == (True, 1), (board_class, name)
            board.nic._write, board.nic._readinto, board.nic._swap = real
            board.nic.active(True)
            check_now(board, time)
            assert answers(board), (board_class, name)

    timed(scenario)


def test_link_and_active_survive_spi_that_raises():
    def scenario(board_class, time):
        board = board_class()
        real = break_spi_after(board, 0)
        assert board.nic.link() is False
        board.nic.active(False)
        board.nic.active(True)
        board.nic.promiscuous(True)
        board.nic.promiscuous(False)
        board.nic._write, board.nic._readinto, board.nic._swap = real
        check_now(board, time)
        assert board.nic.link() is True
        assert answers(board)

    timed(scenario)


def test_stopping_and_starting_repairs_nothing_and_says_nothing():
    for board_class in BOARDS:
        board = board_class()
        board.nic.active(False)
        assert board.receive() == b""
        board.nic.active(True)
        assert answers(board)
        assert board.counted() == {}


def test_a_chip_found_missing_by_a_start_is_told_once_and_found_again():
    def scenario(board_class, time):
        board = faulty(board_class)
        board.nic.active(False)
        board.chip.miso = 0x00
        board.nic.active(True)
        for _ in range(3):
            check_now(board, time)
        assert board.counted() == {"chip_lost": 1}
        assert board.nic.next_event() == "chip_lost"
        board.chip.miso = None
        check_now(board, time)
        assert answers(board)
        assert board.counted().get("chip_lost") == 1

    timed(scenario)


def test_a_missing_chip_is_not_taken_for_a_missing_cable():
    def scenario(board_class, time):
        board = faulty(board_class)
        board.chip.miso = 0x00
        assert board.nic.link() is False
        assert board.counted() == {"chip_lost": 1}

    timed(scenario)


def test_the_check_is_due_again_after_the_ticks_went_back():
    """Half a period without a call: the stored time then lies ahead, and no check would come."""

    def scenario(board_class, time):
        board = board_class()
        board.nic._checked_at = time.ticks_ms() + 5000
        board.chip.brown_out()
        board.receive()
        assert board.counted() == {"reopened": 1}
        board.nic._sent_at = time.ticks_us() + 5000
        assert board.nic._is_overdue()

    timed(scenario)


def test_a_w5500_that_is_slow_after_a_reset_is_waited_for():
    def scenario(time):
        board = W5500Board()
        chip = board.chip
        real = chip._open
        chip.version_late = 8
        opens = []

        def stubborn():  # the first OPEN does nothing, so that a reset is needed
            opens.append(1)
            if len(opens) > 1:
                real()

        chip._open = stubborn
        chip.brown_out()
        check_now(board, time)
        assert board.counted() == {"reset": 1}
        assert answers(board)

    w5500_board.without_time(scenario)


def test_open_waits_until_the_socket_says_so():
    board = W5500Board()
    board.chip.status_reads = 5
    board.nic.active(False)
    board.nic.active(True)
    assert answers(board)
    assert board.counted() == {}
