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
- Every wait is bounded, and every way out of a receive leaves the read pointer advanced.

Ask for 24 MHz on an RP2040 (20 gives 12). Do not use network.WIZNET5K on the same chip. IPv4
multicast and IPv6 pass with promiscuous(True) only.
"""

import time

from micropython import const

from .w5500_setup import RAM, Setup

# Transactions of the frame path: address, control (block << 3, plus 4 to write), values.
# Blocks of socket 0: 1 registers, 2 TX buffer, 3 RX buffer; the chip wraps their addresses.
_GET_TX_FSR = b"\x00\x20\x08\x00\x00"
_GET_TX_FSR_TO_RX_RSR = b"\x00\x20\x08" + bytes(8)
_GET_RX_RSR = b"\x00\x26\x08\x00\x00"
_GET_RX_POINTERS = b"\x00\x26\x08\x00\x00\x00\x00\x00\x00"  # RX_RSR, RX_RD, RX_WR
_CLEAR_RECV = b"\x00\x02\x0c\x04"  # Sn_IR
_SEND = b"\x00\x01\x0c\x20"  # Sn_CR
_RECV = b"\x00\x01\x0c\x40"
_PUT_TX_WR = b"\x00\x24\x0c\x00\x00"
_PUT_RX_RD = b"\x00\x28\x0c\x00\x00"
_TX_WRITE = b"\x00\x00\x14"
_RX_READ = b"\x00\x00\x18\x00\x00"

_RAW_MIN = const(16)  # in RX RAM a frame follows its length, which counts its own two bytes
_RAW_FULL = const(1516)  # of a frame of 1514 bytes
_RAW_MAX = const(1524)  # with two VLAN tags
_FRAME_MIN = const(60)
_COUNT_MASK = const(0x1FFFFFFF)


class W5500(Setup):
    """A NIC (see the package). mac None: a random locally administered address."""

    def __init__(self, spi, cs, int=None, rst=None, mac=None):
        self._rx_end = 0  # RX_WR as last read
        self._is_full = False  # a frame of full length does not fit any more
        self._n = 0  # bytes of the frame that _read_frame() put into the caller's buffer
        self._in9 = bytearray(9)
        self._in11 = bytearray(11)
        self._tx_write = bytearray(_TX_WRITE)
        self._rx_read = bytearray(_RX_READ)
        self._put_tx_wr = bytearray(_PUT_TX_WR)
        self._put_rx_rd = bytearray(_PUT_RX_RD)
        self._pad = b""  # zeros from _short up to 60
        super().__init__(spi, cs, int, rst, mac)

    def send(self, buf, n):
        """Send n bytes of buf, zero-padded to 60. No allocation while buf, and an n < 60, stay."""
        self._check_send(buf, n)
        try:
            self._send_checked(n)
        except BaseException as error:
            self._lose_bus()
            raise error
        self._sent_at = time.ticks_us()
        self._is_sending = True
        self.stats.tx = (self.stats.tx + 1) & _COUNT_MASK

    def _send_checked(self, n):
        at = self._tx_at
        header = self._tx_write
        header[0] = at >> 8
        header[1] = at & 0xFF
        self._cs(0)
        self._write(header)
        if n < _FRAME_MIN:
            if len(self._pad) != _FRAME_MIN - n:
                self._pad = bytes(_FRAME_MIN - n)
            self._write(self._short)
            self._write(self._pad)
            n = _FRAME_MIN
        else:  # bytes of the view beyond n stay in the chip: TX_WR advances by n alone
            self._write(self._tx_views[(n + 3) // 64])
        self._cs(1)
        self._tx_at = at = (at + n) & 0xFFFF
        pointer = self._put_tx_wr
        pointer[3] = at >> 8
        pointer[4] = at & 0xFF
        self._transact(pointer)
        self._transact(_SEND)

    def _open(self):
        self._is_sending = False
        return super()._open()

    def _count(self):
        if self._int is not None:
            self._transact(_CLEAR_RECV)
        size = self._count_and_settle() if self._is_sending else self._get(_GET_RX_RSR)
        is_full = RAM - _RAW_FULL < size <= RAM
        if is_full and not self._is_full:  # from here on the chip drops without a word
            self._note("rx_full")
        self._is_full = is_full
        return size

    def _count_and_settle(self):
        answer = self._get_into(_GET_TX_FSR_TO_RX_RSR, self._in11)
        if answer[3] << 8 | answer[4] == RAM:
            self._is_sending = False
        elif self._is_stuck():
            self._unstick()
            return 0
        return answer[9] << 8 | answer[10]

    def _take(self):
        raw = self._read_frame() or self._recover()
        if raw == 0:
            return 0
        self._release((self._rx_at + raw) & 0xFFFF)
        self._waiting -= raw
        return self._n

    def _read_frame(self):
        """The next frame into the caller's buffer -> its size in RX RAM, 0 = impossible size.

        A frame too long for the buffer stays in the chip, and of one that nobody wants all but
        the header. No view reaches beyond the buffer.
        """
        at = self._rx_at
        header = self._rx_read
        header[0] = at >> 8
        header[1] = at & 0xFF
        answer = self._in5
        self._cs(0)
        self._swap(header, answer)
        raw = answer[3] << 8 | answer[4]
        self._n = raw - 2
        if not _RAW_MIN <= raw <= _RAW_MAX or not raw <= self._waiting <= RAM:
            raw = 0
        elif raw - 2 > self._rx_max:
            self._n = 0
            self._note("rx_too_long")
        elif not self._is_arp_only:
            self._readinto(self._rx_views[(raw + 1) // 64])
        else:
            self._readinto(self._rx_head)
            if self._is_arp():
                self._readinto(self._rx_views[(raw + 1) // 64])
            else:
                self._n = 0
                self.stats.add("rx_unwanted")
        self._cs(1)
        return raw

    def _release(self, at):
        """Give RX RAM up to pointer at back to the chip."""
        self._rx_at = at
        pointer = self._put_rx_rd
        pointer[3] = at >> 8
        pointer[4] = at & 0xFF
        self._transact(pointer)
        self._transact(_RECV)

    def _recover(self):
        """Size and RX_RSR contradict each other: climb the ladder -> as _read_frame.

        RX_RSR changes while it is read (section 4.2), so the first rung is usually the last.
        """
        self._note("rx_desync")
        if self._recount():
            raw = self._read_frame() if self._waiting else 0
            if raw or not self._waiting:
                return raw
        self._note("rx_drained")
        self._release(self._rx_end)
        if not self._recount():
            self._reopen()
        return 0

    def _recount(self):
        """Read the RX pointers until they agree with each other and the shadow -> did they."""
        answer = self._in9
        for _ in range(3):  # in a flood a frame arrives during most reads
            self._cs(0)
            self._swap(_GET_RX_POINTERS, answer)
            self._cs(1)
            size = answer[3] << 8 | answer[4]
            start = answer[5] << 8 | answer[6]
            self._rx_end = answer[7] << 8 | answer[8]
            if start == self._rx_at and (self._rx_end - start) & 0xFFFF == size <= RAM:
                self._waiting = size
                return True
        self._waiting = 0
        return False

    def _settle(self):
        has_ended = self._get(_GET_TX_FSR) == RAM
        self._is_sending = self._is_sending and not has_ended
        return has_ended

    def _unstick(self):
        self._note("tx_stuck")
        self._reopen()
