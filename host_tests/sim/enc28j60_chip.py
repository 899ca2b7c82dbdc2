"""ENC28J60Chip(wire): a register-level model of the ENC28J60 (DS39662, DS80349C), on any SPI.

The host drives it byte by byte, select() exchange() ... deselect(), or by whole buffers with
transfer(); on_int(level) is called when the INT output changes. Its Ethernet side is any NIC:
frames that wait on the wire are taken into the ring by pump(), which happens at each select, when
the INT pin is read (the machine shim asks for that) and while run() is running. Nothing on the
frame path allocates.

Modelled: the seven opcodes; banks and the five registers in every bank; the dummy byte before MAC
and MII registers; AUTOINC, and ERDPT's wrap from ERXND to ERXST; ERXRDPT that counts once its high
byte is written; ERXST that moves ERXWRPT; PKTDEC; ring, free space, EPKTCNT up to 255 and RXERIF;
filters UCEN, PMEN, MCEN, BCEN with both ANDOR modes; padding and status vector; TXRST, RXRST, SRC
and the RESET pin; INT from EIE and EIR; the PHY over MII (sim.enc28j60_phy). With ticks_us a frame
takes its time at 10 Mbit/s; without a link frames neither arrive nor leave, and TXRTS ends as if
they had.

Errata, by number: 1 (revisions 2 and 4 with spi_hz below 8 MHz: every third access to a MAC or MII
register fails), 2 (writes in the millisecond after a reset are lost; only with ticks_us), 5, 6
(pktif_lies), 9, 12 (abort_tx), 13 (late_collisions, revisions 5 and 6), 14, 15, 18 (filter_leaks),
19. Faults: brown_out(), busy_stuck, lose_done, stall_tx, spoil_size(), spoil_next().

Not modelled: CRC errors and the value of the FCS, collisions on the wire, MPEN, HTEN, DMA, BIST,
flow control, wake-up, CLKOUT, LEDs, PHY interrupts, the clock but for erratum 1. What wrong use
does to a real chip is unknown: here it counts in errors and complaint says what it was.
"""

import time

from micropython import const

from .enc28j60_mac import (
    ECON1,
    ECON2,
    EIE,
    EIR,
    EPKTCNT,
    ERDPT,
    ERXFCON,
    ERXND,
    ERXRDPT,
    ERXST,
    ERXWRPT,
    ESTAT,
    EWRPT,
    PKTIF,
    RXRST,
    TXRST,
    TXRTS,
    Mac,
)

_RCR = const(0)  # opcodes: the upper three bits of the first byte
_RBM = const(1)
_WCR = const(2)
_WBM = const(3)
_BFS = const(4)
_BFC = const(5)
_SRC = const(7)
_MAMXFL = const(0x4A)
_MICMD = const(0x52)
_MIREGADR = const(0x54)
_MIWR = const(0x56)
_MIRD = const(0x58)
_MISTAT = const(0x6A)
_EREVID = const(0x72)
_AUTOINC = const(0x80)
_PKTDEC = const(0x40)
_PWRSV = const(0x20)
_CLKRDY = const(0x01)
_RESET_US = const(1000)
_SPI_HZ_MIN = const(8_000_000)
_READ_ONLY = (ERXWRPT, ERXWRPT + 1, EPKTCNT, _EREVID, _MISTAT, _MIRD, _MIRD + 1)


