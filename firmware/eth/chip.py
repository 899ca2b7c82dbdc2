"""Chip: what the drivers of SPI Ethernet chips share: buffers, INT and waiting.

It stands on eth.recovery. A driver inherits it, is bounded in time in everything, and adds what is
the chip's own:

    _reset()        by pin or command, until registers can be written; sleep_ms(n) sleeps more than
                    n - 1 ms on an RP2040, where it looks at ticks_ms, and no longer for sure
    _find(tries)    is it that chip? asks at most so often, a millisecond apart
    _absent()       the OSError that says what answered instead
    _open()         write every register, start to receive -> is it as it should be?
    _shut()         stop receiving
    _is_intact()    is every register as _open() left it? (4 to 110 short transactions)
    _has_link()     ask the PHY
    recv_into(buf)  as the package asks; all of the usual frame's way in one function
    send(buf, n)    the same
    _count()        how much waits: 0 or more, in the chip's own measure
    _settle()       look after the last transmission -> has it ended?
    _unstick()      it did not: free the transmitter
    _survey()       the rest of the slow check: count and mend what the chip itself reports
    _filter()       _is_promiscuous or _is_arp_only changed
    _read_frame()   what is left of a frame whose header was read, the chip still being selected ->
                    its length, 0 = dropped, -1 = impossible; sets _owed
    _recover()      it was impossible: climb the ladder -> a frame's length or 0
    _release()      give the room of the frame that recv_into() handed over back to the chip

So that an answer leaves first, a frame is released by the call after the one that read it: `_owed`
is not 0 in between. How many calls and attributes a frame takes is what it costs (28 us a call on
an RP2040, where a transaction of 4 bytes takes 20): so the usual way stands in line, if twice.
"""

import asyncio
import os

from micropython import const

from .recovery import Recovery

_FRAME_MAX = const(1514)
_HEADER = const(14)
_BUF_MIN = const(60)
_FALSE_INTS = const(3)  # looks that find nothing while INT stays low
_ENETDOWN = const(100)
_POLL = const(3)  # MicroPython's MP_STREAM_POLL


class Bell(asyncio.ThreadSafeFlag):
    """A flag that calls `first`, once, when asyncio's loop finds it set; then it wakes who waits.

    That is no interrupt but between two tasks, and 0.2 ms before the task that waits would run.
    """

    first = None
    is_noticed = False  # it rang since who owns it last set this to False

    def ring(self, _pin):
        """The handler of INT: nothing but flags, and no call, which would take 20 us more."""
        self.is_noticed = True
        self.state = 1

    def ioctl(self, request, arg):
        """The loop asks whether the flag is set; stands in for ThreadSafeFlag's own."""
        if request != _POLL:
            return -1
        if not self.state:
            return 0
        first = self.first
        if first is not None:
            self.first = None
            first()
        return arg


