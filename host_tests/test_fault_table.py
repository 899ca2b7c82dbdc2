"""Every fault on both chips, with INT and polled: the board answers again and says what it was."""

import asyncio
import gc
import time

import frames as f
from fault_list import FAULTS, HAPPENED, nothing

from sim import fault_board

LASTS_MS = 2000  # a fault that has an end
BOUND_MS = 3000  # after which the board answers again
INT_ONLY = ("interrupt lost", "INT stuck low", "INT stuck high")
FULL = "receive memory full"  # which drops many frames at once
RIGHT_AFTER = 20  # requests in a row that are answered then
AGAIN = 8  # times more at most, for the memory


async def _happen(board, begin, end):
    """One fault, asked through it -> (recovery in ms, frames that arrived and had no answer).

    A fault that has no end is over when it has begun, and the recovery counts from there.
    """
    asked, answered, cut = board.asked, board.answered, board.chip.rx_cut
    began = time.ticks_ms()
    recovered = 0
    begin(board)
    await asyncio.sleep_ms(20)  # what happens to a single frame is over
    for _ in range(LASTS_MS // 100):
        if not await board.ask():
            recovered = -1
        elif recovered < 0:
            recovered = time.ticks_diff(time.ticks_ms(), began)
        await asyncio.sleep_ms(60)
    end(board)
    ended = began if end is nothing else time.ticks_ms()
    ms, _ = await board.ask_until_answered(BOUND_MS)
    if end is nothing and recovered >= 0:
        ms = recovered
    elif ms >= 0:
        ms = time.ticks_diff(time.ticks_ms(), ended)
    for number in range(asked, board.asked):  # what came late was not lost
        board.is_answered(number)
    cut = board.chip.rx_cut - cut
    board.cable.sent.clear()
    return ms, board.asked - asked - (board.answered - answered) - cut


async def _least_growth(board, begin, end):
    """The same fault again and again: bytes of heap that the thriftiest time takes.

    What leaks does so each time; what only settles (the capacity of a list) does not, nor what
    the collector takes for a pointer.
    """
    board.service.on_event = None
    board.events.clear()
    await _happen(board, begin, end)
    least = 1
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(AGAIN):
        if least > 0:
            await _happen(board, begin, end)
            gc.collect()
            least = gc.mem_alloc() - before
            before += least
    return least


def suffer(kind, with_int, fault):
    """What one fault does to one board: (recovery in ms, frames lost, counters that moved)."""
    name, begin, end, counters, most_lost = fault
    counter = counters[fault_board.CHIPS.index(kind)]

    async def scenario(board):
        await board.resolve()
        for _ in range(5):
            assert await board.ask()
        assert board.counted() == {}
        ms, lost = await _happen(board, begin, end)
        assert 0 <= ms <= BOUND_MS, "no answer %d ms after the end: %s" % (ms, board.counted())
        assert lost <= most_lost, "%d requests lost" % lost
        for i in range(RIGHT_AFTER):
            assert await board.ask(), "request %d after recovery" % i
        await asyncio.sleep_ms(2100)  # the slow check's turn, and the report
        if name in HAPPENED:
            times = HAPPENED[name](board)
            assert times == 1 if end is nothing and name != FULL else times > 0, times
        counted = board.counted()
        if counter:
            assert counted.get(counter) == 1, counted
            assert board.reported().count(counter) == 1, board.reported()
        else:
            assert counted == {}, counted
        assert board.service.ask(f.A_IP) == f.mac(f.A_MAC), "what was known before is known"
        assert board.service.stats.names(), "the service runs"
        if hasattr(gc, "mem_alloc"):
            grown = await _least_growth(board, begin, end)
            assert grown <= 0, "%d bytes" % grown
        return ms, lost, counted

    try:
        return fault_board.run(scenario, kind, with_int)
    except AssertionError as error:
        raise AssertionError("%s, %s, %s: %s" % (name, kind, "INT" if with_int else "poll", error))


def rows(kind, with_int):
    """(fault, recovery in ms, frames lost, counters) of each fault that this board can have."""
    found = []
    for fault in FAULTS:
        if (
            fault[3][fault_board.CHIPS.index(kind)] is None
            or fault[0] in INT_ONLY
            and not with_int
        ):
            continue
        found.append((fault[0],) + suffer(kind, with_int, fault))
    return found


def test_a_w5500_with_int_comes_back_from_every_fault():
    assert len(rows("w5500", True)) == 20


def test_a_w5500_without_int_comes_back_from_every_fault():
    assert len(rows("w5500", False)) == 17


def test_an_enc28j60_with_int_comes_back_from_every_fault():
    assert len(rows("enc28j60", True)) == 23


def test_an_enc28j60_without_int_comes_back_from_every_fault():
    assert len(rows("enc28j60", False)) == 20
