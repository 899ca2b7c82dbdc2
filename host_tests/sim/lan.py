"""A simulated Ethernet hub with seeded faults; each of its ports is a NIC.

Whatever one port sends, every other port hears. Each delivery may be lost, doubled, delayed (and
so overtake another) or damaged, by a seeded generator: the same seed and the same calls give the
same faults. Every fate is counted in `counts` and written to `trace`.

Time is the function `now` (milliseconds that wrap at 2**30); nothing here sleeps but Port.wait().
The hub turns whenever somebody looks into a port (`step`), so plain code needs no loop and no
task. Not modelled: collisions, bit rate, carrier, FCS (a damaged frame arrives, as from a sender
with bad memory).
"""

import asyncio
import os
import time

import micropython  # noqa: F401  on CPython this gives `time` and `asyncio` what MicroPython has

from sim.peer import Peer  # noqa: F401  one import is enough for a test
from sim.ticks import after

HEADER = 14
MIN_FRAME = 60  # the sender's MAC fills up with zeros
MTU = 1500
WAIT_MS = 1000  # no Port.wait() is longer
FATES = ("sent", "delivered", "lost", "duplicated", "delayed", "reordered", "corrupted", "overrun")
EMSGSIZE = 90
ENETDOWN = 100


def mac_bytes(mac):
    """6 bytes from "aa:bb:cc:dd:ee:ff" or from 6 bytes."""
    if isinstance(mac, str):
        mac = bytes([int(part, 16) for part in mac.split(":")])
    if len(mac) != 6:
        raise ValueError("not a MAC address: %r" % (mac,))
    return bytes(mac)


def _ticks_ms():
    return time.ticks_ms()  # looked up at each call: virtual time exchanges it


class XorShift:
    """xorshift32: small, the same on both runtimes, good enough to lose frames by."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF or 0x9E3779B9
        for _ in range(8):  # small seeds differ in few bits
            self.below(1)

    def below(self, n):
        """0 <= result < n."""
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self.state = x
        return x % n

    def chance(self, p):
        """True with probability p (0 to 1)."""
        return p > 0 and self.below(1000000) < p * 1000000


class Lan:
    """The hub. Owner of the faults, the counts and the trace; the ports own their queues."""

    def __init__(
        self,
        seed=None,
        loss=0,
        duplicate=0,
        delay_ms=(0, 0),
        corrupt=0,
        now=None,
        queue=256,  # frames waiting at a port; what comes then is dropped there
        keep=2000,  # records of the trace; the oldest goes first
        say=print,  # gets the LAN, with its seed, once; None = nobody
    ):
        for name, p in (("loss", loss), ("duplicate", duplicate), ("corrupt", corrupt)):
            if not 0 <= p <= 1:
                raise ValueError("%s must be a probability from 0 to 1, not %r" % (name, p))
        if not 0 <= delay_ms[0] <= delay_ms[1]:
            raise ValueError("delay_ms must be (least, most), not %r" % (delay_ms,))
        self.seed = int.from_bytes(os.urandom(3), "big") if seed is None else seed
        self.loss = loss
        self.duplicate = duplicate
        self.delay_ms = delay_ms
        self.corrupt = corrupt
        self.now = now or _ticks_ms
        self.queue = queue
        self.keep = keep
        self.ports = []
        self.peers = []
        self.trace = []  # (ms, fate, mac of the sender, mac of the receiver or None, frame)
        self.counts = dict.fromkeys(FATES, 0)
        self._random = XorShift(self.seed)
        self._stepping = False
        if say is not None:
            say(self)

    def __str__(self):
        fates = ", ".join(["%s %d" % (f, self.counts[f]) for f in FATES if self.counts[f]])
        return "simulated LAN: seed %d, loss %s, duplicate %s, delay_ms %s, corrupt %s; %s" % (
            self.seed,
            self.loss,
            self.duplicate,
            self.delay_ms,
            self.corrupt,
            fates or "no frames",
        )

    def port(self, mac):
        """A new socket of the hub with a network card in it."""
        port = Port(self, mac_bytes(mac))
        self.ports.append(port)
        return port

    def step(self):
        """Let every peer do what is due, until all are at rest; a peer's own looks do not nest."""
        if self._stepping:
            return
        self._stepping = True
        try:
            for _ in range(1000):  # two peers that answer each other for ever must not hang a test
                if not [peer for peer in self.peers if peer.poll(self.now())]:
                    return
            raise RuntimeError("the peers do not come to rest")
        finally:
            self._stepping = False

    def next_ms(self):
        """Milliseconds until something is due for a peer, or -1."""
        now = self.now()
        due = [peer.next_ms(now) for peer in self.peers]
        due = [ms for ms in due if ms >= 0]
        return min(due) if due else -1

    def transmit(self, sender, frame):
        """Carry one frame from a port to all others, with their faults."""
        self._record("sent", sender, None, frame)
        for port in self.ports:
            if port is not sender and port.is_up and port.is_plugged:
                self._deliver(sender, port, frame)
        for port in self.ports:  # whoever waits looks again: there may be work for a peer now
            port.wake()

    def _deliver(self, sender, port, frame):
        if self._random.chance(self.loss):
            self._record("lost", sender, port, frame)
            return
        copies = 1
        if self._random.chance(self.duplicate):
            self._record("duplicated", sender, port, frame)
            copies = 2
        for _ in range(copies):
            copy = frame
            if self._random.chance(self.corrupt):
                copy = self._damage(frame)
                self._record("corrupted", sender, port, copy)
            least, most = self.delay_ms
            late_ms = least + self._random.below(most - least + 1)
            if late_ms:
                self._record("delayed", sender, port, copy)
            if len(port.arrivals) >= self.queue:
                port.dropped += 1
                self._record("overrun", sender, port, copy)
            elif port.arrive((self.now() + late_ms) % 2**30, copy):
                self._record("reordered", sender, port, copy)

    def _damage(self, frame):
        """The frame with one bit turned over."""
        frame = bytearray(frame)
        frame[self._random.below(len(frame))] ^= 1 << self._random.below(8)
        return bytes(frame)

    def _record(self, fate, sender, port, frame):
        self.counts[fate] += 1
        if len(self.trace) >= self.keep:
            self.trace.pop(0)
        self.trace.append((self.now(), fate, sender.mac, port and port.mac, frame))


