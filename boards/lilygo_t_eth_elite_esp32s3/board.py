"""LILYGO T-ETH-ELite-ESP32S3: its pins, and the NIC on them.

The only file that knows pins. Wiring: utilities.h of LilyGO-T-ETH-Series, examples/ETHOTA. CS is a
strapping pin.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = 48
PIN_MOSI = 21
PIN_MISO = 47
PIN_CS = 45
PIN_INT = 14
PIN_RST = None

# 80 MHz divided by 4; the GPIO matrix allows no more than 26 MHz in both directions.
SPI_HZ = 20_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
