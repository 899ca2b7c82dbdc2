"""Awaiting a query: shared, cancelled, failed, cleared; every waiter is answered in time."""

import asyncio
import time

import frames as f
from services import clock, ended, requests, scenario

import arp
from sim.lan import Lan, Peer


def test_row_18_a_query_suspends_until_the_answer_comes():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        return await service.query(f.A_IP), len(requests(lan))

    assert scenario(body) == (f.mac(f.A_MAC), 1)


def test_row_17_a_cached_address_is_answered_without_a_frame():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        before = lan.counts["sent"]
        assert await service.query(f.A_IP) == f.mac(f.A_MAC)
        return lan.counts["sent"] - before

    assert scenario(body) == 0


def test_row_19_concurrent_queries_share_one_request():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        found = await asyncio.gather(*[service.query(f.A_IP) for _ in range(5)])
        return found, len(requests(lan))

    assert scenario(body) == ([f.mac(f.A_MAC)] * 5, 1)


def test_row_59_a_silent_host_is_down_after_its_requests_at_the_right_times():
    async def body(service, lan):
        error = await ended(service.query(f.A_IP))
        times = [ms for ms, _ in requests(lan)]
        again = await ended(service.query(f.A_IP))
        return error, again, [(ms - times[0]) % 2**30 for ms in times], len(requests(lan))

    error, again, times, count = scenario(body, retries=2)
    assert type(error) is arp.HostDown and isinstance(error, arp.Timeout)
    assert error.errno == 112
    assert type(again) is arp.HostDown
    assert times == [0, 1000, 2000]
    assert count == 3


def test_row_59_a_silent_gateway_is_unreachable():
    async def body(service, lan):
        return await ended(service.query("8.8.8.8"))

    error = scenario(body, retries=0)
    assert type(error) is arp.HostUnreachable and isinstance(error, arp.Timeout)
    assert error.errno == 113
    assert "192.168.1.1" in str(error)


def test_row_7_without_a_hold_down_the_error_is_a_plain_timeout():
    async def body(service, lan):
        return await ended(service.query(f.A_IP))

    error = scenario(body, retries=0, down_ms=0)
    assert type(error) is arp.Timeout
    assert error.errno == 110


def test_row_22_an_off_link_query_gives_the_gateways_mac():
    async def body(service, lan):
        Peer(lan, f.GATEWAY, f.B_MAC)
        return await service.query("8.8.8.8")

    assert scenario(body) == f.mac(f.B_MAC)


def test_row_8_deleting_flushing_and_new_addresses_wake_the_waiter_with_cleared():
    for end in (
        lambda service: service.delete(f.A_IP),
        lambda service: service.flush(),
        lambda service: service.set_ips("192.168.1.11/24"),
        lambda service: service.kill(),
    ):

        async def body(service, lan, end=end):
            task = asyncio.create_task(ended(service.query(f.A_IP)))
            await asyncio.sleep(0.1)
            end(service)
            return await task

        error = scenario(body)
        assert type(error) is arp.Cleared, error
        assert error.errno == 125


def test_Q15_a_configured_entry_answers_who_waits_for_it():
    async def body(service, lan):
        task = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        service.set(f.A_IP, f.B_MAC, kind=arp.PERMANENT)
        return await task

    assert scenario(body) == f.mac(f.B_MAC)


def test_Q17_a_cancelled_query_leaves_the_others_waiting():
    async def body(service, lan):
        first = asyncio.create_task(ended(service.query(f.A_IP)))
        second = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        first.cancel()
        try:
            await first
        except asyncio.CancelledError:
            pass
        Peer(lan, f.A_IP, f.A_MAC).announce()
        return await second

    assert scenario(body) == f.mac(f.A_MAC)


def test_Q17_when_the_last_waiter_is_cancelled_the_entry_still_completes():
    async def body(service, lan):
        task = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        task.cancel()
        Peer(lan, f.A_IP, f.A_MAC).announce()
        await asyncio.sleep(0.1)
        return service.ask(f.A_IP)

    assert scenario(body) == f.mac(f.A_MAC)


def test_a_query_made_while_probing_is_asked_when_the_address_is_usable():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        found = await service.query(f.A_IP)
        return found, service.ips

    assert scenario(body, probe=True) == (f.mac(f.A_MAC), [f.ip(f.OWN_IP)])


def test_a_lossy_network_still_resolves():
    async def main():
        lan = Lan(seed=9, loss=0.3, duplicate=0.2, delay_ms=(0, 30), say=None)
        Peer(lan, f.A_IP, f.A_MAC)
        async with arp.Arp(lan.port(f.OWN_MAC), f.OWN_NET, probe=False) as service:
            return await service.query(f.A_IP)

    assert clock.run(main) == f.mac(f.A_MAC)


def test_an_answer_that_the_nic_refuses_is_counted_and_the_next_one_leaves():
    async def body(service, lan):
        def refuse(buf, n):
            raise OSError(5, "the chip does not answer")

        other = lan.port(f.A_MAC)
        send = service.nic.send
        await asyncio.sleep(0.1)  # the announcement is out
        service.nic.send = refuse
        other.send(f.request(), 42)
        await asyncio.sleep(0.1)
        refused = service.stats.tx_error
        service.nic.send = send
        other.send(f.request(), 42)
        await asyncio.sleep(0.1)
        frames = [frame for _, _, _, _, frame in lan.trace if frame[21] == 2]
        return refused, service.stats.tx_error, len(set(frames))

    assert scenario(body) == (1, 1, 1)


def test_what_is_due_before_the_timer_task_wakes_is_done_in_time():
    async def body(service, lan):
        await asyncio.sleep(5.3)  # nothing is due but the look after the NIC, once a second
        start = time.ticks_ms()
        task = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        task.cancel()
        return [ms - start for ms, _ in requests(lan)]

    assert scenario(body, delay_ms=30) == [30]
