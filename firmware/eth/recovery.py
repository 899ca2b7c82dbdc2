"""Recovery: how a chip's driver finds out that something is wrong, and brings the chip back.

The ladder, each rung counted in stats: read again (rx_desync), restart receiver (rx_drained) or
transmitter (tx_stuck), write all registers (reopened), reset the chip (reset); and while all fail
the chip is lost (chip_lost) and tried again each wait_ms. None of it raises; only the two upper
rungs allocate, a few bytes that are garbage at once. Where machine.SPI itself raises (spi_error),
chip select goes high and the slow check tries again. eth.chip says what a driver adds.
"""

import time

from micropython import const

_COUNT_MASK = const(0x1FFFFFFF)  # the counters stay small integers
_TX_LONG_US = const(3000)  # the longest frame takes 1.3 ms at 10 Mbit/s, and may wait its turn
_TX_LOOKS = const(600)  # with 16 retries of 3 ms


class Stats:
    """Counters of one chip; each name but rx and tx is also reported by next_event()."""

    # fmt: off
    NAMES = (
        "rx", "tx", "rx_unwanted", "rx_bad", "rx_too_long", "rx_full", "rx_desync", "rx_drained",
        "tx_retried", "tx_failed", "tx_stuck", "missed_edge", "int_stuck", "phy_stuck",
        "link_down", "link_up", "spi_error", "reopened", "reset", "chip_lost",
    )
    # fmt: on

    def __init__(self):
        for name in self.NAMES:
            setattr(self, name, 0)

    def names(self):
        return self.NAMES

    def add(self, name):
        setattr(self, name, (getattr(self, name) + 1) & _COUNT_MASK)


class Recovery:
    """The slow check and the upper rungs; `is_wanted` is what active() was told."""

    def __init__(self, cs):
        self.stats = Stats()
        self.wait_ms = 1000  # the period of the slow check
        self._cs = cs
        self._is_up = False  # the chip receives and sends
        self._is_wanted = True
        self._is_lost = False  # chip_lost was counted, and it did not come back since
        self._is_link_known_down = False
        self._is_sending = False  # a transmission was started, its end not yet seen
        self._sent_at = 0
        self._waiting = 0  # how much is known to wait in the chip, with what is owed
        self._owed = 0  # how much of it was handed over, but not yet released
        self._ready_n = -1  # a frame of so many bytes may be written now without any look
        self._is_idle = False  # the chip is up, nothing waits or is owed, and INT will tell
        self._news = 0  # bit n: NAMES[n] was counted since next_event() told
        self._checked_at = time.ticks_ms()

    def next_event(self):
        """The name of a counter that moved since it was last told, link_up among them, or None."""
        for i in range(2, len(Stats.NAMES)):
            if self._news >> i & 1:
                self._news &= ~(1 << i)
                return Stats.NAMES[i]
        return None

    def _check(self):
        """Once in wait_ms: is the chip as we left it? Else bring it back. -> was it time?"""
        now = time.ticks_ms()
        if not self._is_wanted or 0 <= time.ticks_diff(now, self._checked_at) < self.wait_ms:
            return False
        self._checked_at = now
        self.stats.rx &= _COUNT_MASK
        self.stats.tx &= _COUNT_MASK
        # The first answer may have been read wrong, or have changed while it was read.
        if not self._is_up or not (self._is_intact() or self._is_intact()):
            self._reopen()
        else:
            self._survey()
        if self._is_up:
            self._see_link()
        return True

    def _look_at_link(self):
        if not self._check() and self._is_up:
            self._see_link()

    def _see_link(self):
        is_down = not self._has_link()
        if is_down == self._is_link_known_down or is_down != (not self._has_link()):
            return
        if is_down and not self._is_intact():  # it is the chip that is missing
            self._reopen()
            return
        self._is_link_known_down = is_down
        self._tx_buf = None  # whatever is ready: the next send() looks first
        self._note("link_down" if is_down else "link_up")

    def _survey(self):
        if self._is_stuck():
            self._unstick()

    def _is_stuck(self):
        """Two looks: the first may have been read wrong."""
        return not self._settle() and self._is_overdue() and not self._settle()

    def _is_overdue(self):
        return not 0 <= time.ticks_diff(time.ticks_us(), self._sent_at) < _TX_LONG_US

    def _finish_send(self):
        """Wait until the last frame has left or was given up: 3 ms, or 60 with retries."""
        for _ in range(_TX_LOOKS):
            if self._settle():
                return
            if self._is_overdue():
                break
            time.sleep_us(100)
        if not self._settle():
            self._unstick()

    def _start(self):
        """Open the chip because somebody wants it, not because something was wrong."""
        self._forget()
        self._is_up = self._open()
        if not self._is_up:
            self._reopen()

    def _reopen(self):
        """The upper rungs of the ladder: every register anew, if need be after a reset."""
        name = "reopened"
        self._cs(1)  # it may have been left low
        self._forget()
        self._is_up = self._open()
        if not self._is_up:
            name = "reset"
            self._reset()
            self._is_up = self._find(10) and self._open()
        if not self._is_up:  # send() refuses now; _check() goes on trying
            name = None if self._is_lost else "chip_lost"
        self._is_lost = not self._is_up
        if name is not None:
            self._note(name)

    def _attempt(self, action):
        """Do something with the chip that may find machine.SPI raising."""
        self._cs(1)  # it may have been left low
        try:
            action()
        except BaseException as error:
            self._lose_bus()
            if not isinstance(error, OSError):  # Ctrl-C, above all
                raise error

    def _lose_bus(self):
        """A transaction was broken off: the chip is opened anew at the next slow check."""
        self._cs(1)
        self._forget()
        self._checked_at = time.ticks_ms()
        self._note("spi_error")

    def _forget(self):
        """What was known of the chip's state is not known any more."""
        self._waiting = self._owed = 0
        self._ready_n = -1
        self._is_up = self._is_idle = self._is_sending = False

    def _note(self, name):
        self.stats.add(name)
        self._news |= 1 << Stats.NAMES.index(name)
