"""EmulatedBoard: a board of boards/ on the emulated RP2040, with its chip's model on its pins."""

import importlib.util
import os

from board_parts import make_chip
from chip_on_pins import ChipOnPins
from emulator import NS_PER_MS, Emulator
from raw_repl import RawRepl

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICKS = 2**30  # what MicroPython's ticks wrap at
SIM_MAC = "02:00:00:00:00:aa"  # of a simulated LAN's socket; the chip behind it has its own
BOARDS = {"w5500": "w5500_evb_pico", "enc28j60": "pico_enc28j60"}  # on which a chip is shown


def load_pins(name):
    """The numbers of a board's board.py, which needs no board to be read."""
    path = os.path.join(ROOT, "boards", name, "board.py")
    spec = importlib.util.spec_from_file_location("board_pins", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class EmulatedBoard:
    """One board before power-on. `plug(wire)` gives it its chip, then boot it."""

    def __init__(self, name, uf2):
        self.name = name
        self.emulator = Emulator(uf2)
        self.repl = RawRepl(self.emulator)
        self.chip = None
        self.on_pins = None

    def ticks_ms(self):
        """Emulated time since power-on, as MicroPython counts it."""
        return int(self.emulator.ns // NS_PER_MS) % TICKS

    def ticks_us(self):
        return int(self.emulator.ns // 1000) % TICKS

    def plug(self, wire):
        """Solder the chip on, and put that NIC at the other side of it."""
        kind = "enc28j60" if "enc28j60" in self.name else "w5500"
        self.chip = make_chip(kind, wire, self.ticks_us)
        self.on_pins = ChipOnPins(self.emulator, self.chip, load_pins(self.name))

    def boot(self):
        """Power on, and come to the raw prompt."""
        self.emulator.boot()
        self.repl.enter()
