"""What the ENC28J60 driver does when the chip contradicts itself or is gone."""

from sim.enc28j60_board import ENC28J60Board, without_time
from sim.enc28j60_chip import ENC28J60Chip
from sim.w5500_board import arp_frame


def test_a_header_that_was_read_wrong_is_read_again():
    board = ENC28J60Board()
    board.cable.put(arp_frame(fill=1))
    board.cable.put(arp_frame(fill=2))
    board.chip.set_pair(0x00, 2)  # ERDPT is elsewhere
    assert board.receive_all() == [arp_frame(fill=1), arp_frame(fill=2)]
    assert board.counted() == {"rx_desync": 1}
    assert board.chip.errors == 0


def spoiled(offset, low, high):
    """A board where two frames wait and the header of the first is wrong."""
    board = ENC28J60Board()
    board.cable.put(arp_frame(fill=1))
    board.cable.put(arp_frame(fill=2))
    board.chip.pump()
    board.chip.ram[offset], board.chip.ram[offset + 1] = low, high
    return board


def test_a_wrong_next_pointer_restarts_the_receiver_and_reception_goes_on():
    for low, high in ((0x48, 0x00), (0x47, 0x00), (0x46, 0x1F), (0xFF, 0xFF), (0, 0)):
        board = spoiled(0, low, high)
        assert board.receive() == b"", (low, high)
        assert board.counted() == {"rx_desync": 1, "rx_drained": 1}
        assert (board.chip.r[0x39], board.chip.pair(0x0E)) == (0, 0), "EPKTCNT, ERXWRPT"
        board.cable.put(arp_frame(fill=3))
        assert board.receive_all() == [arp_frame(fill=3)]
        assert board.chip.errors == 0


def test_a_wrong_byte_count_does_too():
    for low, high in ((0, 0), (0xEF, 5), (0xFF, 0xFF), (62, 0), (66, 0)):
        board = spoiled(2, low, high)
        assert board.receive() == b"", (low, high)
        assert board.counted() == {"rx_desync": 1, "rx_drained": 1}
        board.cable.put(arp_frame(fill=3))
        assert board.receive_all() == [arp_frame(fill=3)]


def test_frames_too_short_or_too_long_cost_nothing_but_themselves():
    board = ENC28J60Board()
    board.chip.pads = False
    short = arp_frame(59)
    board.chip.r[0x4B] = 6  # MAMXFL: longer ones than the driver asked for
    for frame in (arp_frame(), short, short[:14], arp_frame(1515), arp_frame(fill=2)):
        board.cable.put(frame)
    assert board.receive_all() == [arp_frame(), arp_frame(fill=2)]
    assert board.counted() == {"rx_bad": 2, "rx_too_long": 1}
    assert board.chip.errors == 0


def test_a_count_of_frames_that_was_read_wrong_gives_no_frame():
    board = ENC28J60Board()
    board.nic._waiting = 3
    assert board.receive() == b""
    assert board.counted() == {"rx_desync": 1}
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]
    assert board.chip.errors == 0


def after_a_second(board, time):
    """Let the slow check have its turn; the NIC's answer to it."""
    time.now_ms += 1000
    return board.nic.link()


# Everything that _open() writes, by its register; the five in every bank are below 0x20.
CONFIGURED = (0x04, 0x05, 0x06, 0x08, 0x0A, 0x0B, 0x28, 0x29, 0x2A, 0x2F, 0x30, 0x31, 0x34, 0x38)
CONFIGURED += (0x40, 0x42, 0x43, 0x44, 0x46, 0x47, 0x4A, 0x4B, 0x60, 0x61, 0x62, 0x63, 0x64, 0x65)
CONFIGURED += (0x00, 0x03, 0x0C, 0x0E, 0x1B, 0x1E, 0x1F)