class Port:
    """One network card on the hub, to the NIC contract. Owner of its queue of arrivals."""

    def __init__(self, lan, mac):
        self.lan = lan
        self.mac = mac
        self.mtu = MTU
        self.is_up = True
        self.is_plugged = True  # a test pulls the cable here
        self.is_promiscuous = False
        self.arrivals = []  # (due tick, frame), in the order of their due ticks
        self.dropped = 0  # no room in the queue
        self.too_long = 0  # longer than the caller's buffer
        self._woken = None  # an Event, made by the first wait()

    def arrive(self, due, frame):
        """The hub puts a frame in; True when it overtakes one that was sent before it."""
        if not (self.is_promiscuous or frame[0] & 1 or frame[:6] == self.mac):
            return False
        place = len(self.arrivals)
        while place and after(due, self.arrivals[place - 1][0]) < 0:
            place -= 1
        overtakes = place < len(self.arrivals)
        self.arrivals.insert(place, (due, frame))
        return overtakes

    def wake(self):
        """Let wait() look again."""
        if self._woken is not None:
            self._woken.set()

    def due_ms(self):
        """Milliseconds until recv_into has a frame; 0 = now, -1 = nothing on its way."""
        if not self.arrivals:
            return -1
        return max(0, after(self.arrivals[0][0], self.lan.now()))

    def recv_into(self, buf):
        """The next frame that is due, copied into buf -> its length, 0 = none."""
        self.lan.step()
        while self.is_up and self.due_ms() == 0:
            frame = self.arrivals.pop(0)[1]
            if len(frame) <= len(buf):
                memoryview(buf)[: len(frame)] = frame
                self.lan.counts["delivered"] += 1
                return len(frame)
            self.too_long += 1
        return 0

    def send(self, buf, n):
        """Put the first n bytes of buf on the hub, filled up to the least length of a frame."""
        if not (self.is_up and self.is_plugged):
            raise OSError(ENETDOWN, "the port is down")
        if not HEADER <= n <= HEADER + self.mtu:
            raise OSError(EMSGSIZE, "a frame of %d bytes" % n)
        frame = bytes(memoryview(buf)[:n])
        self.lan.transmit(self, frame + bytes(max(0, MIN_FRAME - n)))

    def link(self):
        """True while the cable is in."""
        return self.is_plugged

    def promiscuous(self, flag):
        """True: hear every frame, as the wire of a chip needs it that filters for itself."""
        self.is_promiscuous = bool(flag)

    def active(self, flag):
        """Switch the card on or off; off forgets what has arrived."""
        self.is_up = bool(flag)
        if not flag:
            self.arrivals = []

    def close(self):
        """Leave the hub."""
        self.active(False)
        if self in self.lan.ports:
            self.lan.ports.remove(self)

    async def wait(self):
        """Return when a frame is due, at the latest after WAIT_MS."""
        if self._woken is None:
            self._woken = asyncio.Event()
        end = self.lan.now() + WAIT_MS
        while self.is_up:
            self._woken.clear()
            self.lan.step()
            left = after(end, self.lan.now())
            if self.due_ms() == 0 or left <= 0:
                return
            for ms in (self.due_ms(), self.lan.next_ms()):
                if ms >= 0:
                    left = min(left, max(1, ms))
            try:
                await asyncio.wait_for_ms(self._woken.wait(), left)
            except asyncio.TimeoutError:
                pass
        await asyncio.sleep_ms(WAIT_MS)
