"""Virtual time for the event loops of both runtimes: minutes of asyncio take milliseconds.

`run(coro_function)` runs one scenario. Nothing waits: when every task sleeps, the clock jumps to
the next deadline. For the length of the run `time.ticks_ms`, `ticks_us`, `ticks_diff`, `ticks_add`
and the blocking sleeps follow that clock, wrap at 2**30 on both runtimes and start shortly before
the wrap.

How: on CPython a SelectorEventLoop with its own time() and selector; on MicroPython asyncio's
`ticks` and `wait_io_event` are replaced (evidence: extmod/asyncio/core.py). Names that a module
took with `from time import ...` are exchanged in every loaded module and given back afterwards.
Not modelled: time.time(), and the time that code takes (but see SPIN_READS).
"""

import asyncio
import sys
import time

import micropython  # noqa: F401  on CPython this gives `time` its tick functions

PERIOD = 2**30
START_MS = PERIOD - 5000  # every scenario longer than 5 s crosses the wrap
SPIN_READS = 200  # clock readings without a turn of the loop; from then on each takes SPIN_US:
SPIN_US = 20  # a busy wait with a time limit comes to its end
NOTHING_LEFT = "every task waits for something that cannot happen any more"
_POLL = 3  # MP_STREAM_POLL
_READABLE = 1
IS_MICROPYTHON = sys.implementation.name == "micropython"
NAMES = ("ticks_ms", "ticks_us", "ticks_diff", "ticks_add", "sleep", "sleep_ms", "sleep_us")


class Deadlock(RuntimeError):
    """The scenario is not finished, and nothing is left that could ever wake it."""


class VirtualTime:
    """The clock of one run. Owner of the time; what stands in for `time` while it is installed."""

    def __init__(self, start_ms):
        self.start_ms = start_ms
        self.us = 0  # since the start of the run; never wraps
        self._reads = 0
        self._saved = []  # (namespace, name, real object) of what was exchanged

    # what takes the place of the functions in `time`
    def ticks_us(self):
        self._reads += 1
        if self._reads > SPIN_READS:
            self.us += SPIN_US
        return (self.start_ms * 1000 + self.us) % PERIOD

    def ticks_ms(self):
        self.ticks_us()
        return (self.start_ms + self.us // 1000) % PERIOD

    def ticks_add(self, ticks, delta):
        return (ticks + delta) % PERIOD

    def ticks_diff(self, end, start):
        return (end - start + PERIOD // 2) % PERIOD - PERIOD // 2

    def sleep(self, seconds):
        self.sleep_us(round(seconds * 1000000))

    def sleep_ms(self, ms):
        self.sleep_us(ms * 1000)

    def sleep_us(self, us):
        self.advance_us(max(0, us))

    def __getattr__(self, name):
        return getattr(time, name)

    def advance_us(self, us):
        """Jump ahead: the loop calls it when all tasks sleep."""
        self.us += us
        self._reads = 0

    def install(self):
        """Put this clock in the place of the real one, in every loaded module."""
        exchange = {}
        for name in NAMES:
            if hasattr(time, name):
                exchange[id(getattr(time, name))] = getattr(self, name)
        if IS_MICROPYTHON:
            exchange[id(time)] = self  # a built-in module cannot be written to: replace it
            sys.modules["time"] = self
        for module_name in list(sys.modules):
            if module_name.split(".")[0] != "asyncio" and module_name != __name__:
                self._exchange(sys.modules[module_name], exchange)

    def _exchange(self, module, exchange):
        names = getattr(module, "__dict__", None)
        for name in list(names) if type(names) is dict else ():
            real = names[name]
            if id(real) in exchange:
                try:
                    setattr(module, name, exchange[id(real)])
                except AttributeError:
                    continue  # a built-in module of MicroPython: read-only
                self._saved.append((module, name, real))

    def restore(self):
        """Give back every real name."""
        if IS_MICROPYTHON:
            sys.modules["time"] = time
        for module, name, real in self._saved:
            setattr(module, name, real)
        self._saved = []
        for module in list(sys.modules.values()):  # whoever was first imported during the run
            if getattr(module, "time", None) is self:
                module.time = time


def run(coro_function, start_ms=START_MS):
    """Run coro_function() in virtual time to its end -> its result; Deadlock when it has none."""
    clock = VirtualTime(start_ms)
    clock.install()
    try:
        if IS_MICROPYTHON:
            return _run_micropython(coro_function, clock)
        return _run_cpython(coro_function, clock)
    finally:
        clock.restore()


def _run_micropython(coro_function, clock):
    core = asyncio.core
    asyncio.new_event_loop()
    queue = core._io_queue
    real_ticks = core.ticks
    # Tasks that are ready now get their key from the real clock, in C. A virtual clock that is far
    # ahead of the real one has all of them in its past, so they never make it wait.
    ahead = (core.ticks_add(0, -1) + 1) // 8
    base = core.ticks_add(real_ticks(), ahead)
    core.ticks = lambda: core.ticks_add(base, clock.us // 1000)

    poll_streams = queue.wait_io_event

    def wait_io_event(dt_ms):
        clock.advance_us(0)
        # On the unix port even poll(0) takes 1.08 ms while a ThreadSafeFlag is registered.
        for entry in queue.map.values():
            if entry[2].ioctl(_POLL, _READABLE):
                poll_streams(0)
                break
        first = core._task_queue.peek()
        if first is None:
            raise Deadlock(NOTHING_LEFT)
        dt_ms = core.ticks_diff(first.ph_key, core.ticks())
        if dt_ms > 0:
            clock.advance_us(dt_ms * 1000 - clock.us % 1000)

    queue.wait_io_event = wait_io_event
    result = []

    async def main():
        result.append(await coro_function())

    try:
        asyncio.run(main())
    finally:
        core.ticks = real_ticks
        asyncio.new_event_loop()  # whatever still waits is forgotten, and the queue with it
    if not result:
        raise Deadlock(NOTHING_LEFT)
    return result[0]


def _run_cpython(coro_function, clock):
    import selectors

    class Selector(selectors.DefaultSelector):
        def select(self, timeout=None):
            clock.advance_us(0)
            events = super().select(0)
            if events or timeout == 0:
                return events
            if timeout is None:
                raise Deadlock(NOTHING_LEFT)
            clock.advance_us(max(1, round(timeout * 1000000)))
            return events

    class Loop(asyncio.SelectorEventLoop):
        def time(self):
            return clock.us / 1000000

    loop = Loop(Selector())
    loop._clock_resolution = 0.000001  # the clock counts whole microseconds
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(coro_function())
    finally:
        try:
            _cancel_all(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _cancel_all(loop):
    """End what the scenario left behind, so that its `finally` clauses run."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
