"""Setup: a W5500 behind SPI brought to the point where socket 0 passes raw frames (MACRAW mode).

Each method is a step of the data sheet and bounded in time. Nothing here runs once per frame; the
frames are the business of eth.w5500, which inherits this. Data sheet 1.0.9: SPI frame section 2.2,
common registers 4.1, socket registers 4.2.
"""

import os
import time

from micropython import const

# A transaction is: address (2 bytes), control, values. Control is block << 3, plus 4 to write.
# Blocks: 0 common registers; 4n + 1 registers of socket n. Reads end in a zero for each value.
_GET_MR = b"\x00\x00\x00\x00"
_GET_PHYCFGR = b"\x00\x2e\x00\x00"
_GET_VERSIONR = b"\x00\x39\x00\x00"
_GET_CR = b"\x00\x01\x08\x00"
_GET_SR = b"\x00\x03\x08\x00"
_GET_TX_WR = b"\x00\x24\x08\x00\x00"
_GET_RX_RD = b"\x00\x28\x08\x00\x00"
_PUT_MR = b"\x00\x00\x04"
_PUT_SHAR = b"\x00\x09\x04"
_PUT_SIMR = b"\x00\x18\x04"
_PUT_SN_MR = b"\x00\x00\x0c"
_PUT_CR = b"\x00\x01\x0c"
_PUT_IR = b"\x00\x02\x0c"
_PUT_IMR = b"\x00\x2c\x0c"

_VERSION = const(0x04)
_RST = const(0x80)  # in MR
_PING_BLOCK = b"\x10"  # in MR; with SIPR left at 0.0.0.0 the chip answers no ARP either
_LNK = const(0x01)  # in PHYCFGR
_RECV = b"\x04"  # in Sn_IR and Sn_IMR
MODE_ARP = b"\xb4"  # Sn_MR: MFEN (own address, broadcast), MMB (no IPv4 multicast), MIP6B, MACRAW
MODE_ALL = b"\x04"  # Sn_MR: MACRAW alone
_OPEN = b"\x01"
_CLOSE = b"\x10"
_MACRAW = const(0x42)  # in Sn_SR

_EIO = const(5)
_ENODEV = const(19)


class Setup:
    """Registers, reset, version check, socket 0. The pins are configured by who hands them in."""

    def __init__(self, spi, cs, rst, mac, use_int):
        self.mac = bytes(mac) if mac is not None else b"\x02" + os.urandom(5)
        if len(self.mac) != 6 or self.mac[0] & 1:
            raise ValueError("mac is %r, not the 6 bytes of a unicast address" % (mac,))
        self._write = spi.write
        self._readinto = spi.readinto
        self._swap = spi.write_readinto
        self._cs = cs
        self._mode = MODE_ARP
        self._use_int = use_int
        self._in4 = bytearray(4)
        self._in5 = bytearray(5)
        self._rx_at = 0  # shadow of RX_RD
        self._tx_at = 0  # shadow of TX_WR
        cs(1)
        self._reset(rst)
        self._check_version()
        if not self._open():
            status = self._get(_GET_SR)
            raise OSError(_EIO, "W5500: socket 0 is 0x%02x after OPEN, expected 0x42" % status)

    def _reset(self, rst):
        if rst is not None:
            rst(0)
            time.sleep_ms(1)  # at least 500 us, section 5.5.1
            rst(1)
        else:
            self._put(_PUT_MR, bytes((_RST,)))
            for _ in range(20):
                if not self._get(_GET_MR) & _RST:
                    break
                time.sleep_us(100)
        time.sleep_ms(5)  # the PLL locks within 1 ms

    def _check_version(self):
        """VERSIONR may read 0 for a while after reset; anything but 4 after 100 ms is an error."""
        for _ in range(100):
            version = self._get(_GET_VERSIONR)
            if version == _VERSION:
                return
            time.sleep_ms(1)
        why = "no chip: wiring" if version in (0x00, 0xFF) else "SPI too fast or MISO shifted"
        raise OSError(_ENODEV, "W5500: version 0x%02x, expected 0x04 (%s)" % (version, why))

    def _open(self):
        """Write every register and open socket 0 -> True when it is in MACRAW mode.

        Complete, so that it also brings back a chip that a brown-out has reset.
        """
        self._run(_CLOSE)
        self._put(_PUT_MR, _PING_BLOCK)
        self._put(_PUT_SIMR, b"\x00")
        self._put(_PUT_SHAR, self.mac)
        for n in range(7, -1, -1):  # RXBUF_SIZE, TXBUF_SIZE in KB: first take it from the others
            kilobytes = b"\x10\x10" if n == 0 else b"\x00\x00"
            self._put(bytes((0x00, 0x1E, n << 5 | 0x0C)), kilobytes)
        self._put(_PUT_SN_MR, self._mode)
        self._put(_PUT_IR, _RECV)
        self._put(_PUT_IMR, _RECV)
        is_open = self._run(_OPEN) and self._get(_GET_SR) == _MACRAW
        self._rx_at = self._get(_GET_RX_RD)
        self._tx_at = self._get(_GET_TX_WR)
        if self._use_int:
            self._put(_PUT_SIMR, b"\x01")
        return is_open

    def _shut(self):
        """Close socket 0; INT goes high."""
        self._run(_CLOSE)
        self._put(_PUT_IR, _RECV)

    def _is_alive(self):
        """Did the chip take the last command, and is socket 0 still open?"""
        return self._is_taken() and self._get(_GET_SR) == _MACRAW

    def _has_link(self):
        return self._get(_GET_PHYCFGR) & _LNK == _LNK

    def _run(self, command):
        self._put(_PUT_CR, command)
        return self._is_taken()

    def _is_taken(self):
        """CR reads 0 once the chip has taken a command; at most 2 ms."""
        for _ in range(20):
            if self._get(_GET_CR) == 0:
                return True
            time.sleep_us(100)
        return False

    def _put(self, header, values):
        self._cs(0)
        self._write(header + values)
        self._cs(1)

    def _get(self, question):
        """The 8 or 16 bits that a read transaction of 4 or 5 bytes asks for. Does not allocate."""
        answer = self._in4 if len(question) == 4 else self._in5
        self._cs(0)
        self._swap(question, answer)
        self._cs(1)
        return answer[3] if len(question) == 4 else answer[3] << 8 | answer[4]
