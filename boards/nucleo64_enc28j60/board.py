"""Nucleo-F411RE, -F446RE, -G474RE with an ENC28J60 module: its pins, and the NIC on them.

The only file that knows pins. Wiring: mpconfigboard.h and pins.csv of MicroPython's
ports/stm32/boards (D13, D11, D12, D10); INT is PA9, D8.
"""

from eth import wiring
from eth.enc28j60 import ENC28J60

SPI_ID = 1
PIN_SCK = "PA5"
PIN_MOSI = "PA7"
PIN_MISO = "PA6"
PIN_CS = "PB6"
PIN_INT = "PA9"
PIN_RST = None

# The port takes the highest rate below that its prescaler gives.
SPI_HZ = 12_000_000


def make_nic(mac=None):
    """The board's ENC28J60, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(ENC28J60, SPI_ID, SPI_HZ, *pins, mac)
