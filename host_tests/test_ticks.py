"""Ticks wrap at 2**30 and stay within 31 bits."""

from arp.ticks import add, before, diff

LAST = 2**30 - 1


def test_A5_a_sum_wraps_at_2_to_the_30():
    assert add(LAST, 1) == 0
    assert add(LAST - 5, 10) == 4
    assert add(0, 2**29) == 2**29


def test_A5_a_difference_is_right_across_the_wrap():
    assert diff(4, LAST - 5) == 10
    assert diff(LAST - 5, 4) == -10
    assert diff(7, 7) == 0


def test_A5_before_is_right_across_the_wrap():
    assert before(LAST, 0)
    assert not before(0, LAST)
    assert not before(3, 3)


def test_A5_every_step_stays_a_small_int_of_31_bits():
    for a in (0, 1, 2**29 - 1, 2**29, LAST):
        for b in (0, 1, 2**29 - 1, 2**29, LAST):
            assert -(2**30) <= a - LAST + b - 1 < 2**30 or b > 2**29
            assert -(2**29) <= diff(a, b) < 2**29
            assert 0 <= add(a, min(b, 2**29)) <= LAST
