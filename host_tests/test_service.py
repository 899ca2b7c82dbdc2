"""arp.Arp on a simulated LAN in virtual time: every waiter is answered in time."""

import asyncio

import frames as f

import arp
import arp.service  # loaded before virtual time takes the clock's place
from sim import clock
from sim.lan import Lan, Peer


def _lan(**faults):
    return Lan(seed=4, say=None, **faults)


def _ended(coro):
    """What a query ended in: its MAC address or its error, as a coroutine."""

    async def run():
        try:
            return await coro
        except OSError as error:
            return error

    return run()


def _scenario(body, **settings):
    """Run body(service, lan) with a usable address on a LAN of its own; returns its result."""
    settings.setdefault("probe", False)

    async def main():
        lan = _lan()
        port = lan.port(f.OWN_MAC)
        async with arp.Arp(port, f.OWN_NET, gateway=f.GATEWAY, **settings) as service:
            return await body(service, lan)

    return clock.run(main)


def _requests(lan):
    """(ms, target) of the requests on the LAN, without announcements."""
    return [
        (ms, bytes(frame[38:42]))
        for ms, fate, sender, receiver, frame in lan.trace
        if fate == "sent" and frame[21] == 1 and frame[28:32] != frame[38:42]
    ]


def test_row_18_a_query_suspends_until_the_answer_comes():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        return await service.query(f.A_IP), len(_requests(lan))

    assert _scenario(body) == (f.mac(f.A_MAC), 1)


def test_row_17_a_cached_address_is_answered_without_a_frame():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        before = lan.counts["sent"]
        assert await service.query(f.A_IP) == f.mac(f.A_MAC)
        return lan.counts["sent"] - before

    assert _scenario(body) == 0


def test_row_19_concurrent_queries_share_one_request():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        found = await asyncio.gather(*[service.query(f.A_IP) for _ in range(5)])
        return found, len(_requests(lan))

    assert _scenario(body) == ([f.mac(f.A_MAC)] * 5, 1)


def test_row_59_a_silent_host_is_down_after_its_requests_at_the_right_times():
    async def body(service, lan):
        error = await _ended(service.query(f.A_IP))
        times = [ms for ms, _ in _requests(lan)]
        again = await _ended(service.query(f.A_IP))
        return error, again, [(ms - times[0]) % 2**30 for ms in times], len(_requests(lan))

    error, again, times, count = _scenario(body, retries=2)
    assert type(error) is arp.HostDown and isinstance(error, arp.Timeout)
    assert error.errno == 112
    assert type(again) is arp.HostDown
    assert times == [0, 1000, 2000]
    assert count == 3


def test_row_59_a_silent_gateway_is_unreachable():
    async def body(service, lan):
        return await _ended(service.query("8.8.8.8"))

    error = _scenario(body, retries=0)
    assert type(error) is arp.HostUnreachable and isinstance(error, arp.Timeout)
    assert error.errno == 113
    assert "192.168.1.1" in str(error)


def test_row_7_without_a_hold_down_the_error_is_a_plain_timeout():
    async def body(service, lan):
        return await _ended(service.query(f.A_IP))

    error = _scenario(body, retries=0, down_ms=0)
    assert type(error) is arp.Timeout
    assert error.errno == 110


def test_row_22_an_off_link_query_gives_the_gateways_mac():
    async def body(service, lan):
        Peer(lan, f.GATEWAY, f.B_MAC)
        return await service.query("8.8.8.8")

    assert _scenario(body) == f.mac(f.B_MAC)


def test_row_8_deleting_flushing_and_new_addresses_wake_the_waiter_with_cleared():
    for end in (
        lambda service: service.delete(f.A_IP),
        lambda service: service.flush(),
        lambda service: service.set_ips("192.168.1.11/24"),
        lambda service: service.kill(),
    ):

        async def body(service, lan, end=end):
            task = asyncio.create_task(_ended(service.query(f.A_IP)))
            await asyncio.sleep(0.1)
            end(service)
            return await task

        error = _scenario(body)
        assert type(error) is arp.Cleared, error
        assert error.errno == 125


