"""The ENC28J60 model's ring, filters and transmitter, one behaviour a test."""

from sim.enc28j60_talk import MAC, OTHER, frame, opened, send, talk

ALL = b"\xff" * 6


def test_a_frame_lies_in_the_ring_behind_its_header_and_before_its_fcs():
    chip, cable = opened()
    cable.put(frame(61))
    chip.pump()
    assert bytes(chip.ram[:6]) == b"\x48\x00\x41\x00\x80\x00", "next, count with FCS, RXOK"
    assert bytes(chip.ram[6:67]) == frame(61)
    assert (chip.r[0x39], chip.pair(0x0E)) == (1, 0x48)
    cable.put(frame(60, to=ALL))
    chip.pump()
    assert bytes(chip.ram[0x4C:0x4E]) == b"\x80\x02", "broadcast"


def test_short_frames_are_padded_as_on_a_cable():
    chip, cable = opened()
    cable.put(frame(42))
    chip.pump()
    assert bytes(chip.ram[6:66]) == frame(42) + bytes(18)


def test_pktdec_counts_down_and_no_further_than_0():
    chip, cable = opened()
    cable.put(frame())
    chip.pump()
    talk(chip, "9e40")
    assert (chip.r[0x39], chip.r[0x1E], chip.errors) == (0, 0x80, 0)
    talk(chip, "9e40")
    assert (chip.r[0x39], chip.errors) == (0, 1)


def test_a_full_ring_drops_and_sets_rxerif():
    chip, cable = opened()
    for _ in range(97):
        cable.put(frame())
    chip.pump()
    assert (chip.rx, chip.dropped_full, chip.r[0x1C] & 1) == (95, 2, 1)
    for words in ("bf03", "4c45", "4d00"):  # the first is released
        talk(chip, words)
    cable.put(frame(fill=7))
    chip.pump()
    assert chip.rx == 96
    assert bytes(chip.ram[6650:6656]) + bytes(chip.ram[:64]) == (
        b"\x40\x00\x40\x00\x80\x00" + frame(fill=7) + b"\xfc" * 4
    ), "through the end of the ring"


def test_at_most_255_frames_wait():
    chip, cable = opened()
    chip.r[0x39] = 255
    cable.put(frame())
    chip.pump()
    assert (chip.rx, chip.dropped_full) == (0, 1)


def test_nothing_is_received_without_rxen_or_marxen_or_in_rxrst():
    for words in (("bf04",), ("9f40",), ("bf03", "9f02", "4000")):
        chip, cable = opened()
        for text in words:
            talk(chip, text)
        cable.put(frame())
        chip.pump()
        assert (chip.rx, chip.dropped_closed) == (0, 1), words


# ERXFCON, and which of: own, other, broadcast ARP, broadcast IP, multicast, pass
FILTERS = (
    (0x00, "ooaim"),
    (0x20, "ooaim"),
    (0xA0, "o"),
    (0xA1, "oai"),
    (0x21, "ai"),
    (0x22, "m"),
    (0xB0, "oa"),
    (0x30, "a"),
    (0x71, "a"),
    (0xE1, ""),
)


def test_filters_pass_what_the_data_sheet_says():
    for bits, expected in FILTERS:
        chip, cable = opened()
        for i, text in ((0x48, "3f"), (0x49, "30"), (0x50, "f9"), (0x51, "f7"), (0x58, None)):
            talk(chip, "%02x%s" % (i, text or "%02x" % bits))
        passed = ""
        kinds = (("o", MAC, b"\x08\x06"), ("o", OTHER, b"\x08\x06"), ("a", ALL, b"\x08\x06"))
        kinds += (("i", ALL, b"\x08\x00"), ("m", b"\x01\x00\x5e\x00\x00\x01", b"\x08\x00"))
        for letter, to, ethertype in kinds:
            before = chip.rx
            cable.put(frame(to=to, ethertype=ethertype))
            chip.pump()
            passed += letter * (chip.rx - before)
        assert passed == expected, "%02x" % bits
        assert chip.rx + chip.filtered == 5


def test_a_frame_longer_than_mamxfl_is_dropped():
    chip, cable = opened()
    cable.put(frame(1514))
    cable.put(frame(1515))
    chip.pump()
    assert (chip.rx, chip.filtered) == (1, 1)


def test_a_frame_is_sent_padded_and_its_status_stands_behind_it():
    chip, cable = opened()
    send(chip, frame(42))
    assert cable.sent == [frame(42) + bytes(18)]
    assert chip.r[0x1F] & 0x08 == 0 and chip.r[0x1C] & 0x0A == 0x08, "TXRTS over, TXIF"
    assert bytes(chip.ram[0x1A2B:0x1A32]) == b"\x2a\x00\x80\x00\x00\x00\x00"
    assert chip.errors == 0


def test_without_padcfg_nothing_is_padded():
    chip, cable = opened()
    for words in ("bf03", "9f02", "4212", "bf03", "9f01"):
        talk(chip, words)
    send(chip, frame(42))
    assert cable.sent == [frame(42)]


def test_with_a_clock_a_frame_takes_its_time_at_10_megabits():
    now = [0]
    chip, cable = opened(ticks_us=lambda: now[0])
    now[0] = 2000
    chip.select()
    for words in ("bf03", "9f02", "4001", "4232", "4aee", "4b05", "5410", "5600", "5701"):
        talk(chip, words)
    for words in ("bf03", "4800", "4900", "4aff", "4b19", "4400", "451a", "9f01"):
        talk(chip, words)
    send(chip, frame(60))
    assert chip.r[0x1F] & 0x08
    now[0] += 66
    talk(chip, "1f", 1)
    assert chip.r[0x1F] & 0x08
    now[0] += 1
    assert talk(chip, "1f", 1)[0] & 0x08 == 0


def wrong_use(*words, n=60):
    chip, _ = opened()
    for text in words:
        talk(chip, text)
    send(chip, frame(60)[:n] if n < 60 else frame(n))
    return chip.complaint


def test_wrong_use_of_the_transmitter_is_named():
    assert "13 bytes" in wrong_use(n=13)
    assert "1515 bytes" in wrong_use(n=1515)
    assert "TXCRCEN" in wrong_use("bf03", "9f02", "4222", "bf03", "9f01")
    assert "duplex" in wrong_use("bf03", "9f02", "4233", "bf03", "9f01")
    assert "inside the ring" in wrong_use("bf03", "4bff", "9f01")
    chip, _ = opened()
    chip.stall_tx = 1
    send(chip, frame(60))
    talk(chip, "7a00")
    assert "being sent" in chip.complaint
