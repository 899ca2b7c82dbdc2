"""ENC28J60: a Microchip ENC28J60 on SPI as a raw-Ethernet NIC (10 Mbit/s, 6.5 KB to receive).

Rules that hold here
- A frame costs no heap: headers are made beforehand, the views of a buffer when it is first seen.
- Header and frame arrive in one chip-select period, the frame straight into the caller's buffer.
- Nothing in a header is believed that the other fields contradict: next pointer, length, status.
- EPKTCNT says what waits, not EIR.PKTIF (erratum 6). INT is a level.
- A transmission is looked after when nothing else waits, or before the next one; no wait for it.
- Half duplex unless asked: the chip cannot negotiate, and a switch then falls back to half duplex.

SPI runs at 8 to 20 MHz; ask for 12 MHz on an RP2040 (10 gives 8). The module takes up to 200 mA.
"""

import time

from micropython import const

from .enc28j60_setup import RX_END, TX_START, Setup

# Transactions of the frame path. Bank 1 is selected before and after; see Setup for the rest.
_GET_EPKTCNT = b"\x19\x00"
_GET_ECON1 = b"\x1f\x00"
_GET_EIR = b"\x1c\x00"
_BANK_0 = b"\xbf\x03"  # BFC ECON1
_BANK_1 = b"\x9f\x01"  # BFS ECON1, from bank 0
_START_SENDING = b"\x9f\x08"  # BFS ECON1.TXRTS
_ONE_LESS = b"\x9e\x40"  # BFS ECON2.PKTDEC
_WRITE_MEMORY = b"\x7a\x00"  # WBM, and the control byte of a frame: as MACON3 says
_READ_HEADER = b"\x3a" + bytes(6)  # RBM: next pointer, byte count with FCS, status; section 7.2.2
_READ_STATUS = b"\x3a" + bytes(7)  # RBM: the status vector of a transmission; section 7.1
_CLEAR_RXERIF = b"\xbc\x01"  # BFC EIR
_PUT_ERDPTL = b"\x40\x00"  # WCR
_PUT_ERDPTH = b"\x41\x00"
_PUT_EWRPTL = b"\x42" + bytes((TX_START & 0xFF,))
_PUT_EWRPTH = b"\x43" + bytes((TX_START >> 8,))
_PUT_ETXNDL = b"\x46\x00"
_PUT_ETXNDH = b"\x47\x00"
_PUT_ERXRDPTL = b"\x4c\x00"
_PUT_ERXRDPTH = b"\x4d\x00"

_FCS = const(4)
_COUNT_MIN = const(64)  # of bytes with FCS
_RXOK = const(0x80)  # in the status' third byte
_TXRTS = const(0x08)  # in ECON1
_TXERIF = const(0x02)  # in EIR
_RXERIF = const(0x01)
_LATECOL = const(0x20)  # in the fourth byte of the status vector, bit 29
_RETRIES = const(16)
_ONE_PAGE = const(188)  # the view of so many bytes ends in the page in which it starts
_COUNT_MASK = const(0x1FFFFFFF)


