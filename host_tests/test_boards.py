"""Each board's make_nic() against the chip model, on the pins that its board.py names."""

import sys

import machine
from sim.lan import Lan
from sim.w5500_chip import W5500Chip

BOARDS = __file__[: __file__.rfind("host_tests")] + "boards/"
PEER = b"\x02\0\0\0\0\x0b"
ALL = b"\xff" * 6

# From the sources that boards/*/board.py name: SPI id, SCK, MOSI, MISO, CS, INT, RST.
WIRING = {
    "w5500_evb_pico": (0, 18, 19, 16, 17, 21, 20),
    "pico_w5500_module": (1, 10, 11, 12, 9, 15, 14),
}


def _load(name):
    """The module boards/<name>/board.py, afresh."""
    sys.modules.pop("board", None)
    sys.path.insert(0, BOARDS + name)
    try:
        import board

        return board
    finally:
        sys.path.remove(BOARDS + name)
        sys.modules.pop("board", None)


def _wired(name):
    """(board module, chip model on its pins, port at the other end of the cable)."""
    machine.reset_board()
    board = _load(name)
    lan = Lan(seed=1, say=None)
    wire = lan.port(b"\x02\0\0\0\0\x0c")
    wire.promiscuous(True)
    chip = W5500Chip(wire)
    machine.connect(board.SPI_ID, chip, board.PIN_CS, int=board.PIN_INT, rst=board.PIN_RST)
    return board, chip, lan.port(PEER)


def test_the_pins_are_those_of_the_sources():
    for name in sorted(WIRING):
        b = _load(name)
        pins = (b.SPI_ID, b.PIN_SCK, b.PIN_MOSI, b.PIN_MISO, b.PIN_CS, b.PIN_INT, b.PIN_RST)
        assert pins == WIRING[name], name


def test_the_pins_fit_the_multiplexer_of_the_rp2_ports():
    for name in sorted(WIRING):
        b = _load(name)
        for pin, place in ((b.PIN_SCK, 2), (b.PIN_MOSI, 3), (b.PIN_MISO, 0)):
            assert (pin % 4, pin >> 3 & 1) == (place, b.SPI_ID), (name, pin)


def test_make_nic_brings_the_chip_up_with_the_given_mac():
    for name in sorted(WIRING):
        board, chip, _ = _wired(name)
        nic = board.make_nic(b"\x02\x11\x22\x33\x44\x55")
        assert bytes(nic.mac) == b"\x02\x11\x22\x33\x44\x55", name
        assert bytes(chip.common[9:15]) == b"\x02\x11\x22\x33\x44\x55", name
        assert chip.socket[3] == 0x42, name
        assert (nic.mtu, nic.link(), chip.errors) == (1500, True, 0), (name, chip.complaint)


def test_without_a_mac_it_is_a_local_one_from_the_serial_number():
    for name in sorted(WIRING):
        board, chip, _ = _wired(name)
        nic = board.make_nic()
        assert bytes(nic.mac) == b"\x02" + machine.unique_id()[-5:], name
        assert nic.mac[0] & 3 == 2, name


def test_the_spi_rate_is_the_one_that_the_rp2_clock_gives_exactly():
    for name in sorted(WIRING):
        assert _load(name).SPI_HZ == 24000000, name


def test_a_frame_passes_each_way_and_moves_the_interrupt_pin():
    for name in sorted(WIRING):
        board, chip, peer = _wired(name)
        nic = board.make_nic(b"\x02\0\0\0\0\x0a")
        frame = ALL + PEER + b"\x08\x06" + bytes(46)
        buf = bytearray(1514)
        assert nic.recv_into(buf) == 0, name
        assert machine.Pin(board.PIN_INT)() == 1, name
        peer.send(frame, 60)
        assert machine.Pin(board.PIN_INT)() == 0, name
        assert nic.recv_into(buf) == 60, name
        assert bytes(buf[:60]) == frame, name
        assert nic.recv_into(buf) == 0, name
        assert machine.Pin(board.PIN_INT)() == 1, name
        answer = PEER + b"\x02\0\0\0\0\x0a" + b"\x08\x06" + bytes(28)
        nic.send(answer, 42)
        assert peer.recv_into(buf) == 60, name
        assert bytes(buf[:60]) == answer + bytes(18), name


def test_a_chip_that_does_not_answer_is_an_oserror():
    for name in sorted(WIRING):
        board, chip, _ = _wired(name)
        chip.version = 0
        try:
            board.make_nic()
            refused = False
        except OSError as e:
            refused = "0x00" in str(e) and "0x04" in str(e)
        assert refused, name
