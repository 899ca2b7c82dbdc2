"""Prokyber AI-on-the-edge-cam: its pins, and the NIC on them.

The only file that knows pins. Wiring: pins.c of CircuitPython's prokyber_ai_on_the_edge_cam. RST
is a strapping pin.
"""

from eth import wiring
from eth.w5500 import W5500

SPI_ID = 1
PIN_SCK = 21
PIN_MOSI = 1
PIN_MISO = 14
PIN_CS = 39
PIN_INT = 38
PIN_RST = 45

# 80 MHz divided by 4; the GPIO matrix allows no more than 26 MHz in both directions.
SPI_HZ = 20_000_000


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = one from its serial number."""
    pins = (PIN_SCK, PIN_MOSI, PIN_MISO, PIN_CS, PIN_INT, PIN_RST)
    return wiring.make_nic(W5500, SPI_ID, SPI_HZ, *pins, mac)
