"""Both drivers on real firmware: machine.SPI, DMA, Pin.irq, the real heap, and resets."""

import pytest

from boards import CHIPS, TestBoard, frame
from firmware import RELEASE

# Below 32 bytes MicroPython moves each byte itself, from there on by DMA.
LENGTHS = (60, 61, 62, 63, 64, 123, 124, 125, 187, 188, 189, 590, 1000, 1513, 1514)


@pytest.mark.parametrize("nic", CHIPS)
def test_frames_of_many_lengths_come_back_byte_for_byte(nic):
    board = TestBoard(nic)
    board.start("echo(%d)" % len(LENGTHS))
    sent = [frame(n, fill=n) for n in LENGTHS]
    for one in sent:
        board.cable.put(one)
    board.run_until_sent(len(sent))
    assert board.cable.sent == sent
    assert board.finish() == "rx %d, tx %d" % (len(sent), len(sent))
    assert board.chip.errors == 0, board.chip.complaint
    assert board.longest_dma() >= 1500


@pytest.mark.parametrize("nic", CHIPS)
def test_spi_runs_at_the_rate_that_the_board_file_asks_for(nic):
    board = TestBoard(nic)
    board.start("echo(0)")
    board.finish()
    assert board.chip.spi_hz == {"w5500": 24_000_000, "enc28j60": 12_000_000}[nic]


@pytest.mark.parametrize("nic", CHIPS)
def test_a_round_of_frames_takes_no_heap(nic):
    board = TestBoard(nic)
    rounds = 10
    board.start("heap(%d)" % rounds)
    for _ in range(2 * (2 * rounds + 1)):
        board.cable.put(frame(60))
    assert board.finish() == "grown 0"


@pytest.mark.parametrize("nic", CHIPS)
def test_int_wakes_the_board_at_once(nic):
    board = TestBoard(nic)
    board.start("wait(3)")
    late_ms = []
    for number in range(3):
        board.emulator.run_ms(50)
        start = board.emulator.ns
        board.cable.put(frame(60, fill=number))
        board.run_until_sent(number + 1)
        late_ms.append((board.emulator.ns - start) / 1e6)
    assert board.finish() == "rx 3, tx 3"
    # The chip hears the frame within 1 ms, and without the interrupt it would take up to 1000.
    assert max(late_ms) < 10, late_ms


@pytest.mark.parametrize("nic", CHIPS)
def test_without_int_the_board_polls(nic):
    board = TestBoard(nic)
    board.start("echo(1, with_int=False)")
    board.cable.put(frame(60))
    board.run_until_sent(1)
    assert board.finish() == "rx 1, tx 1"


def soft(board):
    board.repl.serial.send(b"\x03")
    board.repl.finish(2000)
    board.repl.soft_reset()


def hard(board):
    board.emulator.hard_reset()
    board.emulator.boot()
    board.repl.enter()


def by_itself(board):
    board.repl.enter()
    board.repl.serial.send(b"import machine\nmachine.reset()\n\x04")
    board.emulator.run_ms(20)
    board.emulator.boot()
    board.repl.enter()


@pytest.mark.parametrize("reset", (soft, hard, by_itself))
@pytest.mark.parametrize("nic", CHIPS)
def test_after_a_reset_in_the_middle_the_board_works_again(nic, reset):
    board = TestBoard(nic)
    board.start("echo(1000)")
    for number in range(5):
        board.cable.put(frame(60, fill=number))
    board.run_until_sent(2)
    reset(board)
    board.cable.waiting.clear()
    before = len(board.cable.sent)
    board.start("echo(2)")
    sent = [frame(60, fill=77), frame(1514, fill=78)]
    for one in sent:
        board.cable.put(one)
    board.run_until_sent(before + 2)
    assert board.cable.sent[before:] == sent
    assert board.chip.errors == 0, board.chip.complaint


def test_a_board_without_its_chip_says_so():
    board = TestBoard("w5500")
    board.emulator.spi[0].on_transmit = lambda _: board.emulator.spi[0].complete_transmit(0xFF)
    board.repl.start("import board\nboard.make_nic()\n")
    _, trouble = board.repl.finish(5000)
    assert "version 0xff, expected 0x04" in trouble, trouble


HEAP = """
import gc
def free():
    gc.collect()
    return gc.mem_free()
rows = [free()]
import arp
arp.Arp, arp.Engine
rows.append(free())
engine = arp.Engine(b"\\x02\\0\\0\\0\\0\\1", ["10.0.0.1/24"])
rows.append(free())
print(rows[0], rows[0] - rows[1], rows[1] - rows[2])
"""


def test_the_heap_has_room_for_the_package_and_much_else():
    board = TestBoard("w5500", RELEASE)
    free, package, engine = [int(word) for word in board.repl.run(HEAP).split()]
    assert free > 230_000
    # All of arp.Arp with asyncio, frozen; and an Engine with its hold pool of 7.6 KB.
    assert package <= 12_000 and engine <= 14_000, (package, engine)
