"""Mac(wire, ticks_us): the Ethernet half of the ENC28J60 model: memory, ring, filters, wire.

It owns registers and RAM; sim.enc28j60_chip puts SPI in front of it. A register is one index, its
bank << 5 and its address; the five that are in every bank live in bank 0. In the ring a frame
follows the address of the next one, its byte count and its status; its FCS is a stand-in, four
bytes 0xfc. Nothing on the frame path allocates.
"""

import time

from micropython import const

from .enc28j60_phy import PHCON1, PHCON2, Phy

ERDPT = const(0x00)
EWRPT = const(0x02)
ETXST = const(0x04)
ETXND = const(0x06)
ERXST = const(0x08)
ERXND = const(0x0A)
ERXRDPT = const(0x0C)
ERXWRPT = const(0x0E)
EIE = const(0x1B)
EIR = const(0x1C)
ESTAT = const(0x1D)
ECON2 = const(0x1E)
ECON1 = const(0x1F)
ERXFCON = const(0x38)
EPKTCNT = const(0x39)
_EPMM = const(0x28)
_EPMCS = const(0x30)
_EPMO = const(0x34)
_MACON1 = const(0x40)
_MACON3 = const(0x42)
_MAMXFL = const(0x4A)
_MAADR = b"\x64\x65\x62\x63\x60\x61"  # of byte 0 to 5 of the address

TXRST = const(0x80)  # in ECON1
RXRST = const(0x40)
TXRTS = const(0x08)
RXEN = const(0x04)
PKTIF = const(0x40)  # in EIR
TXIF = const(0x08)
TXERIF = const(0x02)
RXERIF = const(0x01)
_TXABRT = const(0x02)  # in ESTAT
_LATECOL = const(0x10)
_UCEN = const(0x80)  # in ERXFCON
_ANDOR = const(0x40)
_PMEN = const(0x10)
_MCEN = const(0x02)
_BCEN = const(0x01)
_FULDPX = const(0x01)  # in MACON3
_FRAME_MIN = const(60)
_FRAME_MAX = const(1514)
_RAM = const(0x2000)


