"""W5500: a WIZnet W5500 on SPI as a raw-Ethernet NIC (socket 0 in MACRAW mode, all 16 + 16 KB).

Rules that hold here
- A frame costs no heap: headers are made beforehand, the views of a buffer when it is first seen.
- Size and frame arrive in one chip-select period, the frame straight into the caller's buffer.
- RX_RD and TX_WR are kept here and only ever written; TX_WR reads back stale until SEND anyway.
- INT is a level. The interrupt handler only sets flags; RECV is cleared before reading, not after.
- CR is not polled on the frame path: the chip takes RECV and SEND in less time than one Python
  call takes. The slow check of eth.chip verifies it, and every register.
- SEND never follows an unfinished one. That it has ended TX_FSR says (SENDOK may get lost), read
  with RX_RSR at the next look, in the same transaction.
- Every wait is bounded, and every way out of a receive leaves the read pointer advanced, or what
  it is to be advanced by in _owed: RX_RD and RECV follow the answer.

Ask for 24 MHz on an RP2040 (20 gives 12). Do not use network.WIZNET5K on the same chip. IPv4
multicast and IPv6 pass with promiscuous(True) only.
"""

import time

from micropython import const

from .w5500_setup import Setup

# Transactions of the frame path: address, control (block << 3, plus 4 to write), values.
# Blocks of socket 0: 1 registers, 2 TX buffer, 3 RX buffer; the chip wraps their addresses.
_GET_TX_FSR = const(b"\x00\x20\x08\x00\x00")
_GET_TX_FSR_TO_RX_RSR = const(b"\x00\x20\x08\x00\x00\x00\x00\x00\x00\x00\x00")
_GET_RX_RSR = const(b"\x00\x26\x08\x00\x00")
_GET_RX_POINTERS = const(b"\x00\x26\x08\x00\x00\x00\x00\x00\x00")  # RX_RSR, RX_RD, RX_WR
_CLEAR_RECV = const(b"\x00\x02\x0c\x04")  # Sn_IR
_SEND = const(b"\x00\x01\x0c\x20")  # Sn_CR
_RECV = const(b"\x00\x01\x0c\x40")
_PUT_TX_WR = const(b"\x00\x24\x0c\x00\x00")
_PUT_RX_RD = const(b"\x00\x28\x0c\x00\x00")
_TX_WRITE = const(b"\x00\x00\x14")
_RX_READ = const(b"\x00\x00\x18\x00\x00")

_RAM = const(0x4000)  # as in the set-up; only a module's own constants are folded
_RAW_MIN = const(16)  # in RX RAM a frame follows its length, which counts its own two bytes
_RAW_FULL = const(1516)  # of a frame of 1514 bytes
_RAW_MAX = const(1524)  # with two VLAN tags
_RAW_USUAL = const(62)
_FRAME_MIN = const(60)
_BURST = const(16)  # unwanted frames dropped in one call


