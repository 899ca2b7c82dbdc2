"""The deadline heap gives slots by their deadlines, whatever was set, moved or cleared."""

from arp.chance import Chance
from arp.ticks import add, before, diff
from arp.timers import Timers

START = 2**30 - 5000


def test_first_is_the_earliest_deadline_across_the_wrap():
    timers = Timers(4)
    timers.set(0, add(START, 9000))
    timers.set(1, add(START, 3000))
    timers.set(2, add(START, 6000))
    assert timers.first() == 1
    timers.clear(1)
    assert timers.first() == 2
    timers.clear(2)
    assert timers.first() == 0
    timers.clear(0)
    assert timers.first() == -1


def test_a_deadline_moved_later_is_told_as_the_later_one():
    timers = Timers(2)
    timers.set(0, add(START, 10))
    timers.set(1, add(START, 20))
    timers.set(0, add(START, 30))
    assert timers.first() == 1
    timers.clear(1)
    assert timers.first() == 0
    assert timers.at[0] == add(START, 30)


def test_a_deadline_moved_earlier_comes_first():
    timers = Timers(3)
    for slot in range(3):
        timers.set(slot, add(START, 100 + slot))
    timers.set(2, add(START, 5))
    assert timers.first() == 2


def test_clearing_what_has_no_deadline_changes_nothing():
    timers = Timers(2)
    timers.set(0, START)
    timers.clear(1)
    assert timers.count == 1
    assert not timers.is_set(1)
    assert timers.first() == 0


def test_random_changes_always_agree_with_a_plain_search():
    chance = Chance(7)
    timers = Timers(20)
    deadlines = {}
    for step in range(3000):
        slot = chance.below(20)
        what = chance.below(4)
        if what == 0:
            timers.clear(slot)
            deadlines.pop(slot, None)
        else:
            tick = add(START, chance.below(10000))
            timers.set(slot, tick)
            deadlines[slot] = tick
        first = timers.first()
        if not deadlines:
            assert first == -1
            continue
        earliest = min([diff(tick, START) for tick in deadlines.values()])
        assert diff(deadlines[first], START) == earliest, "seed 7, step %d" % step
        assert not before(deadlines[first], add(START, earliest))
