"""Phy(wire, ticks_us): the PHY of the ENC28J60 model behind its MII registers (section 3.3).

Modelled: PHCON1, PHCON2, PHSTAT1, PHSTAT2 (LSTAT is the wire's link), PHID1, PHID2, PHLCON, and
BUSY while an access takes its 10.24 us, or `mii_reads` looks at MISTAT when there is no clock.
With busy_stuck BUSY never clears. Not modelled: scanning, interrupts (PHIE, PHIR), LEDs, loopback.
"""

import time
from array import array

from micropython import const

PHCON1 = const(0x00)
PHCON2 = const(0x10)
_PHSTAT1 = const(0x01)
_PHID1 = const(0x02)
_PHID2 = const(0x03)
_PHSTAT2 = const(0x11)
_PHLCON = const(0x14)
_ACCESS_US = const(10)


class Phy:
    def __init__(self, wire, ticks_us):
        self._wire = wire
        self._ticks_us = ticks_us
        self.phy = array("H", bytes(64))
        self.busy_stuck = False
        self.mii_reads = 0
        self.errors = 0
        self.complaint = ""
        self._mii_left = 0
        self._mii_until = 0
        self._is_mii_busy = False

    def reset_phy(self):
        for i in range(32):
            self.phy[i] = 0
        self.phy[_PHSTAT1] = 0x1800
        self.phy[_PHID1] = 0x0083
        self.phy[_PHID2] = 0x1400
        self.phy[_PHLCON] = 0x3422
        self._is_mii_busy = False

    def is_mii_busy(self):
        """BUSY, as one look at MISTAT sees it."""
        if self.busy_stuck:
            return True
        if self._is_mii_busy:
            if self._ticks_us is not None:
                left = time.ticks_diff(self._mii_until, self._ticks_us())
                self._is_mii_busy = left > 0
            else:
                self._is_mii_busy = self._mii_left > 0
                self._mii_left -= 1
        return self._is_mii_busy

    def read_phy(self, register):
        """MICMD.MIIRD was set: the 16 bits for MIRD."""
        self._begin()
        if register == _PHSTAT2:
            return 0x0400 if self._wire.link() else 0
        if register == _PHSTAT1:
            return self.phy[register] | (0x0004 if self._wire.link() else 0)
        return self.phy[register]

    def write_phy(self, register, value):
        """MIWRH was written."""
        self._begin()
        if register == PHCON1 or register == PHCON2 or register == _PHLCON:
            self.phy[register] = value
        else:
            self._complain("write to PHY register 0x%02x" % register)

    def _begin(self):
        if self._is_mii_busy:
            self._complain("access to the PHY while it is busy")
        self._is_mii_busy = self._ticks_us is not None or self.mii_reads > 0
        self._mii_left = self.mii_reads
        if self._ticks_us is not None:
            self._mii_until = time.ticks_add(self._ticks_us(), _ACCESS_US)

    def _complain(self, why):
        self.errors += 1
        self.complaint = why
