"""Raspberry Pi Pico with an ENC28J60 module: its pins, and the NIC on them.

The only file that knows pins. Wiring: README of github.com/przemobe/micropy-ENC28J60.
"""

from eth import wiring
from eth.enc28j60 import ENC28J60

SPI_ID = 1
PIN_SCK = 10
PIN_MOSI = 11
PIN_MISO = 8
PIN_CS = 13
PIN_INT = 15
PIN_RST = None

# The rp2 port divides a 48 MHz peripheral clock: a request of 10 MHz gives 8, the least for
# erratum 1.
SPI_HZ = 12_000_000


def make_nic(mac=None):
    """The board's ENC28J60, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(ENC28J60, SPI_ID, SPI_HZ, *pins, mac)
