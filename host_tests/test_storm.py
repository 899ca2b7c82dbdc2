"""An hour of all faults at random, on each chip: the board answers whatever reaches it unharmed.

A seeded generator lets faults begin, lets them last up to five seconds, sometimes two at once. In
between hosts ask for the board's address. From three seconds after the last fault on each of them
must be answered.
"""

import asyncio
import gc
import os
import time

from fault_list import FAULTS, nothing

from sim import fault_board
from sim.lan import XorShift

HOUR_MS = 3_600_000
RECOVERY_MS = 3000
SEED = int(os.getenv("SEED") or 20_261_124)


class Storm:
    def __init__(self, board, seed):
        self.board = board
        self.random = XorShift(seed)
        column = fault_board.CHIPS.index(board.kind)
        self.faults = [fault for fault in FAULTS if fault[3][column] is not None]
        self.times = {fault[0]: 0 for fault in self.faults}
        self.active = []  # (ends at, its end)
        self.calm_at = 0
        self.checked = 0
        self.started = time.ticks_ms()
        self.gusts = ""  # the last few faults, for the message

    def now(self):
        return time.ticks_diff(time.ticks_ms(), self.started)

    def begin(self):
        name, begin, end, _, _ = self.faults[self.random.below(len(self.faults))]
        self.times[name] += 1
        self.gusts = ("%s; %d ms: %s" % (self.gusts, self.now(), name))[-300:]
        begin(self.board)
        lasts = 0 if end is nothing else self.random.below(5000)
        self.active.append((self.now() + lasts, end))

    def end(self):
        """End what is over; a calm begins RECOVERY_MS after the last one."""
        for fault in list(self.active):
            if fault[0] <= self.now():
                fault[1](self.board)
                self.active.remove(fault)
                self.calm_at = self.now() + RECOVERY_MS

    async def run(self, for_ms):
        first = 0
        next_fault = 10_000
        while self.now() < for_ms:
            if self.now() >= next_fault:
                self.begin()
                # One of four is joined by another one.
                soon = self.random.below(4) == 0
                next_fault = self.now() + (500 if soon else 6000 + self.random.below(9000))
            self.end()
            is_calm = not self.active and self.now() >= self.calm_at
            answered = await self.board.ask()
            if is_calm:
                self.checked += 1
                assert answered, "at %d ms, after %s" % (self.now(), self.gusts)
            self.board.cable.sent.clear()
            self.end()
            await asyncio.sleep_ms(300 + self.random.below(1200))
            if not first and hasattr(gc, "mem_alloc") and self.now() > 600_000:
                gc.collect()
                first = gc.mem_alloc()
        return first


def check_storm(kind, with_int=True, for_ms=HOUR_MS):
    async def scenario(board):
        board.service.on_event = None
        await board.resolve()
        storm = Storm(board, SEED)
        before = await storm.run(for_ms)
        for _, end in storm.active:
            end(board)
        await asyncio.sleep_ms(RECOVERY_MS)
        for _ in range(20):
            assert await board.ask(), "after the storm"
        if before:
            storm.gusts = ""
            gc.collect()
            assert gc.mem_alloc() <= before, "%d bytes" % (gc.mem_alloc() - before)
        hours = for_ms / HOUR_MS
        rare = [name for name in storm.times if storm.times[name] < int(3 * hours)]
        assert not rare, rare
        assert storm.checked > 500 * hours, storm.checked
        return storm

    try:
        return fault_board.run(scenario, kind, with_int)
    except AssertionError as error:
        how = "with INT" if with_int else "polled"
        raise AssertionError("%s %s, SEED=%d: %s" % (kind, how, SEED, error))


def test_a_w5500_answers_after_every_gust_of_an_hour():
    check_storm("w5500")


def test_an_enc28j60_answers_after_every_gust_of_an_hour():
    check_storm("enc28j60")


def test_nor_does_either_chip_need_int_for_that():
    for kind in fault_board.CHIPS:  # a polled hour takes the tests more than a minute
        check_storm(kind, False, HOUR_MS // 12)
