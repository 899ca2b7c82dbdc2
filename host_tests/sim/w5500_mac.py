"""Mac(wire): the Ethernet half of the W5500 model: filters, memories of socket 0, wire.

It owns RAM and pointers; sim.w5500_chip puts registers, commands and SPI in front of it. A frame
in RX RAM follows its size, two bytes that count themselves. Nothing on the frame path allocates.
"""

import time

from micropython import const

CLOSED = const(0x00)
MACRAW = const(0x42)
SENDOK = const(0x10)
RECV = const(0x04)

_MFEN = const(0x80)
_BCASTB = const(0x40)
_MMB = const(0x20)
_MIP6B = const(0x10)
_RAM = const(16384)
_FRAME_MIN = const(60)
_FRAME_MAX = const(1514)
_LONG_MAX = const(1522)  # with VLAN tags; whether the chip passes them is not known


class Mac:
    def __init__(self, wire, ticks_us):
        self._wire = wire
        self._ticks_us = ticks_us
        self.stall_tx = 0  # so many transmissions never end
        self.pads = True  # False: short and long frames arrive as they are, from a broken sender
        self.status_reads = 0
        self._old_status = 0  # what Sn_SR says for _status_left more reads
        self._status_left = 0
        self.lose_done = 0
        self.done_lost = 0
        self.rx_cut = 0  # frames lost because the cable was out
        self.tx_cut = 0
        self.rx = 0  # frames put into RX RAM
        self.tx = 0  # frames put on the wire
        self.filtered = 0
        self.dropped_full = 0
        self.dropped_closed = 0
        self.tx_refused = 0  # by the wire
        self.errors = 0
        self.complaint = ""
        self.common = bytearray(0x40)  # common registers
        self.socket = bytearray(0x30)  # registers of socket 0
        self.sizes = bytearray(16)  # kilobytes of all sockets: RX at 2n, TX at 2n + 1
        self.rx_ram = bytearray(_RAM)
        self.tx_ram = bytearray(_RAM)
        self.rx_mask = self.tx_mask = 0  # size - 1
        self._rx_frame = bytearray(1600)
        self._tx_frame = bytearray(_FRAME_MAX)
        self._zero_pointers()

    def _zero_pointers(self):
        self.rx_rd = self.rx_rd_next = self.rx_wr = 0
        self.tx_rd = self.tx_wr = self.tx_wr_next = 0
        self._is_sending = False
        self._sent_at = 0

    def rx_size(self):
        return (self.rx_wr - self.rx_rd) & 0xFFFF

    def _resize(self, which, kilobytes):
        self.sizes[which] = kilobytes
        mask = kilobytes * 1024 - 1 if kilobytes else 0
        if which == 0:
            self.rx_mask = mask
        elif which == 1:
            self.tx_mask = mask

    def _command(self, command):
        is_open = self.socket[3] == MACRAW
        self._old_status = self.socket[3]
        self._status_left = self.status_reads
        if command == 0x01:
            self._open()
        elif command == 0x10:
            self.socket[3] = CLOSED
        elif command == 0x20 and is_open:
            self._send()
        elif command == 0x40 and is_open:
            if (self.rx_rd_next - self.rx_rd) & 0xFFFF > self.rx_size():
                self._complain("RX_RD beyond RX_WR")
            self.rx_rd = self.rx_rd_next
        else:
            self._complain("command 0x%02x with Sn_SR 0x%02x" % (command, self.socket[3]))

    def _open(self):
        for which in (0, 1):
            kilobytes = 0
            for n in range(8):
                kilobytes += self.sizes[2 * n + which]
            if kilobytes > 16:
                self._complain("buffer sizes of %d KB in sum" % kilobytes)
        self._zero_pointers()
        if self.socket[0] & 0x0F == 4:
            self.socket[3] = MACRAW
        else:
            self._complain("mode 0x%02x is not MACRAW" % self.socket[0])

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
            elif self.socket[3] != MACRAW:
                self.dropped_closed += 1
            elif not self._passes(frame, n):
                self.filtered += 1
            else:
                self._arrive(frame, n)
            n = self._wire.recv_into(frame)

    def _passes(self, frame, n):
        if n < 14 or n > (_FRAME_MAX if self.pads else _LONG_MAX):
            return False
        mode = self.socket[0]
        if _starts_with(frame, 0xFF):
            return not mode & _BCASTB
        if frame[0] & 1:
            if mode & _MMB and frame[0] == 0x01 and frame[1] == 0x00 and frame[2] == 0x5E:
                return False
        elif mode & _MFEN:
            for i in range(6):
                if frame[i] != self.common[9 + i]:  # SHAR
                    return False
        return not (mode & _MIP6B and frame[12] == 0x86 and frame[13] == 0xDD)

    def _arrive(self, frame, n):
        while n < _FRAME_MIN and self.pads:  # on a cable no frame should be shorter
            frame[n] = 0
            n += 1
        raw = n + 2
        ram = self.rx_ram
        mask = self.rx_mask
        if raw > mask + 1 - self.rx_size():
            self.dropped_full += 1
            return
        at = self.rx_wr
        ram[at & mask] = raw >> 8
        ram[(at + 1) & mask] = raw & 0xFF
        at += 2
        for i in range(n):
            ram[(at + i) & mask] = frame[i]
        self.rx_wr = (self.rx_wr + raw) & 0xFFFF
        self.rx += 1
        self.socket[2] |= RECV
        self._update_int()

    def _send(self):
        self._finish_send()
        if self.tx_rd != self.tx_wr:
            self._complain("SEND during a transmission")
            return
        n = (self.tx_wr_next - self.tx_rd) & 0xFFFF
        self.tx_wr = self.tx_wr_next
        if not 14 <= n <= _FRAME_MAX:
            self._complain("SEND of %d bytes" % n)
            self.tx_rd = self.tx_wr
        elif not self._wire.link():
            self.tx_cut += 1
        elif self.stall_tx:
            self.stall_tx -= 1
        else:
            self._transmit(n)

    def _transmit(self, n):
        ram = self.tx_ram
        mask = self.tx_mask
        frame = self._tx_frame
        at = self.tx_rd
        for i in range(n):
            frame[i] = ram[(at + i) & mask]
        while n < _FRAME_MIN:
            frame[n] = 0
            n += 1
        try:
            self._wire.send(frame, n)
            self.tx += 1
        except OSError:
            self.tx_refused += 1
        self._is_sending = True
        if self._ticks_us is not None:  # preamble, FCS and gap are 24 bytes; 100 Mbit/s
            self._sent_at = time.ticks_add(self._ticks_us(), (n + 24) * 2 // 25)
        self._finish_send()

    def _finish_send(self):
        """When its time is over the frame has left."""
        if not self._is_sending:
            return
        if self._ticks_us is None or time.ticks_diff(self._ticks_us(), self._sent_at) >= 0:
            self._is_sending = False
            self.tx_rd = self.tx_wr
            if self.lose_done:
                self.lose_done -= 1
                self.done_lost += 1
                return
            self.socket[2] |= SENDOK
            self._update_int()

    def _complain(self, why):
        self.errors += 1
        self.complaint = why


def _starts_with(frame, byte):
    """Is each byte of the destination that one?"""
    for i in range(6):
        if frame[i] != byte:
            return False
    return True
