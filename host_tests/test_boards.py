"""Each board's make_nic() against its chip's model, on the pins that its board.py names."""

import sys

import eth.wiring
import machine
from sim.enc28j60_chip import ENC28J60Chip
from sim.lan import Lan
from sim.w5500_chip import W5500Chip

BOARDS = __file__[: __file__.rfind("host_tests")] + "boards/"
PEER = b"\x02\0\0\0\0\x0b"
ALL = b"\xff" * 6
SOFT = None  # SPI in software
RP2, ESP32, STM32 = 24_000_000, 20_000_000, 21_000_000

# From the sources that boards/*/board.py name: SPI id, SCK, MOSI, MISO, CS, INT, RST; the rate.
WIRING = {
    "cytron_iriv_io_controller": ((0, 22, 19, 20, 21, 18, 23), RP2),
    "esp32s3_w5500": ((1, 12, 13, 14, 10, 11, None), ESP32),
    "feather_rp2040_w5500": ((0, 18, 19, 20, 10, None, None), RP2),
    "lilygo_t_eth_elite_esp32s3": ((1, 48, 21, 47, 45, 14, None), ESP32),
    "lilygo_t_eth_lite_esp32s3": ((1, 10, 12, 11, 9, 13, 14), ESP32),
    "nucleo64_enc28j60": ((1, "PA5", "PA7", "PA6", "PB6", "PA9", None), 12_000_000),
    "pico2_enc28j60": ((1, 10, 11, 8, 13, 15, None), 12_000_000),
    "pico_enc28j60": ((1, 10, 11, 8, 13, 15, None), 12_000_000),
    "pico_w5500_module": ((1, 10, 11, 12, 9, 15, 14), RP2),
    "prokyber_ai_on_the_edge_cam": ((1, 21, 1, 14, 39, 38, 45), ESP32),
    "pyboard_w5500": ((1, "X6", "X8", "X7", "X5", None, "X4"), STM32),
    "sil_rp2040_shim": ((1, 10, 11, 12, 21, None, None), RP2),
    "w5500_evb_pico": ((0, 18, 19, 16, 17, 21, 20), RP2),
    "w5500_evb_pico2": ((0, 18, 19, 16, 17, 21, 20), RP2),
    "w55rp20_evb_pico": ((SOFT, 21, 23, 22, 20, 24, 25), 1_000_000),
    "waveshare_esp32_s3_eth": ((1, 13, 11, 12, 14, 10, 9), ESP32),
}
NAMES = sorted(WIRING)
HAS_ENC28J60 = [name for name in NAMES if name.endswith("enc28j60")]


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
    chip = (ENC28J60Chip if name in HAS_ENC28J60 else W5500Chip)(wire)
    bus = "soft%d" % board.PIN_SCK if board.SPI_ID is SOFT else board.SPI_ID
    machine.connect(bus, chip, board.PIN_CS, int=board.PIN_INT, rst=board.PIN_RST)
    return board, chip, lan.port(PEER)


def _mac_of(chip):
    """The address that the chip filters by: SHAR, or MAADR1 to 6."""
    if hasattr(chip, "common"):
        return bytes(chip.common[9:15])
    return bytes([chip.r[i] for i in (0x64, 0x65, 0x62, 0x63, 0x60, 0x61)])


def test_the_pins_and_rates_are_those_of_the_sources():
    for name in NAMES:
        b = _load(name)
        pins = (b.SPI_ID, b.PIN_SCK, b.PIN_MOSI, b.PIN_MISO, b.PIN_CS, b.PIN_INT, b.PIN_RST)
        assert (pins, b.SPI_HZ) == WIRING[name], name


