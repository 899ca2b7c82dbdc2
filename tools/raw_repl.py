"""MicroPython's raw REPL on the emulated board: give it a program, hear what it prints.

As mpremote speaks it over a real port: Ctrl-A, the program, Ctrl-D; the board says OK, then what
the program prints, Ctrl-D, a traceback if any, Ctrl-D. Every wait is bounded in emulated time.
"""

from emulator import EmulatorError

ENTER_MS = 2000
STEP_MS = 2
CTRL_A, CTRL_C, CTRL_D = b"\x01", b"\x03", b"\x04"


class RawRepl:
    """The REPL of one emulator, whose serial port nobody else reads meanwhile."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.serial = emulator.serial

    def enter(self):
        """Stop whatever runs, and come to the raw prompt."""
        self.serial.take()
        self.serial.send(b"\r" + CTRL_C + CTRL_C + CTRL_A)
        self._await(b"raw REPL; CTRL-B to exit\r\n>", ENTER_MS)
        self.emulator.run_ms(STEP_MS)
        self.serial.take()

    def soft_reset(self):
        """A fresh interpreter on the same board."""
        self.serial.send(CTRL_D)
        self._await(b"soft reboot", ENTER_MS)
        self.enter()

    def start(self, code):
        """Give it a program and return once it runs; what it prints waits in serial.received."""
        self.serial.send(code.encode() + CTRL_D)
        self._await(b"OK", ENTER_MS)
        del self.serial.received[: self.serial.received.index(b"OK") + 2]

    def finish(self, ms):
        """Wait for the end of the program -> (what it printed, its traceback)."""
        received = self.serial.received
        if not self.emulator.run_ms(ms, lambda: received.count(CTRL_D) >= 2):
            text = bytes(received[-200:]).decode("utf-8", "replace")
            raise EmulatorError(
                "the program did not end in %d ms of emulated time: %s" % (ms, text)
            )
        out, trouble = bytes(self.serial.take()).split(CTRL_D)[:2]
        texts = [part.decode("utf-8", "replace").replace("\r\n", "\n") for part in (out, trouble)]
        return texts[0], texts[1]

    def run(self, code, ms=10_000):
        """Run a program to its end -> what it printed; EmulatorError with its traceback."""
        self.start(code)
        out, trouble = self.finish(ms)
        if trouble:
            raise EmulatorError(trouble)
        return out

    def _await(self, text, ms):
        if not self.emulator.run_ms(ms, lambda: text in self.serial.received):
            raise EmulatorError("no %r from the board: %r" % (text, self.serial.take()[-80:]))
