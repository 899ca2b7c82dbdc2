"""The ENC28J60 model's registers and opcodes, one behaviour a test."""

from sim.cable import Cable
from sim.enc28j60_chip import ENC28J60Chip
from sim.enc28j60_talk import MAC, frame, opened, talk


def fresh():
    return ENC28J60Chip(Cable())


def test_reset_values_are_those_of_the_data_sheet():
    chip = fresh()
    assert talk(chip, "1f", 1) == b"\x00", "ECON1: bank 0"
    assert talk(chip, "1e", 1) == b"\x80", "ECON2: AUTOINC"
    got = [talk(chip, "%02x" % i, 1)[0] for i in range(0x08, 0x10)]
    assert got == [0xFA, 0x05, 0xFF, 0x1F, 0xFA, 0x05, 0xFA, 0x05], "ERXST ERXND ERXRDPT ERXWRPT"
    talk(chip, "9f01")
    assert talk(chip, "18", 1) == b"\xa1", "ERXFCON"
    talk(chip, "9f02")
    assert talk(chip, "12", 1) == b"\x06", "EREVID of B7"


def test_a_register_answers_at_once_and_a_mac_register_a_byte_later():
    chip = fresh()
    assert talk(chip, "1e", 3) == b"\x80\x80\x80"
    talk(chip, "9f02")
    talk(chip, "4aee")
    assert talk(chip, "0a", 2) == b"\x00\xee"


def test_banks_have_registers_of_their_own_and_five_in_common():
    chip = fresh()
    for bank in range(4):
        talk(chip, "bf03")
        talk(chip, "9f%02x" % bank)
        talk(chip, "44%02x" % (0x10 + bank))
        talk(chip, "5b%02x" % (0x40 + bank))
    for bank in range(4):
        talk(chip, "bf03")
        talk(chip, "9f%02x" % bank)
        assert talk(chip, "04", 2)[1 if bank > 1 else 0] == 0x10 + bank
        assert talk(chip, "1b", 1) == b"\x43"


def test_bits_are_set_and_cleared_in_eth_registers_only():
    chip = fresh()
    talk(chip, "9b0f")
    talk(chip, "bb05")
    assert talk(chip, "1b", 1) == b"\x0a"
    talk(chip, "9f02")
    talk(chip, "8001")
    assert (chip.errors, chip.r[0x40]) == (1, 0)
    assert "MAC or MII" in chip.complaint


def test_erxrdpt_counts_once_its_high_byte_is_written():
    chip = fresh()
    talk(chip, "4c35")
    assert talk(chip, "0c", 1) == b"\xfa"
    talk(chip, "4d12")
    assert (talk(chip, "0c", 1), talk(chip, "0d", 1)) == (b"\x35", b"\x12")


def test_writing_erxst_moves_erxwrpt():
    chip = fresh()
    talk(chip, "4800")
    talk(chip, "4900")
    assert (talk(chip, "0e", 1), talk(chip, "0f", 1)) == (b"\x00", b"\x00")


def test_read_only_registers_complain():
    for words in (("4e01",), ("9f01", "5901"), ("9f03", "5201")):
        chip = fresh()
        for text in words:
            talk(chip, text)
        assert chip.errors == 1, words


def test_memory_is_written_and_read_in_bursts_and_reading_wraps_at_the_rings_end():
    chip, _ = opened()
    for words in ("bf03", "42fe", "4319", "7a" + "01020304", "40fe", "4119"):
        talk(chip, words)
    assert talk(chip, "3a", 2) == b"\x01\x02"
    assert talk(chip, "00", 1) + talk(chip, "01", 1) == b"\x00\x00", "ERXND, then ERXST"
    assert bytes(chip.ram[0x1A00:0x1A02]) == b"\x03\x04", "writing does not wrap there"


def test_without_autoinc_the_pointer_stays():
    chip, _ = opened()
    for words in ("5e00", "bf03", "4210", "4300", "7a0102"):
        talk(chip, words)
    assert (chip.ram[0x10], chip.pair(0x02)) == (2, 0x10)


