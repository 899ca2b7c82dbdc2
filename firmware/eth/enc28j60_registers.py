"""Registers: the register file of an ENC28J60 behind SPI: opcodes, banks, MAC, MII and PHY.

For set-up and the slow check. A register is one number here, its bank << 5 and its address in the
bank; from EIE (0x1B) on the five are in every bank. Data sheet DS39662: opcodes section 4.2, map
3.1, PHY 3.3. At rest bank 1 is selected, so that EPKTCNT is one transaction away.
"""

import time

from micropython import const

from .chip import Chip

# First byte of a transaction, with the register's address in its bank added.
_RCR = const(0x00)
_WCR = const(0x40)
SET = const(0x80)  # BFS and BFC: only for ETH registers, not for MAC and MII
CLEAR = const(0xA0)

EIE = const(0x1B)
ECON1 = const(0x1F)
EPKTCNT = const(0x39)
_MICMD = const(0x52)
_MIREGADR = const(0x54)
_MIWR = const(0x56)
_MIRD = const(0x58)
_MISTAT = const(0x6A)

_MIIRD = const(0x01)  # in MICMD
_BUSY = const(0x01)  # in MISTAT


class Registers(Chip):
    """Read and write registers by number; what is selected is remembered in between."""

    def __init__(self, spi, cs, int, rst, mac):
        self._bank = -1  # what is selected, -1: unknown
        self._out2 = bytearray(2)
        self._in2 = bytearray(2)
        self._out3 = bytearray(3)
        self._in3 = bytearray(3)
        super().__init__(spi, cs, int, rst, mac)

    def _rest(self):
        """Select bank 1, as the frame path finds and leaves it."""
        self._bank = -1
        self._select(EPKTCNT)

    def _select(self, register):
        """Select the bank of a register, unless it is in all of them."""
        bank = register >> 5
        if register & 0x1F < EIE and bank != self._bank:
            self._change(CLEAR, ECON1, 3)
            self._change(SET, ECON1, bank)
            self._bank = bank

    def _change(self, opcode, register, bits):
        """Set (BFS) or clear (BFC) bits of a register that is in all banks."""
        out = self._out2
        out[0] = opcode | register & 0x1F
        out[1] = bits
        self._transact(out)

    def _put(self, register, value):
        self._select(register)
        self._change(_WCR, register, value)

    def _put_pair(self, register, value):
        """A pointer or MII word: low byte first, the high one makes it count."""
        self._put(register, value & 0xFF)
        self._put(register + 1, value >> 8)

    def _get(self, register):
        """The value of a register. MAC and MII registers answer a byte later (section 4.2.1).

        They also want chip select low for 210 ns after the last bit: any Python call is slower.
        """
        self._select(register)
        is_mac = 0x40 <= register < 0x5B or 0x60 <= register < 0x66 or register == _MISTAT
        out = self._out3 if is_mac else self._out2
        answer = self._in3 if is_mac else self._in2
        out[0] = _RCR | register & 0x1F
        out[1] = 0
        self._cs(0)
        self._swap(out, answer)
        self._cs(1)
        return answer[-1]

    def _get_pair(self, register):
        low = self._get(register)
        return low | self._get(register + 1) << 8

    def _get_phy(self, register):
        """16 bits of a PHY register (section 3.3.1), -1 when the PHY stays busy."""
        self._put(_MIREGADR, register)
        self._put(_MICMD, _MIIRD)
        is_ready = self._is_phy_ready()
        self._put(_MICMD, 0)
        return self._get_pair(_MIRD) if is_ready else -1

    def _put_phy(self, register, value):
        self._put(_MIREGADR, register)
        self._put_pair(_MIWR, value)
        return self._is_phy_ready()

    def _is_phy_ready(self):
        """An access to the PHY takes 10.24 us; at most 1 ms."""
        for _ in range(20):
            if not self._get(_MISTAT) & _BUSY:
                return True
            time.sleep_us(50)
        return False
