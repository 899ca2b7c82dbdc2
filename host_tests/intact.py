"""What must hold of a neighbor cache's arrays at any time (arp.cache), for tests of all kinds."""

from arp.cache import COLD, FREE, GHOST, GHOST_STATE, WARM
from arp.const import EMPTY

_LISTS = 6


def intact(cache):
    """Raise AssertionError unless every slot is in its one list, found, and no list too long."""
    total = 0
    for which in range(_LISTS):
        slot = cache._after[cache.n + which]
        count = 0
        while slot < cache.n:
            assert cache.list[slot] == which, "slot %d is in two lists" % slot
            assert (cache.state[slot] == EMPTY) == (which == FREE)
            assert (cache.state[slot] == GHOST_STATE) == (which == GHOST)
            if which != FREE:
                assert cache.find(cache.ip, slot * 4) == slot, "slot %d is not found" % slot
            count += 1
            slot = cache._after[slot]
        assert count == cache.count[which]
        total += count
    assert total == cache.n
    assert cache.count[COLD] + cache.count[WARM] <= cache.capacity