class ENC28J60Chip(Mac):
    def __init__(self, wire, ticks_us=None):
        super().__init__(wire, ticks_us)
        self.on_int = None
        self.int_level = 1
        self.spi_hz = None  # of the bus, None = not known
        self.transactions = 0
        self.bytes = 0
        self.slow_accesses = 0  # that failed by erratum 1
        self.early_writes = 0  # lost by erratum 2
        self._accesses = 0
        self._opcode = 0
        self._argument = 0
        self._phase = 0  # bytes of the transaction so far
        self._is_held = False  # RESET is low
        self._ready_at = None
        self._latch = 0  # ERXRDPTL until ERXRDPTH is written
        self.brown_out()

    # --- Resets and faults ---

    def brown_out(self):
        """As after a dip of the supply: registers as at reset, garbage in the memory."""
        for i in range(len(self.ram)):
            self.ram[i] = (i * 37 + 11) & 0xFF
        self._reset()

    def spoil_next(self, value):
        """Overwrite the next pointer of the oldest frame that waits."""
        self._spoil(0, value)

    def spoil_size(self, value):
        """Overwrite its byte count."""
        self._spoil(2, value)

    def _spoil(self, offset, value):
        at = self.pair(ERXRDPT)
        at = self.pair(ERXST) if at == self.pair(ERXND) else at + 1
        self.ram[(at + offset) & 0x1FFF] = value & 0xFF
        self.ram[(at + offset + 1) & 0x1FFF] = value >> 8

    def _reset(self):
        for i in range(len(self.r)):
            self.r[i] = 0
        self.r[ECON2] = _AUTOINC
        self.r[ESTAT] = _CLKRDY  # too early: erratum 2
        self.r[ERXFCON] = 0xA1
        self.set_pair(ERXST, 0x05FA)
        self.set_pair(ERXND, 0x1FFF)
        self.set_pair(ERXRDPT, 0x05FA)
        self.set_pair(ERXWRPT, 0x05FA)
        self.set_pair(ERDPT, 0x05FA)
        self.set_pair(_MAMXFL, 0x0600)
        self.r[_EREVID] = self.revision
        self._latch = 0xFA
        self.stop_sending()
        self.reset_phy()
        if self._ticks_us is not None:
            self._ready_at = time.ticks_add(self._ticks_us(), _RESET_US)
        self._update_int()

    # --- The pins ---

    def select(self):
        self._phase = 0
        self.transactions += 1
        self.finish_send()
        self.pump()

    def deselect(self):
        """Nothing is left to do: values count as they arrive, and select() starts anew."""

    def reset_pin(self, level):
        self._is_held = level == 0
        self._reset()

    def exchange(self, byte):
        """One byte each way, for a host that clocks single bytes."""
        self.bytes += 1
        phase = self._phase
        self._phase = phase + 1
        if self._is_held:
            return 0xFF
        if phase == 0:
            self._opcode = byte >> 5
            self._argument = byte & 0x1F
            self._begin_transaction()
            return 0
        opcode = self._opcode
        if opcode == _RCR:
            return self._read(phase)
        if opcode == _RBM:
            return self._read_memory()
        if opcode == _WBM:
            self._write_memory(byte)
        elif opcode != _SRC and phase == 1:
            self._write(opcode, byte)
        else:
            self._complain("a byte too many")
        return 0

    def transfer(self, tx, rx, n):
        """n bytes each way; tx None sends zeros, rx None ignores what comes back."""
        for i in range(n):
            value = self.exchange(tx[i] if tx is not None else 0)
            if rx is not None:
                rx[i] = value

    def _update_int(self):
        pending = self.r[EIR] & 0x3F
        if self.r[EPKTCNT] and not self.pktif_lies:
            pending |= PKTIF
        level = 0 if self.r[EIE] & 0x80 and self.r[EIE] & pending else 1
        if level != self.int_level:
            self.int_level = level
            if self.on_int is not None:
                self.on_int(level)

    # --- The opcodes ---

    def _begin_transaction(self):
        opcode, argument = self._opcode, self._argument
        if opcode == _SRC:
            if argument != 0x1F:
                self._complain("SRC is 0xff")
            if not self.r[ECON2] & _PWRSV:  # erratum 19
                self._reset()
        elif (opcode == _RBM or opcode == _WBM) and argument != 0x1A:
            self._complain("memory opcode with argument 0x%02x" % argument)
        elif opcode == 6 or argument == 0x1A and opcode != _RBM and opcode != _WBM:
            self._complain("opcode %d with argument 0x%02x" % (opcode, argument))

    def _index(self):
        argument = self._argument
        return argument if argument >= EIE else (self.r[ECON1] & 3) << 5 | argument

    def _fails_by_clock(self, index):
        """Erratum 1, for a MAC or MII register."""
        if self.revision >= 5 or self.spi_hz is None or self.spi_hz >= _SPI_HZ_MIN:
            return False
        self._accesses += 1
        if not _is_mac(index) or self._accesses % 3:
            return False
        self.slow_accesses += 1
        return True

    def _read(self, phase):
        index = self._index()
        if _is_mac(index):
            if phase == 1:
                return 0  # the dummy byte
            if self._fails_by_clock(index):
                return ~self.r[index] & 0xFF
        if index == EIR:
            return self.r[EIR] & 0x3F | (PKTIF if self.r[EPKTCNT] and not self.pktif_lies else 0)
        if index == _MISTAT:
            return 1 if self.is_mii_busy() else 0
        return self.r[index]

    def _read_memory(self):
        at = self.pair(ERDPT)
        if self.r[ECON2] & _AUTOINC:
            after = self.pair(ERXST) if at == self.pair(ERXND) else (at + 1) & 0x1FFF
            self.set_pair(ERDPT, after)
        return self.ram[at]

    def _write_memory(self, byte):
        at = self.pair(EWRPT)
        if self._is_sending and at >= self.pair(ERXND):
            self._complain("write into the frame that is being sent")
        self.ram[at] = byte
        if self.r[ECON2] & _AUTOINC:
            self.set_pair(EWRPT, (at + 1) & 0x1FFF)

    def _write(self, opcode, byte):
        index = self._index()
        if self._ready_at is not None:
            if time.ticks_diff(self._ready_at, self._ticks_us()) > 0:
                self.early_writes += 1  # erratum 2
                return
            self._ready_at = None
        if opcode == _WCR:
            if not self._fails_by_clock(index):
                self._store(index, byte)
        elif _is_mac(index):
            self._complain("bit opcode on the MAC or MII register 0x%02x" % index)
        elif opcode == _BFS:
            self._store(index, self.r[index] | byte)
        else:
            self._store(index, self.r[index] & ~byte & 0xFF)
        self._update_int()

    def _store(self, index, value):
        if index in _READ_ONLY:
            self._complain("write to register 0x%02x" % index)
        elif index == ERXRDPT:
            self._latch = value
        elif index == ERXRDPT + 1:
            self._move_read_pointer(self._latch | (value & 0x1F) << 8)
        elif index == ECON1:
            self._store_econ1(value)
        elif index == ECON2:
            self._store_econ2(value)
        else:
            self.r[index] = value
            if index == ERXST or index == ERXST + 1:
                self._move_ring()
            elif index == _MICMD and value & 1:
                self.set_pair(_MIRD, self.read_phy(self.r[_MIREGADR] & 0x1F))
            elif index == _MIWR + 1:
                self.write_phy(self.r[_MIREGADR] & 0x1F, self.pair(_MIWR))

    def _move_read_pointer(self, value):
        self.set_pair(ERXRDPT, value)
        if not value & 1:
            self._complain("ERXRDPT 0x%04x is even" % value)  # erratum 14
            self._is_spoiled = True

    def _move_ring(self):
        self.set_pair(ERXWRPT, self.pair(ERXST))

    def _store_econ1(self, value):
        was = self.r[ECON1]
        self.r[ECON1] = value
        if value & TXRST:
            self.stop_sending()
        elif was & TXRTS and not value & TXRTS:
            self.stop_sending()
            self._is_stalled = True  # given up: as after an abort, erratum 12
        elif value & TXRTS and not was & TXRTS:
            self._start_sending()
        if value & ~was & 4 and not value & RXRST and self.pair(ERXST):
            self._complain("the ring does not start at 0")  # erratum 5
            self._is_spoiled = True

    def _store_econ2(self, value):
        if value & _PKTDEC:
            if self.r[EPKTCNT]:
                self.r[EPKTCNT] -= 1
            else:
                self._complain("PKTDEC with no frame waiting")
        self.r[ECON2] = value & ~_PKTDEC & 0xFF


def _is_mac(index):
    return 0x40 <= index < 0x5B or 0x60 <= index < 0x66 or index == _MISTAT
