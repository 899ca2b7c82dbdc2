"""W5500: a WIZnet W5500 on SPI as a raw-Ethernet NIC (socket 0 in MACRAW mode, all 16 + 16 KB).

Rules that hold here
- A frame costs no heap: headers are made beforehand, the views of a buffer when it is first seen.
- Size and frame arrive in one chip-select period, the frame straight into the caller's buffer.
- RX_RD and TX_WR are kept here and only ever written; TX_WR reads back stale until SEND anyway.
- INT is a level. The interrupt handler only sets flags; RECV is cleared before reading, not after.
- CR is not polled on the frame path: the chip takes RECV and SEND in less time than one Python
  call takes. Once in wait_ms _check() verifies it, and reopens a socket that the chip lost.
- Every wait is bounded, and every way out of a receive leaves the read pointer advanced.

Pins: cs and rst are outputs, int an input with pull-up; int and rst are optional. Ask for 24 MHz
on an RP2040 (20 gives 12). Do not use network.WIZNET5K on the same chip.
"""

import asyncio
import time

from micropython import const

from .w5500_setup import MODE_ALL, MODE_ARP, Setup

# Transactions of the frame path: address, control (block << 3, plus 4 to write), values.
# Blocks of socket 0: 1 registers, 2 TX buffer, 3 RX buffer; the chip wraps their addresses.
_GET_TX_FSR = b"\x00\x20\x08\x00\x00"
_GET_RX_RSR = b"\x00\x26\x08\x00\x00"
_GET_RX_POINTERS = b"\x00\x26\x08\x00\x00\x00\x00\x00\x00"  # RX_RSR, RX_RD, RX_WR
_CLEAR_RECV = b"\x00\x02\x0c\x04"  # Sn_IR
_SEND = b"\x00\x01\x0c\x20"  # Sn_CR
_RECV = b"\x00\x01\x0c\x40"
_PUT_TX_WR = b"\x00\x24\x0c\x00\x00"
_PUT_RX_RD = b"\x00\x28\x0c\x00\x00"
_TX_WRITE = b"\x00\x00\x14"
_RX_READ = b"\x00\x00\x18\x00\x00"

_RAM = const(0x4000)  # bytes of each buffer
_RAW_MIN = const(16)  # in RX RAM a frame follows its length, which counts its own two bytes
_RAW_MAX = const(1516)
_FRAME_MIN = const(60)
_FRAME_MAX = const(1514)
_ENETDOWN = const(100)
_TX_BUSY_US = const(2000)  # the longest frame takes 1.3 ms at 10 Mbit/s
_COUNT_MASK = const(0x1FFFFFFF)  # the counters stay small integers


class Stats:
    """Counters of one W5500."""

    NAMES = ("rx", "tx", "rx_too_long", "rx_desync", "rx_drained", "tx_stuck", "missed_edge")
    NAMES += ("reopened", "chip_lost")

    def __init__(self):
        for name in self.NAMES:
            setattr(self, name, 0)

    def names(self):
        return self.NAMES


def _cut(buf):
    """Views of the first 60, 124, 188 ... bytes of buf; the one for n bytes is [(n + 3) // 64]."""
    whole = memoryview(buf)
    return [whole[:end] for end in range(60, min(len(buf), _FRAME_MAX) + 64, 64)]


