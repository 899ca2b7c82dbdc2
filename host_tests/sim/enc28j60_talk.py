"""Speak to the ENC28J60 model in hex, without a driver: what its own tests are written in."""

from .cable import Cable
from .enc28j60_chip import ENC28J60Chip

MAC = b"\x02\x00\x00\x00\x00\x05"
OTHER = b"\x02\x00\x00\x00\x00\x06"
# Ring 0 to 0x19ff, ERXRDPT, ETXST 0x1a00; MACON1, 3, 4, MAMXFL; MAADR; HDLDIS; RXEN in bank 1
_BRING_UP = (
    "4800 4900 4aff 4b19 4cff 4d19 4000 4100 4400 451a bf03 9f02 4001 4232 4340 4aee 4b05"
    " 5410 5600 5701 9f01 4402 4500 4200 4300 4000 4105 bf02 9f04"
)


def talk(chip, hex_bytes, n=0):
    """One transaction, byte by byte: what is sent, then n bytes read."""
    chip.select()
    for byte in bytes.fromhex(hex_bytes):
        chip.exchange(byte)
    answer = bytes([chip.exchange(0) for _ in range(n)])
    chip.deselect()
    return answer


def opened(revision=6, ticks_us=None):
    """A model that receives what is for MAC or for all, in bank 1, and its cable."""
    cable = Cable()
    chip = ENC28J60Chip(cable, ticks_us)
    chip.revision = revision
    chip.brown_out()
    for words in _BRING_UP.split():
        talk(chip, words)
    assert chip.errors == 0, chip.complaint
    return chip, cable


def frame(n=60, to=MAC, ethertype=b"\x08\x06", fill=0x55):
    return to + OTHER + ethertype + bytes([fill]) * (n - 14)


def send(chip, payload):
    """Write a frame at 0x1a00 and start it, from bank 1 and back."""
    end = 0x1A00 + len(payload)
    for words in ("bf03", "4200", "431a", "7a00" + payload.hex()):
        talk(chip, words)
    talk(chip, "46%02x" % (end & 0xFF))
    talk(chip, "47%02x" % (end >> 8))
    talk(chip, "9f08")
    talk(chip, "9f01")
