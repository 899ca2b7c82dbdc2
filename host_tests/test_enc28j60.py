"""The ENC28J60 driver is brought up as data sheet and errata want, or says what is wrong."""

from eth.enc28j60_setup import spi_hz
from sim.enc28j60_board import ENC28J60Board, without_time
from sim.enc28j60_chip import ENC28J60Chip
from sim.w5500_board import MAC


def test_bring_up_leaves_the_registers_as_the_data_sheet_wants_them():
    board = ENC28J60Board(with_int=True)
    chip, r = board.chip, board.chip.r
    assert (chip.errors, chip.complaint) == (0, "")
    assert (chip.pair(0x08), chip.pair(0x0A)) == (0, 0x19FF), "the ring (erratum 5)"
    assert chip.pair(0x0C) == 0x19FF, "ERXRDPT is odd (erratum 14)"
    assert chip.pair(0x04) == 0x1A00, "ETXST"
    assert r[0x38] == 0xA1, "ERXFCON: own address, broadcast, right FCS"
    assert bytes(r[0x28:0x30]) == b"\x3f\x30" + bytes(6), "EPMM"
    assert (chip.pair(0x30), chip.pair(0x34)) == (0xF7F9, 0), "EPMCS, EPMO"
    assert (r[0x40], r[0x42], r[0x43]) == (0x01, 0x32, 0x40), "MACON1, 3, 4: half duplex"
    assert (r[0x44], r[0x46], r[0x47]) == (0x12, 0x12, 0x0C), "MABBIPG, MAIPG"
    assert chip.pair(0x4A) == 1518, "MAMXFL"
    assert bytes([r[i] for i in (0x64, 0x65, 0x62, 0x63, 0x60, 0x61)]) == MAC
    assert (chip.phy[0x00], chip.phy[0x10]) == (0x0000, 0x0100), "PHCON1, HDLDIS (erratum 9)"
    assert (r[0x1B], r[0x1E], r[0x1F]) == (0xC2, 0x80, 0x05), "EIE, ECON2, ECON1: bank 1"


def test_full_duplex_is_set_in_the_mac_and_in_the_phy():
    chip = ENC28J60Board(full_duplex=True).chip
    assert (chip.r[0x40], chip.r[0x42]) == (0x0D, 0x33)
    assert (chip.r[0x44], chip.r[0x46], chip.r[0x47]) == (0x15, 0x12, 0x00)
    assert chip.phy[0x00] == 0x0100


def test_without_int_the_interrupt_stays_off():
    assert ENC28J60Board().chip.r[0x1B] == 0


def test_bring_up_begins_with_these_transactions():
    board = ENC28J60Board(logs=True)
    assert board.log.sent[:12] == [
        "be20",  # ECON2: out of power save first (erratum 19)
        "ff",  # SRC
        "bf03",  # bank 3
        "9f03",
        "1200",  # EREVID
        "bfff",  # ECON1: everything off, bank 0
        "9fc0",  # TXRST, RXRST
        "bfc0",
        "5e80",  # ECON2: AUTOINC
        "4800",  # ERXST
        "4900",
        "4aff",  # ERXND
    ]


def test_bring_up_takes_a_few_milliseconds_and_waits_after_reset():
    def bring_up(time):
        ENC28J60Board()
        return time.ms

    assert without_time(bring_up) == 4, "2 ms before SRC and after it (errata 19 and 2)"


def test_with_a_reset_pin_the_chip_is_pulsed_instead():
    board = ENC28J60Board(with_rst=True, logs=True)
    assert board.log.sent[:3] == ["reset 0", "reset 1", "bf03"]
    assert board.chip.errors == 0


def test_a_chip_in_power_save_is_reset_all_the_same():
    class Asleep(ENC28J60Chip):
        def brown_out(self):
            ENC28J60Chip.brown_out(self)
            self.r[0x1E] |= 0x20

    assert ENC28J60Board(chip_class=Asleep).chip.r[0x1E] == 0x80


def test_every_known_revision_is_taken():
    for revision in (2, 4, 5, 6):
        board = ENC28J60Board(revision=revision)
        board.nic.send(bytes(60), 60)
        assert len(board.cable.sent) == 1


def refusal(**options):
    """(errno, text, milliseconds waited) of a bring-up that fails."""

    def attempt(time):
        try:
            ENC28J60Board(**options)
        except OSError as e:
            return e.args[0], e.args[1], time.ms
        raise AssertionError("brought up")

    return without_time(attempt)


def test_what_is_no_enc28j60_is_named_with_its_revision():
    number, text, ms = refusal(revision=0)
    assert (number, text) == (
        19,
        "ENC28J60: revision 0x00, not 2, 4, 5, 6 (no chip: wiring)",
    )
    assert ms < 200
    assert refusal(revision=0xFF)[1].endswith("0xff, not 2, 4, 5, 6 (no chip: wiring)")
    assert refusal(revision=3)[1].endswith("(SPI too fast or MISO shifted)")


def test_a_clock_too_slow_for_b1_and_b4_is_refused_with_its_rate():
    for revision in (2, 4):
        number, text, _ = refusal(revision=revision, hz=7_999_999)
        assert number == 19
        assert "SPI at 7999999 Hz" in text and "8 MHz (erratum 1)" in text
        ENC28J60Board(revision=revision, hz=8_000_000)
    ENC28J60Board(revision=5, hz=1_000_000)


def test_registers_that_do_not_keep_what_is_written_are_an_error():
    class Forgetful(ENC28J60Chip):
        def _store(self, index, value):
            ENC28J60Chip._store(self, index, value & 0xFE if index == 0x4A else value)
            if index == 0x4B:
                self.r[index] = 0

    assert "do not keep what is written" in refusal(chip_class=Forgetful)[1]


def test_a_phy_that_stays_busy_is_an_error_after_a_bounded_time():
    class Busy(ENC28J60Chip):
        def __init__(self, wire, ticks_us):
            super().__init__(wire, ticks_us)
            self.busy_stuck = True

    assert refusal(chip_class=Busy)[2] < 50


def test_a_mac_that_is_no_hosts_is_refused():
    for mac in (b"\x01\x00\x5e\x00\x00\x01", bytes(5)):
        try:
            ENC28J60Board(mac=mac)
        except ValueError as e:
            assert "mac" in str(e)
        else:
            raise AssertionError(mac)


def test_without_a_mac_it_is_a_random_local_one():
    one, two = ENC28J60Board(mac=None).nic.mac, ENC28J60Board(mac=None).nic.mac
    assert one != two and one[0] == two[0] == 2 and len(one) == 6


def test_the_rate_is_read_from_what_the_port_prints():
    class Printed:
        def __init__(self, text):
            self.text = text

        def __repr__(self):
            return self.text

    assert spi_hz(Printed("SPI(0, baudrate=24000000, polarity=0)")) == 24000000
    assert spi_hz(Printed("SPI(id=1, baudrate=8000000, polarity=0)")) == 8000000
    assert spi_hz(Printed("SPI(1, SPI.CONTROLLER, baudrate=12)")) == 12
    assert spi_hz(Printed("<SPI>")) is None
    assert spi_hz(Printed("SPI(baudrate=)")) is None
