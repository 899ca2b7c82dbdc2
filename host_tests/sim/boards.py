"""A LAN of engines in simulated time: a discrete-event loop without NICs, tasks or clocks.

Each delivery may be lost, doubled or delayed, by the seeded generator of `sim.lan`. A board polls
whenever its engine says so, asks for random neighbors, and is watched by `watch.Watch`. Fates are
counted. Times are milliseconds that do not wrap; ticks are made where an engine is called.
"""

import heapq

import frames as f
from watch import Watch

import arp
from sim.lan import XorShift

START = 2**30 - 30_000  # the ticks wrap half a minute after the start

_DELIVER = 0
_WAKE = 1
_ASK = 2


class Board:
    """One engine on the LAN; `wake_at` is when it will be polled.

    Without an `ip` it picks itself one; all MAC addresses give it the same candidates.
    """

    def __init__(self, index, ip, settings):
        self.index = index
        self.ip = ip
        self.mac = bytes([2, 0, index, 0, index, 1])
        ips = [ip + "/16"] if ip else []
        self.engine = arp.Engine(self.mac, ips, seed=1 + index, link_local=not ip, **settings)
        self.watch = Watch(self.engine, "board %d" % index)
        self.wake_at = -1
        self.is_cut = False  # a cut board neither sends nor hears
        self.lost = 0


class Boards:
    """The LAN. `loss` and `duplicate` are probabilities, `delay_ms` the longest delay."""

    def __init__(self, seed, ips, loss=0.0, duplicate=0.0, delay_ms=0, **settings):
        self.seed = seed
        self.ms = 0
        self.loss = loss
        self.duplicate = duplicate
        self.delay_ms = delay_ms
        self.counts = {"sent": 0, "delivered": 0, "lost": 0, "duplicated": 0}
        dead = ["10.0.250.%d" % (1 + i) for i in range(3)]
        self.targets = sorted({ip for ip in ips if ip}) + dead
        self._random = XorShift(seed)
        self._queue = []  # (ms, number, what, board, frame); owner: this loop
        self._number = 0
        settings.setdefault("hold_slots", 0)
        self.boards = [Board(i, ip, settings) for i, ip in enumerate(ips)]
        for board in self.boards:
            self._arm(board)

    def ask_every(self, ms, until):
        """Each board asks for a random address about every `ms`, up to the time `until`."""
        for board in self.boards:
            at = self.ms + self._random.below(ms)
            while at < until:
                self._push(at, _ASK, board, None)
                at += ms // 2 + self._random.below(ms)

    def run(self, until):
        """Let the time come to `until`."""
        while self._queue and self._queue[0][0] <= until:
            self.ms, _, what, board, frame = heapq.heappop(self._queue)
            if what == _DELIVER:
                self.counts["delivered"] += 1
                n = board.engine.receive(frame, len(frame), self._tick())
                if n:
                    self._transmit(board, bytes(board.engine.tx[:n]))
            elif what == _ASK:
                ip = self.targets[self._random.below(len(self.targets))]
                board.watch.began(f.ip(ip), board.engine.query(ip, self._tick()), self.ms)
            elif board.wake_at != self.ms:
                continue  # it was put off or done before
            self._turn(board)
        self.ms = until

    def owners(self):
        """The boards that use each address: {ip: [index]}."""
        found = {}
        for board in self.boards:
            for ip in board.engine.ips:
                found.setdefault(ip, []).append(board.index)
        return found

    def on_their_way(self):
        """How many frames have not arrived yet."""
        return len([entry for entry in self._queue if entry[2] == _DELIVER])

    def check_sizes(self):
        """Nothing is larger than its bound on any board."""
        for board in self.boards:
            eng = board.engine
            settings = eng.settings
            cache = eng._cache
            entries = list(eng.entries())
            assert len(entries) <= settings.capacity + settings.pending
            assert cache.timers.count <= cache.n == settings.capacity + settings.pending + 8
            assert len(eng._own.all) <= 1 and len(cache.ip) == 4 * cache.n
            assert eng.stats.events_dropped == 0
            assert len(board.watch.pending) <= settings.pending

    def _turn(self, board):
        for frame in f.polled(board.engine, self._tick()):
            self._transmit(board, frame)
        for event in board.watch.drain(self.ms):
            board.lost += event[0] == arp.EV_LOST
        board.watch.look(self.ms)
        self._arm(board)

    def _arm(self, board):
        wait = board.engine.next_deadline(self._tick())
        at = self.ms + wait if wait >= 0 else -1
        if at >= 0 and at != board.wake_at:
            self._push(at, _WAKE, board, None)
        board.wake_at = at

    def _transmit(self, sender, frame):
        sender.watch.sent(frame, self.ms)
        self.counts["sent"] += 1
        for board in self.boards:
            if board is sender or board.is_cut or sender.is_cut:
                continue
            if not frame[0] & 1 and frame[:6] != board.mac:
                continue
            copies = 1
            if self._random.chance(self.loss):
                self.counts["lost"] += 1
                copies = 0
            elif self._random.chance(self.duplicate):
                self.counts["duplicated"] += 1
                copies = 2
            for _ in range(copies):
                at = self.ms + 1 + self._random.below(self.delay_ms + 1)
                self._push(at, _DELIVER, board, frame)

    def _push(self, at, what, board, frame):
        self._number += 1
        heapq.heappush(self._queue, (at, self._number, what, board, frame))

    def _tick(self):
        return (START + self.ms) % 2**30
