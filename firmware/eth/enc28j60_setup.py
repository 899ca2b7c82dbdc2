"""Setup: an ENC28J60 behind SPI brought to the point where it passes Ethernet frames.

Each method is a step of the data sheet (DS39662) or an erratum (DS80349C, named where it acts) and
bounded in time. Nothing here runs once per frame; the frames are the business of eth.enc28j60,
which inherits this.
"""

import time

from micropython import const

from .enc28j60_registers import (
    CLEAR,
    ECON1,
    EIE,
    EPKTCNT,
    SET,
    Registers,
)

# Registers, as eth.enc28j60_registers numbers them.
_ERDPT = const(0x00)
_EWRPTL = const(0x02)
_EWRPTH = const(0x03)
_ETXND = const(0x06)
_ERXST = const(0x08)
_ERXRDPT = const(0x0C)
_ERXWRPT = const(0x0E)
_EIR = const(0x1C)
_ECON2 = const(0x1E)
_ERXFCON = const(0x38)
_EREVID = const(0x72)

_SRC = const(b"\xff")

RX_END = const(0x19FF)  # the last byte of the receive ring; it starts at 0 (erratum 5)
TX_START = const(0x1A00)  # 1536 bytes: control byte, frame, status vector
_TXRST = const(0x80)  # in ECON1
_RXRST = const(0x40)
_TXRTS = const(0x08)
_RXEN = const(0x04)
_AUTOINC = const(0x80)  # in ECON2
_PKTDEC = const(0x40)
_PWRSV = const(0x20)
_TXIF = const(0x08)  # in EIR
_TXERIF = const(0x02)
_RXERIF = const(0x01)
_INTIE_PKTIE_TXERIE = const(0xC2)  # in EIE
_PHCON1 = const(0x00)
_PHCON2 = const(0x10)
_PHSTAT2 = const(0x11)
_PDPXMD = const(0x0100)  # in PHCON1
_PHCON1_USED = const(0xC900)  # PRST, PLOOPBK, PPWRSV, PDPXMD
_HDLDIS = const(0x0100)  # in PHCON2
_PHCON2_USED = const(0x6500)  # FRCLNK, TXDIS, JABBER, HDLDIS
_LSTAT = const(0x0400)  # in PHSTAT2
_FILTER_ARP = const(0xB0)  # ERXFCON: UCEN, CRCEN, PMEN; sections 8.1 and 8.2
_FILTER_ALL = const(0xA1)  # UCEN, CRCEN, BCEN
_FILTER_NONE = const(0x20)  # CRCEN alone passes every frame
_REVISIONS = (2, 4, 5, 6)  # B1, B4, B5, B7
_B5 = const(5)
_SPI_HZ_MIN = const(8_000_000)

# (register, value): what never changes while the chip is in use, in the order of section 6.
# The pattern is destination ff:ff:ff:ff:ff:ff and ethertype 0x0806: bytes 0 to 5, 12 and 13 of the
# frame, and the checksum over them.
_ALWAYS = const(
    b"\x08\x00\x09\x00\x0a\xff\x0b\x19"  # ERXST 0x0000 (erratum 5), ERXND 0x19ff
    b"\x04\x00\x05\x1a"  # ETXST 0x1a00
    b"\x28\x3f\x29\x30\x2a\x00\x2b\x00\x2c\x00\x2d\x00\x2e\x00\x2f\x00"  # EPMM
    b"\x30\xf9\x31\xf7\x34\x00\x35\x00"  # EPMCS 0xf7f9, EPMO 0
    b"\x4a\xee\x4b\x05"  # MAMXFL 1518
)
# MACON1 MARXEN; MACON3 PADCFG 001 (zeros up to 60), TXCRCEN, FRMLNEN; MACON4 DEFER; MABBIPG; MAIPG
_HALF = const(b"\x40\x01\x42\x32\x43\x40\x44\x12\x46\x12\x47\x0c")
# the same with TXPAUS and RXPAUS, FULDPX
_FULL = const(b"\x40\x0d\x42\x33\x43\x40\x44\x15\x46\x12\x47\x00")
_MAADR = const(b"\x64\x65\x62\x63\x60\x61")  # where the six bytes of the address are

