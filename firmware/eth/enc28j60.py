"""ENC28J60: a Microchip ENC28J60 on SPI as a raw-Ethernet NIC (10 Mbit/s, 6.5 KB to receive).

Rules that hold here
- A frame costs no heap: headers are made beforehand, the views of a buffer when it is first seen.
- Header and frame arrive in one chip-select period, the frame straight into the caller's buffer.
- Nothing in a header is believed that the other fields contradict: next pointer, length, status.
- EPKTCNT says what waits, not EIR.PKTIF (erratum 6). INT is a level.
- A transmission is looked after when the frame that it answers is released, when nothing waits, or
  before the next one; no wait for it. Then EWRPT is made ready for the next one, too.
- Half duplex unless asked: the chip cannot negotiate, and a switch then falls back to half duplex.

SPI runs at 8 to 20 MHz; ask for 12 MHz on an RP2040 (10 gives 8). The module takes up to 200 mA.
"""

import time

from micropython import const

from .enc28j60_setup import TX_START, Setup

# Transactions of the frame path. Bank 1 is selected before and after; see Setup for the rest.
_GET_EPKTCNT = const(b"\x19\x00")
_GET_ECON1 = const(b"\x1f\x00")
_GET_EIR = const(b"\x1c\x00")
_BANK_0 = const(b"\xbf\x03")  # BFC ECON1
_BANK_1 = const(b"\x9f\x01")  # BFS ECON1, from bank 0
_START_SENDING = const(b"\x9f\x08")  # BFS ECON1.TXRTS
_ONE_LESS = const(b"\x9e\x40")  # BFS ECON2.PKTDEC
_WRITE_MEMORY = const(b"\x7a\x00")  # WBM, and the control byte of a frame: as MACON3 says
# RBM: next pointer, byte count with FCS, status; section 7.2.2
_READ_HEADER = const(b"\x3a\x00\x00\x00\x00\x00\x00")
_READ_STATUS = const(b"\x3a\x00\x00\x00\x00\x00\x00\x00")  # RBM: of a transmission; section 7.1
_CLEAR_RXERIF = const(b"\xbc\x01")  # BFC EIR
_PUT_ERDPTL = const(b"\x40\x00")  # WCR
_PUT_ERDPTH = const(b"\x41\x00")
_PUT_EWRPTL = const(b"\x42\x00")  # TX_START
_PUT_EWRPTH = const(b"\x43\x1a")
_PUT_ETXNDL = const(b"\x46\x00")
_PUT_ETXNDH = const(b"\x47\x00")
_PUT_ERXRDPTL = const(b"\x4c\x00")
_PUT_ERXRDPTH = const(b"\x4d\x00")

_RX_END = const(0x19FF)  # as in the set-up; only a module's own constants are folded
_FCS = const(4)
_COUNT_MIN = const(64)  # of bytes with FCS; the usual frame has so many
_USUAL_TO_NEXT = const(70)
_FRAME_MIN = const(60)
_BURST = const(16)  # unwanted frames dropped in one call
_RXOK = const(0x80)  # in the status' third byte
_TXRTS = const(0x08)  # in ECON1
_TXERIF = const(0x02)  # in EIR
_RXERIF = const(0x01)
_LATECOL = const(0x20)  # in the fourth byte of the status vector, bit 29
_RETRIES = const(16)
_ONE_PAGE = const(188)  # the view of so many bytes ends in the page in which it starts


