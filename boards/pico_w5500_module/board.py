"""Raspberry Pi Pico with a W5500 module: which pin goes where, and the NIC that comes of it.

The only file that knows pins. Wiring: that of github.com/badlyby/w5500_macraw, w5500.py.
"""

import machine
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


def own_mac():
    """A locally administered address from the chip's serial number: the same at each start."""
    serial = machine.unique_id()
    return bytes([2]) + bytes(serial[-5:])


def make_nic(mac=None):
    """The board's W5500, reset and ready; mac None = own_mac()."""
    spi = machine.SPI(
        SPI_ID,
        baudrate=SPI_HZ,
        polarity=0,
        phase=0,
        sck=machine.Pin(PIN_SCK),
        mosi=machine.Pin(PIN_MOSI),
        miso=machine.Pin(PIN_MISO),
    )
    return W5500(
        spi,
        machine.Pin(PIN_CS, machine.Pin.OUT, value=1),
        int=machine.Pin(PIN_INT, machine.Pin.IN, machine.Pin.PULL_UP),
        rst=machine.Pin(PIN_RST, machine.Pin.OUT, value=1),
        mac=own_mac() if mac is None else mac,
    )
