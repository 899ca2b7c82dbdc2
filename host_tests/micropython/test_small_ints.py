"""What the heap tests can and cannot see: which ints cost heap on this interpreter."""

import gc
import sys

from support import skip

WASM = True


def growth(function):
    """Bytes that 100 calls leave on the heap; the collector is off."""
    gc.collect()
    gc.disable()
    try:
        function()
        before = gc.mem_alloc()
        for _ in range(100):
            function()
        return gc.mem_alloc() - before
    finally:
        gc.enable()


keep = [1 << 28]


def just_below():
    keep[0] = (keep[0] & 0xFFFFFFF) | 0x30000000


def just_above():
    keep[0] = (keep[0] & 0xFFFFFFF) | 0x40000000


def test_an_int_below_2_to_the_30_costs_no_heap():
    assert growth(just_below) == 0


def test_an_int_of_2_to_the_30_costs_heap_where_ints_have_31_bits():
    if sys.maxsize > 0x7FFFFFFF:
        skip("small ints have 63 bits here")
    assert growth(just_above) >= 100 * 8
