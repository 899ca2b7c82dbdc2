"""Pyboard v1.x with a W5500 or WIZ820io module: its pins, and the NIC on them.

The only file that knows pins. Wiring: MicroPython's docs/library/network.WIZNET5K.rst; it leaves
INT to you.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = "X6"
PIN_MOSI = "X8"
PIN_MISO = "X7"
PIN_CS = "X5"
PIN_INT = None
PIN_RST = "X4"

# The port takes the highest rate below that its prescaler gives.
SPI_HZ = 21_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
