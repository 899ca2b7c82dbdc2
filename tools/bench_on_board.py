"""What `make bench-board` measures, on the board's side; frozen into the desk's firmware.

The measuring is done outside: by the INT line, by the frames that leave, and by MARK, a spare pin
that is high while a call runs.
"""

import asyncio
import time

MARK = 2
OWN = "10.0.0.2/24"
ASKED = "10.0.0.1"
REPLY_BYTES = 42
# What `calls` measures: frames as (htype, oper), the third for somebody else, then the two calls.
_FRAMES = ((1, 1), (1, 2), (1, 1), (6, 1))
CALLS = ("request for us", "reply", "request for others", "other htype", "lookup", "query")


def service(shares=False):
    """Answer requests behind asyncio, as most programs do; `shares` with MARK at each part."""
    import board

    import arp

    async def main():
        nic = board.make_nic()
        if shares:
            nic.recv_into = _marked1(nic.recv_into)
            nic.send = _marked2(nic.send)
        a = arp.Arp(nic, OWN, probe=False)
        if shares:
            a.engine.receive = _marked3(a.engine.receive)
        async with a:
            await a.ready()
            await a.query(ASKED)
            await asyncio.sleep(3)  # the second announcement
            print("ready")
            await asyncio.sleep(600)

    asyncio.run(main())


def _mark():
    import machine

    return machine.Pin(MARK, machine.Pin.OUT, value=0)


def _begin(mark, count):
    """Say that all is ready; then so many times nothing between two edges of MARK: the floor."""
    print("ready")
    time.sleep_ms(20)
    for _ in range(count):
        mark(1)
        mark(0)


def _marked1(function):
    mark = _mark()

    def call(a):
        mark(1)
        a = function(a)
        mark(0)
        return a

    return call


def _marked2(function):
    mark = _mark()

    def call(a, b):
        mark(1)
        function(a, b)
        mark(0)

    return call


def _marked3(function):
    mark = _mark()

    def call(a, b, c):
        mark(1)
        a = function(a, b, c)
        mark(0)
        return a

    return call


def empty(count):
    """The marks of `shares` around nothing: what they and the functions around take themselves."""
    mark = _mark()
    received = _marked1(lambda a: a)
    sent = _marked2(lambda a, b: mark(0))
    _begin(mark, count)
    for _ in range(count):
        received(0)
    for _ in range(count):
        sent(0, 0)


def plain():
    """The same with a plain handler in an equally plain loop, behind the same driver."""
    import board
    from bench_plain import Plain

    async def main():
        nic = board.make_nic()
        nic.arp_only(True)
        handler = Plain(nic.mac, bytes((10, 0, 0, 2)))
        frame = bytearray(1514)
        reply = bytearray(REPLY_BYTES)
        print("ready")
        while True:
            await nic.wait()
            n = nic.recv_into(frame)
            while n:
                n = handler.receive(frame, n, time.ticks_ms())
                if n:
                    reply[:] = handler.reply
                    nic.send(reply, n)
                n = nic.recv_into(frame)

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
    """Each of CALLS so many times, of the engine and then of the plain handler; MARK is high."""
    from bench_plain import Plain

    mark = _mark()
    eng, _ = _engine()
    ours, asked, peer = bytes((10, 0, 0, 2)), bytes((10, 0, 0, 1)), b"\x02\0\0\0\x01\x01"
    plain = Plain(eng.mac, ours)
    plain.query = plain.lookup  # a dict is all it has
    out = bytearray(6)
    now = time.ticks_ms()
    frames = [_frame(*parts) for parts in _FRAMES]
    for i in (22, 6):
        for frame in frames:
            frame[i : i + 6] = peer
            frame[28:32] = asked
            frame[38:42] = ours
    frames[2][41] = 77  # nobody's
    plain.receive(frames[0], 60, now)
    _begin(mark, count)
    for who in (eng, plain):
        receive, lookup, query = who.receive, who.lookup, who.query
        second = now if who is eng else out
        for frame in frames:
            for _ in range(count):
                mark(1)
                receive(frame, 60, now)
                mark(0)
        for _ in range(count):
            mark(1)
            lookup(asked, out)
            mark(0)
        for _ in range(count):
            mark(1)
            query(asked, second)
            mark(0)


