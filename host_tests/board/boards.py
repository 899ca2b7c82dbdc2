"""EmulatedBoard: real firmware, a chip model on its pins, and the test at the end of its cable."""

import os

import rp2040_board
from board_parts import make_chip
from chip_on_pins import ChipOnPins
from emulator import Emulator
from raw_repl import RawRepl

import firmware
from sim.cable import Cable

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOARDS = {"w5500": "w5500_evb_pico", "enc28j60": "pico_enc28j60"}
CHIPS = sorted(BOARDS)


class EmulatedBoard:
    """Booted and at the raw prompt; wire None: a Cable, else another NIC."""

    def __init__(self, nic, kind=firmware.DESK, wire=None):
        name = BOARDS[nic]
        self.emulator = emulator = Emulator(firmware.build(name, kind))
        self.cable = Cable() if wire is None else wire
        self.cable.promiscuous = getattr(self.cable, "promiscuous", lambda flag: None)
        self.chip = make_chip(nic, self.cable, lambda: int(emulator.ns // 1000) % 2**30)
        pins = rp2040_board.load_pins(os.path.join(ROOT, "boards", name, "board.py"))
        self.on_pins = ChipOnPins(emulator, self.chip, pins)
        self.repl = RawRepl(emulator)
        emulator.boot()
        self.repl.enter()

    def start(self, call):
        """Start a function of on_board.py and wait until its driver is ready."""
        self.repl.start("import on_board\non_board.%s\n" % call)
        received = self.emulator.serial.received
        ready = self.emulator.run_ms(5000, lambda: b"ready" in received or received.count(4) >= 2)
        assert ready and b"ready" in received, bytes(received)

    def finish(self, ms=30_000):
        """What it printed after `ready`."""
        out, trouble = self.repl.finish(ms)
        assert not trouble, trouble
        return out.split("ready\n", 1)[1].strip()

    def run_until_sent(self, count, ms=5000):
        """Live until the board has sent so many frames in all."""
        assert self.emulator.run_ms(ms, lambda: len(self.cable.sent) >= count), self.cable.sent

    def longest_dma(self):
        """The most bytes that one channel of the DMA was last told to move."""
        return max(channel._trans_count_reload for channel in self.emulator.mcu.dma.channels)


def frame(n, fill=0):
    """A broadcast frame of n bytes, each different from its neighbors."""
    return b"\xff" * 6 + bytes((i * 7 + fill) & 0xFF for i in range(n - 6))
