"""What a lookup, an insertion, an eviction and an idle tick cost, by capacity and by load.

    micropython tools/bench_scale.py CAPACITY...

Prints one JSON line for each capacity; times are nanoseconds, the least of some rounds, because
what is asked for is how they grow. Hosts are learned from their requests (`learn="rfc826"`), so
that no resolution stands between.
"""

import gc
import json
import sys

from bench_rows import OWN_IP, OWN_MAC, OWN_NET, START, clock_ns

import arp

LOADS = (25, 50, 75, 100)  # per cent
CALLS = 2048
ROUNDS = 15
CHUNK = 16  # hosts between two looks at the events, two of which each may cause
_FRAME = (
    b"\xff" * 6
    + b"\x02\x00\x00\x00\x00\x01\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01\x02\x00\x00\x00\x00\x01"
    + b"\x0a\x01\x00\x00"
    + bytes(6)
    + OWN_IP
)


def new_engine(capacity):
    """An engine whose address is usable, without packets held."""
    settings = {"learn": "rfc826", "seed": 1, "hold_slots": 0, "event_slots": 2 * CHUNK}
    engine = arp.Engine(OWN_MAC, [OWN_NET], probe=False, capacity=capacity, **settings)
    for now in (0, 2000, 4000):
        while engine.poll(now):
            pass
    return engine


def heap(capacity):
    """Bytes of heap that an engine takes, or None where nobody can tell."""
    if not hasattr(gc, "mem_alloc"):
        return None
    new_engine(8)  # what is loaded at the first use
    gc.collect()
    before = gc.mem_alloc()
    engine = new_engine(capacity)
    gc.collect()
    after = gc.mem_alloc()
    return after - before if engine else None


def hear(engine, first, count):
    """`count` hosts that nobody knows ask for us -> nanoseconds each, events read beside it."""
    frame = bytearray(_FRAME)
    took = []
    for begin in range(first, first + count, CHUNK):
        end = min(begin + CHUNK, first + count)
        start = clock_ns()
        for i in range(begin, end):
            frame[25] = frame[29] = 1 + (i >> 16)
            frame[26] = frame[30] = i >> 8 & 0xFF
            frame[27] = frame[31] = i & 0xFF
            engine.receive(frame, 42, START)
        took.append((clock_ns() - start) / (end - begin))
        while engine.next_event() is not None:
            pass
    return min(took)  # of small groups: a busy machine falls out


def addresses(count):
    """Those of the first `count` hosts, in an order that jumps about."""
    step = 1 if count < 8 else count // 2 - 1 | 1
    numbers = [i * step % count for i in range(count)]
    return [bytes([10, 1 + (i >> 16), i >> 8 & 0xFF, i & 0xFF]) for i in numbers]


def look_up(engine, ips):
    """Nanoseconds of one lookup."""
    lookup = engine.lookup
    out = bytearray(6)
    best = 1e9
    turns = range(max(1, CALLS // len(ips)))
    for _ in range(ROUNDS):
        start = clock_ns()
        for _ in turns:
            for ip in ips:
                lookup(ip, out)
        best = min(best, (clock_ns() - start) / (len(turns) * len(ips)))
    return best


def tick(engine):
    """Nanoseconds of a `poll` with nothing due."""
    poll = engine.poll
    best = 1e9
    for _ in range(ROUNDS):
        start = clock_ns()
        for _ in range(CALLS // 8):
            poll(START)
        best = min(best, (clock_ns() - start) / (CALLS // 8))
    return best


def measure(capacity):
    """The figures of one capacity."""
    figures = {"capacity": capacity, "heap": heap(capacity), "lookup_ns": {}, "insert_ns": {}}
    engine = new_engine(capacity)
    known = 0
    for load in LOADS:
        wanted = capacity * load // 100
        figures["insert_ns"][str(load)] = hear(engine, known, wanted - known)
        known = wanted
        figures["lookup_ns"][str(load)] = look_up(engine, addresses(known))
    assert len(list(engine.entries())) == capacity
    figures["tick_ns"] = tick(engine)
    engine = new_engine(capacity)
    hear(engine, 0, capacity)
    figures["evict_ns"] = hear(engine, capacity, 512)
    assert engine.stats.evicted == 512
    return figures


def main(words):
    """CAPACITY..."""
    for word in words:
        print(json.dumps(measure(int(word))))


if __name__ == "__main__":
    main(sys.argv[1:])
