"""The other yardstick of `make bench`: ARP as one writes it in an afternoon, in plain bytecode.

A dict, slices, struct and a reply put together with `+`, as the existing Python stacks do it. It
answers, learns from whoever speaks to it or is known, and has no limits, states or counters.
"""

import struct


class Plain:
    """ARP for one MAC and one IP address, 6 and 4 bytes."""

    def __init__(self, mac, ip):
        self.mac = mac
        self.ip = ip
        self.table = {}
        self.replies = 0
        self.reply = None

    def receive(self, frame, n, now):
        """Take in a frame of `n` bytes; the length of the answer in `reply`, or 0."""
        if n < 42 or frame[12:14] != b"\x08\x06":
            return 0
        htype, ptype, hlen, plen, oper = struct.unpack(">HHBBH", frame[14:22])
        if htype != 1 or ptype != 0x0800 or hlen != 6 or plen != 4:
            return 0
        sha = bytes(frame[22:28])
        spa = bytes(frame[28:32])
        tpa = bytes(frame[38:42])
        if sha[0] & 1 or spa == self.ip:
            return 0
        if spa in self.table or tpa == self.ip:
            self.table[spa] = (sha, now)
        if oper == 1 and tpa == self.ip:
            header = sha + self.mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"
            self.reply = header + self.mac + self.ip + sha + spa
            self.replies += 1
            return len(self.reply)
        return 0

    def lookup(self, ip, out):
        """Write the MAC address of `ip` into `out`: True or False."""
        entry = self.table.get(ip)
        if entry is None:
            return False
        out[:] = entry[0]
        return True
