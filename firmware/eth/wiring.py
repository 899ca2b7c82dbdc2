"""Wiring: from the numbers in a board's board.py to SPI, pins, MAC address and NIC.

The only module here that imports machine. A pin is whatever the port's machine.Pin takes; int and
rst may be None, and spi_id None stands for SPI in software on any three pins.
"""

import sys

import machine

# The stm32 port's SPI has its pins fixed and refuses to be told them.
HAS_FIXED_PINS = sys.platform == "pyboard"


def own_mac():
    """A locally administered address from the chip's serial number: the same at each start.

    Every byte of the serial number counts: on STM32 the last five are the same for a whole lot.
    """
    mac = bytearray(6)
    mac[0] = 2
    for i, byte in enumerate(machine.unique_id()):
        mac[1 + i % 5] = (mac[1 + i % 5] * 31 + byte) & 0xFF
    return bytes(mac)


def make_nic(driver, spi_id, hz, sck, mosi, miso, cs, int=None, rst=None, mac=None):
    """The NIC of that driver's class on these pins, reset and ready; OSError: no chip answers."""
    pin = machine.Pin
    pins = {}
    if spi_id is None or not HAS_FIXED_PINS:
        pins = {"sck": pin(sck), "mosi": pin(mosi), "miso": pin(miso)}
    if spi_id is None:
        spi = machine.SoftSPI(baudrate=hz, polarity=0, phase=0, **pins)
    else:
        spi = machine.SPI(spi_id, baudrate=hz, polarity=0, phase=0, **pins)
    return driver(
        spi,
        pin(cs, pin.OUT, value=1),
        int=None if int is None else pin(int, pin.IN, pin.PULL_UP),
        rst=None if rst is None else pin(rst, pin.OUT, value=1),
        mac=own_mac() if mac is None else mac,
    )
