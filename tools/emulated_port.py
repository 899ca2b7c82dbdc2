"""A serial port with an emulated board behind it, for mpremote and every other such program.

    tools/emulated_port.py --board BOARD [--firmware release|bare] [--wire sim|IFACE]

Prints the path of the port, and is that board until Ctrl-C, or until the program that started it
is gone. Its flash begins empty and is lost at the end. On the simulated wire are 192.168.1.1, .2
and .3, which asks for 192.168.1.10.
"""

import argparse
import os
import select
import signal
import sys
import tty

import desk_path  # noqa: F401  before everything that it helps to find
import mcus
import micropython  # noqa: F401  gives `time` its tick functions
from board_parts import make_lan
from emulated_board import SIM_MAC, EmulatedBoard
from emulator import NS_PER_MS, EmulatorError
from pace import STEP_MS, Pace

import firmware

NETWORK = {"ip": "192.168.1.10/24", "gateway": "192.168.1.1", "sim": {"seed": 1}}


class Port:
    """The two ends of a pseudo terminal; this side holds the program's end open too."""

    def __init__(self):
        self.fd, self._other = os.openpty()
        tty.setraw(self._other)
        os.set_blocking(self.fd, False)
        self.path = os.ttyname(self._other)
        self._waiting = bytearray()

    def put(self, data):
        """What the board says; waits here while nobody reads."""
        self._waiting += data
        self.flush()

    def flush(self):
        try:
            while self._waiting:
                del self._waiting[: os.write(self.fd, self._waiting)]
        except BlockingIOError:
            return  # the terminal is full

    def close(self):
        os.close(self.fd)
        os.close(self._other)


def wire_of(board, name):
    """The NIC behind the chip: a simulated LAN, or a Linux interface."""
    if name == "sim":
        return make_lan(dict(NETWORK), board.ticks_ms).port(SIM_MAC)
    from eth.packet import PacketSocket

    return PacketSocket(name)


def serve(emulator, port):
    """Be the board behind that port as long as our parent lives."""
    emulator.serial.on_received = port.put
    pace = Pace(emulator)
    parent = os.getppid()
    while os.getppid() == parent:
        lead_ms = pace.lead_ms()
        # A board that has not taken what was sent gets no more: a serial line has flow control.
        inputs = [port.fd] if emulator.serial.unsent < 4096 else []
        ready, _, _ = select.select(inputs, [], [], max(0, lead_ms) / 1000)
        if ready:
            emulator.serial.send(os.read(port.fd, 4096))
        if lead_ms <= 0 or ready:
            emulator.run_slice(emulator.ns + STEP_MS * NS_PER_MS)
        port.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--board", required=True, choices=mcus.boards("rp2040"))
    parser.add_argument("--firmware", choices=("release", "bare"), default="release")
    parser.add_argument("--wire", default="sim", metavar="IFACE|sim")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = Port()
    try:
        board = EmulatedBoard(args.board, firmware.build(args.board, args.firmware))
        wire = wire_of(board, args.wire)
        wire.promiscuous(True)
        board.plug(wire)
        board.emulator.boot()
        print(port.path, flush=True)
        serve(board.emulator, port)
        wire.close()
    except (firmware.Missing, EmulatorError, OSError) as e:
        sys.exit("emulated_port: %s" % e)
    finally:
        port.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
