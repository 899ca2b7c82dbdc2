"""The Ethernet side of the W5500 model, one behaviour a test: memories, filters, transmission."""

from sim.cable import Cable
from sim.w5500_chip import W5500Chip
from sim.w5500_talk import MAC, OTHER, frame, opened, send, talk

BROADCAST = b"\xff" * 6
IPV4_MULTICAST = b"\x01\x00\x5e\x00\x00\x01"
IPV6_MULTICAST = b"\x33\x33\x00\x00\x00\x01"


def test_a_frame_lies_behind_its_size_which_counts_itself():
    chip, cable = opened()
    cable.put(frame(100))
    assert talk(chip, "002608", 2) == b"\x00\x66"
    assert talk(chip, "000018", 102) == b"\x00\x66" + frame(100)


def test_a_short_frame_arrives_padded_to_60():
    chip, cable = opened()
    cable.put(frame(42))
    assert talk(chip, "002608", 2) == b"\x00\x3e"
    assert talk(chip, "000018", 62) == b"\x00\x3e" + frame(42) + bytes(18)


def test_rx_rd_counts_only_after_recv():
    chip, cable = opened()
    cable.put(frame())
    talk(chip, "00280c003e")
    assert talk(chip, "002608", 2) == b"\x00\x3e"
    talk(chip, "00010c40")
    assert talk(chip, "002608", 6) == bytes.fromhex("0000003e003e")


def test_rx_rd_beyond_rx_wr_is_an_error():
    chip, cable = opened()
    cable.put(frame())
    talk(chip, "00280c003f")
    talk(chip, "00010c40")
    assert (chip.errors, chip.complaint) == (1, "RX_RD beyond RX_WR")


def test_rx_memory_is_a_ring_of_16_kb():
    chip, cable = opened()
    raw = 1516
    at = 0
    for i in range(50):
        cable.put(frame(1514, fill=i))
        got = talk(chip, "%04x18" % at, raw)
        assert got == bytes.fromhex("05ec") + frame(1514, fill=i), i
        at = (at + raw) & 0xFFFF
        talk(chip, "00280c%04x" % at)
        talk(chip, "00010c40")
    assert (chip.errors, at) == (0, 50 * raw - 65536)


def test_a_full_memory_drops_the_new_frame_and_counts_it():
    chip, cable = opened()
    for _ in range(11):
        cable.put(frame(1514))
    assert talk(chip, "002608", 2) == bytes.fromhex("%04x" % (10 * 1516))
    assert chip.dropped_full == 1


def test_a_smaller_memory_is_full_earlier():
    chip = W5500Chip(Cable())
    talk(chip, "00000cb4")
    talk(chip, "000904" + "020000000005")
    talk(chip, "00010c01")
    for _ in range(2):
        chip._wire.put(frame(1514))
    assert talk(chip, "002608", 2) == b"\x05\xec"
    assert (chip.dropped_full, chip.errors) == (1, 0)


def passes(mode, to, ethertype=b"\x08\x06"):
    chip, cable = opened(mode)
    cable.put(frame(60, to, ethertype))
    chip.pump()
    assert chip.rx + chip.filtered == 1
    return chip.rx == 1


def test_without_filters_everything_passes():
    for to in (MAC, OTHER, BROADCAST, IPV4_MULTICAST, IPV6_MULTICAST):
        assert passes("04", to), to


def test_mfen_stops_what_is_for_other_hosts():
    assert passes("84", MAC)
    assert passes("84", BROADCAST)
    assert not passes("84", OTHER)


def test_mfen_alone_lets_multicast_pass():
    assert passes("84", IPV4_MULTICAST)
    assert passes("84", IPV6_MULTICAST, b"\x86\xdd")


def test_mmb_stops_ipv4_multicast_and_nothing_else():
    assert not passes("24", IPV4_MULTICAST)
    assert passes("24", IPV6_MULTICAST, b"\x86\xdd")
    assert passes("24", BROADCAST)


def test_mip6b_stops_ipv6_whoever_it_is_for():
    assert not passes("14", IPV6_MULTICAST, b"\x86\xdd")
    assert not passes("14", MAC, b"\x86\xdd")
    assert passes("14", MAC)


def test_bcastb_stops_broadcast():
    assert not passes("44", BROADCAST)
    assert passes("44", IPV4_MULTICAST)


def test_a_runt_and_a_giant_never_reach_the_memory():
    chip, cable = opened("04")
    cable.put(bytes(13))
    cable.put(bytes(1515))
    chip.pump()
    assert (chip.rx, chip.filtered) == (0, 2)


def test_send_puts_the_frame_on_the_wire():
    chip, cable = opened()
    send(chip, 0, frame(100))
    assert cable.sent == [frame(100)]


def test_a_short_frame_leaves_padded_with_zeros():
    chip, cable = opened()
    send(chip, 0, frame(1514))
    send(chip, 1514, frame(42))
    assert cable.sent[1] == frame(42) + bytes(18)


def test_tx_wr_reads_its_old_value_until_send():
    chip, _ = opened()
    talk(chip, "000014" + frame().hex())
    talk(chip, "00240c003c")
    assert talk(chip, "002408", 2) == b"\x00\x00"
    talk(chip, "00010c20")
    assert talk(chip, "002408", 2) == b"\x00\x3c"


def test_sendok_is_set_and_cleared_by_writing_1():
    chip, _ = opened()
    send(chip, 0, frame())
    assert talk(chip, "000208", 1) == b"\x10"
    talk(chip, "00020c04")
    assert talk(chip, "000208", 1) == b"\x10"
    talk(chip, "00020c10")
    assert talk(chip, "000208", 1) == b"\x00"


def test_tx_memory_is_a_ring():
    chip, cable = opened()
    at = 0
    for i in range(50):
        send(chip, at, frame(1514, fill=i))
        at = (at + 1514) & 0xFFFF
    assert cable.sent == [frame(1514, fill=i) for i in range(50)]
    assert chip.errors == 0


def test_an_impossible_length_is_an_error_and_is_not_sent():
    chip, cable = opened()
    send(chip, 0, bytes(1515))
    assert (chip.errors, chip.complaint) == (1, "SEND of 1515 bytes")
    assert cable.sent == []


def test_with_a_clock_a_frame_takes_its_time_to_leave():
    now = [0]
    chip, cable = opened()
    chip._ticks_us = lambda: now[0]
    send(chip, 0, frame(1514))
    now[0] = 122
    assert talk(chip, "002008", 2) != b"\x40\x00"
    now[0] = 124
    assert talk(chip, "002008", 2) == b"\x40\x00"
    assert talk(chip, "000208", 1) == b"\x10"


def test_send_during_a_transmission_is_an_error():
    chip, cable = opened()
    chip.stall_tx = True
    send(chip, 0, frame())
    assert talk(chip, "002008", 2) == bytes.fromhex("%04x" % (0x4000 - 60))
    send(chip, 60, frame())
    assert (chip.errors, chip.complaint) == (1, "SEND during a transmission")
    assert cable.sent == []


def test_a_wire_that_refuses_is_counted():
    chip, cable = opened()
    cable.refuses = True
    send(chip, 0, frame())
    assert (chip.tx, chip.tx_refused) == (0, 1)
