"""ESP32-S3 with a W5500 module: its pins, and the NIC on them.

The only file that knows pins. Wiring: MicroPython's docs/esp32/quickref.rst, "SPI Ethernet"; it
leaves RST to you.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = 12
PIN_MOSI = 13
PIN_MISO = 14
PIN_CS = 10
PIN_INT = 11
PIN_RST = None

# 80 MHz divided by 4; the GPIO matrix allows no more than 26 MHz in both directions.
SPI_HZ = 20_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
