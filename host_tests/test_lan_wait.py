"""Port.wait() of the simulated LAN, in virtual time: when it returns, and who wakes it."""

import asyncio
import time

import micropython  # noqa: F401
from lans import ALL, A, B, drain

from sim import clock
from sim.lan import Lan, Peer
from sim.peer import arp_frame

FRAME = ALL + A + b"\x12\x34" + bytes(46)
REQUEST = arp_frame(ALL, A, 1, A, b"\x0a\0\0\x02", bytes(6), b"\x0a\0\0\x01")


def test_wait_returns_when_a_frame_is_due():
    async def scenario():
        lan = Lan(seed=1, delay_ms=(250, 250), say=None)
        a, b = lan.port(A), lan.port(B)
        a.send(FRAME, 60)
        await b.wait()
        return time.ticks_diff(time.ticks_ms(), clock.START_MS), len(drain(b))

    assert clock.run(scenario) == (250, 1)


def test_wait_is_woken_by_a_frame_that_another_task_sends():
    async def sender(port):
        await asyncio.sleep_ms(300)
        port.send(FRAME, 60)

    async def scenario():
        lan = Lan(seed=1, say=None)
        a, b = lan.port(A), lan.port(B)
        task = asyncio.create_task(sender(a))
        await b.wait()
        at = time.ticks_diff(time.ticks_ms(), clock.START_MS)
        await task
        return at

    assert clock.run(scenario) == 300


def test_wait_gives_up_after_a_second():
    async def scenario():
        await Lan(seed=1, say=None).port(A).wait()
        return time.ticks_diff(time.ticks_ms(), clock.START_MS)

    assert clock.run(scenario) == 1000


def test_who_waits_sees_a_peer_that_acts_later():
    async def scenario():
        lan = Lan(seed=1, say=None)
        port, peer = lan.port(A), Peer(lan, "10.0.0.1", B)
        peer.resolve_every(400, "10.0.0.2")
        seen = []
        for _ in range(2):
            await port.wait()
            seen.append((time.ticks_diff(time.ticks_ms(), clock.START_MS), len(drain(port))))
        return seen

    assert clock.run(scenario) == [(400, 1), (800, 1)]


def test_who_waits_sees_the_answer_to_what_another_task_sends_from_the_same_port():
    async def asker(port):
        await asyncio.sleep_ms(100)
        port.send(REQUEST, 42)

    async def scenario():
        lan = Lan(seed=1, say=None)
        port, _ = lan.port(A), Peer(lan, "10.0.0.1", B)
        task = asyncio.create_task(asker(port))
        await port.wait()
        at = time.ticks_diff(time.ticks_ms(), clock.START_MS)
        await task
        return at, len(drain(port))

    assert clock.run(scenario) == (100, 1)
