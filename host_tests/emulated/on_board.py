"""What runs on the emulated board in the drivers' tests; frozen into the desk's firmware.

The chip is outside, and the test at the other end of its cable. Each function ends by itself.
"""

import asyncio
import gc
import time

import board
import micropython

LIMIT_MS = 20_000
BUF = bytearray(1514)


def counted(nic):
    """The counters that moved, as text."""
    stats = nic.stats
    pairs = [(name, getattr(stats, name)) for name in stats.names()]
    return ", ".join(["%s %d" % pair for pair in pairs if pair[1]])


def echo(count, with_int=True):
    """Send back so many frames as they came."""
    nic = board.make_nic()
    nic.promiscuous(True)
    nic._polls = nic._polls or not with_int
    print("ready")
    end = time.ticks_add(time.ticks_ms(), LIMIT_MS)
    while count and time.ticks_diff(end, time.ticks_ms()) > 0:
        n = nic.recv_into(BUF)
        if n:
            nic.send(BUF, n)
            count -= 1
    print(counted(nic))


def heap(rounds):
    """Two frames are answered each round: with the heap locked, then while its growth is seen."""
    nic = board.make_nic()
    nic.promiscuous(True)
    print("ready")

    def one():
        count = 0
        while count < 2:
            n = nic.recv_into(BUF)
            if n:
                nic.send(BUF, n)
                count += 1

    one()
    micropython.heap_lock()
    for _ in range(rounds):
        one()
    micropython.heap_unlock()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(rounds):
        one()
    print("grown", gc.mem_alloc() - before)
    gc.enable()


def wait(count):
    """Sleep until INT says that there is a frame, so many times."""
    nic = board.make_nic()
    nic.promiscuous(True)

    async def main():
        left = count
        print("ready")
        while left:
            await asyncio.wait_for_ms(nic.wait(), LIMIT_MS)
            while True:
                n = nic.recv_into(BUF)
                if not n:
                    break
                nic.send(BUF, n)
                left -= 1

    asyncio.run(main())
    print(counted(nic))
