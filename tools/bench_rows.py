"""Measure the rows of tools/bench_frames.py inside the interpreter that runs this file.

    micropython tools/bench_rows.py FOLDER ROUNDS LIMIT ROW...

Prints one JSON line for each row. A pool of buffers is refilled from the row's file, and each
filling goes through the empty calls, the engine and the plain handler one after the other, so that
noise hits all three alike; only the calls are timed and watched for heap. LIMIT bounds the records
read of a row (0 = all). Each round starts with new tables.
"""

import gc
import json
import sys
import time

import bench_plain

import arp

try:
    import bench_floor as floor
except (ImportError, SyntaxError):  # no viper here: the floor is a call in bytecode
    import bench_floor_plain as floor

OWN_MAC = b"\x00\xde\xad\xbe\xef\x00"
OWN_IP = b"\x0a\x00\x00\x00"
OWN_NET = "10.0.0.0/6"
POOL = 256
START = 5000
PLAIN_LIMIT = 4096  # records for the plain handler: a dict of many thousand bytes keys crawls
WATCH = 1 if sys.maxsize < 2**32 else 8

if hasattr(time, "time_ns"):
    clock_ns = time.time_ns
else:

    def clock_ns():
        return time.ticks_us() * 1000


class Pool:
    """`POOL` records of a row at a time: frames with their lengths, or addresses with length 0."""

    def __init__(self, path):
        self._file = open(path, "rb")
        self._head = bytearray(2)
        self._views = []
        self._frames = []
        for _ in range(POOL):
            buffer = bytearray(64)
            self._frames.append(buffer)
            self._views.append([memoryview(buffer)[:n] for n in range(65)])
        self._ips = {}
        self._ip = bytearray(4)
        self.records = [None] * POOL
        self.sizes = [0] * POOL

    def fill(self):
        """Read the next records; how many there were."""
        head = self._head
        read_into = self._file.readinto
        for i in range(POOL):
            if not read_into(head):
                return i
            n = head[0] << 8 | head[1]
            if n < 0x8000:
                self.records[i] = self._frames[i]
                self.sizes[i] = n
                read_into(self._views[i][n])
            else:
                self.records[i] = self._address()
                self.sizes[i] = 0
        return POOL

    def _address(self):
        # The same bytes object each time an address comes up.
        ip = self._ip
        self._file.readinto(ip)
        number = ip[0] << 24 | ip[1] << 16 | ip[2] << 8 | ip[3]
        if number not in self._ips:
            self._ips[number] = bytes(ip)
        return self._ips[number]

    def close(self):
        self._file.close()


def feed_frames(pool, count, receive, lookup, now):
    """`count` frames of the pool to `receive` -> nanoseconds."""
    records = pool.records
    sizes = pool.sizes
    start = clock_ns()
    for i in range(count):
        receive(records[i], sizes[i], now)
    return clock_ns() - start


def feed_addresses(pool, count, receive, lookup, now):
    """`count` addresses of the pool to `lookup` -> nanoseconds."""
    records = pool.records
    out = OUT
    start = clock_ns()
    for i in range(count):
        lookup(records[i], out)
    return clock_ns() - start


def feed_both(pool, count, receive, lookup, now):
    """Whatever is in the pool to whom it belongs -> nanoseconds."""
    records = pool.records
    sizes = pool.sizes
    out = OUT
    start = clock_ns()
    for i in range(count):
        if sizes[i]:
            receive(records[i], sizes[i], now)
        else:
            lookup(records[i], out)
    return clock_ns() - start


OUT = bytearray(6)


def feeder(row):
    """The loop for a row."""
    if row.startswith("hits"):
        return feed_addresses
    return feed_both if row in ("mixed", "queries") else feed_frames


