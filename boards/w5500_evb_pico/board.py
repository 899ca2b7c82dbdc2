"""WIZnet W5500-EVB-Pico: which pin goes where, and the NIC that comes of it.

The only file that knows pins. Wiring: mpconfigboard.h of MicroPython's
ports/rp2/boards/W5500_EVB_PICO.
"""

import machine
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
