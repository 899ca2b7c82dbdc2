"""When the W5500 driver wakes who waits, and what active, link and close do."""

import asyncio
import sys

from sim.enc28j60_board import ENC28J60Board
from sim.w5500_board import OTHER, W5500Board, arp_frame
from sim.w5500_chip import W5500Chip


def timed_out(awaitable, ms=30):
    """Does it still wait after that time?"""

    async def main():
        try:
            await asyncio.wait_for_ms(awaitable, ms)
        except asyncio.TimeoutError:
            return True
        return False

    return asyncio.run(main())


def test_wait_returns_at_once_while_int_is_low():
    board = W5500Board(with_int=True)
    board.cable.put(arp_frame())
    assert not timed_out(board.nic.wait())


def test_wait_returns_at_once_while_frames_are_known_to_wait():
    board = W5500Board(with_int=True)
    board.cable.put(arp_frame())
    board.cable.put(arp_frame())
    board.receive()
    assert board.int() == 1
    board.nic._bell.clear()
    assert not timed_out(board.nic.wait())


def test_wait_lets_other_tasks_run_even_then():
    board = W5500Board(with_int=True)
    board.cable.put(arp_frame())
    ran = []

    async def other():
        ran.append(1)

    async def main():
        task = asyncio.create_task(other())
        await board.nic.wait()
        assert ran == [1]
        await task

    asyncio.run(main())


def test_wait_sleeps_while_int_is_high():
    board = W5500Board(with_int=True)
    assert timed_out(board.nic.wait())


def test_an_interrupt_ends_wait():
    board = W5500Board(with_int=True)

    async def arrival():
        await asyncio.sleep_ms(5)  # now it waits
        board.cable.put(arp_frame())
        board.chip.pump()

    async def main():
        task = asyncio.create_task(arrival())
        await asyncio.wait_for_ms(board.nic.wait(), 500)
        await task

    asyncio.run(main())
    assert board.receive_all() == [arp_frame()]


def test_a_frame_whose_interrupt_never_came_is_found_after_the_time_out():
    board = W5500Board(with_int=True)
    board.chip.on_int = None  # the wire of INT is broken
    board.int.before_read = None
    board.cable.put(arp_frame())
    assert board.cost(board.receive) == (b"", 0, 0)
    board.nic.wait_ms = 10
    asyncio.run(board.nic.wait())
    board.nic.wait_ms = 1000
    assert board.receive() == arp_frame()
    assert board.nic.stats.missed_edge == 1


def test_after_a_missed_interrupt_it_polls_until_an_edge_comes():
    board = W5500Board(with_int=True)
    deaf, board.chip.on_int = board.chip.on_int, None
    board.int.before_read = None
    board.nic._must_look = True  # as after a time-out of wait()
    board.cable.put(arp_frame())
    assert board.receive() == arp_frame()
    for _ in range(3):
        assert board.cost(board.receive) == (b"", 4, 18), "releases and polls"
        assert board.cost(board.receive) == (b"", 2, 9), "polls"
        board.cable.put(arp_frame())
        assert board.receive() == arp_frame()
    assert board.nic.stats.missed_edge == 1
    board.chip.on_int = deaf
    board.int.before_read = board.chip.pump
    board.chip.pump()
    board.cable.put(arp_frame())
    assert board.receive() == arp_frame()
    assert board.receive() == b""
    assert board.cost(board.receive) == (b"", 0, 0), "INT is trusted again"


def test_an_int_that_stays_low_is_counted_once_and_polled_around():
    board = W5500Board(with_int=True)
    board.chip.on_int = None
    board.int.drive(0)
    for _ in range(10):
        assert board.receive() == b""
    assert (board.nic.stats.int_stuck, board.nic._polls) == (1, True)
    board.nic.poll_ms = 1000
    assert timed_out(board.nic.wait()), "a low INT must not make it spin"
    board.cable.put(arp_frame())
    assert board.receive() == arp_frame()
    board.chip.on_int = board.int.drive
    board.int.drive(1)
    board.cable.put(arp_frame())
    board.chip.pump()
    assert board.receive() == arp_frame()
    assert board.receive() == b""
    assert board.cost(board.receive) == (b"", 0, 0), "INT is trusted again"


def test_a_time_out_without_a_frame_costs_one_look():
    board = W5500Board(with_int=True)
    board.nic.wait_ms = 10
    asyncio.run(board.nic.wait())
    board.nic.wait_ms = 1000
    assert board.cost(board.receive) == (b"", 2, 9)
    assert board.cost(board.receive) == (b"", 0, 0)
    assert board.nic.stats.missed_edge == 0


def test_signal_is_none_where_waiting_for_int_would_be_wrong():
    assert W5500Board().nic.signal() is None, "not wired"
    board = W5500Board(with_int=True)
    nic = board.nic
    assert nic.signal() is not None
    board.cable.put(arp_frame())
    assert nic.signal() is None, "INT is low"
    board.receive()
    assert board.int() == 1 and nic.signal() is None, "a frame is still to be released"
    board.receive()
    assert nic.signal() is not None
    nic.look_again()
    assert nic.signal() is None, "the chip is to be asked"
    assert board.cost(board.receive) == (b"", 2, 9)
    assert nic.signal() is not None
    nic.active(False)
    assert nic.signal() is None


