"""The virtual board on real firmware: boots it on the emulated RP2040 and passes lines both ways.

tools/vboard.py starts this in the place of MicroPython. The board's program is board_main.py, as
on the other runtimes, frozen into the desk's firmware and started through the raw REPL; here are
what surrounds the board: chip model, wire, USB cable, pcap and trace.

Emulated time follows real time as tools/pace.py says.
"""

import json
import os
import select
import sys
import time

import micropython  # noqa: F401  gives `time` its tick functions
from board_main import CHIP_COUNTS
from board_parts import make_lan
from emulated_board import SIM_MAC, EmulatedBoard
from emulator import NS_PER_MS, EmulatorError
from json_lines import hexes
from pace import STEP_MS, Pace
from pcap import Pcap

import firmware

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PCAP_FLUSH_MS = 200
STOP_S = 4.5  # real; less than tools/vboard.py grants


class Ear:
    """The wire as the chip hears it; on_frame(direction, buf, n) for what the chip takes."""

    def __init__(self, wire, on_frame):
        self._wire = wire
        self._on_frame = on_frame
        self._chip = None
        self._frame = b""
        self._taken = 0

    def listen(self, chip):
        self._chip = chip
        self._taken = chip.rx

    def __getattr__(self, name):
        return getattr(self._wire, name)

    def recv_into(self, buf):
        self.tell()
        n = self._wire.recv_into(buf)
        self._frame = bytes(memoryview(buf)[:n])
        return n

    def tell(self):
        """Report the last frame if the chip has counted it."""
        if self._chip is not None and self._chip.rx != self._taken:
            self._taken = self._chip.rx
            self._on_frame("rx", self._frame, len(self._frame))

    def send(self, buf, n):
        self._wire.send(buf, n)
        self._on_frame("tx", buf, n)


