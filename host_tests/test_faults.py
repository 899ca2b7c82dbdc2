"""Faults on the bus and in the W5500 model: each is shown to happen, and only when armed."""

import machine
from sim.cable import Cable
from sim.enc28j60_chip import ENC28J60Chip
from sim.faults import Faults
from sim.w5500_chip import W5500Chip
from sim.w5500_talk import frame, opened, send, talk

VERSION = (b"\x00\x39\x00\x00", b"\x00\x00\x00\x04")  # of a W5500: what is sent, what comes back
ECON2 = (b"\x1e\x00", b"\x00\x80")  # of an ENC28J60


def each():
    """(faults, bytes sent, bytes read) for each chip."""
    for chip, (sent, back) in ((W5500Chip(Cable()), VERSION), (ENC28J60Chip(Cable()), ECON2)):
        yield Faults(chip), sent, back


def swap(bus, sent):
    back = bytearray(len(sent))
    bus.select()
    bus.transfer(sent, back, len(sent))
    bus.deselect()
    return bytes(back)


def test_nothing_armed_changes_nothing():
    for bus, sent, back in each():
        assert swap(bus, sent) == back
        assert sum(bus.counts.values()) == 0


def test_miso_is_stuck_while_armed():
    for bus, sent, back in each():
        for value in (0x00, 0xFF):
            bus.miso = value
            assert swap(bus, sent) == bytes([value]) * len(sent)
        bus.miso = None
        assert swap(bus, sent) == back
        assert bus.counts["miso"] == 2


def test_one_bit_of_one_byte_read_is_flipped_once():
    for bus, sent, back in each():
        bus.flip_read(len(sent) - 1, 6)
        assert swap(bus, sent) == back[:-1] + bytes([back[-1] ^ 0x40])
        assert swap(bus, sent) == back
        assert bus.counts["flip_read"] == 1


def test_one_bit_of_one_byte_written_is_flipped_once():
    bus = Faults(W5500Chip(Cable()))
    bus.flip_write(4, 0)  # the second value
    swap(bus, b"\x00\x09\x04\x10\x10\x10")
    assert bytes(bus.chip.common[9:12]) == b"\x10\x11\x10"
    bus = Faults(ENC28J60Chip(Cable()))
    bus.flip_write(1, 7)
    swap(bus, b"\x44\x01")
    assert bus.chip.r[0x04] == 0x81
    swap(bus, b"\x44\x01")
    assert (bus.chip.r[0x04], bus.counts["flip_write"]) == (0x01, 1)


def test_a_reset_in_the_middle_of_a_transaction_loses_the_registers():
    bus = Faults(W5500Chip(Cable()))
    bus.reset_after(5)
    swap(bus, b"\x00\x09\x04\x10\x10\x10")
    assert bytes(bus.chip.common[9:12]) == b"\x00\x00\x10", "written before it, and after it"
    bus = Faults(ENC28J60Chip(Cable()))
    swap(bus, b"\x5b\xc0")
    bus.reset_after(1)
    swap(bus, b"\x1e\x00")
    assert (bus.chip.r[0x1B], bus.counts["reset"]) == (0, 1)


def pinned(chip_class, opener):
    """(bus, chip, cable, pin, edges heard) with INT wired through the faults."""
    machine.reset_board()
    chip, cable = opener()
    bus = Faults(chip)
    machine.connect(0, bus, cs=17, int=21)
    pin = machine.Pin(21, machine.Pin.IN)
    edges = []
    pin.irq(handler=lambda pin: edges.append(pin.level), trigger=pin.IRQ_FALLING)
    return bus, chip, cable, pin, edges


def with_ints():
    """A W5500 whose INT follows RECV."""
    chip, cable = opened()
    talk(chip, "002c0c04")
    talk(chip, "00180401")
    return chip, cable


def arrive(bus, cable):
    cable.put(frame())
    bus.pump()


def test_a_lost_edge_moves_the_pin_and_reaches_no_handler():
    bus, chip, cable, pin, edges = pinned(W5500Chip, with_ints)
    bus.lose_edges = 1
    arrive(bus, cable)
    assert (pin.level, edges, bus.counts["lost_edge"]) == (0, [], 1)
    talk(chip, "00020c04")
    arrive(bus, cable)
    assert (pin.level, edges, bus.counts["lost_edge"]) == (0, [0], 1)


