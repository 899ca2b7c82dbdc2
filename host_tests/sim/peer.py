"""Simple hosts for the simulated LAN: an independent second opinion on what is on the wire.

They know ARP from RFC 826 alone and share no line with the firmware. A peer answers for its own
addresses, asks, announces, claims the address of another, floods, and keeps what it heard in plain
lists.
"""

from sim.ticks import after

BROADCAST = b"\xff\xff\xff\xff\xff\xff"
NOBODY = b"\0\0\0\0\0\0"
ARP_START = b"\x00\x01\x08\x00\x06\x04\x00"  # htype, ptype, hlen, plen, first byte of oper
HEARD = 1000  # things that are kept in each list


def ip_bytes(ip):
    """4 bytes from "a.b.c.d" or from 4 bytes."""
    if isinstance(ip, str):
        ip = bytes([int(part) for part in ip.split(".")])
    if len(ip) != 4:
        raise ValueError("not an IPv4 address: %r" % (ip,))
    return bytes(ip)


def arp_frame(eth_dst, eth_src, oper, sha, spa, tha, tpa):
    """An Ethernet frame of 42 bytes with an ARP packet."""
    return eth_dst + eth_src + b"\x08\x06" + ARP_START + bytes([oper]) + sha + spa + tha + tpa


class Peer:
    """One host. Owner of its port, its addresses and what it heard."""

    def __init__(self, lan, ip, mac):
        self.lan = lan
        self.port = lan.port(mac)
        self.mac = self.port.mac
        self.ips = [ip_bytes(ip)]
        self.is_silent = False  # hears, and never answers
        self.learned = {}  # ip -> mac, from replies to what this peer asked
        self.replies = []  # (ms, ip, mac) of these, wrong ones too
        self.requests = []  # (ms, sha, spa, tpa) of every request heard
        self.packets = []  # IPv4 frames for this peer
        self.answered = 0
        self.bad = 0  # ARP frames that RFC 826 does not allow
        self._asked = {}  # ip -> requests without a reply
        self._floods = []  # [tpa, frames left, gap_ms, next tick, frames a turn]
        self._buf = bytearray(1514)
        lan.peers.append(self)

    # what a host does
    def resolve(self, ip):
        """Send one request; the reply will be in `learned` and `replies`."""
        ip = ip_bytes(ip)
        self._asked[ip] = self._asked.get(ip, 0) + 1
        self._send(BROADCAST, 1, self.mac, self.ips[0], NOBODY, ip)

    def announce(self):
        """An ARP Announcement for each of its addresses."""
        for ip in self.ips:
            self.claim(ip)

    def probe(self, ip):
        """An ARP Probe: is somebody using this address?"""
        self._send(BROADCAST, 1, self.mac, b"\0\0\0\0", NOBODY, ip_bytes(ip))

    def claim(self, ip):
        """An ARP Announcement for an address, be it another's."""
        ip = ip_bytes(ip)
        self._send(BROADCAST, 1, self.mac, ip, NOBODY, ip)

    def own(self, ip):
        """From now on answer for this address too, be it another's."""
        self.ips.append(ip_bytes(ip))

    def spoof(self, victim, ip, mac=None):
        """Send `victim` (its MAC) a reply nobody asked for: ip is at mac (None = at this peer)."""
        victim = bytes(victim)
        self._send(victim, 2, mac or self.mac, ip_bytes(ip), victim, b"\0\0\0\0")

    def flood(self, ip, count, gap_ms=0, burst=1):
        """Ask for ip `count` times, every gap_ms; 0 = `burst` requests at each turn of the LAN."""
        self._floods.append([ip_bytes(ip), count, gap_ms, self.lan.now(), burst])

    def resolve_every(self, ms, ip):
        """Ask for ip every `ms` milliseconds, for good."""
        self._floods.append([ip_bytes(ip), -1, ms, (self.lan.now() + ms) % 2**30, 1])

    # the LAN calls these
    def poll(self, now):
        """Do what is due; True when something was."""
        busy = False
        n = self.port.recv_into(self._buf)
        while n:
            busy = True
            self._hear(bytes(self._buf[:n]), now)
            n = self.port.recv_into(self._buf)
        for flood in self._floods:
            for _ in range(flood[4]):
                if flood[1] and after(flood[3], now) <= 0:
                    flood[1] -= 1
                    flood[3] = (flood[3] + flood[2]) % 2**30
                    self.resolve(flood[0])
        self._floods = [flood for flood in self._floods if flood[1]]
        return busy

    def next_ms(self, now):
        """Milliseconds until poll() has work, or -1."""
        due = [max(0, after(flood[3], now)) for flood in self._floods]
        if self.port.due_ms() >= 0:
            due.append(self.port.due_ms())
        return min(due) if due else -1

    def _send(self, eth_dst, oper, sha, spa, tha, tpa):
        frame = arp_frame(eth_dst, self.mac, oper, sha, spa, tha, tpa)
        self.port.send(frame, len(frame))

    def _hear(self, frame, now):
        if frame[12:14] == b"\x08\x00":
            _keep(self.packets, frame)
        if frame[12:14] != b"\x08\x06":
            return
        if len(frame) < 42 or frame[14:21] != ARP_START or frame[21] not in (1, 2):
            self.bad += 1
            return
        sha, spa, tpa = frame[22:28], frame[28:32], frame[38:42]
        if sha[0] & 1 or sha == NOBODY:
            self.bad += 1
        elif frame[21] == 1:
            _keep(self.requests, (now, sha, spa, tpa))
            if tpa in self.ips and spa != tpa and not self.is_silent:
                self.answered += 1
                self._send(sha, 2, self.mac, tpa, sha, spa)
        elif spa in self._asked:
            self.learned[spa] = sha
            _keep(self.replies, (now, spa, sha))


def _keep(things, thing):
    if len(things) >= HEARD:
        things.pop(0)
    things.append(thing)
