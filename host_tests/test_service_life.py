"""Random lives of a board: started, stopped, asked and asking, with and without on_frame.

Whatever the order, each request that arrives while it runs is answered once, each other frame that
somebody wants comes whole, and each query ends.
"""

import asyncio
import time

import frames as f

import arp
import arp.service  # loaded before virtual time takes the clock's place
from sim import clock
from sim.enc28j60_board import ENC28J60Board
from sim.lan import XorShift
from sim.w5500_board import W5500Board

STEPS = 150
SILENT = "192.168.1.99"
# 1 + retries requests a second apart, and what else may hold a query up.
LONGEST_MS = 4000


class Life:
    """One board with its peer; `step` does something at random and looks at what came of it."""

    def __init__(self, board, seed):
        self.board = board
        self.random = XorShift(seed)
        self.service = arp.Arp(board.nic, f.OWN_NET, probe=False, retries=2, down_ms=0, seed=seed)
        self.seen = []
        self.queries = []
        self.said = ""

    def is_running(self):
        return self.service._is_running

    def answers(self):
        return [frame for frame in self.board.cable.sent if frame[21] == 2]

    def other(self):
        """A frame that is not ARP, or an ARP frame that is longer than any."""
        n = (60, 61, 64, 65, 124, 125, 700, 1514)[self.random.below(8)]
        kind = b"\x08\x00" if self.random.below(3) else b"\x08\x06"
        mark = bytes([self.random.below(256) for _ in range(4)])
        return b"\xff" * 6 + f.mac(f.B_MAC) + kind + mark * ((n - 14) // 4) + bytes((n - 14) % 4)

    async def asked(self, ip, ms):
        started = time.ticks_ms()
        try:
            if ms:
                await asyncio.wait_for(self.service.query(ip), ms / 1000)
            else:
                await self.service.query(ip)
        except (OSError, asyncio.TimeoutError):
            pass
        assert time.ticks_diff(time.ticks_ms(), started) <= LONGEST_MS, self.said

    async def step(self):
        what = self.random.below(12)
        self.said = (self.said + " %d" % what)[-200:]
        service = self.service
        if what < 4:
            await self.traffic()
        elif what < 6:
            ip = (f.A_IP, SILENT)[self.random.below(2)]
            ms = (0, 0, 300)[self.random.below(3)]
            self.queries.append(asyncio.create_task(self.asked(ip, ms)))
        elif what == 6:
            service.on_frame = self.keep if service.on_frame is None else None
        elif what == 7:
            service.kill()
        elif what == 8:
            await service.start()
        elif what == 9:
            service.flush()
        else:
            await asyncio.sleep(self.random.below(1500) / 1000)

    def keep(self, ethertype, frame):
        self.seen.append((ethertype, bytes(frame)))

    async def traffic(self):
        """Frames at once: all of them have their effect, or none while it is stopped."""
        cable = self.board.cable
        await asyncio.sleep(0.03)  # what is under way has ended
        del cable.sent[:]
        del self.seen[:]
        wanted = []
        requests = 0
        for _ in range(1 + self.random.below(5)):
            if self.random.below(2):
                requests += 1
                cable.put(f.request() + bytes(18))
            else:
                frame = self.other()
                cable.put(frame)
                if frame[12:14] == b"\x08\x00":
                    wanted.append((0x0800, frame))
        self.board.chip.pump()  # the model hears the wire only when it is asked
        is_running = self.is_running()
        await asyncio.sleep(0.2)
        if is_running:
            assert len(self.answers()) == requests, (requests, self.answers(), self.said)
            assert self.seen == (wanted if self.service.on_frame else []), self.said
        else:
            assert self.answers() == [] and self.seen == [], self.said
            await self.service.start()
            await asyncio.sleep(0.2)
            assert len(self.answers()) == requests, (requests, self.answers(), self.said)

    async def run(self):
        await self.service.start()
        for _ in range(STEPS):
            await self.step()
        self.service.kill()
        for query in self.queries:
            await query
        assert self.board.counted() == {} or set(self.board.counted()) == {"rx_unwanted"}


def lives(make, **wired):
    for seed in range(1, 4):

        async def life(seed=seed):
            await Life(make(**wired), seed).run()

        clock.run(life)


def test_lives_of_a_w5500_with_int():
    lives(W5500Board, with_int=True)


def test_lives_of_a_w5500_that_is_polled():
    lives(W5500Board)


def test_lives_of_an_enc28j60_with_int():
    lives(ENC28J60Board, with_int=True)


def test_lives_of_an_enc28j60_that_is_polled():
    lives(ENC28J60Board)
