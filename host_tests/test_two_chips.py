"""Two boards on one wire, one with each chip: they resolve, probe and detect each other."""

import asyncio

import arp
import arp.service  # loaded before virtual time takes the clock's place
import machine
from eth.enc28j60 import ENC28J60
from eth.w5500 import W5500
from sim import clock
from sim.enc28j60_chip import ENC28J60Chip
from sim.lan import Lan
from sim.w5500_chip import W5500Chip

CHIPS = ((W5500, W5500Chip), (ENC28J60, ENC28J60Chip))
IPS = ("10.0.0.1/24", "10.0.0.2/24")
MACS = (b"\x02\0\0\0\0\x55", b"\x02\0\0\0\0\x28")


def boards(lan, ips=IPS, **settings):
    """One board with each chip, INT wired, on two buses of one machine."""
    machine.reset_board()
    made = []
    for i, (driver, model) in enumerate(CHIPS):
        wire = lan.port(MACS[i])
        wire.promiscuous(True)
        machine.connect(i, model(wire), cs=10 + i, int=20 + i)
        spi = machine.SPI(i, baudrate=12_000_000)
        nic = driver(spi, machine.Pin(10 + i), int=machine.Pin(20 + i), mac=MACS[i])
        made.append(arp.Arp(nic, ips[i], seed=i + 1, **settings))
    return made


def test_each_resolves_the_other():
    async def scenario():
        first, second = boards(Lan(seed=1, say=None))
        async with first, second:
            await first.ready()
            await second.ready()
            assert await first.query("10.0.0.2") == MACS[1]
            assert await second.query("10.0.0.1") == MACS[0]
            for service in (first, second):
                stats = service.nic.stats
                told = [name for name in stats.names()[2:] if getattr(stats, name)]
                assert told == [], told

    clock.run(scenario)


def test_each_gets_the_packets_that_the_other_sends():
    async def scenario():
        first, second = boards(Lan(seed=1, say=None), probe=False)
        heard = []
        for service in (first, second):
            service.on_frame = lambda kind, frame: heard.append((kind, bytes(frame[14:18])))
        async with first, second:
            await first.send("10.0.0.2", b"\x45one" + bytes(20))
            await second.send("10.0.0.1", b"\x45two" + bytes(20))
            await asyncio.sleep_ms(1100)  # the models hear the wire only when they are asked
        assert heard == [(0x0800, b"\x45one"), (0x0800, b"\x45two")]

    clock.run(scenario)


def test_P1_of_two_that_want_the_same_address_at_most_one_uses_it():
    async def scenario():
        both = boards(Lan(seed=1, say=None), (IPS[0], IPS[0]))
        async with both[0], both[1]:
            await asyncio.sleep_ms(12_000)
            assert [len(service.ips) for service in both] in ([0, 1], [1, 0], [0, 0])
            assert sum([service.stats.lost for service in both]) >= 1

    clock.run(scenario)


def test_on_a_wire_that_loses_a_third_each_still_resolves_the_other():
    async def scenario():
        first, second = boards(Lan(seed=5, say=None, loss=0.3), probe=False, retries=9)
        async with first, second:
            for _ in range(10):
                for service, ip, mac in ((first, "10.0.0.2", 1), (second, "10.0.0.1", 0)):
                    service.flush()
                    await asyncio.sleep_ms(1000)
                    assert await service.query(ip) == MACS[mac]
            assert first.stats.tx_request > 10

    clock.run(scenario)