class Chip(Recovery):
    """One chip on SPI. Pins: cs and rst are outputs, int an input; int and rst may be None."""

    _usual = _BUF_MIN  # bytes to read of the usual frame, which is the shortest one

    def __init__(self, spi, cs, int, rst, mac):
        self.mac = bytes(mac) if mac is not None else b"\x02" + os.urandom(5)
        if len(self.mac) != 6 or self.mac[0] & 1:
            raise ValueError("mac is %r, not the 6 bytes of a unicast address" % (mac,))
        super().__init__(cs)
        self.mtu = 1500
        self.poll_ms = 5  # pause between looks without INT
        self._write = spi.write
        self._readinto = spi.readinto
        self._swap = spi.write_readinto
        self._rst = rst
        self._int = int
        self._is_promiscuous = self._is_arp_only = False
        self._polls = int is None  # INT is not wired, or does not do what it should
        self._must_look = False  # ask the chip even while INT is high
        self._is_full = False  # a frame of full length does not fit any more
        self._false_ints = 0  # looks in a row that found INT low and nothing else
        self._rx_buf = None  # the caller's buffer; _adopt() makes the views of it, and _rx_max
        self._tx_buf = None  # the same; _check_send() does
        self._tx_n = -1  # the length that _tx_view is for
        self._bell = Bell()  # is_noticed: an edge came since the last look
        cs(1)
        self._reset()
        if not self._find(100) or not self._open():
            raise self._absent()
        self._is_up = True
        if int is not None:
            int.irq(handler=self._bell.ring, trigger=int.IRQ_FALLING)

    def link(self):
        """True while the PHY has a link; costs up to 30 transactions, so ask now and then."""
        self._attempt(self._look_at_link)
        return self._is_up and not self._is_link_known_down

    async def wait(self):
        """Return when there may be a frame: known or signalled, else after poll_ms / wait_ms."""
        flag = self.signal()
        if flag is None:
            is_slow = (self._polls or not self._is_up) and not self._waiting
            await asyncio.sleep_ms(self.poll_ms if is_slow else 0)
        else:
            try:
                await asyncio.wait_for_ms(flag.wait(), self.wait_ms)
            except asyncio.TimeoutError:
                self.look_again()  # the edge may have been missed, or INT be broken

    def signal(self):
        """The Bell that INT rings, where nothing waits and INT is trusted; else None."""
        self._bell.clear()  # of what was before this INT's level tells
        if self._polls or self._waiting or self._must_look or not self._is_up or not self._int():
            return None
        return self._bell

    def look_again(self):
        """For who waits for signal(), once a second; what wait() does after its time-out."""
        self._must_look = True
        self._is_idle = False
        self._bell.set()

    def active(self, flag):
        """False stops the chip's sending and receiving, True starts it again."""
        self._is_wanted = bool(flag)
        if not flag:
            self._forget()
            self._attempt(self._shut)
        elif not self._is_up:
            self._attempt(self._start)

    def promiscuous(self, flag):
        """True passes every frame on the wire, False those for us or for all."""
        self._is_promiscuous = bool(flag)
        self._refilter()

    def arp_only(self, flag):
        """True drops frames that are not ARP, having read their header, and cuts ARP to buf."""
        self._is_arp_only = bool(flag)
        self._rx_buf = None  # its views depend on it
        self._refilter()

    def close(self):
        """Stop the chip and its interrupts; the object is of no use afterwards."""
        if self._int is not None:
            self._int.irq(handler=None)
        self.active(False)

    def _look(self):
        """Learn how much waits -> True when something does. While INT is high: no transaction."""
        self._check()
        if not self._is_up:
            return False
        if not self._polls and not self._must_look:
            self._bell.is_noticed = False
            if self._int():
                self._is_idle = not self._false_ints and not self._is_full
                return False
        return self._see()

    def _see(self):
        """The same of a chip that is to be asked."""
        was_noticed = self._bell.is_noticed
        # An edge from here on may be of a frame not yet counted.
        self._bell.is_noticed = self._is_idle = False
        self._waiting = self._count()
        if self._int is not None:
            self._judge_int(was_noticed or self._bell.is_noticed)
        return self._waiting != 0

    def _judge_int(self, is_noticed):
        """Poll from now on when INT tells nothing or lies; an edge is the sign that it works."""
        if self._polls:
            self._polls = not is_noticed
        elif self._waiting:
            self._false_ints = 0
            if self._must_look and not is_noticed:
                self._polls = True
                self._note("missed_edge")
            else:  # INT may stay low, and what comes now makes no edge then
                self._bell.is_noticed = True
        elif not self._int():
            self._false_ints += 1
            if self._false_ints > _FALSE_INTS:
                self._false_ints = 0
                self._survey()  # there may be a reason
                if not self._int():
                    self._polls = True
                    self._note("int_stuck")
        else:  # who looked once more, of its own accord, found all as it should be
            self._is_idle = self._is_up and not self._false_ints and not self._is_full
        self._must_look = False

    def _refilter(self):
        if self._is_up:
            self._attempt(self._filter)

    def _check_send(self, buf, n):
        """Raise unless n bytes of buf can be sent now, after what was sent before.

        Sets _tx_view, _tx_n and _tx_buf; makes the views of a buffer not yet seen.
        """
        if n < _HEADER or n > _FRAME_MAX or n > len(buf):
            raise ValueError("n is %d, not 14 to 1514 or beyond the buffer" % n)
        try:  # as _attempt() does, which would take heap: a bound method
            if self._is_sending and self._is_up:
                self._finish_send()
            if self._is_link_known_down and self._is_up:
                self._see_link()
        except BaseException as error:
            self._lose_bus()
            if not isinstance(error, OSError):
                raise error
        if not self._is_up or self._is_link_known_down:
            raise OSError(_ENETDOWN, "not active, no link, or the chip is lost")
        if n != self._ready_n:
            self._ready_n = -1  # Ctrl-C may come, or memory be short, before all fits n
        if buf is not self._tx_buf:
            self._tx_buf = None  # there may be no memory for its views
            self._tx_views = _cut(buf, 0)
            self._short_n = -1
        if n >= _BUF_MIN:
            self._tx_view = self._tx_views[(n + 3) // 64]
        else:
            if n != self._short_n:
                self._short = memoryview(buf)[:n]
                self._short_n = n
            self._tx_view = self._short
        self._tx_n = n
        self._tx_buf = buf

    def _adopt(self, buf):
        """Make the views of the caller's buffer: in one piece, or header and the rest."""
        if len(buf) < _BUF_MIN:
            raise ValueError("buf holds %d bytes; a frame has at least 60" % len(buf))
        self._rx_buf = None  # there may be no memory for its views
        self._rx_max = min(len(buf), _FRAME_MAX)
        whole = memoryview(buf)
        self._rx_head = whole[:_HEADER]
        self._rx_usual = whole[: self._usual] if len(buf) >= self._usual else None
        self._rx_views = _cut(buf, _HEADER if self._is_arp_only else 0)
        self._rx_buf = buf

    def _transact(self, out):
        self._cs(0)
        self._write(out)
        self._cs(1)


def _cut(buf, start):
    """Views of buf from start up to 60, 124, 188 ...; the one for n bytes is [(n + 3) // 64]."""
    whole = memoryview(buf)
    views = []
    for end in range(60, min(len(buf), _FRAME_MAX) + 64, 64):
        views.append(whole[start:end])
    return views
