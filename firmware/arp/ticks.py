"""Arithmetic on ticks: milliseconds that wrap at 2**30, in ints that never leave 31 bits.

`time.ticks_add` and `ticks_diff` wrap at 2**62 on a 64-bit port; these wrap alike everywhere.
Neither allocates. A difference is right while the two ticks are less than 6.2 days apart.
"""

from .const import TICKS_HALF, TICKS_MASK


def add(tick, ms):
    """The tick `ms` (0 to 2**29) after `tick`; summed below zero, where nothing overflows."""
    return (tick - TICKS_MASK + ms - 1) & TICKS_MASK


def diff(late, early):
    """Milliseconds from `early` to `late`, negative when `late` comes first."""
    return ((late - early) & TICKS_MASK ^ TICKS_HALF) - TICKS_HALF


def before(a, b):
    """True when tick `a` comes before tick `b`."""
    return (a - b) & TICKS_HALF != 0
