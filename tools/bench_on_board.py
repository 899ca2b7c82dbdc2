"""What `make bench-board` measures, on the board's side; frozen into the desk's firmware.

The measuring is done outside: by the INT line, by the frames that leave, and by MARK, a spare pin
that is high while a call runs.
"""

import asyncio
import time

MARK = 2
OWN = "10.0.0.2/24"
ASKED = "10.0.0.1"


def service():
    """Answer requests behind asyncio, as most programs do."""
    import board

    import arp

    async def main():
        async with arp.Arp(board.make_nic(), OWN, probe=False) as a:
            await a.ready()
            await a.query(ASKED)
            await asyncio.sleep(3)  # the second announcement
            print("ready")
            await asyncio.sleep(600)

    asyncio.run(main())


def _engine():
    import board

    import arp

    nic = board.make_nic()
    engine = arp.Engine(nic.mac, (OWN,), probe=False)
    frame = bytearray(1514)

    def turn():
        n = nic.recv_into(frame)
        if n:
            n = engine.receive(frame, n, time.ticks_ms())
            if n:
                nic.send(engine.tx, n)
        n = engine.poll(time.ticks_ms())
        if n:
            nic.send(engine.tx, n)

    turn()
    engine.query(ASKED, time.ticks_ms())
    for _ in range(40):  # both announcements, the request and its answer
        turn()
        time.sleep_ms(100)
    return engine, turn


def engine():
    """Answer requests from a loop of one's own."""
    _, turn = _engine()
    print("ready")
    while True:
        turn()


def calls(count):
    """Each call so many times, with MARK high meanwhile."""
    import machine

    mark = machine.Pin(MARK, machine.Pin.OUT, value=0)
    eng, _ = _engine()
    query, lookup = eng.query, eng.lookup
    out = bytearray(6)
    ip = bytes((10, 0, 0, 1))
    now = time.ticks_ms()
    print("ready")
    time.sleep_ms(20)
    for _ in range(count):
        mark(1)
        mark(0)
    for _ in range(count):
        mark(1)
        query(ip, now)
        mark(0)
    for _ in range(count):
        mark(1)
        lookup(ip, out)
        mark(0)
