"""Setup: a W5500 behind SPI brought to the point where socket 0 passes raw frames (MACRAW mode).

Each method is a step of the data sheet and bounded in time. Nothing here runs once per frame; the
frames are the business of eth.w5500, which inherits this. Data sheet 1.0.9: SPI frame section 2.2,
common registers 4.1, socket registers 4.2.
"""

import time

from micropython import const

from .chip import Chip

# A transaction is: address (2 bytes), control, values. Control is block << 3, plus 4 to write.
# Blocks: 0 common registers; 4n + 1 registers of socket n. Reads end in a zero for each value.
_GET_MR = const(b"\x00\x00\x00\x00")
_GET_SIMR = const(b"\x00\x18\x00\x00")
_GET_PHYCFGR = const(b"\x00\x2e\x00\x00")
_GET_VERSIONR = const(b"\x00\x39\x00\x00")
_GET_SR = const(b"\x00\x03\x08\x00")
_GET_TX_WR = const(b"\x00\x24\x08\x00\x00")
_GET_RX_RD = const(b"\x00\x28\x08\x00\x00")
_GET_COMMON = const(  # MR, GAR, SUBR, SHAR, SIPR
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)
_GET_SN = const(b"\x00\x00\x08\x00\x00\x00\x00")  # Sn_MR, CR, IR, SR
# Sizes, TX_FSR ... RX_WR, Sn_IMR.
_GET_BUFFERS = const(b"\x00\x1e\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
_PUT_MR = const(b"\x00\x00\x04")
_PUT_COMMON = const(b"\x00\x01\x04")  # from GAR on
_PUT_SIMR = const(b"\x00\x18\x04")
_PUT_SN_MR = const(b"\x00\x00\x0c")
_PUT_CR = const(b"\x00\x01\x0c")
_PUT_IR = const(b"\x00\x02\x0c")
_PUT_IMR = const(b"\x00\x2c\x0c")

_RAM = const(0x4000)  # bytes of each buffer
_VERSION = const(0x04)
_RST = const(0x80)  # in MR
_PING_BLOCK = const(b"\x10")  # in MR; with SIPR left at 0.0.0.0 the chip answers no ARP either
_LNK = const(0x01)  # in PHYCFGR
_RECV = const(0x04)  # in Sn_IR and Sn_IMR
# Sn_MR: MFEN (own address, all), MMB (no IPv4 multicast), MIP6B, MACRAW.
_MODE_ARP = const(b"\xb4")
_MODE_ALL = const(b"\x04")  # Sn_MR: MACRAW alone
_OPEN = const(b"\x01")
_CLOSE = const(b"\x10")
_CLOSED = const(0x00)  # in Sn_SR
_MACRAW = const(0x42)
_KILOBYTES = const(0x10)

_EIO = const(5)
_ENODEV = const(19)


class Setup(Chip):
    """Registers, reset, version check, socket 0. The pins are configured by who hands them in."""

    def __init__(self, spi, cs, int, rst, mac):
        self._answers = {n: bytearray(n) for n in (4, 5, 7, 9, 11, 18, 22)}
        super().__init__(spi, cs, int, rst, mac)

    def _reset(self):
        if self._rst is not None:
            self._rst(0)
            time.sleep_us(1000)  # at least 500, section 5.5.1
            self._rst(1)
        else:
            self._put(_PUT_MR, bytes((_RST,)))
            for _ in range(20):
                if not self._get(_GET_MR) & _RST:
                    break
                time.sleep_us(100)
        time.sleep_ms(5)  # the PLL locks within 1 ms

    def _find(self, tries):
        """VERSIONR may read 0 for a while after reset."""
        for _ in range(tries):
            if self._get(_GET_VERSIONR) == _VERSION:
                return True
            time.sleep_ms(1)
        return False

    def _absent(self):
        version = self._get(_GET_VERSIONR)
        if version == _VERSION:
            status = self._get(_GET_SR)
            return OSError(_EIO, "W5500: socket 0 is 0x%02x after OPEN, expected 0x42" % status)
        why = "no chip: wiring" if version in (0x00, 0xFF) else "SPI too fast or MISO shifted"
        return OSError(_ENODEV, "W5500: version 0x%02x, expected 0x04 (%s)" % (version, why))

    def _open(self):
        """Write every register and open socket 0 -> True when it is in MACRAW mode.

        Complete, so that it also brings back a chip that a brown-out has reset.
        """
        self._run(_CLOSE, _CLOSED)
        self._put(_PUT_MR, _PING_BLOCK)
        self._put(_PUT_COMMON, bytes(8) + self.mac + bytes(4))
        self._put(_PUT_SIMR, b"\x00")
        is_sized = True
        for n in range(7, -1, -1):  # RXBUF_SIZE, TXBUF_SIZE in KB: first take it from the others
            size = 0 if n else _KILOBYTES
            self._put(bytes((0x00, 0x1E, n << 5 | 0x0C)), bytes((size, size)))
            question = bytes((0x00, 0x1E, n << 5 | 0x08, 0, 0))
            is_sized = is_sized and self._get(question) == size << 8 | size
        self._put(_PUT_SN_MR, self._mode())
        self._put(_PUT_IR, b"\x1f")
        self._put(_PUT_IMR, bytes((_RECV,)))
        is_open = self._run(_OPEN, _MACRAW)
        self._aim_rx(self._get(_GET_RX_RD))  # sets _rx_at; both are shadows of what the chip has
        self._tx_at = self._get(_GET_TX_WR)
        if self._int is not None:
            self._put(_PUT_SIMR, b"\x01")
        return is_sized and is_open and self._is_intact()

    def _mode(self):
        return _MODE_ALL if self._is_promiscuous else _MODE_ARP

    def _filter(self):
        """The mode of a socket takes effect at OPEN; what waits in the chip is lost."""
        if self._ask(_GET_SN)[3] != self._mode()[0]:
            self._start()

    def _shut(self):
        """Close socket 0; INT goes high."""
        self._run(_CLOSE, _CLOSED)
        self._put(_PUT_IR, bytes((_RECV,)))

    def _is_intact(self):
        """Are the registers as _open() left them, the pointers where they should be, CR free?"""
        common = self._ask(_GET_COMMON)
        for i in range(3, 22):  # but for MR and SHAR all are zero
            expected = self.mac[i - 12] if 12 <= i < 18 else 0
            if common[i] != (_PING_BLOCK[0] if i == 3 else expected):
                return False
        if self._get(_GET_SIMR) != (self._int is not None):
            return False
        socket = self._ask(_GET_SN)
        if socket[3] != self._mode()[0] or socket[4] or socket[6] != _MACRAW:
            return False
        got = self._ask(_GET_BUFFERS)
        if got[3] != _KILOBYTES or got[4] != _KILOBYTES or got[17] != _RECV:
            return False
        if got[5] << 8 | got[6] == _RAM and got[9] << 8 | got[10] != self._tx_at:
            return False
        return got[13] << 8 | got[14] == self._rx_at

    def _has_link(self):
        return self._get(_GET_PHYCFGR) & _LNK == _LNK

    def _run(self, command, status):
        """Give a command and wait until it is taken (CR 0) and done (SR); at most 2 ms."""
        self._put(_PUT_CR, command)
        for _ in range(20):
            socket = self._ask(_GET_SN)
            if socket[4] == 0 and socket[6] == status:
                return True
            time.sleep_us(100)
        return False

    def _put(self, header, values):
        self._transact(header + values)

    def _get(self, question):
        """The 8 or 16 bits that a read transaction of 4 or 5 bytes asks for. Does not allocate."""
        answer = self._ask(question)
        return answer[3] if len(question) == 4 else answer[3] << 8 | answer[4]

    def _ask(self, question):
        """The whole transaction -> as many bytes: what came back stands from the fourth on."""
        answer = self._answers[len(question)]
        self._cs(0)
        self._swap(question, answer)
        self._cs(1)
        return answer
