"""The asyncio shell beside its queries: answering, starting, ending, and the user's hooks."""

import asyncio
import time

import frames as f
from services import clock, ended, new_lan, scenario

import arp
from sim.lan import Peer


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
        return await ended(service.query(f.A_IP)), replies

    error, replies = scenario(body)
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

    assert scenario(body) == [(f.mac(f.A_MAC), f.mac(f.OWN_MAC) + f.ip(f.OWN_IP))]


def test_ready_returns_when_probing_is_over_and_not_before():
    async def body(service, lan):
        start = lan.now()
        assert service.ips == []
        await service.ready()
        return (lan.now() - start) % 2**30, service.ips

    ms, ips = scenario(body, probe=True)
    assert 4000 <= ms <= 7000
    assert ips == [f.ip(f.OWN_IP)]


def test_ready_fails_when_another_host_has_the_address():
    async def body(service, lan):
        Peer(lan, f.OWN_IP, f.B_MAC)
        error = await ended(service.ready())
        return error, service.ips, await ended(service.query(f.A_IP))

    error, ips, query = scenario(body, probe=True)
    assert type(error) is arp.AddressLost
    assert ips == []
    assert type(query) is arp.NoRoute


def test_row_6_an_unexpected_exception_ends_every_waiter_with_it():
    class Broken(Exception):
        pass

    async def main():
        lan = new_lan()
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
        for awaited in (task, service.query(f.A_IP), service.closed(), reported):
            try:
                ends.append(await awaited)
            except Broken as error:
                ends.append(str(error))
        service.kill()
        return ends

    assert clock.run(main) == ["the driver broke"] * 4


def test_Q18_a_refused_frame_is_counted_and_sent_again_by_the_next_retry():
    async def body(service, lan):
        Peer(lan, f.A_IP, f.A_MAC)
        await asyncio.sleep(0.1)  # the announcement is out
        service.nic.is_plugged = False
        task = asyncio.create_task(ended(service.query(f.A_IP)))
        await asyncio.sleep(0.5)
        service.nic.is_plugged = True
        return await task, service.stats.tx_error

    assert scenario(body) == (f.mac(f.A_MAC), 1)


def test_a_nic_learns_whether_anybody_wants_frames_that_are_not_arp():
    told = []

    async def body():
        port = new_lan().port(f.OWN_MAC)
        port.arp_only = told.append
        service = arp.Arp(port, f.OWN_NET, probe=False)
        service.on_frame = print  # nobody is told before the start
        assert service.on_frame is print
        assert told == []
        async with service:
            service.on_frame = None
            service.on_frame = print
        assert service.on_frame is print

    clock.run(body)
    assert told == [False, True, False, False], "and after the end, whatever it was"


def test_a_nic_with_a_signal_is_waited_for_by_it_and_asked_again_each_second():
    async def main():
        lan = new_lan()
        port = lan.port(f.OWN_MAC)
        flag = asyncio.ThreadSafeFlag()
        told = []

        async def wait():
            told.append("wait")
            await asyncio.sleep(0.01)

        def look_again():
            told.append("look_again")
            flag.set()

        port.wait = wait
        port.signal = lambda: flag if told else None
        port.look_again = look_again
        async with arp.Arp(port, f.OWN_NET, probe=False):
            await asyncio.sleep(0.1)
            first = told.copy()
            told[:] = ["asked"]
            Peer(lan, f.A_IP, f.A_MAC).resolve(f.OWN_IP)
            lan.step()
            flag.set()
            await asyncio.sleep(0.1)
            replies = [
                frame for _, fate, _, _, frame in lan.trace if fate == "sent" and frame[21] == 2
            ]
            await asyncio.sleep(3)
        return first, len(replies), told

    first, replies, told = clock.run(main)
    assert set(first) <= {"wait", "look_again"}
    assert replies == 1
    assert told[0] == "asked" and set(told[1:]) == {"look_again"}
    assert 2 <= len(told) - 1 <= 4


def test_other_work_of_the_timers_does_not_put_off_the_look_after_the_nic():
    async def main():
        lan = new_lan()
        port = lan.port(f.OWN_MAC)
        looks = []
        port.look_again = lambda: looks.append(time.ticks_ms())
        async with arp.Arp(port, f.OWN_NET, probe=False, retries=0) as service:
            await asyncio.sleep(1.95)  # each look is at a whole second
            asyncio.create_task(ended(service.query(f.A_IP)))  # ends a bit before
            await asyncio.sleep(3)
        return [time.ticks_diff(b, a) for a, b in zip(looks, looks[1:])]

    gaps = clock.run(main)
    assert len(gaps) >= 4 and max(gaps) <= 1010, gaps


def test_what_a_nic_had_to_mend_reaches_on_event():
    async def body(service, lan):
        told = ["rx_desync", "chip_lost"]
        service.nic.next_event = lambda: told.pop(0) if told else None
        seen = []
        service.on_event = seen.append
        await asyncio.sleep(2)
        return [event for event in seen if event[0] == arp.EV_NIC]

    assert scenario(body) == [
        (arp.EV_NIC, None, None, "rx_desync"),
        (arp.EV_NIC, None, None, "chip_lost"),
    ]


def test_frames_that_are_not_arp_reach_on_frame():
    async def body(service, lan):
        seen = []
        service.on_frame = lambda ethertype, frame: seen.append((ethertype, bytes(frame)))
        other = lan.port(f.A_MAC)
        packet = f.mac(f.OWN_MAC) + f.mac(f.A_MAC) + b"\x08\x00" + b"x" * 60
        other.send(packet, len(packet))
        await asyncio.sleep(0.1)
        return seen == [(0x0800, packet)]

    assert scenario(body)


def test_row_135_on_event_gets_every_event():
    async def body(service, lan):
        seen = []
        service.on_event = lambda event: seen.append(arp.EV_NAMES[event[0]])
        Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        await ended(service.query(f.B_IP))
        return seen

    assert scenario(body, retries=0) == ["usable", "resolved", "failed"]


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
    assert scenario(body) == [
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

    assert scenario(body) == (
        "? (192.168.1.20) at 02:00:00:00:00:20 [ether] on arp0\n"
        "? (192.168.1.21) at 02:00:00:00:00:21 [ether] PERM PUB on arp0"
    )


def test_an_entry_expires_while_nothing_else_happens():
    async def body(service, lan):
        peer = Peer(lan, f.A_IP, f.A_MAC)
        await service.query(f.A_IP)
        lan.peers.remove(peer)
        await asyncio.sleep(1201)
        return service.ask(f.A_IP)

    assert scenario(body) is None


def test_row_121_the_address_is_announced_again_when_the_link_comes_back():
    async def body(service, lan):
        await asyncio.sleep(5)
        before = lan.counts["sent"]
        service.nic.is_plugged = False
        await asyncio.sleep(5)
        service.nic.is_plugged = True
        await asyncio.sleep(5)
        return before, [bytes(record[4][:42]) for record in lan.trace if record[1] == "sent"]

    before, sent = scenario(body)
    assert before == 2
    assert sent == [f.announcement(f.OWN_MAC, f.OWN_IP)] * 4


def test_a_chip_that_does_not_tell_its_link_has_none_until_it_does():
    async def body(service, lan):
        await asyncio.sleep(5)
        before = lan.counts["sent"]
        link = service.nic.link

        def fail():
            raise OSError(5, "the chip does not answer")

        service.nic.link = fail
        await asyncio.sleep(3)
        service.nic.link = link
        await asyncio.sleep(5)
        return lan.counts["sent"] - before

    assert scenario(body) == 2
