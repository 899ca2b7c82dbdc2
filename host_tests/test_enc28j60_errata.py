"""The ENC28J60 model's errata and faults: each is shown to happen, and only when armed."""

from sim.cable import Cable
from sim.enc28j60_chip import ENC28J60Chip
from sim.enc28j60_talk import MAC, OTHER, frame, opened, send, talk

ALL = b"\xff" * 6


def test_erratum_1_mac_registers_of_b1_and_b4_fail_below_8_mhz():
    for revision, hz, fails in ((2, 7_999_999, 1), (4, 1, 1), (4, 8_000_000, 0), (5, 1, 0)):
        chip, _ = opened(revision=revision)
        chip.spi_hz = hz
        talk(chip, "bf03")
        talk(chip, "9f02")
        for _ in range(4):
            talk(chip, "4aee")
            talk(chip, "0a", 2)
        assert (chip.slow_accesses > 0) == fails, (revision, hz)
        before = chip.slow_accesses
        talk(chip, "1e", 1)
        talk(chip, "1e", 1)
        talk(chip, "1e", 1)
        assert chip.slow_accesses == before, "ETH registers are not concerned"


def test_erratum_2_writes_right_after_a_reset_are_lost_though_clkrdy_is_set():
    now = [0]
    chip = ENC28J60Chip(Cable(), lambda: now[0])
    talk(chip, "ff")
    assert talk(chip, "1d", 1)[0] & 1
    now[0] = 999
    talk(chip, "5b11")
    assert (chip.r[0x1B], chip.early_writes) == (0, 1)
    now[0] = 1000
    talk(chip, "5b11")
    assert chip.r[0x1B] == 0x11


def test_erratum_5_a_ring_that_does_not_start_at_0_is_corrupted():
    chip, cable = opened()
    for words in ("bf04", "bf03", "4802", "4900", "9f04"):
        talk(chip, words)
    assert "start at 0" in chip.complaint
    cable.put(frame())
    chip.pump()
    assert bytes(chip.ram[2:8]) != b"\x48\x00\x40\x00\x80\x00"


def test_erratum_6_pktif_may_lie():
    chip, cable = opened()
    talk(chip, "5bc0")
    chip.pktif_lies = True
    cable.put(frame())
    chip.pump()
    assert (talk(chip, "1c", 1)[0] & 0x40, chip.int_level, chip.r[0x39]) == (0, 1, 1)


def test_erratum_9_without_hdldis_own_frames_come_back():
    chip, _ = opened()
    chip.phy[0x10] = 0
    send(chip, frame(60, to=ALL))
    assert (chip.looped, chip.rx) == (1, 1)


def test_erratum_12_after_an_abort_nothing_leaves_until_txrst():
    chip, cable = opened()
    chip.abort_tx = 1
    send(chip, frame())
    assert (talk(chip, "1c", 1)[0] & 0x02, talk(chip, "1d", 1)[0] & 0x02) == (2, 2)
    talk(chip, "bc0a")
    send(chip, frame())
    assert (cable.sent, chip.r[0x1F] & 8) == ([], 8), "stalled"
    for words in ("bf08", "9f80", "bf80"):
        talk(chip, words)
    send(chip, frame())
    assert cable.sent == [frame()]


def test_erratum_13_a_link_pulse_may_end_a_frame_as_a_late_collision():
    for revision, sent in ((6, 0), (5, 0), (4, 1)):
        chip, cable = opened(revision=revision)
        chip.late_collisions = 1
        send(chip, frame())
        assert len(cable.sent) == sent, revision
        assert (chip.ram[0x1A00 + 60 + 4] & 0x20 != 0) == (not sent), "bit 29 of the vector"


def test_erratum_14_an_even_erxrdpt_corrupts_what_comes_next():
    chip, cable = opened()
    for words in ("bf03", "4cfe", "4d19"):
        talk(chip, words)
    assert "even" in chip.complaint
    cable.put(frame())
    chip.pump()
    assert bytes(chip.ram[:2]) != b"\x46\x00"


def test_erratum_15_estat_latecol_is_set_by_other_aborts_and_not_by_late_collisions():
    chip, _ = opened()
    chip.late_collisions = 1
    send(chip, frame())
    assert chip.r[0x1D] & 0x10 == 0
    chip, _ = opened()
    chip.abort_tx = 1
    send(chip, frame())
    assert chip.r[0x1D] & 0x10


def test_erratum_18_the_pattern_filter_may_leak():
    chip, cable = opened()
    talk(chip, "5830")
    chip.filter_leaks = True
    cable.put(frame(to=OTHER))
    chip.pump()
    assert chip.rx == 1


def test_erratum_19_src_does_nothing_in_power_save():
    chip, _ = opened()
    talk(chip, "5ea0")
    talk(chip, "ff")
    assert chip.r[0x1E] == 0xA0
    talk(chip, "be20")
    talk(chip, "ff")
    assert (chip.r[0x1E], chip.pair(0x0A)) == (0x80, 0x1FFF)


# --- Faults ---


def test_fault_brown_out_loses_registers_and_memory():
    chip, cable = opened()
    cable.put(frame())
    chip.pump()
    chip.brown_out()
    assert (chip.r[0x39], chip.r[0x1F], chip.pair(0x0A)) == (0, 0, 0x1FFF)
    assert bytes(chip.ram[6:12]) != MAC


def test_fault_busy_stuck():
    chip, _ = opened()
    chip.busy_stuck = True
    talk(chip, "9f03")
    assert [talk(chip, "0a", 2)[1] for _ in range(100)] == [1] * 100


def test_fault_lose_done_sends_the_frame_and_no_txif():
    chip, cable = opened()
    chip.lose_done = 1
    send(chip, frame())
    assert (len(cable.sent), chip.done_lost) == (1, 1)
    assert (chip.r[0x1C] & 8, chip.r[0x1F] & 8) == (0, 0)


def test_fault_stall_tx_keeps_txrts():
    chip, cable = opened()
    chip.stall_tx = 1
    send(chip, frame())
    assert (cable.sent, talk(chip, "1f", 1)[0] & 8) == ([], 8)


def test_faults_spoil_next_and_spoil_size():
    chip, cable = opened()
    cable.put(frame())
    chip.pump()
    chip.spoil_next(0x1234)
    chip.spoil_size(0xFFFE)
    assert bytes(chip.ram[:4]) == b"\x34\x12\xfe\xff"


def test_without_a_link_frames_neither_arrive_nor_leave():
    chip, cable = opened()
    cable.has_link = False
    cable.put(frame())
    send(chip, frame())
    assert (chip.rx_cut, chip.rx, chip.tx_cut, cable.sent) == (1, 0, 1, [])
    cable.has_link = True
    cable.put(frame())
    send(chip, frame())
    assert (chip.rx, len(cable.sent)) == (1, 1)
