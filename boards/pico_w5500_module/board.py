"""Raspberry Pi Pico or Pico 2 with a W5500 module: its pins, and the NIC on them.

The only file that knows pins. Wiring: that of github.com/badlyby/w5500_macraw, w5500.py.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = 10
PIN_MOSI = 11
PIN_MISO = 12
PIN_CS = 9
PIN_INT = 15
PIN_RST = 14

# The rp2 port divides a 48 MHz peripheral clock: a request of 20 MHz gives 12, one of 24 gives 24.
SPI_HZ = 24_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
