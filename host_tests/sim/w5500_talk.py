"""Speak to the W5500 model in hex, without a driver: what the model's own tests are written in."""

from .cable import Cable
from .w5500_chip import W5500Chip

MAC = b"\x02\x00\x00\x00\x00\x05"
OTHER = b"\x02\x00\x00\x00\x00\x06"


def talk(chip, hex_bytes, n=0):
    """One transaction, byte by byte: header and values, then n bytes read."""
    chip.select()
    for byte in bytes.fromhex(hex_bytes):
        chip.exchange(byte)
    answer = bytes([chip.exchange(0) for _ in range(n)])
    chip.deselect()
    return answer


def opened(mode="b4"):
    """A model with socket 0 open in that mode and all memory, and its cable."""
    cable = Cable()
    chip = W5500Chip(cable)
    talk(chip, "000904" + "020000000005")
    for n in range(1, 8):
        talk(chip, "001e%02x0000" % (n << 5 | 0x0C))
    talk(chip, "001e0c1010")
    talk(chip, "00000c" + mode)
    talk(chip, "00010c01")
    assert talk(chip, "000308", 1) == b"\x42"
    assert chip.errors == 0, chip.complaint
    return chip, cable


def frame(n=60, to=MAC, ethertype=b"\x08\x06", fill=0x55):
    return to + OTHER + ethertype + bytes([fill]) * (n - 14)


def send(chip, at, payload):
    talk(chip, "%04x14" % at + payload.hex())
    talk(chip, "00240c%04x" % ((at + len(payload)) & 0xFFFF))
    talk(chip, "00010c20")
