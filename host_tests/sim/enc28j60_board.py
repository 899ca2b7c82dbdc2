"""ENC28J60Board: the ENC28J60 driver on a bus with its model and a cable, as its tests need."""

import eth.chip
import eth.enc28j60
import eth.enc28j60_registers
import eth.enc28j60_setup
import eth.recovery
import machine
from eth.enc28j60 import ENC28J60

from . import w5500_board
from .cable import Cable
from .enc28j60_chip import ENC28J60Chip
from .w5500_board import MAC, DriverBoard, Log

CS, INT, RST = 13, 15, 14
MODULES = (eth.chip, eth.recovery, eth.enc28j60, eth.enc28j60_registers, eth.enc28j60_setup)


class ENC28J60Board(DriverBoard):
    """A driver, its chip and the cable: with_int and with_rst say which pins are wired."""

    def __init__(
        self,
        with_int=False,
        with_rst=False,
        chip_class=ENC28J60Chip,
        logs=False,
        mac=MAC,
        full_duplex=False,
        hz=12_000_000,
        revision=6,
        ticks_us=None,
    ):
        machine.reset_board()
        self.cable = Cable()
        self.chip = chip_class(self.cable, ticks_us)
        self.chip.revision = revision
        self.chip.brown_out()
        on_bus = self.log = Log(self.chip) if logs else self.chip
        int_id = INT if with_int else None
        machine.connect(1, on_bus, cs=CS, int=int_id, rst=RST if with_rst else None)
        self.int = machine.Pin(INT, machine.Pin.IN, machine.Pin.PULL_UP) if with_int else None
        self.nic = ENC28J60(
            machine.SPI(1, baudrate=hz),
            machine.Pin(CS, machine.Pin.OUT, value=1),
            int=self.int,
            rst=machine.Pin(RST, machine.Pin.OUT, value=1) if with_rst else None,
            mac=mac,
            full_duplex=full_duplex,
        )
        self.buf = bytearray(1514)


def without_time(function, clock=w5500_board.NoTime):
    """Call function(time) while the driver's clock is a NoTime, or another such."""
    return w5500_board.without_time(function, MODULES, clock)