class RP2040Board:
    """One board with its surroundings. Owner of all of it."""

    def __init__(self, chosen, name):
        self.chosen = chosen
        self.board = EmulatedBoard(name, desk_firmware(name))
        self.emulator = self.board.emulator
        self.pcap = None if chosen["pcap"] is None else Pcap(chosen["pcap"])
        self.lan = None
        if chosen["wire"] == "sim":
            self.lan = make_lan(chosen, self.board.ticks_ms)
            wire = self.lan.port(SIM_MAC)
        else:
            from eth.packet import PacketSocket

            wire = PacketSocket(chosen["wire"])
        wire.promiscuous(True)
        self.wire = Ear(wire, self._on_frame)
        self.board.plug(self.wire)
        self.chip = self.board.chip
        self.wire.listen(self.chip)
        self.status = None  # what the program on the board ended with
        self.problem = None
        self._started_ms = 0  # emulated time at which the board's own count began
        self._line = bytearray()
        self._stop_at = None
        self._text = bytearray()  # what came after the program's end: a traceback
        self._is_over = False

    def start(self):
        """Boot the firmware and start the program on it."""
        serial = self.emulator.serial
        self.board.boot()
        hidden = ("pcap", "stop_fd", "sim")
        told = {name: value for name, value in self.chosen.items() if name not in hidden}
        told.update(pcap=None, trace=False)
        text = "import board_main\nboard_main.serve(%r)\n" % json.dumps(told)
        self.board.repl.start(text)
        serial.on_received = self._on_serial
        self._on_serial(serial.take())

    def live(self):
        """Until the program on the board has ended, or the end is called for in vain."""
        inputs = [0, self.chosen["stop_fd"]] if "stop_fd" in self.chosen else [0]
        pace = Pace(self.emulator)
        flush_at = time.monotonic()
        while not self._is_over:
            lead_ms = pace.lead_ms()
            ready, _, _ = select.select(inputs, [], [], max(0, lead_ms) / 1000)
            for fd in ready:
                self._take_input(fd, inputs)
            if lead_ms <= 0 or ready:
                ns = self.emulator.ns
                self.emulator.run_slice(ns + STEP_MS * NS_PER_MS)
                self.wire.tell()
            now = time.monotonic()
            if self._stop_at is not None and now > self._stop_at:
                raise EmulatorError("the board did not end within %s s" % STOP_S)
            if self.pcap is not None and now > flush_at:
                self.pcap.flush()
                flush_at = now + PCAP_FLUSH_MS / 1000

    def close(self):
        if self.pcap is not None:
            self.pcap.close()
        self.wire.close()

    def _take_input(self, fd, inputs):
        try:
            data = os.read(fd, 256)
        except OSError:  # a closed descriptor: there is nothing to read
            data = b""
        if fd == 0 and data:
            self.emulator.serial.send(data)
        if not data:
            inputs.remove(fd)
            if fd == 0:
                self.emulator.serial.send(b"\n")  # the end of an unfinished line
            else:
                self._ask_to_stop()

    def _ask_to_stop(self):
        if self._stop_at is None:
            self._stop_at = time.monotonic() + STOP_S
            self.emulator.serial.send(b"\nquit\n")

    def _on_serial(self, data):
        for byte in data:
            if self.status is not None or byte == 4:
                self._is_over = True
            if self._is_over:
                self._text.append(byte)
            elif byte == 10:
                line = bytes(self._line).rstrip(b"\r").decode("ascii", "replace")
                self._line.clear()
                self._on_line(line)
            else:
                self._line.append(byte)

    def _on_line(self, line):
        try:
            fields = json.loads(line)
        except ValueError:
            print(line, file=sys.stderr)  # what the program says of its own end
            return
        if "exit" in fields:
            self.status = fields["exit"]
            return
        if fields.get("cmd") == "quit" and self._stop_at is not None:
            return  # nobody asked for that one
        if fields.get("event") == "boot":
            self._started_ms = self.board.ticks_ms() - fields["ms"]
            fields["seed"] = None if self.lan is None else self.lan.seed
        elif fields.get("event") == "end" or fields.get("cmd") == "stats" and "reply" in fields:
            ms = fields.pop("ms")
            fields["chip"] = {name: getattr(self.chip, name) for name in CHIP_COUNTS.split()}
            if self.lan is not None:
                fields["lan"] = self.lan.counts
            fields = {"ms": ms, **fields}
        self._print(json.dumps(fields))

    def _on_frame(self, direction, buf, n):
        if self.pcap is not None:
            self.pcap.frame(buf, n)
        if self.chosen["trace"]:
            event = {"ms": self.board.ticks_ms() - self._started_ms, "event": direction}
            self._print(json.dumps(dict(event, frame=hexes(memoryview(buf)[:n]))))

    def _print(self, text):
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            self.problem = "nobody reads stdout any more"
            self._ask_to_stop()

    def verdict(self):
        """(exit status, what was wrong or None)."""
        if self.pcap is not None and self.pcap.problem is not None:
            return 1, str(self.pcap.problem)
        if self.problem is not None or self.status is not None:
            return (1 if self.problem else self.status), self.problem
        lines = self._text.decode("ascii", "replace").replace("\x04", "\n").split("\n")
        told = [line.strip() for line in lines if line.strip(" >\r")]
        return 1, "the program on the board ended: " + (told[-1] if told else "no word of why")


def desk_firmware(name):
    """The firmware of the emulated board, built when it is not there; that is told on stderr."""

    def say(text):
        print("vboard: firmware: " + text, file=sys.stderr, flush=True)

    firmware.say = firmware.firmware_sources.say = say
    return firmware.build(name, firmware.DESK)


def main(chosen):
    board = None
    status = 1
    try:
        board = RP2040Board(chosen, chosen.pop("board"))
        board.start()
        board.live()
        status, problem = board.verdict()
    except (EmulatorError, firmware.Missing, OSError, ValueError) as e:
        problem = getattr(e, "strerror", None) or str(e)
    if board is not None:
        board.close()
    if problem is not None:
        print("vboard: %s" % problem, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(json.loads("".join(sys.argv[1:]))))