_ENODEV = const(19)


def spi_hz(spi):
    """The rate that repr(spi) tells, or None: ports round what was asked for."""
    text = repr(spi)
    at = text.find("baudrate=")
    if at < 0:
        return None
    end = at = at + 9
    while end < len(text) and "0" <= text[end] <= "9":
        end += 1
    return int(text[at:end]) if end > at else None


class Setup(Registers):
    """Registers, reset, revision, PHY. The pins are configured by who hands them in."""

    def __init__(self, spi, cs, int, rst, mac, full_duplex):
        self._is_full_duplex = bool(full_duplex)
        self._spi_hz = spi_hz(spi)
        self._is_phy_stuck = False  # it stayed busy when last asked
        self._rx_at = 0  # where in the ring the next frame starts
        self._tx_end = -1  # ETXND, -1: not known
        self._write_page = -1  # high byte of EWRPT, -1: not known
        super().__init__(spi, cs, int, rst, mac)

    def _reset(self):
        if self._rst is not None:
            self._rst(0)
            time.sleep_us(1000)
            self._rst(1)
        else:
            self._change(CLEAR, _ECON2, _PWRSV)  # erratum 19: SRC does nothing in power save
            time.sleep_ms(2)  # the oscillator needs one, and on an RP2040 this may be but one
            self._transact(_SRC)
        self._bank = -1
        time.sleep_ms(2)  # erratum 2: CLKRDY comes too early, so wait, at least one

    def _find(self, tries):
        """Is EREVID a known one, and the clock fast enough for it?"""
        for _ in range(tries):
            if self._get(_EREVID) in _REVISIONS:
                return not self._is_too_slow()
            time.sleep_ms(1)
        return False

    def _is_too_slow(self):
        """Erratum 1: MAC and MII registers of B1 and B4 fail when SPI is slower than 8 MHz."""
        hz = self._spi_hz
        return hz is not None and hz < _SPI_HZ_MIN and self._get(_EREVID) < _B5

    def _absent(self):
        revision = self._get(_EREVID)
        if revision in _REVISIONS:
            if self._is_too_slow():
                why = "SPI at %d Hz; revisions B1 and B4 need 8 MHz (erratum 1)" % self._spi_hz
            else:
                why = "registers do not keep what is written (SPI too fast?)"
            return OSError(_ENODEV, "ENC28J60: " + why)
        why = "no chip: wiring" if revision in (0x00, 0xFF) else "SPI too fast or MISO shifted"
        return OSError(_ENODEV, "ENC28J60: revision 0x%02x, not 2, 4, 5, 6 (%s)" % (revision, why))

    def _open(self):
        """Write every register and start to receive -> True when all of them took.

        Complete, so that it also brings back a chip that a brown-out has reset.
        """
        self._change(CLEAR, ECON1, 0xFF)  # stop everything
        self._bank = 0
        self._restart(_TXRST | _RXRST)
        self._put(_ECON2, _AUTOINC)
        for table in (_ALWAYS, self._duplex()):
            for i in range(0, len(table), 2):
                self._put(table[i], table[i + 1])
        for i in range(6):
            self._put(_MAADR[i], self.mac[i])
        self._tx_end = self._write_page = -1
        is_phy_set = self._put_phy(_PHCON1, self._phcon1())
        # Errata 9 and 10: without HDLDIS a half-duplex chip hears its own frames.
        is_phy_set = self._put_phy(_PHCON2, _HDLDIS) and is_phy_set
        self._rewind()
        self._change(CLEAR, _EIR, _RXERIF | _TXERIF | _TXIF)
        self._put(EIE, self._ints())
        self._filter()
        return is_phy_set and self._is_intact()

    def _phcon1(self):
        return _PDPXMD if self._is_full_duplex else 0

    def _duplex(self):
        return _FULL if self._is_full_duplex else _HALF

    def _ints(self):
        return _INTIE_PKTIE_TXERIE if self._int is not None else 0

    def _restart(self, bits):
        """Reset transmit or receive logic: TXRST, RXRST in ECON1."""
        self._change(SET, ECON1, bits)
        self._change(CLEAR, ECON1, bits)

    def _restart_receiver(self):
        """Forget every frame that waits and start at the ring's begin -> did it work?"""
        self._change(CLEAR, ECON1, _RXEN)
        self._restart(_RXRST)
        self._rewind()
        self._change(CLEAR, _EIR, _RXERIF)
        self._rest()
        self._change(SET, ECON1, _RXEN)
        return self._is_intact()

    def _restart_transmitter(self):
        """Erratum 12: after an aborted transmission the logic may stall until TXRST."""
        self._change(CLEAR, ECON1, _TXRTS)
        self._restart(_TXRST)
        self._change(CLEAR, _EIR, _TXERIF | _TXIF)

    def _rewind(self):
        """Both ends of the ring to its begin, and no frame waits.

        Writing ERXST moves ERXWRPT there too; EPKTCNT outlives everything but SRC and RESET.
        """
        left = self._get(EPKTCNT)
        while left:
            self._change(SET, _ECON2, _PKTDEC)
            was = left
            left = self._get(EPKTCNT)
            if left >= was:  # nobody answers
                break
        self._put_pair(_ERXST, 0)
        self._put_pair(_ERXRDPT, RX_END)  # odd: erratum 14
        self._put_pair(_ERDPT, 0)
        self._rx_at = 0
        self._waiting = 0

    def _filter(self):
        """Erratum 18: the pattern lets others through, so what arrives is checked again."""
        self._change(CLEAR, ECON1, _RXEN)  # section 7.2.1: not while it receives
        self._put(_ERXFCON, self._filter_bits())
        self._rest()
        self._change(SET, ECON1, _RXEN)

    def _filter_bits(self):
        if self._is_promiscuous:
            return _FILTER_NONE
        return _FILTER_ARP if self._is_arp_only else _FILTER_ALL

    def _shut(self):
        """Stop receiving; INT goes high."""
        self._put(EIE, 0)
        self._change(CLEAR, ECON1, _RXEN)

    def _is_intact(self):
        """Are the registers as _open() left them, and the pointers where they should be?"""
        self._bank = -1
        is_intact = self._is_configured() and self._is_in_step() and self._is_phy_configured()
        self._rest()
        return is_intact and self._get(ECON1) & ~_TXRTS == _RXEN | 1

    def _is_configured(self):
        if not self._holds(_ALWAYS) or not self._holds(self._duplex()):
            return False
        for i in range(6):
            if self._get(_MAADR[i]) != self.mac[i]:
                return False
        if self._get(EIE) != self._ints() or self._get(_ECON2) != _AUTOINC:
            return False
        return self._get(_ERXFCON) == self._filter_bits()

    def _holds(self, table):
        for i in range(0, len(table), 2):
            if self._get(table[i]) != table[i + 1]:
                return False
        return True

    def _is_in_step(self):
        if self._tx_end >= 0 and self._get_pair(_ETXND) != self._tx_end:
            return False
        if self._write_page >= 0 and self._get(_EWRPTH) != self._write_page:
            return False
        if self._ready_n >= 0 and self._get(_EWRPTL) != TX_START & 0xFF:
            return False
        if self._get_pair(_ERDPT) != self._rx_at:
            return False
        if self._get_pair(_ERXRDPT) != (self._rx_at - 1 if self._rx_at else RX_END):
            return False
        end = self._get_pair(_ERXWRPT)  # a frame that arrives from here on is counted
        return end == self._rx_at or self._get(EPKTCNT) != 0

    def _is_phy_configured(self):
        """A PHY that stays busy cannot be asked; _has_link() counts that."""
        control = self._get_phy(_PHCON1)
        if control < 0:
            return True
        if control & _PHCON1_USED != self._phcon1():
            return False
        control = self._get_phy(_PHCON2)
        return control < 0 or control & _PHCON2_USED == _HDLDIS

    def _has_link(self):
        """The PHY's LSTAT now; while the PHY stays busy, which is counted once, as before."""
        status = self._get_phy(_PHSTAT2)
        self._rest()
        if status < 0 and not self._is_phy_stuck:
            self._note("phy_stuck")
        self._is_phy_stuck = status < 0
        return not self._is_link_known_down if status < 0 else status & _LSTAT != 0
