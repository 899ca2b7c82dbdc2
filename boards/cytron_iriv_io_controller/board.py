"""Cytron IRIV IO Controller (RP2350): its pins, and the NIC on them.

The only file that knows pins. Wiring: pins.c of CircuitPython's cytron_iriv_io_controller.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 0
PIN_SCK = 22
PIN_MOSI = 19
PIN_MISO = 20
PIN_CS = 21
PIN_INT = 18
PIN_RST = 23

# The rp2 port divides a 48 MHz peripheral clock: a request of 20 MHz gives 12, one of 24 gives 24.
SPI_HZ = 24_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