class Mac(Phy):
    def __init__(self, wire, ticks_us):
        super().__init__(wire, ticks_us)
        self.r = bytearray(128)
        self.ram = bytearray(_RAM)
        self.revision = 6
        self.rx = 0  # frames put into the ring
        self.tx = 0  # frames put on the wire
        self.filtered = 0
        self.dropped_full = 0
        self.dropped_closed = 0
        self.rx_cut = 0  # frames lost because the cable was out
        self.tx_cut = 0
        self.tx_refused = 0  # by the wire
        self.looped = 0  # own frames that came back: erratum 9
        self.stall_tx = 0  # so many transmissions never end
        self.lose_done = 0
        self.done_lost = 0
        self.abort_tx = 0
        self.late_collisions = 0
        self.pads = True  # False: frames arrive as short as they are, from a broken sender
        self.filter_leaks = False
        self.pktif_lies = False
        self._is_sending = False
        self._is_stalled = False  # until TXRST; after an abort: erratum 12
        self._fails = 0  # how the transmission will end: 0 well, 1 aborted, 2 late collision
        self._done_at = 0
        self._is_spoiled = False  # an even ERXRDPT was written: erratum 14
        self._rx_frame = bytearray(1600)
        self._tx_frame = bytearray(_FRAME_MAX)

    def pair(self, register):
        """A 16-bit register, low byte first."""
        return self.r[register] | self.r[register + 1] << 8

    def set_pair(self, register, value):
        self.r[register] = value & 0xFF
        self.r[register + 1] = value >> 8

    # --- Receiving ---

    async def run(self):
        """Take frames as they arrive, so that INT falls by itself. Ends by cancellation."""
        while True:
            await self._wire.wait()
            self.pump()

    def pump(self):
        """Take every frame that waits on the wire."""
        frame = self._rx_frame
        n = self._wire.recv_into(frame)
        while n:
            if not self._wire.link():
                self.rx_cut += 1
            elif not self.r[ECON1] & RXEN or self.r[ECON1] & RXRST or not self.r[_MACON1] & 1:
                self.dropped_closed += 1
            else:
                self._hear(frame, n)
            n = self._wire.recv_into(frame)

    def _hear(self, frame, n):
        while n < _FRAME_MIN and self.pads:  # on a cable no frame should be shorter
            frame[n] = 0
            n += 1
        if n < 14 or n + 4 > self.pair(_MAMXFL) or not self._passes(frame, n):
            self.filtered += 1
            return
        self._arrive(frame, n)

    def _passes(self, frame, n):
        filters = self.r[ERXFCON]
        if not filters & 0x9F:
            return True
        is_and = filters & _ANDOR != 0
        if filters & _UCEN and self._is_ours(frame) != is_and:
            return not is_and
        if filters & _PMEN and self._matches(frame, n) != is_and:
            return not is_and
        if filters & _MCEN and (frame[0] & 1 == 1 and not _is_broadcast(frame)) != is_and:
            return not is_and
        if filters & _BCEN and _is_broadcast(frame) != is_and:
            return not is_and
        return is_and

    def _is_ours(self, frame):
        for i in range(6):
            if frame[i] != self.r[_MAADR[i]]:
                return False
        return True

    def _matches(self, frame, n):
        """The pattern filter: the checksum over the bytes that EPMM selects is EPMCS."""
        if self.filter_leaks:  # erratum 18
            return True
        at = self.pair(_EPMO)
        if at + 64 > n + 4:  # section 8.2: the window ends within frame and FCS, even if masked
            return False
        total = 0
        count = 0
        for i in range(64):
            if self.r[_EPMM + (i >> 3)] >> (i & 7) & 1:
                if at + i >= n:
                    return False
                total += frame[at + i] if count & 1 else frame[at + i] << 8
                count += 1
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        return total ^ 0xFFFF == self.pair(_EPMCS)

    def _free(self):
        read, write = self.pair(ERXRDPT), self.pair(ERXWRPT)
        size = self.pair(ERXND) - self.pair(ERXST)
        if write > read:
            return size - (write - read)
        return size if write == read else read - write - 1

    def _arrive(self, frame, n):
        count = n + 4
        total = 6 + count + (count & 1)
        if total > self._free() or self.r[EPKTCNT] == 255:
            self.dropped_full += 1
            self.r[EIR] |= RXERIF
            self._update_int()
            return
        ram = self.ram
        first, last = self.pair(ERXST), self.pair(ERXND)
        at = self.pair(ERXWRPT)
        after = at + total
        if after > last:
            after -= last - first + 1
        kind = 2 if _is_broadcast(frame) else frame[0] & 1
        for i in range(total):
            if i >= 6:
                value = frame[i - 6] if i < n + 6 else 0xFC
            elif i < 2:
                value = after >> 8 if i else after & 0xFF
            elif i < 4:
                value = count >> 8 if i & 1 else count & 0xFF
            else:
                value = kind if i & 1 else 0x80
            ram[at] = value if not self._is_spoiled else value ^ 0xFF
            at = first if at == last else at + 1
        self._is_spoiled = False
        self.set_pair(ERXWRPT, after)
        self.r[EPKTCNT] += 1
        self.rx += 1
        self._update_int()

    # --- Sending ---

    def _start_sending(self):
        if self._is_sending:
            self._complain("TXRTS during a transmission")
            return
        self._is_sending = True
        n = self.pair(ETXND) - self.pair(ETXST)
        is_full = self.r[_MACON3] & _FULDPX != 0
        if not 14 <= n <= _FRAME_MAX:
            self._complain("transmission of %d bytes" % n)
            self._fails = 1
        elif self.pair(ETXST) <= self.pair(ERXND):
            self._complain("the transmit buffer is inside the ring")
            self._fails = 1
        elif not self.r[_MACON3] & 0x10:
            self._complain("transmission without TXCRCEN")
            self._fails = 1
        elif is_full != (self.phy[PHCON1] & 0x0100 != 0):
            self._complain("MACON3 and PHCON1 disagree about duplex")
            self._fails = 1
        elif self.abort_tx:
            self.abort_tx -= 1
            self._fails = 1
        elif self.late_collisions and self.revision >= 5:
            self.late_collisions -= 1
            self._fails = 2
        else:
            self._fails = 0
        if self.stall_tx and not self._is_stalled:
            self.stall_tx -= 1
            self._is_stalled = True
        if self._is_stalled:
            return
        if self._fails == 0:
            self._transmit(n, is_full)
        if self._ticks_us is not None:  # preamble, FCS and gap are 24 bytes; 10 Mbit/s
            took = (max(n, _FRAME_MIN) + 24) * 4 // 5
            self._done_at = time.ticks_add(self._ticks_us(), took)
        self.finish_send()

    def _transmit(self, n, is_full):
        frame = self._tx_frame
        at = self.pair(ETXST) + 1
        for i in range(n):
            frame[i] = self.ram[at + i]
        if self.r[_MACON3] & 0xE0:  # PADCFG
            while n < _FRAME_MIN:
                frame[n] = 0
                n += 1
        if not self._wire.link():
            self.tx_cut += 1
            return
        try:
            self._wire.send(frame, n)
            self.tx += 1
        except OSError:
            self.tx_refused += 1
        if not is_full and not self.phy[PHCON2] & 0x0100:  # erratum 9
            self.looped += 1
            self._hear(frame, n)

    def finish_send(self):
        """When its time is over the transmission ends."""
        if not self._is_sending or self._is_stalled:
            return
        if self._ticks_us is not None:
            if time.ticks_diff(self._ticks_us(), self._done_at) < 0:
                return
        self._is_sending = False
        self.r[ECON1] &= ~TXRTS & 0xFF
        if self.lose_done:
            self.lose_done -= 1
            self.done_lost += 1
        else:
            self.r[EIR] |= TXIF
        if self._fails:
            self.r[EIR] |= TXERIF
            self.r[ESTAT] |= _TXABRT
            self._is_stalled = True  # erratum 12
        self._put_status()
        self._update_int()

    def _put_status(self):
        """The 7 bytes behind the frame; ESTAT.LATECOL is not to be relied on (erratum 15)."""
        at = self.pair(ETXND) + 1
        n = self.pair(ETXND) - self.pair(ETXST)
        for i in range(7):
            self.ram[(at + i) & 0x1FFF] = 0
        self.ram[at & 0x1FFF] = n & 0xFF
        self.ram[(at + 1) & 0x1FFF] = n >> 8 & 0xFF
        self.ram[(at + 2) & 0x1FFF] = 0 if self._fails else 0x80
        self.ram[(at + 3) & 0x1FFF] = 0x20 if self._fails == 2 else 0
        if self._fails == 1:
            self.r[ESTAT] |= _LATECOL

    def stop_sending(self):
        """TXRST: whatever was under way is over."""
        self._is_sending = self._is_stalled = False
        self.r[ECON1] &= ~TXRTS & 0xFF


def _is_broadcast(frame):
    for i in range(6):
        if frame[i] != 0xFF:
            return False
    return True
