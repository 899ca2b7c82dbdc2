"""A cable between a virtual board and the Linux kernel, and raw frames on its kernel's end."""

import select
import socket
import time

import lab
import pytest
from board_process import BoardProcess
from sniffer import Sniffer

BOARD_MAC = "02:41:52:50:00:02"
PLAIN = ("--set", "probe=False")  # usable at once, for tests whose subject is not probing
USABLE_S = 20


class Cable:
    """Interfaces board0 and kernel0; the kernel is 10.77.0.1 and the board 10.77.0.2."""

    board = "board0"
    kernel = "kernel0"
    board_ip = "10.77.0.2"
    kernel_ip = "10.77.0.1"
    silent_ip = "10.77.0.99"
    board_mac = BOARD_MAC

    def __init__(self):
        self.lab = lab.Lab()
        self.lab.pair(self.board, self.kernel, self.kernel_ip + "/24")
        self.kernel_mac = self.lab.mac(self.kernel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lab.remove(self.board)
        self.lab.close()

    def arguments(self, runtime="micropython", nic="w5500"):
        """The words that every board here is started with."""
        words = ["--runtime", runtime, "--nic", nic, "--wire", self.board]
        return words + ["--ip", self.board_ip + "/24", "--mac", self.board_mac]

    def start(self, *extra, runtime="micropython", nic="w5500", usable_s=USABLE_S):
        """A board whose address is usable."""
        self.lab.forget(self.kernel, self.board_ip)
        board = BoardProcess(self.arguments(runtime, nic) + list(extra))
        try:
            board.wait_event("usable", usable_s, ip=self.board_ip)
        except Exception:
            board.stop()
            raise
        return board

    def sniffer(self):
        """What crosses the kernel's end from now on."""
        return Sniffer(self.kernel)

    def raw_socket(self):
        """A socket that puts whole frames on the wire at the kernel's end and hears nothing."""
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((self.kernel, 0))
        return made

    def send_datagram(self):
        """Make the kernel send a UDP datagram to the board, and so resolve its address."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.sendto(b"hello", (self.board_ip, 9))

    def neighbor_becomes(self, state, seconds=5):
        """Wait until the kernel's table has the board in this state; return the last row seen."""
        until = time.monotonic() + seconds
        while True:
            row = self.lab.neighbor(self.kernel, self.board_ip)
            if (row and row[0] == state) or time.monotonic() > until:
                return row
            time.sleep(0.05)


def hear(sniffer, until):
    """Collect (time, frame) until `until(frames)` is true or nothing comes for 3 s."""
    heard = list(sniffer.frames())
    while not until(heard):
        if not select.select([sniffer], [], [], 3)[0]:
            break
        heard += sniffer.frames()
    return heard


def program(name):
    """The path of a system program; skips the calling test where it is not installed."""
    path = lab.find_program(name)
    if path is None:
        pytest.skip(name + " is not installed")
    return path