def test_look_again_wakes_who_waits_for_the_signal_and_finds_what_int_did_not_tell():
    board = W5500Board(with_int=True)
    board.receive()
    board.chip.on_int = None  # the wire of INT is broken
    board.int.before_read = None
    flag = board.nic.signal()
    board.cable.put(arp_frame())

    async def main():
        task = asyncio.create_task(flag.wait())
        await asyncio.sleep_ms(5)
        board.nic.look_again()
        await asyncio.wait_for_ms(task, 500)

    asyncio.run(main())
    assert board.receive() == arp_frame()
    assert board.counted() == {"missed_edge": 1}


def test_look_again_in_the_middle_of_traffic_is_no_missed_edge():
    class Eager(W5500Chip):
        """A second frame arrives right after RECV was cleared for the first one, a third later."""

        late = 0

        def _store_socket(self, address, value):
            W5500Chip._store_socket(self, address, value)
            if address == 2 and self.late:
                self.late -= 1
                self._wire.put(arp_frame(fill=self.late))

    board = W5500Board(with_int=True, chip_class=Eager)
    board.receive()
    board.chip.late = 2
    board.cable.put(arp_frame(fill=9))
    seen = []
    for _ in range(8):
        seen.append(board.receive())
        board.nic.look_again()
    assert [frame for frame in seen if frame] == [arp_frame(fill=n) for n in (9, 1, 0)]
    assert board.counted() == {}


def test_nor_is_it_while_int_stays_low_from_frame_to_frame():
    board = ENC28J60Board(with_int=True)
    for i in range(3):
        board.cable.put(arp_frame(fill=i))
        board.chip.pump()
        if i == 2:
            board.nic.look_again()
        assert board.receive() == arp_frame(fill=i)
    assert board.counted() == {}


def test_without_int_wait_is_a_short_sleep():
    board = W5500Board()
    board.nic.poll_ms = 1
    assert not timed_out(board.nic.wait())
    board.nic.poll_ms = 1000
    assert timed_out(board.nic.wait())


def test_link_is_the_phys():
    board = W5500Board()
    assert board.nic.link() is True
    board.cable.has_link = False
    assert board.nic.link() is False


def test_inactive_nothing_is_received_and_sends_are_refused():
    board = W5500Board(with_int=True)
    board.cable.put(arp_frame(fill=1))
    board.chip.pump()
    board.nic.active(False)
    assert board.int() == 1
    assert board.chip.socket[3] == 0
    board.cable.put(arp_frame(fill=2))
    assert board.cost(board.receive) == (b"", 0, 0)
    try:
        board.nic.send(board.buf, 60)
    except OSError as e:
        assert e.args[0] == 100
    else:
        raise AssertionError("sent")
    board.nic.active(True)
    board.cable.put(arp_frame(fill=3))
    assert board.receive_all() == [arp_frame(fill=3)]
    assert board.chip.errors == 0


def test_promiscuous_passes_what_is_for_others_until_it_is_switched_off():
    board = W5500Board()
    foreign = OTHER + arp_frame()[6:]
    for flag, expected in ((False, []), (True, [foreign]), (False, [])):
        board.nic.promiscuous(flag)
        board.cable.put(foreign)
        assert board.receive_all() == expected, flag
    assert board.chip.errors == 0


def test_close_ends_interrupts():
    board = W5500Board(with_int=True)
    board.nic.close()
    assert board.int._handler is None
    assert board.chip.socket[3] == 0


def test_every_counter_has_a_name():
    stats = W5500Board().nic.stats
    names = stats.names()
    assert len(names) == 20
    for name in names:
        assert getattr(stats, name) == 0


def test_the_event_loop_calls_first_once_and_then_wakes_who_waits():
    board = W5500Board(with_int=True)
    bell = board.nic.signal()
    happened = []

    async def task():
        await bell.wait()
        happened.append("task")

    async def main():
        bell.first = lambda: happened.append("first")
        waiting = asyncio.create_task(task())
        await asyncio.sleep(0.01)
        board.cable.put(arp_frame())
        board.chip.pump()
        await asyncio.wait_for_ms(waiting, 1000)

    asyncio.run(main())
    if sys.implementation.name == "micropython":
        assert happened == ["first", "task"] and bell.first is None
    else:  # its loop polls nothing: it may be asked as MicroPython's does
        assert happened == ["task"] and bell.ioctl(3, 1) == 0
        bell.ring(None)
        assert bell.ioctl(3, 1) == 1 and bell.ioctl(3, 5) == 5 and bell.ioctl(4, 0) == -1
        assert happened == ["task", "first"] and bell.is_noticed