class W5500(Setup):
    """A NIC (see the package). mac None: a random locally administered address."""

    def __init__(self, spi, cs, int=None, rst=None, mac=None):
        self._is_up = False  # socket 0 is open
        super().__init__(spi, cs, rst, mac, int is not None)
        self.mtu = 1500
        self.stats = Stats()
        self.poll_ms = 5  # pause between looks without INT
        self.wait_ms = 1000  # bound of wait() with INT, and the period of _check()
        self._is_wanted = True  # what active() was told
        self._is_up = True
        self._waiting = 0  # bytes known to be in RX RAM
        self._must_look = False  # ask the chip even while INT is high
        self._is_noticed = False  # an edge came since the last look
        self._rx_end = 0  # RX_WR as last read
        self._sent_at = time.ticks_add(time.ticks_us(), -_TX_BUSY_US)
        self._checked_at = time.ticks_ms()
        self._in9 = bytearray(9)
        self._tx_write = bytearray(_TX_WRITE)
        self._rx_read = bytearray(_RX_READ)
        self._put_tx_wr = bytearray(_PUT_TX_WR)
        self._put_rx_rd = bytearray(_PUT_RX_RD)
        self._rx_buf = self._rx_views = None  # the caller's buffer and the views of it
        self._tx_buf = self._tx_views = None
        self._short_n = -1  # the length that _short (frame) and _pad (zeros up to 60) are for
        self._short = self._pad = None
        self._int = int
        self._flag = asyncio.ThreadSafeFlag()
        if int is not None:
            self._on_int = self._notice  # bound once
            int.irq(handler=self._on_int, trigger=int.IRQ_FALLING)

    def recv_into(self, buf):
        """One frame into buf -> its length, 0 = none. No allocation while buf stays the same."""
        if buf is not self._rx_buf:
            self._rx_views = _cut(buf)
            self._rx_buf = buf
        if self._waiting == 0 and not self._look():
            return 0
        raw = self._read_frame() or self._recover()
        if raw == 0:
            return 0
        self._release((self._rx_at + raw) & 0xFFFF)
        self._waiting -= raw
        if raw - 2 > len(buf):
            self.stats.rx_too_long += 1
            return 0
        self.stats.rx = (self.stats.rx + 1) & _COUNT_MASK
        return raw - 2

    def send(self, buf, n):
        """Send n bytes of buf, zero-padded to 60. No allocation while buf, and an n < 60, stay."""
        if n < 14 or n > _FRAME_MAX or n > len(buf):
            raise ValueError("n is %d, not 14 to 1514 or beyond the buffer" % n)
        if self._is_up and time.ticks_diff(time.ticks_us(), self._sent_at) < _TX_BUSY_US:
            self._finish_send()
        if not self._is_up:
            raise OSError(_ENETDOWN, "W5500: not active, or the chip is lost")
        if buf is not self._tx_buf:
            self._tx_views = _cut(buf)
            self._tx_buf = buf
            self._short_n = -1
        if n < _FRAME_MIN and n != self._short_n:
            self._short = memoryview(buf)[:n]
            self._pad = bytes(_FRAME_MIN - n)
            self._short_n = n
        at = self._tx_at
        header = self._tx_write
        header[0] = at >> 8
        header[1] = at & 0xFF
        self._cs(0)
        self._write(header)
        if n < _FRAME_MIN:
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
        self._sent_at = time.ticks_us()
        self.stats.tx = (self.stats.tx + 1) & _COUNT_MASK

    def link(self):
        """True while the PHY has a link. MACRAW has no link interrupt, so ask now and then."""
        self._check()
        return self._is_up and self._has_link()

    async def wait(self):
        """Return when there may be a frame: known or signalled, else after poll_ms / wait_ms."""
        self._check()
        if not self._is_up or self._int is None:
            await asyncio.sleep_ms(0 if self._waiting else self.poll_ms)
        elif self._waiting or self._must_look or not self._int():
            await asyncio.sleep_ms(0)
        else:
            try:
                await asyncio.wait_for_ms(self._flag.wait(), self.wait_ms)
            except asyncio.TimeoutError:
                self._must_look = True  # the edge may have been missed, or INT be broken

    def active(self, flag):
        """False closes socket 0, True opens it again."""
        self._is_wanted = bool(flag)
        self._waiting = 0
        if not flag:
            self._is_up = False
            self._shut()
        elif not self._is_up:
            self._is_up = self._open()

    def promiscuous(self, flag):
        """True passes every frame on the wire, False those for us or all. Reopens socket 0."""
        self._mode = MODE_ALL if flag else MODE_ARP
        if self._is_up:
            self._waiting = 0
            self._is_up = self._open()

    def close(self):
        self.active(False)
        if self._int is not None:
            self._int.irq(handler=None)

    def _notice(self, _pin):
        """Interrupt context: nothing but flags."""
        self._is_noticed = True
        self._flag.set()

    def _look(self):
        """Learn how much waits -> True when something does. While INT is high: no transaction."""
        if not self._is_up:
            return False
        if self._int is not None:
            if self._int() and not self._must_look:
                return False
            self._transact(_CLEAR_RECV)
        self._waiting = self._get(_GET_RX_RSR)
        if self._must_look:
            self._must_look = False
            if self._waiting and not self._is_noticed:
                self.stats.missed_edge += 1
        self._is_noticed = False
        return self._waiting != 0

    def _read_frame(self):
        """The next frame into the caller's buffer -> its size in RX RAM, 0 = impossible size.

        A frame too long for the buffer stays in the chip. No view reaches beyond the buffer.
        """
        at = self._rx_at
        header = self._rx_read
        header[0] = at >> 8
        header[1] = at & 0xFF
        answer = self._in5
        self._cs(0)
        self._swap(header, answer)
        raw = answer[3] << 8 | answer[4]
        if not _RAW_MIN <= raw <= _RAW_MAX or not raw <= self._waiting <= _RAM:
            raw = 0
        elif raw - 2 <= len(self._rx_buf):
            self._readinto(self._rx_views[(raw + 1) // 64])
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
        self.stats.rx_desync += 1
        if self._recount():
            raw = self._read_frame() if self._waiting else 0
            if raw or not self._waiting:
                return raw
        self.stats.rx_drained += 1
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
            if start == self._rx_at and (self._rx_end - start) & 0xFFFF == size <= _RAM:
                self._waiting = size
                return True
        self._waiting = 0
        return False

    def _finish_send(self):
        """Wait until the last frame has left, at most 3 ms; open a stuck transmitter again."""
        for _ in range(30):
            if self._get(_GET_TX_FSR) == _RAM:
                return
            time.sleep_us(100)
        self.stats.tx_stuck += 1
        self._reopen()

    def _check(self):
        """Once in wait_ms: is the chip as we left it? Else open the socket again."""
        now = time.ticks_ms()
        if self._is_wanted and time.ticks_diff(now, self._checked_at) >= self.wait_ms:
            self._checked_at = now
            if not self._is_up or not self._is_alive():
                self._reopen()

    def _reopen(self):
        self.stats.reopened += 1
        self._waiting = 0
        self._is_up = self._open()
        if not self._is_up:  # send() refuses now; _check() goes on trying
            self.stats.chip_lost += 1

    def _transact(self, out):
        self._cs(0)
        self._write(out)
        self._cs(1)