def test_the_pins_fit_the_multiplexer_of_the_rp2_ports():
    seen = 0
    for name in NAMES:
        b = _load(name)
        if b.SPI_ID is SOFT or WIRING[name][1] in (ESP32, STM32) or name.startswith("nucleo"):
            continue
        seen += 1
        for pin, place in ((b.PIN_SCK, 2), (b.PIN_MOSI, 3), (b.PIN_MISO, 0)):
            assert (pin % 4, pin >> 3 & 1) == (place, b.SPI_ID), (name, pin)
    assert seen == 8


def test_make_nic_brings_the_chip_up_with_the_given_mac():
    for name in NAMES:
        board, chip, _ = _wired(name)
        nic = board.make_nic(b"\x02\x11\x22\x33\x44\x55")
        assert bytes(nic.mac) == b"\x02\x11\x22\x33\x44\x55", name
        assert _mac_of(chip) == b"\x02\x11\x22\x33\x44\x55", name
        assert type(nic).__name__ == ("ENC28J60" if name in HAS_ENC28J60 else "W5500"), name
        assert (nic.mtu, nic.link(), chip.errors) == (1500, True, 0), (name, chip.complaint)
        assert chip.spi_hz == board.SPI_HZ, name


def test_without_a_mac_it_is_a_local_one_from_the_serial_number():
    for name in NAMES:
        board, chip, _ = _wired(name)
        nic = board.make_nic()
        assert bytes(nic.mac) == eth.wiring.own_mac(), name
        assert nic.mac[0] & 3 == 2, name


def test_one_byte_of_the_serial_number_more_or_less_is_another_mac():
    serial = machine.board_id
    try:
        for n in (6, 8, 12):  # ESP32, RP2040 and RP2350, STM32
            macs = set()
            for i in range(n):
                for value in (1, 2, 255):
                    machine.board_id = bytes(i) + bytes([value]) + bytes(n - 1 - i)
                    macs.add(eth.wiring.own_mac())
            assert len(macs) == 3 * n, n
            assert all(len(mac) == 6 and mac[0] == 2 for mac in macs)
    finally:
        machine.board_id = serial


def test_where_the_pins_of_spi_are_fixed_they_are_not_named():
    told = []

    class Spi(machine.SPI):
        def __init__(self, id, baudrate, polarity, phase, **pins):
            told.append(pins)
            super().__init__(id, baudrate)

    real = machine.SPI
    try:
        machine.SPI = Spi
        for eth.wiring.HAS_FIXED_PINS in (True, False):
            _wired("nucleo64_enc28j60")[0].make_nic()
    finally:
        machine.SPI = real
        eth.wiring.HAS_FIXED_PINS = False
    assert [sorted(pins) for pins in told] == [[], ["miso", "mosi", "sck"]]


def test_a_frame_passes_each_way_and_moves_the_interrupt_pin():
    for name in NAMES:
        board, chip, peer = _wired(name)
        nic = board.make_nic(b"\x02\0\0\0\0\x0a")
        frame = ALL + PEER + b"\x08\x06" + bytes(46)
        buf = bytearray(1514)
        assert nic.recv_into(buf) == 0, name
        pin = None if board.PIN_INT is None else machine.Pin(board.PIN_INT)
        assert pin is None or pin() == 1, name
        peer.send(frame, 60)
        assert pin is None or pin() == 0, name
        assert nic.recv_into(buf) == 60, name
        assert bytes(buf[:60]) == frame, name
        assert nic.recv_into(buf) == 0, name
        assert pin is None or pin() == 1, name
        answer = PEER + b"\x02\0\0\0\0\x0a" + b"\x08\x06" + bytes(28)
        nic.send(answer, 42)
        assert peer.recv_into(buf) == 60, name
        assert bytes(buf[:60]) == answer + bytes(18), name


def test_a_chip_that_does_not_answer_is_an_oserror():
    for name in NAMES:
        board, chip, _ = _wired(name)
        if name in HAS_ENC28J60:
            chip.revision = 0
        else:
            chip.version = 0
        try:
            board.make_nic()
            told = ""
        except OSError as e:
            told = str(e)
        assert "0x00" in told and "wiring" in told, (name, told)