class ENC28J60(Setup):
    """A NIC (see the package). mac None: a random locally administered address."""

    def __init__(self, spi, cs, int=None, rst=None, mac=None, full_duplex=False):
        self._retries = 0
        self._n = 0  # bytes of the frame that _read_frame() put into the caller's buffer
        self._next = 0  # where the frame after it starts
        self._is_read_whole = False  # ERDPT stands there already
        self._fcs = bytearray(_FCS)
        self._in7 = bytearray(7)
        self._in8 = bytearray(8)
        self._erdptl = bytearray(_PUT_ERDPTL)
        self._erdpth = bytearray(_PUT_ERDPTH)
        self._etxndl = bytearray(_PUT_ETXNDL)
        self._etxndh = bytearray(_PUT_ETXNDH)
        self._erxrdptl = bytearray(_PUT_ERXRDPTL)
        self._erxrdpth = bytearray(_PUT_ERXRDPTH)
        super().__init__(spi, cs, int, rst, mac, full_duplex)

    def send(self, buf, n):
        """Send n bytes of buf; the chip pads. No allocation while buf, and an n < 60, stay."""
        self._check_send(buf, n)
        try:
            self._send_checked(n)
        except BaseException as error:
            self._lose_bus()
            raise error
        self._sent_at = time.ticks_us()
        self._retries = 0
        self._is_sending = True
        self.stats.tx = (self.stats.tx + 1) & _COUNT_MASK

    def _send_checked(self, n):
        end = TX_START + n
        self._transact(_BANK_0)
        self._transact(_PUT_EWRPTL)
        if self._write_page != TX_START >> 8:
            self._transact(_PUT_EWRPTH)
        self._cs(0)
        self._write(_WRITE_MEMORY)
        self._write(self._short if n < 60 else self._tx_views[(n + 3) // 64])
        self._cs(1)
        self._write_page = -1 if n > _ONE_PAGE else TX_START >> 8
        if end != self._tx_end:
            self._etxndl[1] = end & 0xFF
            self._transact(self._etxndl)
            if end >> 8 != self._tx_end >> 8:
                self._etxndh[1] = end >> 8
                self._transact(self._etxndh)
            self._tx_end = end
        self._transact(_START_SENDING)
        self._transact(_BANK_1)

    def _open(self):
        self._is_sending = False
        return super()._open()

    def _count(self):
        waiting = self._ask(_GET_EPKTCNT)
        if not waiting and self._is_sending:
            self._settle()
        return waiting

    def _take(self):
        if not self._read_frame() and not self._recover():
            return 0
        self._release()
        self._waiting -= 1
        return self._n

    def _read_frame(self):
        """The next frame into the caller's buffer -> False when its header cannot be right.

        A frame too long for the buffer stays in the chip, and of one that nobody wants all but
        the header. No view reaches beyond the buffer.
        """
        header = self._in7
        self._n = 0
        self._is_read_whole = False
        self._cs(0)
        self._swap(_READ_HEADER, header)
        count = header[3] | header[4] << 8
        end = self._rx_at + 6 + count + (count & 1)  # frames start at even addresses
        if end > RX_END:
            end -= RX_END + 1
        self._next = end
        is_possible = header[1] | header[2] << 8 == end <= RX_END
        if not is_possible:
            pass
        elif not header[5] & _RXOK or count < _COUNT_MIN:  # runts pass sections 5.1.5 and 8.1
            self._note("rx_bad")
        elif count - _FCS > self._rx_max:
            self._note("rx_too_long")
        elif not self._is_arp_only:
            self._read_rest(count - _FCS)
        else:
            self._readinto(self._rx_head)
            if self._is_arp():
                self._read_rest(count - _FCS)
            else:
                self.stats.add("rx_unwanted")
        self._cs(1)
        return is_possible

    def _read_rest(self, n):
        """What is left of the frame, and the FCS where ERDPT is at the next frame after that."""
        self._readinto(self._rx_views[(n + 3) // 64])
        if n & 63 == 60:
            self._readinto(self._fcs)
            self._is_read_whole = True
        self._n = n

    def _release(self):
        """Give the ring up to the next frame back to the chip, and go there."""
        self._rx_at = at = self._next
        self._transact(_BANK_0)
        if not self._is_read_whole:
            self._aim(at)
        end = at - 1 if at else RX_END  # odd: erratum 14
        self._erxrdptl[1] = end & 0xFF
        self._erxrdpth[1] = end >> 8
        self._transact(self._erxrdptl)
        self._transact(self._erxrdpth)
        self._transact(_ONE_LESS)
        self._transact(_BANK_1)

    def _aim(self, at):
        """ERDPT, in bank 0."""
        self._erdptl[1] = at & 0xFF
        self._erdpth[1] = at >> 8
        self._transact(self._erdptl)
        self._transact(self._erdpth)

    def _recover(self):
        """The header contradicts itself: climb the ladder -> is there a frame after all?"""
        self._note("rx_desync")
        self._transact(_BANK_0)
        self._aim(self._rx_at)
        self._transact(_BANK_1)
        self._waiting = self._ask(_GET_EPKTCNT)
        if not self._waiting:
            return False
        if self._read_frame():
            return True
        self._note("rx_drained")
        if not self._restart_receiver():
            self._reopen()
        return False

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
        self._aim(self._tx_end + 1)
        self._cs(0)
        self._swap(_READ_STATUS, self._in8)
        self._cs(1)
        self._aim(self._rx_at)
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
