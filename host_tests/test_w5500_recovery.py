"""What the W5500 driver does when the chip contradicts itself or is gone."""

from sim.w5500_board import MAC, W5500Board, arp_frame, without_time
from sim.w5500_chip import W5500Chip


class Torn(W5500Chip):
    """RX_RSR reads wrong so often, as when it changes between its two bytes."""

    wrong = 0
    value = 0x0010

    def _fetch_pointer(self, address):
        if self.wrong and 0x26 <= address < 0x28:
            self.wrong -= address & 1
            return self.value & 0xFF if address & 1 else self.value >> 8
        return W5500Chip._fetch_pointer(self, address)


def test_a_torn_size_is_read_again():
    board = W5500Board(chip_class=Torn)
    board.chip.wrong = 1
    board.cable.put(arp_frame(fill=1))
    board.cable.put(arp_frame(fill=2))
    assert board.receive_all() == [arp_frame(fill=1), arp_frame(fill=2)]
    stats = board.nic.stats
    assert (stats.rx_desync, stats.rx_drained, stats.reopened) == (1, 0, 0)


def test_a_size_that_is_torn_twice_in_a_row_loses_nothing():
    board = W5500Board(chip_class=Torn)
    board.chip.wrong = 2
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]
    assert board.nic.stats.rx_drained == 0


def test_a_size_out_of_nothing_gives_no_frame():
    board = W5500Board(chip_class=Torn)
    board.chip.wrong = 1
    assert board.receive() == b""
    assert (board.nic.stats.rx_desync, board.nic.stats.rx_drained) == (1, 0)
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]


def test_more_bytes_than_the_memory_has_are_not_believed():
    board = W5500Board(chip_class=Torn)
    for _ in range(300):  # old frames are left all over the memory
        board.cable.put(arp_frame(62))
        board.receive()
    board.chip.value = 0xFF00
    board.chip.wrong = 1
    board.cable.put(arp_frame(62, fill=1))
    assert board.receive_all() == [arp_frame(62, fill=1)]
    assert board.nic.stats.rx_desync == 1


def test_nor_is_an_old_frame_of_the_usual_length_behind_them():
    board = W5500Board(chip_class=Torn)
    board.chip.rx_ram[62:64] = b"\x00\x3e"
    board.chip.value = 0xFF00
    board.chip.wrong = 1
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]
    assert board.counted() == {"rx_desync": 1}


def test_a_shadow_that_differs_from_the_chips_pointer_is_mended():
    board = W5500Board(chip_class=Torn)
    board.nic._aim_rx(62)
    board.chip.wrong = 1
    assert board.receive() == b""
    assert board.nic.stats.rx_drained == 1
    board.cable.put(arp_frame())
    assert board.receive_all() == [arp_frame()]


def test_a_length_beyond_any_frame_is_corrupt_and_not_a_long_frame():
    board = W5500Board()
    for _ in range(30):
        board.cable.put(arp_frame())
    board.chip.pump()
    board.chip.rx_ram[0], board.chip.rx_ram[1] = 1525 >> 8, 1525 & 0xFF
    assert board.receive_all() == []
    stats = board.nic.stats
    assert (stats.rx_too_long, stats.rx_desync, stats.rx_drained) == (0, 1, 1)


def test_a_frame_longer_than_ethernet_allows_costs_nothing_but_itself():
    board = W5500Board()
    board.chip.pads = False
    for n in (60, 1515, 1522, 60):
        board.cable.put(arp_frame(n))
    assert board.receive_all() == [arp_frame(), arp_frame()]
    assert board.nic.stats.rx_too_long == 2
    assert board.nic.stats.rx_desync == board.nic.stats.rx_drained == 0


def test_a_corrupt_length_drains_the_memory_and_reception_goes_on():
    for raw in (0, 15, 1517, 0xFFFF, 200):
        board = W5500Board()
        board.cable.put(arp_frame(fill=1))
        board.cable.put(arp_frame(fill=2))
        board.chip.pump()
        board.chip.rx_ram[0], board.chip.rx_ram[1] = raw >> 8, raw & 0xFF
        assert board.receive() == b"", raw
        assert board.nic.stats.rx_drained == 1
        assert board.nic.stats.reopened == 0
        board.cable.put(arp_frame(fill=3))
        assert board.receive_all() == [arp_frame(fill=3)], raw


def test_pointers_that_stay_wrong_reopen_the_socket():
    board = W5500Board(chip_class=Torn)
    board.chip.wrong = 7  # the first look and all of both recounts
    board.cable.put(arp_frame())
    assert board.receive() == b""
    assert (board.nic.stats.rx_drained, board.nic.stats.reopened) == (1, 1)
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]


def test_recovery_is_bounded():
    board = W5500Board(chip_class=Torn)
    board.chip.wrong = 1000
    board.cable.put(arp_frame())
    _, transactions, _ = board.cost(board.nic.recv_into, board.buf)
    assert transactions < 60


def test_a_chip_that_lost_its_registers_is_opened_again_by_the_slow_check():
    def scenario(time):
        board = W5500Board(with_int=True)
        board.chip._reset()
        time.now_ms = 999
        assert board.nic.link()
        assert board.nic.stats.reopened == 0
        time.now_ms = 1000
        assert board.nic.link()
        assert board.nic.stats.reopened == 1
        assert bytes(board.chip.common[9:15]) == MAC
        board.cable.put(arp_frame())
        assert board.receive_all() == [arp_frame()]

    without_time(scenario)


def test_a_chip_that_is_gone_refuses_sends_and_comes_back_later():
    class Mortal(W5500Chip):
        is_gone = False

        def _command(self, command):
            if not self.is_gone:
                W5500Chip._command(self, command)

    def scenario(time):
        board = W5500Board(chip_class=Mortal)
        board.chip.is_gone = True
        board.chip.socket[3] = 0
        time.now_ms = 1000
        assert not board.nic.link()
        assert board.nic.stats.chip_lost == 1
        assert board.receive() == b""
        try:
            board.nic.send(board.buf, 60)
        except OSError as e:
            assert e.args[0] == 100
        else:
            raise AssertionError("sent")
        board.chip.is_gone = False
        time.now_ms = 2000
        assert board.nic.link()
        board.nic.send(arp_frame(), 60)
        assert board.cable.sent == [arp_frame()]

    without_time(scenario)


def test_a_chip_that_was_deaf_for_a_while_is_opened_again():
    def scenario(time):
        board = W5500Board()
        board.chip.command_reads = 1000  # it takes no command
        board.nic.send(arp_frame(), 60)
        time.now_ms = 1000
        assert not board.nic.link()
        board.chip.command_reads = board.chip._cr_left = 0
        time.now_ms = 2000
        assert board.nic.link()
        board.cable.put(arp_frame())
        assert board.receive_all() == [arp_frame()]

    without_time(scenario)