def test_int_is_held_at_a_level_until_it_is_let_go():
    bus, chip, cable, pin, edges = pinned(W5500Chip, with_ints)
    bus.hold_int(1)
    arrive(bus, cable)
    assert (pin(), edges, chip.int_level) == (1, [], 0)
    bus.hold_int(None)
    assert (pin(), edges) == (0, [0])
    bus.hold_int(0)
    talk(chip, "00020c04")
    assert (pin(), chip.int_level) == (0, 1)
    bus.hold_int(None)
    assert (pin(), bus.counts["int_stuck"]) == (1, 2)


def test_the_bus_tells_the_chip_its_rate():
    bus, chip, _, _, _ = pinned(W5500Chip, with_ints)
    spi = machine.SPI(0, baudrate=24_000_000)
    machine.Pin(17, machine.Pin.OUT)(0)
    assert chip.spi_hz == 24_000_000
    machine.Pin(17)(1)
    spi.init(baudrate=290_000)
    machine.Pin(17)(0)
    machine.Pin(17)(1)
    assert (chip.spi_hz, repr(spi)) == (290_000, "SPI(0, baudrate=290000)")


# --- Faults of the W5500 model itself ---


def test_brown_out_loses_registers_and_memories():
    chip, cable = with_ints()
    cable.put(frame())
    chip.pump()
    chip.brown_out()
    assert (chip.socket[3], chip.rx_size(), chip.int_level) == (0, 0, 1)
    assert bytes(chip.common[9:15]) == bytes(6)
    assert bytes(chip.rx_ram[2:8]) != frame()[:6]


def test_busy_stuck_takes_no_command():
    chip, _ = opened()
    chip.busy_stuck = True
    talk(chip, "00010c10")
    assert [talk(chip, "000108", 1) for _ in range(50)] == [b"\x10"] * 50
    assert talk(chip, "000308", 1) == b"\x42"


def test_lose_done_sends_the_frame_without_sendok():
    chip, cable = opened()
    chip.lose_done = 1
    send(chip, 0, frame())
    assert (len(cable.sent), chip.done_lost, talk(chip, "000208", 1)[0] & 0x10) == (1, 1, 0)
    send(chip, 60, frame())
    assert (len(cable.sent), talk(chip, "000208", 1)[0] & 0x10) == (2, 0x10)


def test_spoil_size_overwrites_what_stands_before_the_oldest_frame():
    chip, cable = opened()
    cable.put(frame())
    chip.pump()
    chip.spoil_size(0xABCD)
    assert talk(chip, "000018", 4) == b"\xab\xcd" + frame()[:2]


def test_torn_reads_of_the_size_are_wrong_so_often():
    chip, cable = opened()
    cable.put(frame())
    chip.torn_reads = 2
    assert [talk(chip, "002608", 2) for _ in range(3)] == [b"\x00\x10", b"\x00\x10", b"\x00\x3e"]


def test_without_a_link_frames_neither_arrive_nor_leave_and_send_never_ends():
    chip, cable = opened()
    cable.has_link = False
    cable.put(frame())
    send(chip, 0, frame())
    assert (chip.rx_cut, chip.rx, chip.tx_cut, cable.sent) == (1, 0, 1, [])
    cable.has_link = True
    assert talk(chip, "002008", 2) != b"\x40\x00", "TX_FSR: still not free"
    assert talk(chip, "000208", 1)[0] & 0x10 == 0
    talk(chip, "00010c10")
    talk(chip, "00010c01")
    assert talk(chip, "002008", 2) == b"\x40\x00"


def test_a_slow_clock_corrupts_what_is_written_into_tx_memory():
    for hz, wrong in ((999_999, 12), (1_000_000, 0), (None, 0)):
        chip, cable = opened()
        chip.spi_hz = hz
        send(chip, 0, frame())
        sent = cable.sent[0]
        assert len([i for i in range(60) if sent[i] != frame()[i]]) == wrong, hz
        assert chip.slow_writes == wrong
