"""What a late start, long running and long silence do to the ticks that the cache keeps.

A tick more than half a wrap old looks like the future (6.2 days). Entries with a deadline lose it
in time; what is here cares for the rest. `cache` is the neighbor cache, `lifetime_ms` the setting.
"""

from .cache import MANUAL, SENT
from .const import TICKS_MASK, const
from .ticks import add, diff

# The age that entries without a deadline keep: far below half a wrap.
_OLDEST_MS = const(0x10000000)


def start(cache, lifetime_ms, now):
    """The first call that tells the time: what was configured before it begins now."""
    slot = cache.head(MANUAL)
    while slot >= 0:
        cache.seen_at[slot] = now
        if cache.timers.is_set(slot):
            cache.timers.set(slot, add(now, lifetime_ms))
        slot = cache.after(slot)


def keep_house(cache, now):
    """To be called every day at least: no configured entry gets older than three days."""
    slot = cache.head(MANUAL)
    while slot >= 0:
        if diff(now, cache.seen_at[slot]) > _OLDEST_MS:
            cache.seen_at[slot] = (now - _OLDEST_MS) & TICKS_MASK
        slot = cache.after(slot)


def lose_time(cache, lifetime_ms, now):
    """Nobody knows how much time has passed: every lifetime is over, every deadline is now."""
    for slot in range(cache.n):
        cache.seen_at[slot] = (now - lifetime_ms) & TICKS_MASK
        cache.flags[slot] &= ~SENT & 0xFF
    cache.timers.all_due(now)
