"""A full round through either chip's driver, the machine shim and its model takes no heap.

Two checks, because each sees what the other does not: the heap locked (any allocation is an
error), and no growth of gc.mem_alloc() with the collector off (also sees what falls back silently
under the lock).
"""

import gc

import micropython

import machine
from eth.enc28j60 import ENC28J60
from eth.tap import Tap
from eth.w5500 import W5500
from sim.cable import Cable
from sim.enc28j60_chip import ENC28J60Chip
from sim.w5500_chip import W5500Chip

WASM = True  # needs no sockets

CS, INT = 17, 21
ERXFCON = 0x38  # bank 1
CHIPS = ((W5500, W5500Chip), (ENC28J60, ENC28J60Chip))
HZ = 12_000_000
ROUNDS = 50


class Frames(Cable):
    """A cable that gives the same frame again and again without allocating."""

    def __init__(self, frame):
        super().__init__()
        self.frame = frame
        self.left = 0
        self.keeps = False

    def recv_into(self, buf):
        if self.left == 0:
            return 0
        self.left -= 1
        frame = self.frame
        for i in range(len(frame)):
            buf[i] = frame[i]
        return len(frame)


class Board:
    def __init__(self, with_int, n, reply_n, driver=W5500, model=W5500Chip):
        machine.reset_board()
        self.cable = Frames(b"\xff" * 6 + bytes(n - 6))
        self.chip = model(self.cable)
        machine.connect(0, self.chip, cs=CS, int=INT if with_int else None)
        int_pin = machine.Pin(INT, machine.Pin.IN) if with_int else None
        spi = machine.SPI(0, baudrate=HZ)
        self.nic = driver(spi, machine.Pin(CS), int=int_pin, mac=b"\x02" + bytes(5))
        self.tap = Tap(self.nic, _ignore)
        self.rx = bytearray(1514)
        self.tx = memoryview(bytearray(1514))
        self.reply_n = reply_n


def _ignore(direction, buf, n):
    pass


def one_round(nic, board):
    """Two frames arrive, each is answered, then there is nothing more -> frames received."""
    board.cable.left = 2
    count = 0
    while nic.recv_into(board.rx):
        nic.send(board.tx, board.reply_n)
        count += 1
    return count


def locked_rounds(nic, board, rounds=ROUNDS):
    one_round(nic, board)  # the first one makes the views
    received = 0
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            received += one_round(nic, board)
    finally:
        micropython.heap_unlock()
    return received


def growth(nic, board, rounds=ROUNDS):
    """Bytes of heap that so many rounds take."""
    one_round(nic, board)
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        for _ in range(rounds):
            one_round(nic, board)
        return gc.mem_alloc() - before
    finally:
        gc.enable()


def check(with_int, n, reply_n, rounds=ROUNDS):
    for chip in CHIPS:
        board = Board(with_int, n, reply_n, *chip)
        for nic in (board.nic, board.tap):
            assert locked_rounds(nic, board, rounds) == 2 * rounds
            grown = growth(nic, board, rounds)
            assert grown == 0, grown
        assert board.chip.errors == 0, board.chip.complaint
        assert board.cable.count > 4 * rounds


def test_an_arp_frame_each_way_takes_no_heap():
    check(False, 60, 42)


def test_with_int_neither():
    check(True, 60, 42)


def test_frames_of_full_length_neither():
    check(False, 1514, 1514, rounds=5)


def test_frames_that_nobody_wants_take_no_heap():
    for chip in CHIPS:
        board = Board(True, 1514, 42, *chip)
        board.nic.arp_only(True)
        if chip[0] is ENC28J60:
            board.nic._put(ERXFCON, 0)  # its filter would not let them in
            board.nic._rest()
        board.nic.wait_ms = 1 << 20  # the slow check would mend that
        assert locked_rounds(board.nic, board) == 0
        assert growth(board.nic, board) == 0
        assert board.nic.stats.rx_unwanted == 2 * (2 * ROUNDS + 2), board.nic.stats.rx_unwanted


def test_an_idle_poll_and_the_slow_check_take_no_heap():
    for chip in CHIPS:
        board = Board(True, 60, 42, *chip)
        board.cable.left = 0
        checks = 0

        def poll(board):
            checks = 0
            micropython.heap_lock()
            try:
                for _ in range(ROUNDS):
                    board.nic._checked_at -= 1000  # it is time again
                    before = board.chip.transactions
                    board.nic.recv_into(board.rx)
                    checks += board.chip.transactions > before
            finally:
                micropython.heap_unlock()
            return checks

        board.nic.recv_into(board.rx)
        checks = poll(board)
        assert checks == ROUNDS, (chip, checks)
        assert board.nic.stats.reopened == 0


def spoil_w5500(chip):
    chip.rx_ram[chip.rx_rd & 0x3FFF] = 0xFF


def spoil_enc28j60(chip):
    chip.spoil_size(0x0FFF)


def test_dropping_and_recovering_take_no_heap():
    for chip, spoil in zip(CHIPS, (spoil_w5500, spoil_enc28j60)):
        check_recovery(Board(False, 100, 42, *chip), spoil)


def check_recovery(board, spoil):
    """Frames too long for the buffer; the first of each other pair has an impossible size."""
    small = bytearray(60)

    def drop():
        for i in range(ROUNDS):
            board.cable.left = 2
            board.chip.pump()
            if i & 1:
                spoil(board.chip)
            while board.nic._waiting or board.nic._look():
                board.nic.recv_into(small)

    def locked():
        micropython.heap_lock()
        try:
            drop()
        finally:
            micropython.heap_unlock()

    drop()
    locked()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    drop()
    grown = gc.mem_alloc() - before
    gc.enable()
    assert grown == 0, grown
    assert (board.nic.stats.rx_too_long, board.nic.stats.rx_drained) == (150, 75)


def test_the_checks_see_an_allocation():
    board = Board(False, 60, 42)
    real = board.cable.send
    board.cable.send = lambda buf, n: real(bytes(buf), n)
    assert growth(board.nic, board) > 0
    try:
        locked_rounds(board.nic, board)
    except MemoryError:
        return
    raise AssertionError("the lock saw nothing")