def test_a_block_transfer_is_the_same_as_single_bytes():
    chip, cable = opened()
    cable.put(frame())
    whole = talk(chip, "3a", 70)
    chip.set_pair(0x00, 0)
    chip.select()
    rx = bytearray(71)
    chip.transfer(b"\x3a" + bytes(70), rx, 71)
    chip.deselect()
    assert bytes(rx[1:]) == whole
    assert whole[:6] == b"\x46\x00\x40\x00\x80\x00"


def test_transactions_and_bytes_are_counted():
    chip = fresh()
    talk(chip, "1e", 1)
    talk(chip, "5b00")
    assert (chip.transactions, chip.bytes) == (2, 4)


def test_wrong_opcodes_and_bytes_too_many_are_errors():
    for words in ("3b", "c0", "5a00", "5b0000", "1a"):
        chip = fresh()
        talk(chip, words)
        assert chip.errors == 1, words


def test_src_and_the_reset_pin_reset_the_registers_and_keep_the_memory():
    chip, _ = opened()
    for reset in (lambda: talk(chip, "ff"), lambda: (chip.reset_pin(0), chip.reset_pin(1))):
        chip.ram[5] = 0x77
        talk(chip, "5b80")
        reset()
        assert (chip.r[0x1B], chip.pair(0x0A), chip.ram[5]) == (0, 0x1FFF, 0x77)


def test_a_chip_held_in_reset_answers_ones():
    chip = fresh()
    chip.reset_pin(0)
    assert talk(chip, "1e", 1) == b"\xff"
    chip.reset_pin(1)
    assert talk(chip, "1e", 1) == b"\x80"


def test_phy_registers_are_read_and_written_over_mii():
    chip, cable = opened()
    talk(chip, "bf03")
    talk(chip, "9f02")

    def read(register):
        for words in ("54%02x" % register, "5201", "5200"):
            talk(chip, words)
        return talk(chip, "19", 2)[1:] + talk(chip, "18", 2)[1:]

    assert (read(2), read(3)) == (b"\x00\x83", b"\x14\x00")
    assert read(0x11) == b"\x04\x00", "PHSTAT2.LSTAT"
    cable.has_link = False
    assert read(0x11) == b"\x00\x00"
    for words in ("5414", "5634", "5712"):
        talk(chip, words)
    assert read(0x14) == b"\x12\x34"
    assert chip.errors == 0


def test_mii_is_busy_for_a_while_and_an_access_then_is_an_error():
    chip, _ = opened()
    chip.mii_reads = 2
    for words in ("bf03", "9f02", "5402", "5201", "9f01"):
        talk(chip, words)
    assert [talk(chip, "0a", 2)[1] for _ in range(4)] == [1, 1, 0, 0]
    for words in ("bf01", "5200", "5201", "5201"):
        talk(chip, words)
    assert "busy" in chip.complaint


def test_int_is_low_while_an_enabled_flag_is_set():
    levels = []
    chip, cable = opened()
    chip.on_int = levels.append
    talk(chip, "5bc0")  # INTIE, PKTIE
    cable.put(frame())
    cable.put(frame())
    chip.pump()
    assert (chip.int_level, levels) == (0, [0])
    talk(chip, "9e40")
    assert chip.int_level == 0
    talk(chip, "9e40")
    assert (chip.int_level, levels) == (1, [0, 1])
    cable.put(frame())
    chip.pump()
    talk(chip, "bb80")
    assert levels == [0, 1, 0, 1], "INTIE gates it"


def test_with_a_clock_mii_takes_10_microseconds():
    now = [0]
    chip, _ = opened(ticks_us=lambda: now[0])
    now[0] = 5000
    for words in ("bf03", "9f02", "5402", "5201", "9f01"):
        talk(chip, words)
    assert talk(chip, "0a", 2)[1] == 1
    now[0] += 11
    assert talk(chip, "0a", 2)[1] == 0


def test_own_address_is_in_the_registers_in_the_data_sheets_order():
    chip, _ = opened()
    assert bytes([chip.r[i] for i in (0x64, 0x65, 0x62, 0x63, 0x60, 0x61)]) == MAC
