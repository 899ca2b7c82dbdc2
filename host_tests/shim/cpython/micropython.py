"""The micropython module for CPython; importing it also completes time and asyncio.

time gets ticks_ms, ticks_us, ticks_add, ticks_diff (wrapping at 2**30 as on 32-bit boards),
sleep_ms and sleep_us; asyncio gets ThreadSafeFlag, sleep_ms and wait_for_ms. native and viper
leave functions as they are, with ptr8, ptr16 and ptr32 as identities.

Not modelled: heap_lock and everything else about memory, emitters, schedule, interrupt context.
"""

import asyncio
import builtins
import time

_TICKS_PERIOD = 2**30


def const(value):
    return value


def native(function):
    return function


def viper(function):
    return function


def _identity(value):
    return value


class ThreadSafeFlag:
    """set() from any thread or signal handler; one task waits; several set() before it count once.

    No lock: set() writes the state before it looks for a waiter, wait() the other way round.
    `state` is MicroPython's attribute, which a subclass may write in an interrupt.
    """

    def __init__(self):
        self._is_set = False
        self._waiter = None

    def set(self):
        self._is_set = True
        waiter = self._waiter
        if waiter is not None:
            try:
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)
            except RuntimeError:  # the loop of that waiter is closed: nobody waits any more
                self._waiter = None

    def clear(self):
        self._is_set = False

    @property
    def state(self):
        return int(self._is_set)

    @state.setter
    def state(self, value):
        if value:
            self.set()
        else:
            self.clear()

    async def wait(self):
        if self._waiter is not None and not self._waiter.done():
            raise RuntimeError("ThreadSafeFlag: only one task may wait")
        while not self._is_set:
            self._waiter = waiter = asyncio.get_running_loop().create_future()
            try:
                if not self._is_set:
                    await waiter
            finally:
                if self._waiter is waiter:  # who was cancelled may end after the next one began
                    self._waiter = None
        self._is_set = False


def _wake(waiter):
    if not waiter.done():
        waiter.set_result(None)


def _ticks_ms():
    return time.monotonic_ns() // 1_000_000 % _TICKS_PERIOD


def _ticks_us():
    return time.monotonic_ns() // 1_000 % _TICKS_PERIOD


def _ticks_add(ticks, delta):
    return (ticks + delta) % _TICKS_PERIOD


def _ticks_diff(ticks, earlier):
    half = _TICKS_PERIOD // 2
    return (ticks - earlier + half) % _TICKS_PERIOD - half


def _sleep_ms(ms):
    time.sleep(ms / 1_000)


def _sleep_us(us):
    time.sleep(us / 1_000_000)


def _async_sleep_ms(ms):
    return asyncio.sleep(ms / 1_000)


def _wait_for_ms(awaitable, ms):
    return asyncio.wait_for(awaitable, ms / 1_000)


time.ticks_ms = _ticks_ms
time.ticks_us = _ticks_us
time.ticks_add = _ticks_add
time.ticks_diff = _ticks_diff
time.sleep_ms = _sleep_ms
time.sleep_us = _sleep_us
asyncio.ThreadSafeFlag = ThreadSafeFlag
asyncio.sleep_ms = _async_sleep_ms
asyncio.wait_for_ms = _wait_for_ms
builtins.ptr8 = builtins.ptr16 = builtins.ptr32 = _identity
