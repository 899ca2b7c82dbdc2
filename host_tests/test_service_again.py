"""An Arp that an error or Ctrl-C stopped: what it says then, and that it starts again."""

import asyncio

import frames as f
from services import clock, ended, scenario
from test_frames import REQUEST, Nic

import arp
import arp.service


class Odd(Exception):
    """One that is not made from its args."""

    def __init__(self, first, second):
        super().__init__(first)


def ends_of(error):
    """The errors of closed(), query() and ready() after a callback raised `error`; twice."""

    async def body(service, lan):
        def fail(event):
            raise error

        service.on_event = fail
        await asyncio.sleep(0.1)
        found = []
        for _ in range(2):
            for call in (service.closed(), service.query(f.A_IP), service.ready()):
                try:
                    await call
                except Exception as ended_by:
                    found.append(ended_by)
        return found

    return scenario(body, probe=True)


def test_row_6_each_call_after_an_error_raises_one_of_its_own():
    error = ValueError("the callback broke", 7)
    found = ends_of(error)
    assert len(found) == 6 and {type(each) for each in found} == {ValueError}
    assert {each.args for each in found} == {error.args}
    assert len({id(each) for each in found + [error]}) == 7, "a traceback would grow with each"


class Coded(Exception):
    """Made from a code, and what it says is made of that."""

    def __init__(self, code):
        super().__init__("error " + {1: "wet"}[code])


class Prefixed(Exception):
    def __init__(self, text):
        super().__init__("sensor: " + text)


def test_row_6_one_that_cannot_be_made_again_is_raised_itself():
    for error in (Odd(1, 2), Coded(1), Prefixed("wet")):
        assert [each is error for each in ends_of(error)] == [True] * 6


def interrupted(error):
    """(service, NIC) after `error` went through the receive task."""
    nic = Nic()
    service = arp.Arp(nic, f.OWN_NET, probe=False)
    tasks = []

    async def main():
        await service.start()
        tasks.extend(service._tasks)
        await asyncio.sleep(0.1)
        nic.error = error
        nic.flag.set()  # no first(): the task itself is interrupted
        await asyncio.sleep(1)
        return "not interrupted"

    try:
        result = clock.run(main)
    except BaseException as raised:
        result = raised
    assert result is error
    for task in tasks:
        if hasattr(task, "exception") and not task.cancelled():
            task.exception()  # or CPython complains that nobody asked
    nic.error = None
    return service, nic


def test_ctrl_c_in_the_receive_task_stops_the_service_and_it_starts_again():
    for error in (KeyboardInterrupt(), SystemExit()):
        service, nic = interrupted(error)
        assert not service._is_running

        async def again(service=service, nic=nic):
            assert type(await ended(service.query(f.A_IP))) is arp.Cleared
            await service.start()
            await asyncio.sleep(0.1)
            del nic.sent[:]
            nic.waiting.append(REQUEST)
            nic.flag.set()
            await asyncio.sleep(0.1)
            service.kill()
            return len(nic.sent)

        assert clock.run(again) == 1


def test_one_service_runs_in_one_event_loop_after_the_other():
    nic = Nic()
    service = arp.Arp(nic, f.OWN_NET, probe=False)

    async def once():
        closed = asyncio.create_task(service.closed())
        async with service:
            query = asyncio.create_task(service.query(f.A_IP))
            await asyncio.sleep(1.5)
            nic.waiting.append(f.reply(f.A_MAC, f.A_IP))
            nic.flag.set()
            mac = await asyncio.wait_for_ms(query, 500)
            service.flush()
            waits = asyncio.create_task(service.closed())
            await asyncio.sleep(0.1)
        await closed
        await asyncio.wait_for_ms(waits, 500)
        return mac

    assert [clock.run(once) for _ in range(3)] == [f.mac(f.A_MAC)] * 3
