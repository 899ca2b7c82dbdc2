"""Silicognition RP2040-Shim with PoE-FeatherWing: its pins, and the NIC on them.

The only file that knows pins. Wiring: mpconfigboard.h of MicroPython's
ports/rp2/boards/SIL_RP2040_SHIM; INT needs solder jumper SJIRQ.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = 10
PIN_MOSI = 11
PIN_MISO = 12
PIN_CS = 21
PIN_INT = None
PIN_RST = None

# The rp2 port divides a 48 MHz peripheral clock: a request of 20 MHz gives 12, one of 24 gives 24.
SPI_HZ = 24_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