def test_each_register_that_changes_by_itself_is_found_within_a_second():
    def scenario(time):
        for register in CONFIGURED:
            board = ENC28J60Board(with_int=True)
            board.nic.send(arp_frame(42), 42)
            board.receive()
            board.nic.link()
            board.chip.r[register] ^= 0x04
            assert after_a_second(board, time), register
            assert board.counted() == {"reopened": 1}, (register, board.counted())
            board.chip.errors = 0
            board.cable.put(arp_frame())
            assert board.receive_all() == [arp_frame()], register
            board.nic.send(arp_frame(42), 42)
            assert board.cable.sent[-1] == arp_frame(42) + bytes(18), register
            assert after_a_second(board, time)
            assert (board.counted(), board.chip.errors) == ({"reopened": 1}, 0), register

    without_time(scenario)


def test_a_write_pointer_that_moves_while_it_is_relied_on_is_found_too():
    def scenario(time):
        board = ENC28J60Board(with_int=True)
        for _ in range(2):
            board.cable.put(arp_frame())
            assert board.receive() == arp_frame()
            board.nic.send(arp_frame(42), 42)
            assert board.receive() == b""
        board.chip.r[0x02] ^= 0x04  # EWRPTL
        assert after_a_second(board, time)
        assert board.counted() == {"reopened": 1}
        board.nic.send(arp_frame(42, fill=1), 42)
        assert board.cable.sent[-1] == arp_frame(42, fill=1) + bytes(18)

    without_time(scenario)


def test_a_slow_check_that_finds_all_well_changes_nothing():
    def scenario(time):
        board = ENC28J60Board()
        for i in range(6):
            board.cable.put(arp_frame(60 + 7 * i))
            if i & 1:  # the check has to do with one frame waiting, and with none
                assert board.receive_all() == [arp_frame(53 + 7 * i), arp_frame(60 + 7 * i)]
            board.nic.send(arp_frame(42 + i), 42 + i)
            assert after_a_second(board, time)
        assert (board.counted(), board.chip.errors) == ({}, 0)

    without_time(scenario)


def test_the_slow_check_is_bounded():
    def scenario(time):
        board = ENC28J60Board()
        time.now_ms += 1000
        _, transactions, n = board.cost(board.nic.link)
        assert (transactions, n) == (95, 213)

    without_time(scenario)


def test_a_brown_out_is_mended_within_a_second():
    def scenario(time):
        board = ENC28J60Board(with_int=True)
        board.chip.brown_out()
        assert after_a_second(board, time)
        assert board.counted() == {"reopened": 1}
        board.cable.put(arp_frame())
        assert board.receive_all() == [arp_frame()]
        assert board.int() == 1

    without_time(scenario)


def check_reset(with_rst):
    def scenario(time):
        board = ENC28J60Board(with_rst=with_rst)
        chip = board.chip
        real_store, real_reset = chip._store, chip._reset

        def deaf(index, value):
            if index == 0x1F:  # all but ECON1 is lost
                real_store(index, value)

        def reset():
            chip._store = real_store
            real_reset()

        chip._store, chip._reset = deaf, reset
        chip.r[0x38] = 0
        assert after_a_second(board, time)
        assert board.counted() == {"reset": 1}
        board.cable.put(arp_frame())
        assert board.receive_all() == [arp_frame()]

    without_time(scenario)


def test_a_chip_that_takes_no_register_is_reset_by_command():
    check_reset(False)


def test_a_chip_that_takes_no_register_is_reset_by_its_pin():
    check_reset(True)


def test_a_chip_that_is_gone_refuses_sends_and_comes_back_later():
    def scenario(time):
        board = ENC28J60Board()
        real, board.chip._read = board.chip._read, lambda phase: 0xFF
        for _ in range(3):
            assert not after_a_second(board, time)
        assert board.counted() == {"chip_lost": 1}, "counted once"
        assert board.receive() == b""
        try:
            board.nic.send(board.buf, 60)
        except OSError as e:
            assert e.args[0] == 100
        else:
            raise AssertionError("sent")
        board.chip._read = real
        assert after_a_second(board, time)
        assert board.counted() == {"chip_lost": 1, "reopened": 1}
        board.nic.send(arp_frame(), 60)
        assert board.cable.sent == [arp_frame()]

    without_time(scenario)


