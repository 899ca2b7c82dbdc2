"""WIZnet W5500-EVB-Pico2 (RP2350): its pins, and the NIC on them.

The only file that knows pins. Wiring: pins.c of CircuitPython's wiznet_w5500_evb_pico2,
wizchip_spi.h of WIZnet.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 0
PIN_SCK = 18
PIN_MOSI = 19
PIN_MISO = 16
PIN_CS = 17
PIN_INT = 21
PIN_RST = 20

# The rp2 port divides a 48 MHz peripheral clock: a request of 20 MHz gives 12, one of 24 gives 24.
SPI_HZ = 24_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
