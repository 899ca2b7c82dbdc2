"""The W5500 model, one behaviour a test: what the driver's tests may rely on."""

from sim.cable import Cable
from sim.w5500_chip import W5500Chip
from sim.w5500_talk import MAC, frame, opened, send, talk


def test_the_version_register_reads_4():
    assert talk(W5500Chip(Cable()), "003900", 1) == b"\x04"


def test_the_version_register_may_read_0_for_a_while_after_reset():
    chip = W5500Chip(Cable())
    chip.version_late = 2
    talk(chip, "00000480")
    assert [talk(chip, "003900", 1)[0] for _ in range(3)] == [0, 0, 4]


def test_a_transaction_and_its_bytes_are_counted():
    chip = W5500Chip(Cable())
    talk(chip, "003900", 1)
    talk(chip, "00090402")
    assert (chip.transactions, chip.bytes) == (2, 8)


def test_addresses_count_up_within_a_transaction():
    chip = W5500Chip(Cable())
    talk(chip, "000904" + "020000000005")
    assert talk(chip, "000900", 6) == MAC
    assert talk(chip, "000d00", 2) == b"\x00\x05"


def test_a_new_selection_starts_with_a_new_header():
    chip = W5500Chip(Cable())
    chip.select()
    chip.exchange(0x00)
    chip.deselect()
    assert talk(chip, "003900", 1) == b"\x04"


def test_a_block_transfer_is_the_same_as_single_bytes():
    chip, cable = opened()
    cable.put(frame())
    whole = talk(chip, "000018", 62)
    chip.select()
    rx = bytearray(65)
    chip.transfer(bytes.fromhex("000018") + bytes(62), rx, 65)
    chip.deselect()
    assert bytes(rx[3:]) == whole
    chip.select()
    rx = bytearray(40)
    chip.transfer(bytes.fromhex("000018"), None, 3)
    chip.transfer(None, rx, 40)
    chip.deselect()
    assert bytes(rx) == whole[:40]


def test_fixed_length_mode_is_an_error():
    chip = W5500Chip(Cable())
    talk(chip, "003901", 1)
    assert (chip.errors, chip.complaint) == (1, "fixed-length mode")


def test_registers_have_their_reset_values():
    chip = W5500Chip(Cable())
    assert talk(chip, "001900", 3) == b"\x07\xd0\x08"
    assert talk(chip, "002c08", 1) == b"\xff"
    assert talk(chip, "001e08", 2) == b"\x02\x02"


def test_a_soft_reset_brings_them_back_and_is_over_at_once():
    chip, _ = opened()
    talk(chip, "00000480")
    assert talk(chip, "000000", 1) == b"\x00"
    assert talk(chip, "000900", 6) == bytes(6)
    assert talk(chip, "000308", 1) == b"\x00"


def test_the_reset_pin_silences_the_chip_and_resets_it():
    chip, _ = opened()
    chip.reset_pin(0)
    assert talk(chip, "003900", 1) == b"\xff"
    rx = bytearray(6)
    chip.select()
    chip.transfer(bytes.fromhex("000018") + bytes(3), rx, 6)
    chip.deselect()
    assert bytes(rx[3:]) == b"\xff\xff\xff"
    chip.reset_pin(1)
    assert talk(chip, "003900", 1) == b"\x04"
    assert talk(chip, "000900", 6) == bytes(6)


def test_the_version_register_is_read_only():
    chip = W5500Chip(Cable())
    talk(chip, "00390499")
    assert talk(chip, "003900", 1) == b"\x04"


def test_phycfgr_shows_the_link_of_the_wire():
    cable = Cable()
    chip = W5500Chip(cable)
    assert talk(chip, "002e00", 1) == b"\xbf"
    cable.has_link = False
    assert talk(chip, "002e00", 1) == b"\xb8"


def test_more_than_16_kb_in_sum_is_an_error():
    chip = W5500Chip(Cable())
    talk(chip, "001e0c1010")
    talk(chip, "00000cb4")
    talk(chip, "00010c01")
    assert (chip.errors, chip.complaint) == (2, "buffer sizes of 30 KB in sum")


def test_open_needs_the_macraw_mode():
    chip = W5500Chip(Cable())
    talk(chip, "00000c01")
    talk(chip, "00010c01")
    assert talk(chip, "000308", 1) == b"\x00"
    assert chip.errors == 1


def test_a_command_reads_back_until_it_is_taken():
    chip = W5500Chip(Cable())
    chip.command_reads = 2
    talk(chip, "00000cb4")
    talk(chip, "00010c01")
    assert [talk(chip, "000108", 1)[0] for _ in range(3)] == [1, 1, 0]


def test_close_leaves_macraw_and_frames_are_dropped():
    chip, cable = opened()
    talk(chip, "00010c10")
    assert talk(chip, "000308", 1) == b"\x00"
    cable.put(frame())
    assert talk(chip, "002608", 2) == b"\x00\x00"
    assert chip.dropped_closed == 1


def test_an_unknown_command_is_an_error():
    chip, _ = opened()
    talk(chip, "00010c77")
    assert chip.errors == 1


def test_int_is_low_while_an_unmasked_bit_is_set():
    chip, cable = opened()
    levels = []
    chip.on_int = levels.append
    talk(chip, "00180401")
    talk(chip, "002c0c04")
    send(chip, 0, frame())
    assert chip.int_level == 1, "SENDOK is masked"
    cable.put(frame())
    chip.pump()
    assert chip.int_level == 0
    assert talk(chip, "001700", 1) == b"\x01"
    talk(chip, "00020c04")
    assert levels == [0, 1]


def test_int_stays_high_without_simr():
    chip, cable = opened()
    cable.put(frame())
    chip.pump()
    assert chip.int_level == 1
    talk(chip, "00180401")
    assert chip.int_level == 0


def test_recv_is_not_set_again_for_frames_already_queued():
    chip, cable = opened()
    talk(chip, "00180401")
    cable.put(frame())
    cable.put(frame())
    chip.pump()
    talk(chip, "00020c04")
    talk(chip, "00280c003e")
    talk(chip, "00010c40")
    assert talk(chip, "002608", 2) == b"\x00\x3e", "one is still there"
    assert chip.int_level == 1, "and nobody is told"
    cable.put(frame())
    chip.pump()
    assert chip.int_level == 0