class ENC28J60(Setup):
    """A NIC (see the package). mac None: a random locally administered address."""

    _usual = _COUNT_MIN  # with its FCS: then ERDPT stands at the next frame

    def __init__(self, spi, cs, int=None, rst=None, mac=None, full_duplex=False):
        self._retries = 0
        self._is_read_whole = True  # ERDPT stands, once a frame is read, at the next one
        self._fcs = bytearray(_FCS)
        self._in7 = bytearray(7)
        self._in8 = bytearray(8)
        self._erdpt = bytearray(_PUT_ERDPTL), bytearray(_PUT_ERDPTH)
        self._etxnd = bytearray(_PUT_ETXNDL), bytearray(_PUT_ETXNDH)
        self._erxrdpt = bytearray(_PUT_ERXRDPTL), bytearray(_PUT_ERXRDPTH)
        super().__init__(spi, cs, int, rst, mac, full_duplex)

    def recv_into(self, buf):
        """One frame into buf -> its length, 0 = none. No allocation while buf stays the same.

        A frame too long for the buffer stays in the chip, and of a long one that nobody wants all
        but the header. No view reaches beyond the buffer.
        """
        if buf is not self._rx_buf:
            self._adopt(buf)
        cs = self._cs
        header = self._in7
        left = _BURST
        try:
            while True:
                if self._is_idle and not self._int():
                    self._is_idle = False
                    answer = self._in2
                    cs(0)
                    self._swap(_GET_EPKTCNT, answer)
                    cs(1)
                    if answer[1]:
                        self._waiting = answer[1]
                    elif not self._see():
                        return 0
                else:
                    if self._owed:
                        self._release()
                    if not self._waiting and not self._look():
                        return 0
                cs(0)
                self._swap(_READ_HEADER, header)
                at = self._rx_at + _USUAL_TO_NEXT
                is_next = header[1] | header[2] << 8 == at <= _RX_END and not header[4]
                if is_next and header[3] == _COUNT_MIN and header[5] & _RXOK and self._rx_usual:
                    self._readinto(self._rx_usual)
                    cs(1)
                    self._owed = at + 1
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
        """Send n bytes of buf; the chip pads. No allocation while buf, and an n < 60, stay."""
        if n != self._ready_n or buf is not self._tx_buf:
            self._check_send(buf, n)
        cs = self._cs
        write = self._write
        try:
            if n != self._ready_n:
                self._aim_tx(n)
            cs(0)
            write(_WRITE_MEMORY)
            write(self._tx_view)
            cs(1)
            cs(0)
            write(_START_SENDING)
            cs(1)
            self._is_sending = True
            self._sent_at = time.ticks_us()
            self._retries = 0
            self._ready_n = -1
            if n > _ONE_PAGE:
                self._write_page = -1
            self.stats.tx += 1
        except BaseException as error:
            self._lose_bus()
            raise error

    def _aim_tx(self, n):
        """EWRPT and ETXND for a frame of n bytes."""
        self._transact(_BANK_0)
        self._rewind_tx()
        end = TX_START + n
        if end != self._tx_end:
            self._point(self._etxnd, end, end >> 8 != self._tx_end >> 8)
            self._tx_end = end
        self._transact(_BANK_1)

    def _rewind_tx(self):
        """EWRPT to TX_START, in bank 0."""
        self._transact(_PUT_EWRPTL)
        if self._write_page != TX_START >> 8:
            self._transact(_PUT_EWRPTH)
            self._write_page = TX_START >> 8

    def _is_intact(self):
        if self._owed:
            self._release()
        return super()._is_intact()

    def _count(self):
        waiting = self._ask(_GET_EPKTCNT)
        if not waiting and self._is_sending:
            self._settle()
        return waiting

    def _read_frame(self):
        """The frame whose header is in _in7 -> its length, 0 = dropped, -1 = impossible."""
        header = self._in7
        count = header[3] | header[4] << 8
        end = self._rx_at + 6 + count + (count & 1)  # frames start at even addresses
        if end > _RX_END:
            end -= _RX_END + 1
        if not header[1] | header[2] << 8 == end <= _RX_END:
            return -1
        self._is_read_whole = False
        self._owed = end + 1
        n = count - _FCS
        if not header[5] & _RXOK or count < _COUNT_MIN:  # runts pass sections 5.1.5 and 8.1
            self._note("rx_bad")
            return 0
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
        if n & 63 == 60 and n + _FCS == count:
            self._readinto(self._fcs)
            self._is_read_whole = True
        return n

    def _release(self):
        """Give the ring up to the next frame back to the chip, and go there; prepare to send."""
        if self._is_sending:
            self._settle()
        at = self._owed - 1
        self._owed = 0
        self._waiting -= 1
        self._transact(_BANK_0)
        if not self._is_read_whole:
            self._point(self._erdpt, at)
        self._is_read_whole = True
        self._rx_at = at
        self._point(self._erxrdpt, at - 1 if at else _RX_END)  # odd: erratum 14
        self._transact(_ONE_LESS)
        if self._ready_n < 0 and self._tx_end >= 0 and not self._is_sending:
            self._rewind_tx()
            self._ready_n = self._tx_end - TX_START
        self._transact(_BANK_1)

    def _point(self, pair, at, is_whole=True):
        """Write a pointer, or the low byte of it, in bank 0."""
        pair[0][1] = at & 0xFF
        self._transact(pair[0])
        if is_whole:
            pair[1][1] = at >> 8
            self._transact(pair[1])

    def _recover(self):
        """The header contradicts itself: climb the ladder -> as _read_frame."""
        self._note("rx_desync")
        self._transact(_BANK_0)
        self._point(self._erdpt, self._rx_at)
        self._transact(_BANK_1)
        self._waiting = self._ask(_GET_EPKTCNT)
        if not self._waiting:
            return 0
        self._cs(0)
        self._swap(_READ_HEADER, self._in7)
        n = self._read_frame()
        self._cs(1)
        if n >= 0:
            return n
        self._note("rx_drained")
        if not self._restart_receiver():
            self._reopen()
        return 0

    def _settle(self):
        """An error ends a transmission even where TXRTS stays set (as Linux's driver has it)."""
        is_running = self._ask(_GET_ECON1) & _TXRTS != 0
        if not self._ask(_GET_EIR) & _TXERIF:
            self._is_sending = self._is_sending and is_running
            return not is_running
        is_late = self._is_sending and self._is_late_collision()
        self._restart_transmitter()  # erratum 12
        if not self._is_sending:  # it says nothing of a frame of ours
            return True
        if is_late and self._retries < _RETRIES:  # erratum 13: it may have been a link pulse
            self._retries += 1
            self._note("tx_retried")
            self._transact(_START_SENDING)
            self._sent_at = time.ticks_us()
            return False
        self._note("tx_failed")
        self._is_sending = False
        return True

    def _is_late_collision(self):
        """As the status vector says it; ESTAT.LATECOL is not reliable (erratum 15)."""
        self._transact(_BANK_0)
        self._is_read_whole = False
        self._point(self._erdpt, self._tx_end + 1)
        self._cs(0)
        self._swap(_READ_STATUS, self._in8)
        self._cs(1)
        self._point(self._erdpt, self._rx_at)
        self._transact(_BANK_1)
        return self._in8[4] & _LATECOL != 0

    def _survey(self):
        if self._ask(_GET_EIR) & _RXERIF:
            self._transact(_CLEAR_RXERIF)
            self._note("rx_full")
        super()._survey()

    def _unstick(self):
        self._note("tx_stuck")
        self._is_sending = False
        self._restart_transmitter()
        if self._ask(_GET_ECON1) & _TXRTS:
            self._reopen()

    def _ask(self, question):
        """The byte that a read of an ETH register gives."""
        self._cs(0)
        self._swap(question, self._in2)
        self._cs(1)
        return self._in2[1]