class W5500(Setup):
    """A NIC (see the package). mac None: a random locally administered address."""

    def __init__(self, spi, cs, int=None, rst=None, mac=None):
        self._rx_end = 0  # RX_WR as last read
        self._tx_write = bytearray(_TX_WRITE)
        self._rx_read = bytearray(_RX_READ)
        self._put_tx_wr = bytearray(_PUT_TX_WR)
        self._put_rx_rd = bytearray(_PUT_RX_RD)
        self._pad = b""  # zeros from a short frame's end up to 60
        self._in5 = bytearray(5)
        self._in11 = bytearray(11)
        super().__init__(spi, cs, int, rst, mac)

    def recv_into(self, buf):
        """One frame into buf -> its length, 0 = none. No allocation while buf stays the same.

        A frame too long for the buffer stays in the chip, and of a long one that nobody wants all
        but the header. No view reaches beyond the buffer.
        """
        if buf is not self._rx_buf:
            self._adopt(buf)
        cs = self._cs
        left = _BURST
        try:
            while True:
                if self._is_idle and not self._int():
                    self._is_idle = False
                    cs(0)
                    self._write(_CLEAR_RECV)
                    cs(1)
                    if self._is_sending:
                        sizes = self._in11
                        cs(0)
                        self._swap(_GET_TX_FSR_TO_RX_RSR, sizes)
                        cs(1)
                        waiting = sizes[9] << 8 | sizes[10]
                        if sizes[3] == _RAM >> 8:
                            self._is_sending = False
                            self._ready_n = self._tx_n
                        else:
                            waiting = 0  # the last frame has not left
                    else:
                        sizes = self._in5
                        cs(0)
                        self._swap(_GET_RX_RSR, sizes)
                        cs(1)
                        waiting = sizes[3] << 8 | sizes[4]
                    if waiting and waiting <= _RAM - _RAW_FULL:
                        self._waiting = waiting
                    elif self._see():
                        waiting = self._waiting
                    else:
                        return 0
                else:
                    if self._owed:
                        self._release()
                    if not self._waiting and not self._look():
                        return 0
                    waiting = self._waiting
                answer = self._in5
                cs(0)
                self._swap(self._rx_read, answer)
                if answer[4] == _RAW_USUAL and not answer[3] and waiting >= _RAW_USUAL:
                    self._readinto(self._rx_usual)
                    cs(1)
                    self._owed = _RAW_USUAL
                    if buf[13] == 0x06 and buf[12] == 0x08 or not self._is_arp_only:
                        self.stats.rx += 1
                        return _FRAME_MIN
                    self.stats.add("rx_unwanted")
                else:
                    n = self._read_frame()
                    cs(1)
                    if n < 0:
                        n = self._recover()
                    if n:
                        self.stats.rx += 1
                        return n
                if self._owed:
                    self._release()
                left -= 1
                if not left or not self._waiting:
                    break
        except BaseException as error:
            self._lose_bus()
            if not isinstance(error, OSError):  # Ctrl-C, above all
                raise error
        return 0

    def send(self, buf, n):
        """Send n bytes of buf, zero-padded to 60. No allocation while buf, and an n < 60, stay."""
        if n != self._ready_n or buf is not self._tx_buf:
            self._check_send(buf, n)
            if n < _FRAME_MIN and len(self._pad) != _FRAME_MIN - n:
                self._pad = bytes(_FRAME_MIN - n)
            self._aim_tx()
        cs = self._cs
        write = self._write
        try:
            cs(0)
            write(self._tx_write)
            write(self._tx_view)  # what it has beyond n stays in the chip: TX_WR advances by n
            if n < _FRAME_MIN:
                write(self._pad)
            cs(1)
            cs(0)
            write(self._put_tx_wr)
            cs(1)
            cs(0)
            write(_SEND)
            cs(1)
            self._is_sending = True
            self._ready_n = -1
            self._sent_at = time.ticks_us()
            self._tx_at = self._tx_next
            self._aim_tx()
            self.stats.tx += 1
        except BaseException as error:
            self._lose_bus()
            raise error

    def _aim_tx(self):
        """Prepare for a frame of _tx_n bytes at _tx_at."""
        at = self._tx_at
        header = self._tx_write
        header[0] = at >> 8
        header[1] = at & 0xFF
        self._tx_next = at = (at + max(self._tx_n, _FRAME_MIN)) & 0xFFFF
        pointer = self._put_tx_wr
        pointer[3] = at >> 8
        pointer[4] = at & 0xFF

    def _count(self):
        if self._int is not None:
            self._transact(_CLEAR_RECV)
        if self._is_sending:
            answer = self._ask(_GET_TX_FSR_TO_RX_RSR)
            size = answer[9] << 8 | answer[10]
            if answer[3] << 8 | answer[4] == _RAM:
                self._is_sending = False
                self._ready_n = self._tx_n
            elif self._is_stuck():
                self._unstick()
                return 0
        else:
            size = self._get(_GET_RX_RSR)
        if size > _RAM:
            return 1  # where no frame fits, so that _recover() counts anew
        is_full = size > _RAM - _RAW_FULL
        if is_full and not self._is_full:  # from here on the chip drops without a word
            self._note("rx_full")
        self._is_full = is_full
        return size

    def _read_frame(self):
        """The frame whose size is in _in5 -> its length, 0 = dropped, -1 = impossible."""
        raw = self._in5[3] << 8 | self._in5[4]
        n = raw - 2
        if not _RAW_MIN <= raw <= _RAW_MAX or not raw <= self._waiting <= _RAM:
            return -1
        self._owed = raw
        if self._is_arp_only:
            self._readinto(self._rx_head)
            if self._rx_head[12] != 0x08 or self._rx_head[13] != 0x06:
                self.stats.add("rx_unwanted")
                return 0
            n = min(n, self._rx_max)
        elif n > self._rx_max:
            self._note("rx_too_long")
            return 0
        self._readinto(self._rx_views[(n + 3) // 64])
        return n

    def _aim_rx(self, at):
        """Prepare for the frame at that place of RX RAM."""
        self._rx_at = at
        header = self._rx_read
        pointer = self._put_rx_rd
        header[0] = pointer[3] = at >> 8
        header[1] = pointer[4] = at & 0xFF

    def _release(self):
        owed = self._owed
        self._owed = 0
        self._waiting -= owed
        self._aim_rx((self._rx_at + owed) & 0xFFFF)
        self._transact(self._put_rx_rd)
        self._transact(_RECV)

    def _recover(self):
        """Size and RX_RSR contradict each other: climb the ladder -> as _read_frame.

        RX_RSR changes while it is read (section 4.2), so the first rung is usually the last.
        """
        self._note("rx_desync")
        if self._recount():
            if not self._waiting:
                return 0
            self._cs(0)
            self._swap(self._rx_read, self._in5)
            n = self._read_frame()
            self._cs(1)
            if n >= 0:
                return n
        self._note("rx_drained")
        self._aim_rx(self._rx_end)
        self._release()
        if not self._recount():
            self._reopen()
        return 0

    def _recount(self):
        """Read the RX pointers until they agree with each other and the shadow -> did they."""
        for _ in range(3):  # in a flood a frame arrives during most reads
            answer = self._ask(_GET_RX_POINTERS)
            size = answer[3] << 8 | answer[4]
            start = answer[5] << 8 | answer[6]
            self._rx_end = answer[7] << 8 | answer[8]
            if start == self._rx_at and (self._rx_end - start) & 0xFFFF == size <= _RAM:
                self._waiting = size
                return True
        self._waiting = 0
        return False

    def _settle(self):
        has_ended = self._get(_GET_TX_FSR) == _RAM
        if has_ended and self._is_sending:
            self._is_sending = False
            self._ready_n = self._tx_n
        return has_ended

    def _unstick(self):
        self._note("tx_stuck")
        self._reopen()