def _frame(htype, oper):
    frame = bytearray(b"\xff" * 12 + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + bytes(38))
    frame[15] = htype
    frame[21] = oper
    return frame


def heap():
    """Print the bytes of heap that each step of a default board adds, one a line."""
    import gc
    import os

    import machine

    late = (os.urandom, machine.Pin, asyncio.Event, asyncio.ThreadSafeFlag)  # loaded only now
    keep = {"late": late}
    steps = (
        ("import arp, Arp", lambda: keep.update(arp=__import__("arp").Arp)),
        ("import eth.w5500", lambda: __import__("eth.w5500")),
        ("import board", lambda: keep.update(board=__import__("board"))),
        ("a W5500", lambda: keep.update(nic=keep["board"].make_nic())),
        ("an Arp, hold_slots=0", lambda: keep.update(a=_arp(keep["nic"], hold_slots=0))),
        ("import arp.hold", lambda: __import__("arp.hold")),
        ("... with its hold pool", lambda: keep.update(b=_arp(keep["nic"]))),
    )
    for i in range(12):  # room for what the steps keep
        keep[i] = None
    for label, step in steps:
        gc.collect()
        before = gc.mem_alloc()
        step()
        gc.collect()
        print("heap", gc.mem_alloc() - before, label)
    print("ready")


def _arp(nic, **settings):
    import arp

    return arp.Arp(nic, "192.168.1.10/24", gateway="192.168.1.1", **settings)


def bare_w5500(count):
    """The transactions of an answer alone, straight on, with MARK high meanwhile."""
    import board

    mark = _mark()
    nic = board.make_nic()
    cs, write, swap, readinto = nic._cs, nic._write, nic._swap, nic._readinto
    frame, reply, pad = bytearray(60), bytearray(42), bytes(18)
    in5, in11 = bytearray(5), bytearray(11)
    tx_write, put_tx_wr = bytearray(b"\x00\x00\x14"), bytearray(b"\x00\x24\x0c\x00\x00")
    clear_recv, get_sizes = b"\x00\x02\x0c\x04", b"\x00\x20\x08" + bytes(8)
    rx_read, send = b"\x00\x00\x18\x00\x00", b"\x00\x01\x0c\x20"
    _begin(mark, count)
    at = nic._tx_at
    for _ in range(count):
        time.sleep_ms(1)
        tx_write[0], tx_write[1] = at >> 8, at & 0xFF
        at += 60
        put_tx_wr[3], put_tx_wr[4] = at >> 8, at & 0xFF
        mark(1)
        cs(0)
        write(clear_recv)
        cs(1)
        cs(0)
        swap(get_sizes, in11)
        cs(1)
        cs(0)
        swap(rx_read, in5)
        readinto(frame)
        cs(1)
        cs(0)
        write(tx_write)
        write(reply)
        write(pad)
        cs(1)
        cs(0)
        write(put_tx_wr)
        cs(1)
        cs(0)
        write(send)
        cs(1)
        mark(0)


def bare_enc28j60(count):
    """The same for the other chip."""
    import board

    mark = _mark()
    nic = board.make_nic()
    cs, write, swap, readinto = nic._cs, nic._write, nic._swap, nic._readinto
    frame, reply = bytearray(64), bytearray(42)
    in2, in7 = bytearray(2), bytearray(7)
    get_epktcnt, read_header = b"\x19\x00", b"\x3a" + bytes(6)
    write_memory, send = b"\x7a\x00", b"\x9f\x08"
    reply[0:14] = b"\xff" * 6 + nic.mac + b"\x08\x06"
    nic.send(reply, 42)
    _begin(mark, count)
    for _ in range(count):
        time.sleep_ms(1)
        mark(1)
        cs(0)
        swap(get_epktcnt, in2)
        cs(1)
        cs(0)
        swap(read_header, in7)
        readinto(frame)
        cs(1)
        cs(0)
        write(write_memory)
        write(reply)
        cs(1)
        cs(0)
        write(send)
        cs(1)
        mark(0)
