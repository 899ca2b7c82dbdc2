"""W5500Board: the W5500 driver on a bus with its model and a cable, as the driver's tests need."""

import eth.chip
import eth.recovery
import eth.w5500
import eth.w5500_setup
import machine
from eth.w5500 import W5500

from .cable import Cable
from .w5500_chip import W5500Chip

MAC = b"\x02\x00\x00\x00\x00\x05"
OTHER = b"\x02\x00\x00\x00\x00\x06"
CS, INT, RST = 17, 21, 20
MODULES = (eth.chip, eth.recovery, eth.w5500, eth.w5500_setup)


def arp_frame(n=60, fill=0x55):
    return b"\xff" * 6 + OTHER + b"\x08\x06" + bytes([fill]) * (n - 14)


class Log:
    """Stands between bus and chip and keeps what firmware sent: a hex string a transaction."""

    def __init__(self, chip):
        self.chip = chip
        self.int_level = 1
        self.on_int = None
        self.sent = []

    def select(self):
        self.chip.select()
        self.sent.append("")

    def deselect(self):
        self.chip.deselect()

    def reset_pin(self, level):
        self.sent.append("reset %d" % level)
        self.chip.reset_pin(level)

    def pump(self):
        self.chip.pump()

    def transfer(self, tx, rx, n):
        self.sent[-1] += bytes(tx).hex() if tx is not None else "00" * n
        self.chip.transfer(tx, rx, n)


class DriverBoard:
    """What a board with either chip can do; it has a nic, a chip and a buf."""

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


class W5500Board(DriverBoard):
    """A driver, its chip and the cable: with_int and with_rst say which pins are wired."""

    def __init__(self, with_int=False, with_rst=False, chip_class=W5500Chip, logs=False, mac=MAC):
        machine.reset_board()
        self.cable = Cable()
        self.chip = chip_class(self.cable)
        on_bus = self.log = Log(self.chip) if logs else self.chip
        int_id = INT if with_int else None
        machine.connect(0, on_bus, cs=CS, int=int_id, rst=RST if with_rst else None)
        self.int = machine.Pin(INT, machine.Pin.IN, machine.Pin.PULL_UP) if with_int else None
        self.nic = W5500(
            machine.SPI(0, baudrate=24_000_000),
            machine.Pin(CS, machine.Pin.OUT, value=1),
            int=self.int,
            rst=machine.Pin(RST, machine.Pin.OUT, value=1) if with_rst else None,
            mac=mac,
        )
        self.buf = bytearray(1514)


class NoTime:
    """time for the driver: sleeping takes none, but moves the clock; it is added up in ms."""

    def __init__(self):
        self.ms = 0.0
        self.now_ms = 0

    def sleep_ms(self, ms):
        self.sleep_us(1000 * ms)

    def sleep_us(self, us):
        self.ms += us / 1000
        self.now_ms += us / 1000

    def ticks_us(self):
        return int(self.now_ms * 1000)

    def ticks_ms(self):
        return int(self.now_ms)

    def ticks_add(self, ticks, delta):
        return ticks + delta

    def ticks_diff(self, ticks, earlier):
        return ticks - earlier


class HastyTime(NoTime):
    """As on an RP2040: sleep_ms() ends when ticks_ms has moved often enough, at times at once."""

    def sleep_ms(self, ms):
        self.sleep_us(1000 * (ms - 1) + 20)


def without_time(function, modules=MODULES, clock=NoTime):
    """Call function(time) while the driver's clock is a NoTime, or another such."""
    time = clock()
    real = eth.w5500.time  # eth.recovery need not be a module of its own
    for module in modules:
        if hasattr(module, "time"):
            module.time = time
    try:
        return function(time)
    finally:
        for module in modules:
            if hasattr(module, "time"):
                module.time = real
