"""How the asyncio shell ends, and what callbacks may do: nobody is left waiting, nothing nests."""

import asyncio
import time

import frames as f
from services import clock, ended, new_lan, scenario

import arp
from sim.lan import Peer


async def _soon(task):
    """What the task comes to within 5 s; None when it hangs."""
    try:
        return await asyncio.wait_for_ms(task, 5000)
    except asyncio.TimeoutError:
        return None


async def _all(tasks):
    found = []
    for task in tasks:
        found.append(await _soon(task))
    return found


def test_ready_ends_when_the_addresses_are_taken_away():
    async def body(service, lan):
        task = asyncio.create_task(ended(service.ready()))
        await asyncio.sleep(0.1)
        service.set_ips([])
        return await _soon(task)

    assert type(scenario(body, probe=True)) is arp.AddressLost


def test_ready_ends_under_a_flood_of_changes():
    async def body(service, lan):
        service.set(f.B_IP, f.B_MAC)
        lan.keep = 10
        flood = asyncio.create_task(_changes(lan))
        await service.ready()
        flood.cancel()
        return service.ips

    async def _changes(lan):
        port = lan.port(f.A_MAC)
        i = 0
        while True:
            for _ in range(20):
                i += 1
                frame = f.announcement("02:00:00:00:02:%02x" % (i & 255), f.B_IP)
                port.send(frame, len(frame))
            await asyncio.sleep(0.1)

    assert scenario(body, probe=True, event_slots=4) == [f.ip(f.OWN_IP)]


def test_a_usable_event_is_heard_by_who_subscribes_right_after_the_start():
    async def body(service, lan):
        seen = []
        service.on_event = lambda event: seen.append(arp.EV_NAMES[event[0]])
        await asyncio.sleep(0.1)
        return seen

    assert scenario(body) == ["usable"]


def test_row_6_a_callback_that_raises_ends_the_service_and_every_waiter():
    async def body(service, lan):
        def fail(event):
            raise ValueError("the callback broke")

        await asyncio.sleep(0.1)
        service.on_event = fail
        answered = asyncio.create_task(service.query(f.A_IP))
        waiting = asyncio.create_task(service.query(f.B_IP))
        await asyncio.sleep(0.1)
        Peer(lan, f.A_IP, f.A_MAC).announce()
        ends = []
        for task in (answered, waiting, asyncio.create_task(service.closed())):
            try:
                ends.append(await _soon(task))
            except ValueError as error:
                ends.append(str(error))
        return ends

    assert scenario(body) == [f.mac(f.A_MAC), "the callback broke", "the callback broke"]


def test_cancelling_the_services_tasks_from_outside_ends_its_waiters():
    async def body(service, lan):
        query = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        for task in service._tasks:
            task.cancel()
        return await _soon(query)

    assert type(scenario(body)) is arp.Cleared


def test_V28_a_callback_may_change_the_table_as_often_as_it_likes():
    async def body(service, lan):
        deepest = [0]
        depth = [0]

        def change(event):
            depth[0] += 1
            deepest[0] = max(deepest[0], depth[0])
            service.delete(f.B_IP)
            service.flush()
            depth[0] -= 1

        service.on_event = change
        queries = [
            asyncio.create_task(ended(service.query("192.168.1.%d" % (30 + i)))) for i in range(8)
        ]
        await asyncio.sleep(0.1)
        service.flush()
        results = await _all(queries)
        return deepest[0], [type(result) for result in results]

    deepest, results = scenario(body)
    assert results == [arp.Cleared] * 8
    assert deepest <= 2


def test_row_3_kill_inside_a_callback_is_the_last_thing_that_is_heard():
    async def body(service, lan):
        seen = []

        def stop(event):
            seen.append(event[0])
            service.kill()

        queries = [
            asyncio.create_task(ended(service.query("192.168.1.%d" % (30 + i)))) for i in range(3)
        ]
        await asyncio.sleep(0.1)
        service.on_event = stop
        service.flush()
        return len(seen), [type(result) for result in await _all(queries)]

    assert scenario(body) == (1, [arp.Cleared] * 3)


