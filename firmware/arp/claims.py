"""Our claim to the own addresses: probed, announced, defended and lost, with its events.

`acd` is the machine of one address; here are the rules that concern them all: random times, the
limit after many conflicts, what is reported, and that a lost address is no longer ours. Frames are
the engine's work.
"""

from . import acd
from . import const as c
from . import stats as s
from .ticks import add, before, diff
from .wire import SHA


class Claims:
    """Conflict detection for the addresses in `own`."""

    def __init__(self, settings, mac, own, chance, stats, events):
        self._settings = settings
        self._mac = mac
        self._own = own
        self._chance = chance
        self._stats = stats
        self._events = events
        self.is_waiting = False
        self._conflicts = 0
        self._conflicts_until = 0

    def begin(self, address):
        """Claim a new address. Its times count from the next call that tells the time."""
        self.is_waiting = True
        if not self._settings.probe and not address.picks_itself:
            address.usable = True
            self._report(c.EV_USABLE, address, self._mac, 0)

    def start(self, now):
        """It is `now`: start what `begin` claimed."""
        self.is_waiting = False
        for address in self._own.all:
            if address.state == acd.IDLE and address.usable:
                address.start_unprobed(now)
            elif address.state == acd.IDLE:
                address.start(now, self._probe_wait_ms(now))

    def announce(self):
        """Announce the usable addresses again, from the next call that tells the time."""
        self.is_waiting = True
        for address in self._own.all:
            if address.usable:
                address.state = acd.IDLE

    def due(self, now):
        """The first own address with something to do, or None."""
        for address in self._own.all:
            if address.is_due(now):
                return address
        return None

    def step(self, address, now):
        """Do what is due for the address: acd.SEND_PROBE, BECOME_USABLE or ANNOUNCE."""
        action = address.poll(now, self._chance.below(c.PROBE_MAX_MS - c.PROBE_MIN_MS + 1))
        if action == acd.BECOME_USABLE:
            self._report(c.EV_USABLE, address, self._mac, 0)
        return action

    def conflict(self, address, frame, now):
        """Another host uses the address: acd.ANNOUNCE, GIVE_UP or NOTHING."""
        self._stats.add(s.RX_CONFLICT)
        self._events.diagnose(c.EV_DUPLICATE_IP, now, address.ip, 0, frame, SHA)
        self._forget_conflicts(now)
        if self._conflicts < c.MAX_CONFLICTS:
            self._conflicts += 1
        self._conflicts_until = add(now, c.CONFLICT_MEMORY_MS)
        policy = self._settings.conflict
        if policy == "insist" and address.picks_itself:
            policy = "defend"
        action = address.conflict(now, policy)
        if action == acd.NOTHING:
            return action
        self._report(c.EV_CONFLICT, address, frame, SHA)
        if action == acd.GIVE_UP:
            self._stats.add(s.LOST)
            self._report(c.EV_LOST, address, frame, SHA)
            if address.picks_itself:
                address.pick()
                self.is_waiting = True
            else:
                self._own.all.remove(address)
        else:
            self._stats.add(s.DEFENDED)
            self._report(c.EV_DEFENDED, address, frame, SHA)
        return action

    def next_ms(self, now):
        """Milliseconds until `due` has an address, or -1 for never."""
        best = -1
        for address in self._own.all:
            if address.is_timed():
                ms = max(0, diff(address.due, now))
                if best < 0 or ms < best:
                    best = ms
        return best

    def keep_house(self, now):
        """Forget what is over, so that no tick is kept until it looks young again."""
        self._forget_conflicts(now)
        for address in self._own.all:
            address.keep_house(now)

    def lose_time(self, now):
        """Nobody knows how much time has passed: what has a deadline is due, the rest is over."""
        self._conflicts = 0
        for address in self._own.all:
            address.due = now
            address.is_defending = False

    def _forget_conflicts(self, now):
        if self._conflicts and not before(now, self._conflicts_until):
            self._conflicts = 0

    def _probe_wait_ms(self, now):
        self._forget_conflicts(now)
        ms = self._chance.below(c.PROBE_WAIT_MS + 1)
        if self._conflicts >= c.MAX_CONFLICTS:
            ms += c.RATE_LIMIT_INTERVAL_MS
        return ms

    def _report(self, kind, address, mac, mac_at):
        self._events.put(kind, address.ip, 0, mac, mac_at)
