"""A hub with the Linux kernel and any number of virtual boards on it, and what they say of ARP.

The hub is a bridge of the kernel, which is itself the host 10.77.0.1/23 on it. A board plugged in
without being joined has a dead cable: it starts alone, and meets the others later.
"""

import os
import select
import socket
import struct
import time
from collections import namedtuple

import lab
from board_process import BoardError, BoardProcess, is_answer
from sniffer import Sniffer

PREFIX = "/23"
NOARP = 0x80  # IFF_NOARP of <linux/if.h>: the kernel neither asks nor answers there
NOBODY = "0.0.0.0"
EVERYBODY = "ff:ff:ff:ff:ff:ff"
REQUEST, REPLY = 1, 2

# One ARP frame as text: `at` is the kernel's time in seconds, the rest as in RFC 826.
Row = namedtuple("Row", "at eth_dst eth_src oper sha spa tha tpa")


class Hub:
    """Owner of the bridge `hub0`, of every cable plugged into it, and of every board started."""

    kernel = "hub0"
    kernel_ip = "10.77.0.1"
    kernel_mac = "02:41:52:50:ff:01"

    def __init__(self):
        self.lab = lab.Lab()
        self.boards = []
        self.cables = []
        self.lab.route.link(
            "add", ifname=self.kernel, kind="bridge", address=self.kernel_mac, br_mcast_snooping=0
        )
        self.add_address(self.kernel_ip)
        self.lab.route.link("set", index=self.lab.index(self.kernel), state="up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for board in self.boards:
            board.type_quit()
        for board in self.boards:
            board.stop()
        for name in self.cables + [self.kernel]:
            self.lab.remove(name)
        self.lab.close()

    def add_address(self, ip):
        """Give the kernel one more address; it does not probe, and does not announce."""
        index = self.lab.index(self.kernel)
        self.lab.route.addr("add", index=index, address=ip, prefixlen=int(PREFIX[1:]))

    def remove_address(self, ip):
        index = self.lab.index(self.kernel)
        self.lab.route.addr("del", index=index, address=ip, prefixlen=int(PREFIX[1:]))

    def set_kernel_mac(self, mac, announce):
        """Change the kernel's MAC address; it announces that, or keeps quiet."""
        if announce or can_write_proc():  # it keeps quiet unless told otherwise
            with open("/proc/sys/net/ipv4/conf/%s/arp_notify" % self.kernel, "w") as f:
                f.write("1" if announce else "0")
        self.lab.route.link("set", index=self.lab.index(self.kernel), address=mac)

    def plug(self, ip, *extra, nic="w5500", join=True):
        """Start a board on a new cable, and do not wait for it."""
        number = len(self.cables) + 1
        name, port = "board%d" % number, "port%d" % number
        self.lab.route.link("add", ifname=name, kind="veth", peer={"ifname": port})
        self.cables.append(name)
        for end in (name, port):
            index = self.lab.index(end)
            self.lab.route.link("set", index=index, flags=NOARP, mask=NOARP)
            self.lab.route.link("set", index=index, state="up")
        board = HubBoard(name, port, ip, "02:41:52:50:00:%02x" % number, nic, extra)
        self.boards.append(board)
        if join:
            self.join(board)
        return board

    def join(self, board):
        """Connect the board's cable to the hub."""
        index = self.lab.index(board.port)
        self.lab.route.link("set", index=index, master=self.lab.index(self.kernel))

    def make_kernel_ask(self, ip, source=NOBODY):
        """Make the kernel resolve `ip` afresh, from its address `source`."""
        self.lab.forget(self.kernel, ip)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.bind((source, 0))
            made.sendto(b"hello", (ip, 9))

    def neighbor_becomes(self, ip, state, seconds=5):
        """Wait until the kernel's table has `ip` in this state; return the last row seen."""
        until = time.monotonic() + seconds
        while True:
            row = self.lab.neighbor(self.kernel, ip)
            if (row and row[0] == state) or time.monotonic() > until:
                return row
            time.sleep(0.05)

    def who_answers(self, ip, seconds=0.4):
        """Ask for `ip` as a host without an address does -> the sorted MACs that answer."""
        with Sniffer(self.kernel) as sniffer, self.raw_socket() as wire:
            wire.send(request(self.kernel_mac, NOBODY, ip))
            time.sleep(seconds)
            rows = arp_rows(sniffer.frames())
        return sorted({row.sha for row in rows if row.oper == REPLY and row.spa == ip})

    def raw_socket(self):
        """A socket that puts whole frames on the hub and hears nothing."""
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((self.kernel, 0))
        return made

    def sniffer(self):
        """What the kernel's end hears from now on: all broadcasts, and its own unicast frames."""
        return Sniffer(self.kernel)


class HubBoard(BoardProcess):
    """A board on the hub; knows its own addresses and what it has reported."""

    def __init__(self, name, port, ip, mac, nic, extra):
        self.port, self.ip, self.mac = port, ip, mac
        words = ["--runtime", "micropython", "--nic", nic, "--wire", name]
        super().__init__(words + ["--ip", ip + PREFIX, "--mac", mac] + list(extra))

    def events(self, *names):
        """The events of these names so far, in order."""
        return [line for line in list(self.lines) if line.get("event") in names]

    def fate(self):
        """The names of what has happened to its own addresses so far, in order."""
        return [line["event"] for line in self.events("usable", "conflict", "defended", "lost")]

    def ask(self, command, seconds=15):
        """Type a command and return its own answer, whatever else is still unanswered."""
        until = time.monotonic() + seconds
        seen = len(self.lines)
        self.type(command)
        with self.changed:
            while True:
                for line in self.lines[seen:]:
                    seen += 1
                    if is_answer_to(line, command):
                        return line
                if self.closed or not self.changed.wait(until - time.monotonic()):
                    raise BoardError(self._story("no answer to " + command))

    def answer_of(self, command, seconds=15):
        """The first answer to a command that was typed before."""
        return self.wait_for(lambda line: is_answer_to(line, command), command, seconds)

    def type_quit(self):
        """Ask it to end, and do not wait: many boards end together."""
        self._quit()


def is_answer_to(line, command):
    return is_answer(line) and line.get("cmd") == command


def mac_text(mac):
    return ":".join("%02x" % byte for byte in mac)


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def request(mac, sender, target):
    """The bytes of a broadcast request for `target` by the host `sender` at `mac`."""
    return struct.pack(
        "!6s6sHHHBBH6s4s6s4s18x",
        *(mac_bytes(EVERYBODY), mac_bytes(mac), 0x0806, 1, 0x0800, 6, 4, REQUEST),
        *(mac_bytes(mac), socket.inet_aton(sender), bytes(6), socket.inet_aton(target)),
    )


def arp_rows(heard):
    """Every ARP frame among (time, frame) rows, as a Row each."""
    rows = []
    for at, frame in heard:
        if len(frame) >= 42 and frame[12:14] == b"\x08\x06":
            ips = [socket.inet_ntoa(frame[i : i + 4]) for i in (28, 38)]
            macs = [mac_text(frame[i : i + 6]) for i in (0, 6, 22, 32)]
            oper = int.from_bytes(frame[20:22], "big")
            rows.append(Row(at, macs[0], macs[1], oper, macs[2], ips[0], macs[3], ips[1]))
    return rows


def sent_by(rows, board):
    return [row for row in rows if row.eth_src == board.mac]


def announcements(rows, board):
    """The ARP Announcements of the board's address by the board itself."""
    return [row for row in sent_by(rows, board) if row.oper == REQUEST and row.spa == row.tpa]


def probes(rows, board):
    """The ARP Probes of the board."""
    return [row for row in sent_by(rows, board) if row.oper == REQUEST and row.spa == NOBODY]


def requests_for(rows, board, target):
    """The board's requests for another host's address."""
    return [row for row in sent_by(rows, board) if row.oper == REQUEST and row.tpa == target]


def sleep_until(accept, seconds, what):
    """Wait until `accept()` is true; an assertion fails when it does not come true in time."""
    until = time.monotonic() + seconds
    while not accept():
        assert time.monotonic() < until, "not within %d s: %s" % (seconds, what)
        time.sleep(0.05)


def collect(sniffer, accept, seconds=5):
    """Hear ARP frames until `accept(rows)` is true, or the time is over -> the rows heard."""
    until = time.monotonic() + seconds
    rows = arp_rows(sniffer.frames())
    while not accept(rows) and time.monotonic() < until:
        select.select([sniffer], [], [], 0.1)
        rows += arp_rows(sniffer.frames())
    return rows


def can_write_proc():
    """True when settings of the namespace may be written (an ordinary user's /proc may not)."""
    return os.access("/proc/sys/net/ipv4/conf/all/arp_notify", os.W_OK)
