"""The virtual clock: minutes take no time, ticks wrap, busy waits end, a deadlock is an error."""

import asyncio
import sys
import time
from time import ticks_diff, ticks_ms

import micropython  # noqa: F401

from sim import clock


async def _nap(ms):
    await asyncio.sleep_ms(ms)


def test_a_scenario_of_minutes_takes_milliseconds():
    before = time.ticks_ms()

    async def scenario():
        start = time.ticks_ms()
        await asyncio.sleep_ms(210000)
        return time.ticks_diff(time.ticks_ms(), start)

    assert clock.run(scenario) == 210000
    assert time.ticks_diff(time.ticks_ms(), before) < 1000


def test_ticks_start_near_the_wrap_and_pass_it():
    async def scenario():
        first = ticks_ms()
        await asyncio.sleep_ms(4999)
        last = ticks_ms()
        await asyncio.sleep_ms(1)
        wrapped = ticks_ms()
        return first, last, wrapped, ticks_diff(wrapped, first)

    assert clock.run(scenario) == (2**30 - 5000, 2**30 - 1, 0, 5000)


def test_start_ms_sets_the_first_tick():
    async def scenario():
        return ticks_ms(), time.ticks_us()

    assert clock.run(scenario, start_ms=7) == (7, 7000)


def test_names_imported_before_the_run_follow_the_clock_and_are_given_back():
    real = ticks_ms

    async def scenario():
        return ticks_ms is real, ticks_ms() == time.ticks_ms()

    assert clock.run(scenario) == (False, True)
    assert ticks_ms is real


def test_sleepers_wake_in_the_order_of_their_deadlines():
    seen = []

    async def sleeper(name, ms):
        await asyncio.sleep_ms(ms)
        seen.append((name, time.ticks_diff(time.ticks_ms(), clock.START_MS)))

    async def scenario():
        tasks = [
            asyncio.create_task(sleeper(n, ms)) for n, ms in (("c", 9000), ("a", 3), ("b", 70))
        ]
        for task in tasks:
            await task

    clock.run(scenario)
    assert seen == [("a", 3), ("b", 70), ("c", 9000)]


def test_a_long_row_of_short_sleeps_does_not_drift():
    async def scenario():
        for _ in range(3000):
            await asyncio.sleep_ms(7)
        return time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) == 21000


def test_wait_for_ms_gives_up_at_its_deadline():
    async def scenario():
        try:
            await asyncio.wait_for_ms(_nap(60000), 2500)
        except asyncio.TimeoutError:
            return time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) == 2500


def test_an_event_wakes_its_waiter_without_time_passing():
    async def scenario():
        event = asyncio.Event()
        waiter = asyncio.create_task(event.wait())
        await asyncio.sleep_ms(40)
        event.set()
        await waiter
        return time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) == 40


def test_a_thread_safe_flag_wakes_its_waiter():
    async def setter(flag):
        await asyncio.sleep_ms(30)
        flag.set()

    async def scenario():
        flag = asyncio.ThreadSafeFlag()
        task = asyncio.create_task(setter(flag))
        await flag.wait()
        await task
        return time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) == 30


def test_blocking_sleeps_move_the_clock():
    async def scenario():
        time.sleep_ms(160)
        time.sleep_us(1500)
        time.sleep(1)
        at = time.ticks_diff(time.ticks_us(), clock.START_MS * 1000 % 2**30)
        await asyncio.sleep_ms(10)
        return at, time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) in ((1161500, 1171), (1161500, 1172))


def test_a_busy_wait_with_a_limit_ends():
    async def scenario():
        start = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), start) < 100:
            pass
        return time.ticks_diff(time.ticks_ms(), start)

    assert clock.run(scenario) == 100


def test_a_few_readings_of_the_clock_take_no_time():
    async def scenario():
        start = time.ticks_us()
        for _ in range(100):
            time.ticks_ms()
        return time.ticks_diff(time.ticks_us(), start)

    assert clock.run(scenario) == 0


def _must_deadlock(scenario):
    try:
        clock.run(scenario)
    except clock.Deadlock:
        return True
    return False


def test_waiting_for_what_nobody_sets_is_a_deadlock():
    async def scenario():
        await asyncio.Event().wait()

    assert _must_deadlock(scenario)


def test_a_flag_that_nobody_sets_is_a_deadlock_too():
    async def scenario():
        await asyncio.ThreadSafeFlag().wait()

    assert _must_deadlock(scenario)


def test_a_run_after_a_deadlock_starts_afresh():
    async def stuck():
        asyncio.create_task(_nap(10))
        await asyncio.Event().wait()

    async def scenario():
        await asyncio.sleep_ms(5)
        return time.ticks_ms()

    assert _must_deadlock(stuck)
    assert clock.run(scenario) == 2**30 - 4995


def test_an_exception_of_the_scenario_comes_out_and_time_is_real_again():
    real = time.ticks_ms

    async def scenario():
        await asyncio.sleep_ms(1)
        raise KeyError("mine")

    try:
        clock.run(scenario)
        got = None
    except KeyError as e:
        got = e.args[0]
    assert got == "mine"
    assert time.ticks_ms is real or time.ticks_ms == real


def test_a_task_left_behind_does_not_reach_into_the_next_run():
    seen = []

    async def left_behind():
        await asyncio.sleep_ms(100)
        seen.append(1)

    async def first():
        asyncio.create_task(left_behind())
        await asyncio.sleep_ms(1)

    async def second():
        await asyncio.sleep_ms(1000)

    clock.run(first)
    clock.run(second)
    assert seen == []


def test_a_module_first_loaded_during_a_run_has_the_real_time_afterwards():
    sys.modules.pop("sim.w5500_mac", None)

    async def main():
        return __import__("sim.w5500_mac", None, None, ("Mac",))

    assert clock.run(main).time is time
