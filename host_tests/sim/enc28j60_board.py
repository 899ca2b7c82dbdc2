"""ENC28J60Board: the ENC28J60 driver on a bus with its model and a cable, as its tests need."""

import eth.chip
import eth.enc28j60
import eth.enc28j60_registers
import eth.enc28j60_setup
import machine
from eth.enc28j60 import ENC28J60

from .cable import Cable
from .enc28j60_chip import ENC28J60Chip
from .w5500_board import MAC, Log, NoTime

CS, INT, RST = 13, 15, 14
MODULES = (eth.chip, eth.enc28j60, eth.enc28j60_registers, eth.enc28j60_setup)


class ENC28J60Board:
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

    def cost(self, function, *arguments):
        """(result, transactions, bytes) of one call."""
        before = self.chip.transactions, self.chip.bytes
        result = function(*arguments)
        return result, self.chip.transactions - before[0], self.chip.bytes - before[1]

    def receive(self):
        n = self.nic.recv_into(self.buf)
        return bytes(self.buf[:n])

    def receive_all(self):
        frames = []
        while True:
            frame = self.receive()
            if not frame:
                return frames
            frames.append(frame)

    def counted(self):
        """{name: value} of the driver's counters that moved, but for rx and tx."""
        stats = self.nic.stats
        pairs = [(name, getattr(stats, name)) for name in stats.names()[2:]]
        return {name: value for name, value in pairs if value}


def without_time(function):
    """Call function(time) while the driver's clock is a NoTime."""
    time = NoTime()
    real = eth.chip.time
    for module in MODULES:
        if hasattr(module, "time"):
            module.time = time
    try:
        return function(time)
    finally:
        for module in MODULES:
            if hasattr(module, "time"):
                module.time = real