def test_Q15_a_configured_entry_answers_who_waits_for_it():
    async def body(service, lan):
        task = asyncio.create_task(_ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        service.set(f.A_IP, f.B_MAC, kind=arp.PERMANENT)
        return await task

    assert _scenario(body) == f.mac(f.B_MAC)


def test_Q17_a_cancelled_query_leaves_the_others_waiting():
    async def body(service, lan):
        first = asyncio.create_task(_ended(service.query(f.A_IP)))
        second = asyncio.create_task(_ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        first.cancel()
        try:
            await first
        except asyncio.CancelledError:
            pass
        Peer(lan, f.A_IP, f.A_MAC).announce()
        return await second

    assert _scenario(body) == f.mac(f.A_MAC)


def test_Q17_when_the_last_waiter_is_cancelled_the_entry_still_completes():
    async def body(service, lan):
        task = asyncio.create_task(_ended(service.query(f.A_IP)))
        await asyncio.sleep(0.1)
        task.cancel()
        Peer(lan, f.A_IP, f.A_MAC).announce()
        await asyncio.sleep(0.1)
        return service.ask(f.A_IP)

    assert _scenario(body) == f.mac(f.A_MAC)


def test_row_3_after_kill_nothing_is_answered_and_a_query_is_refused():
    async def body(service, lan):
        service.kill()
        peer = Peer(lan, f.A_IP, f.A_MAC)
        peer.resolve(f.OWN_IP)
        lan.step()
        await asyncio.sleep(3)
        replies = [
            frame for _, fate, _, _, frame in lan.trace if fate == "sent" and frame[21] == 2
        ]
        return await _ended(service.query(f.A_IP)), replies

    error, replies = _scenario(body)
    assert type(error) is arp.Cleared
    assert replies == []


def test_row_4_a_peer_resolves_us():
    async def body(service, lan):
        peer = Peer(lan, f.A_IP, f.A_MAC)
        peer.resolve(f.OWN_IP)
        lan.step()
        await asyncio.sleep(1)
        return [
            (bytes(frame[:6]), bytes(frame[22:32]))
            for _, fate, _, _, frame in lan.trace
            if fate == "sent" and frame[21] == 2
        ]

    assert _scenario(body) == [(f.mac(f.A_MAC), f.mac(f.OWN_MAC) + f.ip(f.OWN_IP))]


def test_ready_returns_when_probing_is_over_and_not_before():
    async def body(service, lan):
        start = lan.now()
        assert service.ips == []
        await service.ready()
        return (lan.now() - start) % 2**30, service.ips

    ms, ips = _scenario(body, probe=True)
    assert 4000 <= ms <= 7000
    assert ips == [f.ip(f.OWN_IP)]


def test_ready_fails_when_another_host_has_the_address():
    async def body(service, lan):
        Peer(lan, f.OWN_IP, f.B_MAC)
        error = await _ended(service.ready())
        return error, service.ips, await _ended(service.query(f.A_IP))

    error, ips, query = _scenario(body, probe=True)
    assert type(error) is arp.AddressLost
    assert ips == []
    assert type(query) is arp.NoRoute


def test_a_query_made_while_probing_is_asked_when_the_address_is_usable():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        found = await service.query(f.A_IP)
        return found, service.ips

    assert _scenario(body, probe=True) == (f.mac(f.A_MAC), [f.ip(f.OWN_IP)])


def test_row_6_an_unexpected_exception_ends_every_waiter_with_it():
    class Broken(Exception):
        pass

    async def main():
        lan = _lan()
        port = lan.port(f.OWN_MAC)
        service = await arp.create(port, f.OWN_NET, probe=False)
        task = asyncio.create_task(service.query(f.A_IP))
        await asyncio.sleep(0.1)

        def recv_into(buf):
            raise Broken("the driver broke")

        port.recv_into = recv_into
        reported = service._tasks[0]
        Peer(lan, f.A_IP, f.A_MAC).announce()
        ends = []
        for awaited in (task, service.query(f.A_IP), service.ready(), reported):
            try:
                ends.append(await awaited)
            except Broken as error:
                ends.append(str(error))
        service.kill()
        return ends

    # ready() ends normally: the address is usable; a query afterwards meets the same exception.
    assert clock.run(main) == ["the driver broke"] * 4


def test_Q18_a_refused_frame_is_counted_and_sent_again_by_the_next_retry():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        service.nic.is_plugged = False
        task = asyncio.create_task(_ended(service.query(f.A_IP)))
        await asyncio.sleep(0.5)
        service.nic.is_plugged = True
        return await task, service.stats.tx_error

    assert _scenario(body) == (f.mac(f.A_MAC), 1)


def test_frames_that_are_not_arp_reach_on_frame():
    async def body(service, lan):
        seen = []
        service.on_frame = lambda ethertype, frame: seen.append((ethertype, bytes(frame)))
        other = lan.port(f.A_MAC)
        packet = f.mac(f.OWN_MAC) + f.mac(f.A_MAC) + b"\x08\x00" + b"x" * 60
        other.send(packet, len(packet))
        await asyncio.sleep(0.1)
        return seen == [(0x0800, packet)]

    assert _scenario(body)


def test_row_135_on_event_gets_every_event():
    async def body(service, lan):
        seen = []
        service.on_event = lambda event: seen.append(arp.EV_NAMES[event[0]])
        Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        await _ended(service.query(f.B_IP))
        return seen

    assert _scenario(body, retries=0) == ["resolved", "failed"]


def test_row_22_send_puts_a_packet_behind_the_right_header():
    async def body(service, lan):
        Peer(lan, f.GATEWAY, f.B_MAC)
        await service.send("8.8.8.8", b"E" * 50)
        await service.send("255.255.255.255", b"F" * 50)
        try:
            await service.send(f.GATEWAY, bytes(1501))
        except ValueError as error:
            assert "1501" in str(error)
        return [
            bytes(frame)
            for _, fate, _, _, frame in lan.trace
            if fate == "sent" and frame[12:14] == b"\x08\x00"
        ]

    header = f.mac(f.OWN_MAC) + b"\x08\x00"
    assert _scenario(body) == [
        f.mac(f.B_MAC) + header + b"E" * 50,
        b"\xff" * 6 + header + b"F" * 50,
    ]


def test_row_14_an_mtu_below_28_is_refused():
    class Small:
        mac = f.mac(f.OWN_MAC)
        mtu = 27

    try:
        arp.Arp(Small(), f.OWN_NET)
    except arp.MtuTooSmall as error:
        assert error.errno == 90
    else:
        raise AssertionError("an MTU of 27 was accepted")


def test_table_prints_like_arp_an():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        service.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT, flags=arp.ATF_PUBL)
        return service.table()

    assert _scenario(body) == (
        "? (192.168.1.21) at 02:00:00:00:00:21 [ether] PERM PUB on arp0\n"
        "? (192.168.1.20) at 02:00:00:00:00:20 [ether] on arp0"
    )


def test_an_entry_expires_while_nothing_else_happens():
    async def body(service, lan):
        peer = Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        lan.peers.remove(peer)
        await asyncio.sleep(1201)
        return service.ask(f.A_IP)

    assert _scenario(body) is None


def test_a_lossy_network_still_resolves():
    async def main():
        lan = Lan(seed=9, loss=0.3, duplicate=0.2, delay_ms=(0, 30), say=None)
        Peer(lan, f.A_IP, f.A_MAC)
        async with arp.Arp(lan.port(f.OWN_MAC), f.OWN_NET, probe=False) as service:
            return await service.query(f.A_IP)

    assert clock.run(main) == f.mac(f.A_MAC)
