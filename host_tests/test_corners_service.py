"""Corners of the asyncio shell that no scenario comes by."""

import asyncio

import frames as f
import services

import arp
from sim import clock


def test_starting_twice_is_starting_once():
    async def body(service, lan):
        tasks = service._tasks
        await service.start()
        return service._tasks is tasks and len(tasks) == 2

    assert services.scenario(body)


def test_row_3_a_task_that_wakes_after_kill_and_a_new_start_ends_by_itself():
    async def body(service, lan):
        old = service._session
        service.kill()
        await service._receive_loop(old)
        await service._timer_loop(old)
        await service.start()
        await service._receive_loop(old)
        await service._timer_loop(old)
        return service._is_running

    assert services.scenario(body)


def test_a_frame_that_is_not_arp_is_dropped_when_nobody_wants_it():
    async def body(service, lan):
        other = lan.port(f.A_MAC)
        other.send(b"\xff" * 6 + f.mac(f.A_MAC) + b"\x08\x00" + bytes(46), 60)
        await asyncio.sleep_ms(10)
        return service.stats.rx

    assert services.scenario(body) == 0


def test_kill_survives_a_task_that_cannot_be_cancelled():
    class Stubborn:
        def cancel(self):
            raise RuntimeError("can't cancel self")

    async def main():
        service = arp.Arp(services.new_lan().port(f.OWN_MAC), f.OWN_NET)
        await service.start()
        service._tasks.insert(0, Stubborn())
        service.kill()
        return service._tasks

    assert clock.run(main) == []
