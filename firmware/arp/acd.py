"""RFC 5227 for one own address: probe, announce, defend. No clock, no frames, no randomness.

    state          due                  then
    IDLE           never                not started yet, or lost: the address is not in use
    PROBE_WAIT     a random 0..1 s      probe 1, PROBING
    PROBING        a random 1..2 s      probe 2, 3; after the third ANNOUNCE_WAIT
    ANNOUNCE_WAIT  2 s after probe 3    announcement 1, usable from now on, ANNOUNCING
    ANNOUNCING     2 s                  announcement 2, BOUND
    BOUND          never

A conflict before ANNOUNCING loses the address. Later it is answered by the policy of RFC 5227,
2.4: "cease" (a) gives up at once, "defend" (b) announces and gives up at a second conflict within
10 s, "insist" (c) announces at most once in 10 s and never gives up. `poll` and `conflict` return
what the engine has to do; they allocate nothing. Owner of every field: `claims`.
"""

from . import const as c
from .const import const
from .ticks import add, before

IDLE = const(0)
PROBE_WAIT = const(1)
PROBING = const(2)
ANNOUNCE_WAIT = const(3)
ANNOUNCING = const(4)
BOUND = const(5)

# What the engine has to do.
NOTHING = const(0)
SEND_PROBE = const(1)
BECOME_USABLE = const(2)  # and announce
ANNOUNCE = const(3)
GIVE_UP = const(4)


class OwnAddress:
    """One address of ours: `ip` (4 bytes), its network, and its conflict-detection state."""

    picks_itself = False

    def __init__(self, ip, prefix):
        self.ip = ip
        self.set_prefix(prefix)
        self.state = IDLE
        self.usable = False
        self.due = 0
        self.is_defending = False  # a conflict was seen less than DEFEND_INTERVAL ago
        self.defend_until = 0
        self._count = 0

    def set_prefix(self, prefix):
        """Put the address into the network of that prefix length; its state stays."""
        ip = self.ip
        self.prefix = prefix
        bits = 0xFF00 >> prefix % 8 & 0xFF  # the mask's one partial byte
        whole = prefix // 8
        self.mask = (b"\xff" * whole + bytes([bits]) + bytes(4))[:4]
        self.net = bytes([ip[i] & self.mask[i] for i in range(4)])
        self.broadcast = bytes([ip[i] | self.mask[i] ^ 255 for i in range(4)])

    def start(self, now, wait_ms):
        """Begin probing `wait_ms` after now: PROBE_WAIT, longer after many conflicts."""
        self.state = PROBE_WAIT
        self._count = 0
        self.due = add(now, wait_ms)

    def start_unprobed(self, now):
        """Skip probing: usable at once, both announcements still to be sent."""
        self.usable = True
        self.state = ANNOUNCING
        self._count = 0
        self.due = now

    def is_tentative(self):
        """True while the address is being probed."""
        return PROBE_WAIT <= self.state <= ANNOUNCE_WAIT

    def is_timed(self):
        """True when `due` means something."""
        return PROBE_WAIT <= self.state <= ANNOUNCING

    def is_due(self, now):
        """True when `poll` has something to do."""
        return self.is_timed() and not before(now, self.due)

    def keep_house(self, now):
        """Forget a defence that is over; to be called at least every few days."""
        if self.is_defending and not before(now, self.defend_until):
            self.is_defending = False

    def poll(self, now, spread_ms):
        """Do what is due now; `spread_ms` is a fresh random 0..1000 for the probes' spacing."""
        self._count += 1
        if self.state <= PROBING:
            self.state = PROBING
            self.due = add(now, c.PROBE_MIN_MS + spread_ms)
            if self._count == c.PROBE_NUM:
                self.state = ANNOUNCE_WAIT
                self.due = add(now, c.ANNOUNCE_WAIT_MS)
            return SEND_PROBE
        if self.state == ANNOUNCE_WAIT:
            self.state = ANNOUNCING
            self._count = 1
            self.usable = True
            self.due = add(now, c.ANNOUNCE_INTERVAL_MS)
            return BECOME_USABLE
        self.due = add(now, c.ANNOUNCE_INTERVAL_MS)
        if self._count == c.ANNOUNCE_NUM:
            self.state = BOUND
        return ANNOUNCE

    def conflict(self, now, policy):
        """Another host uses the address: ANNOUNCE (defend it), GIVE_UP, or NOTHING (too soon)."""
        if self.state == IDLE:
            return NOTHING
        again = self.is_defending and before(now, self.defend_until)
        if again and policy == "insist":
            return NOTHING
        if self.is_tentative() or policy == "cease" or again:
            self.state = IDLE
            self.usable = False
            self.is_defending = False
            return GIVE_UP
        self.is_defending = True
        self.defend_until = add(now, c.DEFEND_INTERVAL_MS)
        return ANNOUNCE

    def has(self, buf, at):
        """True when the 4 bytes at `buf[at]` are this address."""
        ip = self.ip
        return (
            buf[at + 3] == ip[3]
            and buf[at + 2] == ip[2]
            and buf[at + 1] == ip[1]
            and buf[at] == ip[0]
        )

    def is_on_net(self, buf, at):
        """True when the 4 bytes at `buf[at]` are in this address's network."""
        for i in range(4):
            if buf[at + i] & self.mask[i] != self.net[i]:
                return False
        return True

    def is_broadcast(self, buf, at):
        """True when they are the broadcast address of this network (none below /31, RFC 3021)."""
        if self.prefix > 30:
            return False
        for i in range(4):
            if buf[at + i] != self.broadcast[i]:
                return False
        return True