def test_recovery_is_bounded_when_nothing_answers():
    def scenario(time):
        board = ENC28J60Board()
        board.chip._read = lambda phase: 0xFF
        board.chip._read_memory = lambda: 0xFF
        before = time.ms
        _, transactions, _ = board.cost(board.nic.recv_into, board.buf)
        assert transactions < 400
        assert time.ms - before < 30
        assert board.counted() == {"rx_desync": 1, "rx_drained": 1, "chip_lost": 1}

    without_time(scenario)


def test_inactive_nothing_is_received_and_active_starts_again():
    board = ENC28J60Board(with_int=True)
    board.cable.put(arp_frame(fill=1))
    board.chip.pump()
    board.nic.active(False)
    assert board.int() == 1
    board.cable.put(arp_frame(fill=2))
    assert board.cost(board.receive) == (b"", 0, 0)
    board.nic.active(True)
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]
    board.nic.close()
    assert board.int._handler is None
    assert board.chip.r[0x1F] & 0x04 == 0, "RXEN"
    assert board.chip.errors == 0


def test_restarting_the_receiver_is_these_transactions():
    board = ENC28J60Board(logs=True)
    board.log.sent.clear()
    board.nic._restart_receiver()
    assert board.log.sent[:6] == [
        "bf04",  # ECON1: RXEN off
        "9f40",  # RXRST
        "bf40",
        "1900",  # EPKTCNT: nothing waits; bank 1 is at rest
        "bf03",  # bank 0
        "9f00",
    ], board.log.sent
    assert "bc01" in board.log.sent  # EIR: RXERIF
    assert "9f04" in board.log.sent  # RXEN on


def test_restarting_the_transmitter_is_these_transactions():
    board = ENC28J60Board(logs=True)
    board.log.sent.clear()
    board.nic._restart_transmitter()
    assert board.log.sent == ["bf08", "9f80", "bf80", "bc0a"]


def test_each_frame_has_retries_of_its_own():
    def scenario(board, time):
        for fill in (1, 2):
            board.chip.late_collisions = 10
            board.nic.send(arp_frame(fill=fill), 60)
            for _ in range(30):
                board.nic._settle()
        assert board.cable.sent == [arp_frame(fill=1), arp_frame(fill=2)]
        assert board.counted() == {"tx_retried": 20}

    without_time(lambda time: scenario(ENC28J60Board(), time))


def test_an_error_ends_a_transmission_though_txrts_stays_set():
    def scenario(time):
        board = ENC28J60Board()
        board.chip.stall_tx = 1
        board.nic.send(arp_frame(fill=1), 60)
        board.chip.r[0x1C] |= 0x02  # EIR.TXERIF
        board.nic.send(arp_frame(fill=2), 60)
        assert board.cable.sent == [arp_frame(fill=2)]
        assert board.counted() == {"tx_failed": 1}

    without_time(scenario)


def test_a_stale_error_is_no_reason_to_mistrust_int_or_the_next_frame():
    def scenario(time):
        board = ENC28J60Board(with_int=True)
        board.chip.r[0x1C] |= 0x02
        board.chip._update_int()
        assert board.int() == 0
        for _ in range(8):
            board.receive()
        assert (board.int(), board.counted()) == (1, {})
        board.nic.send(arp_frame(), 60)
        board.nic.send(arp_frame(), 60)
        assert (len(board.cable.sent), board.counted()) == (2, {})

    without_time(scenario)


def test_a_transmitter_that_txrst_does_not_free_is_opened_anew():
    class Stubborn(ENC28J60Chip):
        def _write(self, opcode, byte):
            super()._write(opcode, byte)
            if self.keeps_txrts and opcode == 5 and self._argument == 0x1F:
                self.r[0x1F] |= 8
                self.keeps_txrts -= 1

        keeps_txrts = 0

    def scenario(time):
        board = ENC28J60Board(chip_class=Stubborn)
        board.chip.stall_tx = 1
        board.nic.send(arp_frame(fill=1), 60)
        board.chip.keeps_txrts = 2
        time.now_ms += 10
        board.nic.send(arp_frame(fill=2), 60)
        assert board.counted() == {"tx_stuck": 1, "reopened": 1}
        assert board.cable.sent == [arp_frame(fill=2)]

    without_time(scenario)
