"""A simulated month of one engine: 30 days, the ticks wrap two or three times, and nothing grows.

Each day is alike: from 6 to 22 o'clock the gateway is used every five minutes and so is a second
host, which gets a new card at noon; once a day a host that is off is asked for, a printer is
configured as temporary, somebody claims our address, strangers flood for two seconds. From 22 to 6
o'clock nobody does anything. Time jumps from one thing to the next.
"""

import gc

import frames as f
from engines import at
from watch import Watch

import arp

DAYS = 30
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DEAD = "192.168.1.99"
PRINTER = "192.168.1.50"
SERVER = "192.168.1.2"
CARDS = ("02:00:00:00:02:00", "02:00:00:00:02:01")


class Month:
    """The engine, its neighbors, and what was counted; `ms` never wraps."""

    def __init__(self):
        self.engine = arp.Engine(f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, seed=7, capacity=8)
        self.watch = Watch(self.engine)
        self.hosts = {f.ip(f.GATEWAY): f.mac(f.A_MAC), f.ip(SERVER): f.mac(CARDS[0])}
        self.events = {}
        self.ms = 0

    def pump(self):
        """Send what is due, let the neighbors answer, count the events."""
        for frame in f.polled(self.engine, at(self.ms)):
            self.watch.sent(frame, self.ms)
            mac = self.hosts.get(frame[38:42])
            if frame[28:32] not in (bytes(4), frame[38:42]) and mac is not None:
                if frame[0] & 1 or frame[:6] == mac:
                    answer = f.mac(f.OWN_MAC) + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"
                    answer += mac + frame[38:42] + frame[22:32]
                    self.engine.receive(answer, 42, at(self.ms))
        for event in self.watch.drain(self.ms):
            name = arp.const.EV_NAMES[event[0]]
            self.events[name] = self.events.get(name, 0) + 1
        self.watch.look(self.ms)

    def until(self, end):
        """Let time pass up to `end`, with everything that is due on the way."""
        while True:
            self.pump()
            wait = self.engine.next_deadline(at(self.ms))
            assert wait != 0
            if wait < 0 or self.ms + wait > end:
                break
            self.ms += wait
        self.ms = end
        self.pump()

    def query(self, ip):
        """A program uses an address."""
        code = self.engine.query(ip, at(self.ms))
        self.watch.began(f.ip(ip), code, self.ms)
        self.pump()
        return code

    def day(self, number):
        """Everything that happens on one day."""
        start = number * DAY
        eng = self.engine
        for minute in range(6 * 60, 22 * 60, 5):
            self.until(start + minute * MINUTE)
            self.query(f.GATEWAY)
            self.query(SERVER)
            assert eng.ask("8.8.8.8") == f.mac(f.A_MAC)
            if minute == 9 * 60:
                assert self.query(DEAD) == arp.PENDING
            elif minute == 10 * 60:
                eng.set(PRINTER, f.B_MAC, kind=arp.TEMPORARY)
            elif minute == 12 * 60:
                self.hosts[f.ip(SERVER)] = f.mac(CARDS[(number + 1) % 2])
                self.receive(f.announcement(CARDS[(number + 1) % 2], SERVER))
            elif minute == 15 * 60:
                answer = self.receive(f.announcement(f.B_MAC, f.OWN_IP))
                assert answer == f.announcement(f.OWN_MAC, f.OWN_IP)
            elif minute == 18 * 60:
                for i in range(100):
                    self.ms += 20
                    self.receive(f.request("02:00:00:00:03:%02x" % i, "192.168.1.%d" % (100 + i)))
        self.until(start + DAY)

    def receive(self, frame):
        """A frame from the network: the answer."""
        answer = f.receive(self.engine, frame, at(self.ms))
        self.pump()
        return answer


def size(eng):
    """What could grow: entries, deadlines, packets, own addresses, slots that are not free."""
    cache = eng._cache
    free = cache.count[0]
    return len(list(eng.entries())), cache.timers.count, eng._hold.count, len(eng._own.all), free


def test_A5_V26_a_month_of_days_ends_with_exact_counts_and_nothing_has_grown():
    month = Month()
    eng = month.engine
    eng.set("192.168.1.5", f.B_MAC, kind=arp.PERMANENT)
    eng.set("192.168.1.6", f.B_MAC, kind=arp.STATIC)
    sizes = []
    heap = []
    for number in range(DAYS):
        month.day(number)
        sizes.append(size(eng))
        gc.collect()
        heap.append(gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0)
        assert eng.ask("192.168.1.5") == f.mac(f.B_MAC)
        assert 0 <= eng.get("192.168.1.5").age_ms < 2**29
    assert month.ms == 30 * DAY > 2 * 2**30
    assert sizes == [(2, 0, 0, 1, sizes[0][4])] * DAYS
    assert heap[-1] - heap[1] < 4096, heap
    check_counts(month)


def check_counts(month):
    """What the days above must come to, by hand."""
    stats = month.engine.stats
    assert month.events == {
        "usable": 1,
        "added": 2 + DAYS,  # two configured ones, the printer each day
        "resolved": 2 * DAYS,  # gateway and server, each morning
        "failed": DAYS,
        "changed": DAYS,
        "overwritten": DAYS,
        "expired": 3 * DAYS,  # gateway and server in the night, the printer
        "duplicate_ip": DAYS,
        "conflict": DAYS,
        "defended": DAYS,
    }
    assert month.watch.ended == 3 * DAYS and not month.watch.pending
    assert (stats.tx_probe, stats.tx_announce) == (3, 2 + DAYS)
    assert stats.tx_request == (2 + 6) * DAYS
    # Every 19.5 minutes from 6:00 on, while used since the last one: 49; the server's new card at
    # noon splits its own into 18 and 31.
    assert stats.tx_refresh == (49 + 18 + 31) * DAYS
    assert stats.tx_reply == 100 * DAYS
    assert stats.rx_reply == 2 * DAYS + stats.tx_refresh
    assert stats.rx_request == (100 + 1 + 1) * DAYS
    assert stats.rx == stats.rx_reply + stats.rx_request
    assert (stats.cache_hit, stats.cache_miss) == (2 * 191 * DAYS, 3 * DAYS)
    assert stats.inserted == 3 * DAYS + 2
    assert stats.events_dropped == stats.evicted == stats.lost == 0
