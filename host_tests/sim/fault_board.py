"""FaultBoard: the whole firmware on one chip whose bus, cable and inside can be made to fail.

Hosts at the other end of the cable ask for the board's address; each has a MAC address of its own,
so that an answer is known for its question. Everything runs in virtual time, the driver's blocking
sleeps and the chip's frames included.
"""

import asyncio
import time

import frames as f

import arp
import arp.service  # loaded before virtual time takes the clock's place
import eth.enc28j60
import eth.w5500
import machine
from sim import clock
from sim.cable import Cable
from sim.enc28j60_chip import ENC28J60Chip
from sim.faults import Faults
from sim.w5500_chip import W5500Chip

CHIPS = ("w5500", "enc28j60")
HZ = 24_000_000
WAIT_MS = 40  # an answer that takes longer counts as none


def _now_us():
    return time.ticks_us()


def _mac(number):
    return b"\x02\x77" + bytes(
        [number >> 24 & 255, number >> 16 & 255, number >> 8 & 255, number & 255]
    )


def _ip(number):
    return b"\xc0\xa8\x01" + bytes([100 + number % 100])


class FaultBoard:
    """One board; make it and use it inside run()."""

    def __init__(self, kind, with_int=True):
        machine.reset_board()
        self.kind = kind
        self.with_int = with_int
        self.cable = Cable()
        if kind == "w5500":
            self.chip = W5500Chip(self.cable, _now_us)
            driver = eth.w5500.W5500
        else:
            self.chip = ENC28J60Chip(self.cable, _now_us)
            driver = eth.enc28j60.ENC28J60
        self.bus = Faults(self.chip)
        machine.connect(0, self.bus, cs=17, int=21 if with_int else None)
        self.spi = machine.SPI(0, baudrate=HZ)
        pin = machine.Pin(21, machine.Pin.IN) if with_int else None
        self.nic = driver(self.spi, machine.Pin(17), int=pin, mac=f.mac(f.OWN_MAC))
        self.service = arp.Arp(self.nic, f.OWN_NET, probe=False, seed=1)
        self.events = []
        self.asked = 0
        self.answered = 0

    def on_event(self, event):
        self.events.append(event)

    def put(self):
        """A host asks -> its number."""
        number = self.asked
        self.asked += 1
        mac = _mac(number)
        fixed = b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
        self.cable.put(
            b"\xff" * 6 + mac + fixed + mac + _ip(number) + bytes(6) + f.ip(f.OWN_IP) + bytes(18)
        )
        self.bus.pump()
        return number

    def is_answered(self, number):
        """Was that host answered, and rightly? Forgets the answer."""
        own, mac = f.mac(f.OWN_MAC), _mac(number)
        fixed = b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"
        answer = mac + own + fixed + own + f.ip(f.OWN_IP) + mac + _ip(number) + bytes(18)
        if answer not in self.cable.sent:
            return False
        self.cable.sent.remove(answer)
        self.answered += 1
        return True

    async def ask(self):
        """A host asks: was it answered within WAIT_MS?"""
        number = self.put()
        for _ in range(WAIT_MS // 2):
            await asyncio.sleep_ms(2)
            if self.is_answered(number):
                return True
        return False

    async def ask_until_answered(self, bound_ms):
        """Ask every WAIT_MS -> (ms until the first right answer, or -1, how many had none)."""
        started = time.ticks_ms()
        lost = 0
        while True:
            if await self.ask():
                return time.ticks_diff(time.ticks_ms(), started), lost
            lost += 1
            if time.ticks_diff(time.ticks_ms(), started) > bound_ms:
                return -1, lost

    async def resolve(self):
        """The board learns the address of a neighbor."""
        task = asyncio.create_task(self.service.query(f.A_IP))
        await asyncio.sleep_ms(10)
        self.cable.put(f.reply() + bytes(18))
        self.bus.pump()
        assert await task == f.mac(f.A_MAC)

    def counted(self):
        """{name: value} of the driver's counters that moved, but for rx and tx."""
        stats = self.nic.stats
        return {n: getattr(stats, n) for n in stats.names()[2:] if getattr(stats, n)}

    def reported(self):
        """The names that came as EV_NIC."""
        return [event[3] for event in self.events if event[0] == arp.EV_NIC]


def run(body, *arguments, **options):
    """body(board) on a new FaultBoard(*arguments, **options) in virtual time -> its result."""

    async def main():
        board = FaultBoard(*arguments, **options)
        board.service.on_event = board.on_event
        async with board.service:
            await asyncio.sleep_ms(2500)  # announced
            return await body(board)

    return clock.run(main)
