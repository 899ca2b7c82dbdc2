"""TestBoard: real firmware, a chip model on its pins, and the test at the end of its cable."""

from emulated_board import BOARDS, EmulatedBoard

import firmware
from sim.cable import Cable

CHIPS = sorted(BOARDS)


class TestBoard(EmulatedBoard):
    """Booted and at the raw prompt; wire None: a Cable, else another NIC."""

    __test__ = False  # no test of pytest's

    def __init__(self, nic, kind=firmware.DESK, wire=None):
        super().__init__(BOARDS[nic], firmware.build(BOARDS[nic], kind))
        self.cable = Cable() if wire is None else wire
        self.plug(self.cable)
        self.boot()

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
