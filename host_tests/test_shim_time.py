"""What the micropython shim gives to CPython: decorators, ticks that wrap, asyncio's additions."""

import asyncio
import sys
import time

import micropython

from support import skip

IS_CPYTHON = sys.implementation.name == "cpython"


def test_const_native_and_viper_leave_things_as_they_are():
    if not IS_CPYTHON:
        skip("these are the interpreter's own here")

    def f(x):
        return ptr8(x)[0] + 1

    assert micropython.const(7) == 7
    assert micropython.native(f) is f
    assert micropython.viper(f)(b"\x07") == 8


def test_ticks_wrap_at_2_to_the_30():
    if not IS_CPYTHON:
        skip("MicroPython's unix port wraps at 2**62")
    period = 2**30
    assert 0 <= time.ticks_ms() < period
    assert 0 <= time.ticks_us() < period
    assert time.ticks_add(period - 1, 2) == 1
    assert time.ticks_add(1, -2) == period - 1


def test_ticks_diff_is_signed_across_the_wrap():
    late = time.ticks_add(0, -5)
    assert time.ticks_diff(3, late) == 8
    assert time.ticks_diff(late, 3) == -8
    assert time.ticks_diff(late, late) == 0


def test_ticks_count_up():
    before_ms, before_us = time.ticks_ms(), time.ticks_us()
    time.sleep_ms(2)
    time.sleep_us(1000)
    assert 2 <= time.ticks_diff(time.ticks_ms(), before_ms) < 500
    # MicroPython's unix port counts sleep_ms in milliseconds of its own: 2.27 ms were measured.
    assert 2000 <= time.ticks_diff(time.ticks_us(), before_us) < 500_000


def test_a_flag_set_before_is_seen_once():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        flag.set()
        flag.set()
        await flag.wait()
        try:
            await asyncio.wait_for_ms(flag.wait(), 10)
        except asyncio.TimeoutError:
            return True

    assert asyncio.run(main())


def test_a_flag_can_be_cleared():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        flag.set()
        flag.clear()
        try:
            await asyncio.wait_for_ms(flag.wait(), 10)
        except asyncio.TimeoutError:
            return True

    assert asyncio.run(main())


def test_a_flag_wakes_a_task_that_waits_again_and_again():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        woken = []

        async def waiter():
            for i in range(3):
                await flag.wait()
                woken.append(i)

        task = asyncio.create_task(waiter())
        for i in range(3):
            flag.set()
            while len(woken) == i:
                await asyncio.sleep_ms(1)
        await asyncio.wait_for_ms(task, 500)
        return woken

    assert asyncio.run(main()) == [0, 1, 2]


def test_a_flag_that_is_set_after_a_time_out_is_not_lost():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        try:
            await asyncio.wait_for_ms(flag.wait(), 1)
        except asyncio.TimeoutError:
            flag.set()
        await asyncio.wait_for_ms(flag.wait(), 500)

    asyncio.run(main())


def test_a_flag_is_set_from_another_thread():
    if not IS_CPYTHON:
        skip("MicroPython's flag is its own")
    import threading

    async def main():
        flag = asyncio.ThreadSafeFlag()
        for _ in range(20):
            thread = threading.Thread(target=flag.set)
            thread.start()
            await asyncio.wait_for_ms(flag.wait(), 5000)
            thread.join()

    asyncio.run(main())


def test_a_second_waiter_is_refused():
    if not IS_CPYTHON:
        skip("MicroPython does not check")

    async def main():
        flag = asyncio.ThreadSafeFlag()
        first = asyncio.create_task(flag.wait())
        await asyncio.sleep_ms(1)
        try:
            await flag.wait()
        except RuntimeError as e:
            return str(e)
        finally:
            flag.set()
            await first

    assert asyncio.run(main()) == "ThreadSafeFlag: only one task may wait"


def test_a_waiter_that_was_cancelled_does_not_take_the_next_one_along():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        first = asyncio.create_task(asyncio.wait_for_ms(flag.wait(), 1000))
        await asyncio.sleep_ms(1)
        first.cancel()
        second = asyncio.create_task(flag.wait())
        await asyncio.sleep_ms(1)
        flag.set()
        await asyncio.wait_for_ms(second, 500)

    asyncio.run(main())


def test_a_flag_whose_loop_is_over_can_still_be_set():
    async def main():
        flag = asyncio.ThreadSafeFlag()
        task = asyncio.create_task(flag.wait())
        await asyncio.sleep_ms(1)
        task.cancel()
        return flag

    flag = asyncio.run(main())
    flag.set()


def test_sleep_ms_lets_others_run():
    async def main():
        ran = []

        async def other():
            ran.append(1)

        task = asyncio.create_task(other())
        await asyncio.sleep_ms(0)
        await task
        return ran

    assert asyncio.run(main()) == [1]
