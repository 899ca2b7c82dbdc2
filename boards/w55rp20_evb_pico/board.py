"""WIZnet W55RP20-EVB-Pico (W5500 in the package): its pins, and the NIC on them.

The only file that knows pins. Wiring: wizchip_spi.h of WIZnet; these pins are on no hardware SPI.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = None  # in software
PIN_SCK = 21
PIN_MOSI = 23
PIN_MISO = 22
PIN_CS = 20
PIN_INT = 24
PIN_RST = 25

# As fast as software toggles pins, which is about 1 MHz.
SPI_HZ = 1_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
