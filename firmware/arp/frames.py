"""Frames between one NIC and the engine: taken in, answered at once, and sent.

What stands between the driver and the engine when a request is answered is `take`, and nothing
else. Where the NIC has `signal`, MicroPython's event loop calls it for the first frame, before it
wakes the receive task. Nothing here allocates but for a longer packet than `tx` has room for.
"""

import time

from .stats import TX_ERROR
from .wire import ETH_HEADER_BYTES, ETH_SRC, copy

FRAME_MAX_BYTES = 1514
# All that is needed of an ARP frame; a NIC that drops the others cuts a longer one.
_ARP_BYTES = 64


class Frames:
    """Owner of the receive buffer; `close` and nothing is taken any more."""

    def __init__(self, nic, engine):
        self._nic = nic
        self._engine = engine
        self._is_open = False
        self._can_filter = hasattr(nic, "arp_only")
        self._signal = getattr(nic, "signal", None)
        self._first = self._take_first
        self._adopt(_ARP_BYTES if self._can_filter else FRAME_MAX_BYTES)

    def open(self):
        """Begin anew: what was taken and not asked for is gone."""
        self._is_open = True
        self._taken = self._error = None

    def close(self):
        """The event loop takes no frame any more; the NIC hands over all that it gets again."""
        was_open = self._is_open
        self._is_open = False
        if was_open and self._can_filter:
            try:
                self._nic.arp_only(False)
            except OSError:  # whoever stops has nothing to do with that
                pass

    def arp_only(self, flag):
        """Whether frames that are not ARP may be dropped by the NIC, or be cut to a few bytes."""
        if not flag and len(self._buf) < FRAME_MAX_BYTES:
            self._adopt(FRAME_MAX_BYTES)
            if self._is_open and self._taken:
                self._taken = -1  # it lay in the other buffer
        if self._can_filter and self._is_open:
            self._nic.arp_only(flag)

    def signal(self):
        """The flag to be waited for, or None: wait for the NIC itself."""
        flag = self._signal() if self._signal else None
        if flag is not None:
            flag.first = self._first
        return flag

    def first(self):
        """As `take`, but for what the event loop took already; raises what it ran into."""
        if self._error is not None:
            raise self._error
        n = self._taken
        self._taken = None
        return self.take() if n is None else n

    def take(self):
        """One frame from the NIC, answered if it is ARP.

        0 = there was none, -1 = it was ARP, else the length of another: see `ethertype`, `view`.
        """
        buf = self._buf
        n = self._nic.recv_into(buf)  # from here to send() as little as can be
        if n and (buf[12] == 0x08 and buf[13] == 0x06 or n < ETH_HEADER_BYTES):
            n = self._engine.receive(buf, n, time.ticks_ms())
            if n:
                try:
                    self._nic.send(self._engine.tx, n)
                except OSError:  # as in transmit(), without its call
                    self._engine.stats.add(TX_ERROR)
            return -1
        return n

    def ethertype(self):
        """Of the frame taken last."""
        return self._buf[12] << 8 | self._buf[13]

    def transmit(self, n):
        """Send the `n` bytes that are in the engine's `tx`."""
        try:
            self._nic.send(self._engine.tx, n)
        except OSError:  # the chip refused: the engine's own retries are the remedy
            self._engine.stats.add(TX_ERROR)

    def send_packet(self, mac, packet):
        """Send an IPv4 packet to that MAC address; OSError when the NIC refuses.

        `tx` is free whenever no call of the engine waits to be sent: nothing awaits in between.
        """
        n = ETH_HEADER_BYTES + len(packet)
        tx = self._engine.tx
        if n > len(tx):  # hold_slots=0
            tx = bytearray(n)
        copy(tx, 0, mac, 0, 6)
        copy(tx, ETH_SRC, self._engine.mac, 0, 6)
        tx[12] = 0x08
        tx[13] = 0x00
        tx[ETH_HEADER_BYTES:n] = packet
        self._nic.send(tx, n)

    def _adopt(self, size):
        self._buf = bytearray(size)
        self.view = memoryview(self._buf)

    def _take_first(self):
        # For the event loop: nobody is called back from here, and nothing is raised.
        if self._is_open:
            try:
                self._taken = self.take()
            except Exception as error:
                self._error = error