class Counted:
    """One of those who are compared: nanoseconds and heap of a round."""

    def __init__(self, receive, lookup):
        self.receive = receive
        self.lookup = lookup
        self.took = []  # nanoseconds for a record, of each filling
        self.heap = 0
        self.watched = 0

    def feed(self, feed, pool, count, now):
        """Let it take the pool in, without a collection on the way."""
        gc.disable()
        # Asking takes longer than the whole pool where the heap is large: every 8th time then.
        if now % WATCH == 0 and hasattr(gc, "mem_alloc"):
            before = gc.mem_alloc()
            ns = feed(pool, count, self.receive, self.lookup, now)
            self.heap += gc.mem_alloc() - before
            self.watched += count
        else:
            ns = feed(pool, count, self.receive, self.lookup, now)
        gc.enable()
        self.took.append(ns / count)

    def ns(self):
        """Nanoseconds for a record: the median of the fillings, which no other program spoils."""
        return median(self.took)

    def heap_each(self):
        """Bytes of heap for a record."""
        return self.heap / max(1, self.watched)


def capacity_of(row):
    """Room for all hosts that the row knows."""
    return max(32, int(row[5:])) if row.startswith("hits_") else 32


def new_engine(row):
    """An engine whose address is announced; "insist", because the rows hold conflicts."""
    engine = arp.Engine(
        OWN_MAC, [OWN_NET], probe=False, conflict="insist", seed=1, capacity=capacity_of(row)
    )
    for now in (0, 2000, 4000):
        while engine.poll(now):
            pass
    return engine


def make_known(folder, row, engine, plain):
    """What the row's setup file says: ask, and take the answer in."""
    pool = Pool(folder + "/" + row + ".setup.bin")
    count = pool.fill()
    while count:
        for i in range(count):
            if pool.sizes[i]:
                engine.receive(pool.records[i], pool.sizes[i], START)
                plain.receive(pool.records[i], pool.sizes[i], START)
            else:
                engine.query(pool.records[i], START)
                while engine.poll(START):
                    pass
        count = pool.fill()
    pool.close()
    while engine.next_event() is not None:
        pass


def one_round(folder, row, limit):
    """One pass over the row -> (records, empty, hot, slow, replies)."""
    engine = new_engine(row)
    plain = bench_plain.Plain(OWN_MAC, OWN_IP)
    if row.startswith("hits"):
        make_known(folder, row, engine, plain)
    empty = Counted(floor.receive, floor.lookup)
    hot = Counted(engine.receive, engine.lookup)
    slow = Counted(plain.receive, plain.lookup)
    feed = feeder(row)
    pool = Pool(folder + "/" + row + ".bin")
    gc.collect()
    records = 0
    now = START
    count = pool.fill()
    while count:
        empty.feed(feed, pool, count, now)
        hot.feed(feed, pool, count, now)
        if records < PLAIN_LIMIT:
            slow.feed(feed, pool, count, now)
        records += count
        now += 1
        engine.poll(now)
        if limit and records >= limit:
            break
        count = pool.fill()
    pool.close()
    return records, empty, hot, slow, engine.stats.tx_reply


def median(values):
    return sorted(values)[len(values) // 2]


def measure(folder, row, rounds, limit):
    """Some rounds -> the row's figures, medians with their least and greatest."""
    figures = {"row": row}
    times = {"floor_": [], "": [], "bytecode_": []}
    for _ in range(rounds):
        records, empty, hot, slow, replies = one_round(folder, row, limit)
        for name, one in zip(("floor_", "", "bytecode_"), (empty, hot, slow)):
            times[name].append(one.ns())
        figures["records"] = records
        # What the loop itself takes is no part of it.
        figures["alloc"] = hot.heap_each() - empty.heap_each()
        figures["bytecode_alloc"] = slow.heap_each() - empty.heap_each()
        figures["replies"] = replies
    for name in times:
        figures[name + "ns"] = median(times[name])
        figures[name + "spread_ns"] = [min(times[name]), max(times[name])]
    return figures


def main(words):
    """FOLDER ROUNDS LIMIT ROW..."""
    folder, rounds, limit = words[0], int(words[1]), int(words[2])
    for row in words[3:]:
        print(json.dumps(measure(folder, row, rounds, limit)))


if __name__ == "__main__":
    main(sys.argv[1:])
