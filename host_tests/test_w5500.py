"""The W5500 driver is brought up as the data sheet wants, or says what is wrong."""

from sim.w5500_board import MAC, W5500Board, without_time
from sim.w5500_chip import W5500Chip


def test_bring_up_leaves_the_registers_as_the_data_sheet_wants_them():
    board = W5500Board(with_int=True)
    chip = board.chip
    assert (chip.errors, chip.complaint) == (0, "")
    assert chip.common[0] == 0x10
    assert bytes(chip.common[9:15]) == MAC
    assert bytes(chip.common[15:19]) == bytes(4), "SIPR stays 0: the chip answers nothing itself"
    assert chip.common[0x18] == 0x01
    assert bytes(chip.sizes) == b"\x10\x10" + bytes(14)
    assert (chip.socket[0], chip.socket[3], chip.socket[0x2C]) == (0xB4, 0x42, 0x04)


def test_without_int_the_interrupt_stays_off():
    assert W5500Board().chip.common[0x18] == 0


def test_bring_up_is_these_transactions():
    board = W5500Board(logs=True)
    assert board.log.sent == [
        "00000480",  # MR: reset
        "00000000",  # is it over?
        "00390000",  # VERSIONR
        "00010c10",  # CLOSE
        "000008" + "00" * 4,  # Sn_CR, Sn_SR
        "00000410",  # MR: ping block
        "000104" + "00" * 8 + "020000000005" + "00" * 4,  # GAR, SUBR, SHAR, SIPR
        "00180400",  # SIMR
        "001eec0000",  # no memory for sockets 7 to 1, and is it so?
        "001ee80000",
        "001ecc0000",
        "001ec80000",
        "001eac0000",
        "001ea80000",
        "001e8c0000",
        "001e880000",
        "001e6c0000",
        "001e680000",
        "001e4c0000",
        "001e480000",
        "001e2c0000",
        "001e280000",
        "001e0c1010",  # all for socket 0
        "001e080000",
        "00000cb4",  # Sn_MR
        "00020c1f",  # Sn_IR
        "002c0c04",  # Sn_IMR
        "00010c01",  # OPEN
        "000008" + "00" * 4,
        "0028080000",  # RX_RD
        "0024080000",  # TX_WR
        "000000" + "00" * 19,  # is everything as it was written?
        "00180000",
        "000008" + "00" * 4,
        "001e08" + "00" * 15,
    ]


def test_with_a_reset_pin_the_chip_is_pulsed_instead():
    board = W5500Board(with_rst=True, logs=True)
    assert board.log.sent[:3] == ["reset 0", "reset 1", "00390000"]
    assert board.chip.errors == 0


def test_a_version_that_comes_late_is_waited_for():
    class LateChip(W5500Chip):
        def __init__(self, wire):
            super().__init__(wire)
            self.version_late = 90

    without_time(lambda time: W5500Board(chip_class=LateChip))


def test_a_command_that_is_taken_late_is_waited_for():
    class SlowChip(W5500Chip):
        def __init__(self, wire):
            super().__init__(wire)
            self.command_reads = 5

    without_time(lambda time: W5500Board(chip_class=SlowChip))


class Stuck:
    """A bus on which every byte reads the same."""

    value = 0x00

    def __init__(self, wire):
        self.int_level = 1

    def select(self):
        pass

    def deselect(self):
        pass

    def pump(self):
        pass

    def transfer(self, tx, rx, n):
        for i in range(n if rx is not None else 0):
            rx[i] = self.value


class StuckHigh(Stuck):
    value = 0xFF


def bring_up_error(chip_class):
    """(errno, text, milliseconds waited) of a bring-up that fails."""

    def attempt(time):
        try:
            W5500Board(chip_class=chip_class)
        except OSError as e:
            return e.args[0], e.args[1], time.ms
        raise AssertionError("no error")

    return without_time(attempt)


def test_a_missing_chip_is_reported_within_a_tenth_of_a_second():
    code, text, ms = bring_up_error(Stuck)
    assert (code, text) == (19, "W5500: version 0x00, expected 0x04 (no chip: wiring)")
    assert 100 <= ms < 120
    code, text, ms = bring_up_error(StuckHigh)
    assert (code, text) == (19, "W5500: version 0xff, expected 0x04 (no chip: wiring)")
    assert 100 <= ms < 120


def test_another_version_points_to_the_spi_clock():
    class Shifted(W5500Chip):
        def __init__(self, wire):
            super().__init__(wire)
            self.version = 0x10

    code, text, ms = bring_up_error(Shifted)
    assert code == 19
    assert text == "W5500: version 0x10, expected 0x04 (SPI too fast or MISO shifted)"


def test_a_socket_that_does_not_open_is_reported():
    class Closed(W5500Chip):
        def _open(self):
            pass

    code, text, ms = bring_up_error(Closed)
    assert (code, text) == (5, "W5500: socket 0 is 0x00 after OPEN, expected 0x42")


def test_a_bad_mac_is_refused_with_its_value():
    for mac in (b"\x02" * 5, b"\x01\x00\x5e\x00\x00\x01"):
        try:
            W5500Board(mac=mac)
        except ValueError as e:
            assert repr(mac) in str(e)
        else:
            raise AssertionError(mac)


def test_without_a_mac_a_random_local_one_is_made():
    board = W5500Board(mac=None)
    assert board.nic.mac[0] == 0x02
    assert bytes(board.chip.common[9:15]) == board.nic.mac
    assert W5500Board(mac=None).nic.mac != board.nic.mac
