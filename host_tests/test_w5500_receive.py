"""Frames that arrive through the W5500 driver, and what they cost on SPI."""

from sim.w5500_board import W5500Board, arp_frame
from sim.w5500_chip import W5500Chip


def test_an_idle_poll_is_1_transaction_of_5_bytes():
    board = W5500Board()
    assert board.cost(board.nic.recv_into, board.buf) == (0, 1, 5)


def test_a_60_byte_frame_is_4_transactions_and_79_bytes_without_int():
    board = W5500Board(logs=True)
    board.cable.put(arp_frame())
    board.log.sent.clear()
    assert board.cost(board.nic.recv_into, board.buf) == (60, 2, 70)
    assert bytes(board.buf[:60]) == arp_frame()
    assert board.log.sent == ["0026080000", "000018" + "00" * 62]
    board.log.sent.clear()
    assert board.cost(board.receive) == (b"", 3, 14), "it is released, and the idle poll"
    assert board.log.sent == ["00280c003e", "00010c40", "0026080000"]


def test_with_int_it_is_5_transactions_and_83_bytes():
    board = W5500Board(with_int=True)
    board.cable.put(arp_frame())
    assert board.cost(board.nic.recv_into, board.buf) == (60, 3, 74)
    assert bytes(board.buf[:60]) == arp_frame()
    assert board.cost(board.receive) == (b"", 2, 9), "it is released"
    assert board.cost(board.receive) == (b"", 0, 0)


def test_an_answer_leaves_before_the_frame_is_released():
    board = W5500Board(with_int=True, logs=True)
    board.chip.on_int = board.int.drive  # past the log
    board.nic.send(arp_frame(42), 42)
    board.receive()
    board.log.sent.clear()
    board.cable.put(arp_frame())
    assert board.receive() == arp_frame()
    board.nic.send(arp_frame(42), 42)
    assert [sent[:6] for sent in board.log.sent] == [
        "00020c",  # Sn_IR
        "002008",  # TX_FSR to RX_RSR: the last one has left
        "000018",
        "003c14",
        "00240c",
        "00010c",  # SEND
    ]
    board.receive()
    assert board.log.sent[6:] == ["00280c003e", "00010c40"]


def test_an_unreleased_frame_is_no_fault_and_none_after_a_restart():
    board = W5500Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    assert board.receive() == arp_frame(fill=0)
    board.nic._checked_at -= 2000  # the slow check's turn
    assert board.nic.link()
    assert board.counted() == {}
    board.nic.active(False)
    board.nic.active(True)
    assert board.receive_all() == [], "a restart loses what waits"
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]
    assert (board.counted(), board.chip.errors) == ({}, 0)


def test_with_int_high_nothing_is_asked():
    board = W5500Board(with_int=True)
    assert board.cost(board.nic.recv_into, board.buf) == (0, 0, 0)


def test_several_frames_that_wait_are_read_after_one_look():
    board = W5500Board()
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    assert board.cost(board.receive) == (arp_frame(fill=0), 2, 70)
    assert board.cost(board.receive) == (arp_frame(fill=1), 3, 74)
    assert board.cost(board.receive) == (arp_frame(fill=2), 3, 74)
    assert board.cost(board.receive) == (b"", 3, 14)
    assert board.nic.stats.rx == 3


def test_one_interrupt_is_enough_for_several_frames():
    board = W5500Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
    assert board.receive_all() == [arp_frame(fill=i) for i in range(3)]
    assert board.int() == 1


def test_a_frame_between_clearing_and_reading_keeps_int_low_and_is_not_lost():
    class Eager(W5500Chip):
        """A second frame arrives right after the first RECV was cleared."""

        late = [arp_frame(fill=2)]

        def _store_socket(self, address, value):
            W5500Chip._store_socket(self, address, value)
            if address == 2 and self.rx and self.late:
                self._wire.put(self.late.pop())

    board = W5500Board(with_int=True, chip_class=Eager)
    board.cable.put(arp_frame(fill=1))
    assert board.receive_all() == [arp_frame(fill=1), arp_frame(fill=2)]
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]
    assert board.int() == 1


def test_frames_of_every_length_arrive_whole():
    board = W5500Board()
    for n in (60, 61, 123, 124, 125, 188, 189, 1023, 1513, 1514):
        board.cable.put(arp_frame(n, fill=n & 0xFF))
        assert board.receive() == arp_frame(n, fill=n & 0xFF), n
        assert board.receive() == b"", n
    assert board.chip.errors == 0


def test_a_longest_frame_is_read_in_one_burst():
    board = W5500Board()
    board.cable.put(arp_frame(1514))
    _, transactions, count = board.cost(board.nic.recv_into, board.buf)
    assert (transactions, count) == (2, 5 + 5 + 1514)


def test_nothing_is_written_beyond_the_buffer():
    board = W5500Board()
    whole = bytearray(b"\xee" * 200)
    board.cable.put(arp_frame(100))
    assert board.nic.recv_into(memoryview(whole)[:100]) == 100
    assert bytes(whole[:100]) == arp_frame(100)
    assert bytes(whole[100:]) == b"\xee" * 100


def test_a_frame_longer_than_the_buffer_is_counted_and_dropped():
    board = W5500Board()
    small = bytearray(60)
    board.cable.put(arp_frame(61))
    board.cable.put(arp_frame(60, fill=7))
    assert board.nic.recv_into(small) == 60, "the one behind it"
    assert bytes(small) == arp_frame(60, fill=7)
    board.cable.put(arp_frame(61))
    assert board.nic.recv_into(small) == 0
    assert bytes(small) == arp_frame(60, fill=7), "untouched"
    assert (board.nic.stats.rx_too_long, board.nic.stats.rx) == (2, 1)


def test_another_buffer_may_be_used_at_any_time():
    board = W5500Board()
    one, two = bytearray(1514), bytearray(60)
    for i in range(4):
        board.cable.put(arp_frame(fill=i))
        buf = two if i & 1 else one
        assert board.nic.recv_into(buf) == 60
        assert bytes(buf[:60]) == arp_frame(fill=i)


def test_the_ring_and_its_pointers_wrap():
    board = W5500Board()
    for i in range(1100):  # 68 200 bytes: four times around the memory, once around the pointer
        board.cable.put(arp_frame(fill=i & 0xFF))
        assert board.receive() == arp_frame(fill=i & 0xFF), i
    assert (board.chip.errors, board.nic.stats.rx_desync) == (0, 0)


def test_long_frames_wrap_too():
    board = W5500Board()
    for i in range(50):
        board.cable.put(arp_frame(1514, fill=i))
        assert board.receive() == arp_frame(1514, fill=i), i
    assert board.chip.errors == 0


def test_after_an_overrun_reception_goes_on():
    board = W5500Board(with_int=True)
    for i in range(300):
        board.cable.put(arp_frame(fill=i & 0xFF))
    assert len(board.receive_all()) == 16384 // 62
    assert board.chip.dropped_full == 300 - 16384 // 62
    board.cable.put(arp_frame(fill=9))
    assert board.receive_all() == [arp_frame(fill=9)]