def test_a_restart_inside_a_callback_leaves_one_receive_loop():
    async def main():
        lan = new_lan()
        port = lan.port(f.OWN_MAC)
        waits = [0]
        real_wait = port.wait

        async def wait():
            waits[0] += 1
            await asyncio.sleep(0.1)

        service = await arp.create(port, f.OWN_NET, probe=False)
        await asyncio.sleep(0.1)

        def restart(ethertype, frame):
            service.kill()
            port.wait = wait
            asyncio.create_task(service.start())

        service.on_frame = restart
        other = lan.port(f.A_MAC)
        packet = f.mac(f.OWN_MAC) + f.mac(f.A_MAC) + b"\x08\x00" + b"x" * 60
        other.send(packet, len(packet))
        await asyncio.sleep(0.05)
        waits[0] = 0
        await asyncio.sleep(1.05)
        service.kill()
        port.wait = real_wait
        return waits[0]

    assert 9 <= clock.run(main) <= 12


def test_closed_returns_at_once_when_nothing_runs():
    async def main():
        await arp.Arp(new_lan().port(f.OWN_MAC), f.OWN_NET).closed()
        return True

    assert clock.run(main)


def test_V2_a_frame_too_short_for_an_ethertype_reaches_no_callback():
    async def body(service, lan):
        seen = []
        service.on_frame = lambda ethertype, frame: seen.append(len(frame))
        frames = [b"\xff" * 12 + b"\x08\x00" + bytes(46), b"short"]
        real = service.nic.recv_into
        service.nic.recv_into = lambda buf: _give(buf, frames) or real(buf)
        Peer(lan, f.A_IP, f.A_MAC).announce()
        await asyncio.sleep(0.5)
        return seen, service.stats.rx_short

    def _give(buf, frames):
        if not frames:
            return 0
        frame = frames.pop(0)
        buf[: len(frame)] = frame
        return len(frame)

    assert scenario(body) == ([60], 1)


def test_send_names_a_wrong_packet_before_it_asks_the_network():
    async def body(service, lan):
        before = lan.counts["sent"]
        try:
            await service.send(f.A_IP, "text")
        except TypeError:
            return lan.counts["sent"] - before

    assert scenario(body) == 0


def test_row_121_a_restarted_service_announces_its_address_again():
    async def body(service, lan):
        await asyncio.sleep(5)
        service.kill()
        before = lan.counts["sent"]
        await service.start()
        await asyncio.sleep(5)
        return lan.counts["sent"] - before

    assert scenario(body) == 2


def test_row_8_what_was_cleared_before_does_not_end_a_new_query():
    async def body(service, lan):
        first = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        service.engine.flush()
        second = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(1)
        Peer(lan, f.A_IP, f.A_MAC).announce()
        return type(await _soon(first)), await _soon(second)

    assert scenario(body) == (arp.Cleared, f.mac(f.A_MAC))


def test_row_8_every_waiter_is_told_however_small_the_event_ring():
    async def body(service, lan):
        query = asyncio.create_task(ended(service.query("192.168.1.99")))
        await asyncio.sleep(0.1)
        service.set_ips(["10.0.0.1/24", "10.0.1.1/24", "10.0.2.1/24"])
        return type(await _soon(query))

    assert scenario(body, event_slots=1, pending=1) == arp.Cleared


def test_Q16_a_query_ends_when_its_own_first_events_make_a_callback_stop_the_service():
    async def body(service, lan):
        await asyncio.sleep(3)  # both tasks sleep now
        service.on_event = lambda event: service.kill()
        service.engine.receive(f.announcement(f.A_MAC, f.OWN_IP), 42, time.ticks_ms())
        return await _soon(asyncio.create_task(ended(service.query(f.B_IP))))

    assert type(scenario(body)) is arp.Cleared


def test_row_3_nothing_is_sent_by_a_packets_sender_after_the_end():
    async def body(service, lan):
        sending = asyncio.create_task(ended(service.send(f.A_IP, bytes(46))))
        await asyncio.sleep(0.05)
        service.on_event = lambda event: service.kill()
        sent = []
        service.nic.send = lambda buf, n: sent.append(n)
        service.set(f.A_IP, f.A_MAC)  # the query is answered, and the service stopped
        return await _soon(sending), sent

    error, sent = scenario(body)
    assert type(error) is arp.Cleared and sent == []
