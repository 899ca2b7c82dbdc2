"""The life of a cache entry: pending, resolved, refreshed, expired, failed, held down, cleared.

    from      what happens                      to
    -         a local query                     PENDING   request, at most one a second
    PENDING   valid ARP from the address        RESOLVED  EV_RESOLVED
    PENDING   1 + retries requests unanswered   DOWN      EV_FAILED; queries now fail at once
    PENDING   delete, flush, set_ips            -         EV_CLEARED
    RESOLVED  valid ARP, same MAC               RESOLVED  the lifetime starts again
    RESOLVED  valid ARP, other MAC              RESOLVED  EV_CHANGED (not permanent or published)
    RESOLVED  refresh_ms before its end, used   RESOLVED  unicast, at half that time broadcast
    RESOLVED  the lifetime is over              -         EV_EXPIRED
    RESOLVED  too many, least recently used     -         EV_EVICTED
    DOWN      valid ARP from the address        RESOLVED  EV_ADDED
    DOWN      down_ms are over                  -

An address that was asked for less than a second ago leaves a ghost, so that nothing can ask twice.
Frames are the engine's work: `step` says what to send. Nothing allocates after construction.
"""

from . import const as c
from . import stats as s
from .cache import COLD, FREE, GHOST, GHOST_STATE, MANUAL, SENT, USED, WAITING, WARM, Cache
from .const import const
from .ticks import add, before, diff

# What `step` wants to be sent.
NOTHING = const(0)
BROADCAST_REQUEST = const(1)
UNICAST_REQUEST = const(2)


class Neighbors:
    """Entries by slot of `cache`. Owner of the cache's states, kinds, marks and deadlines."""

    def __init__(self, settings, secret, stats, events, hold):
        self.cache = Cache(settings.capacity, settings.manual, settings.pending, secret)
        self._settings = settings
        self._stats = stats
        self._events = events
        self._hold = hold
        self._interval_ms = max(settings.timeout_ms, c.REQUEST_INTERVAL_MS)

    def use(self, slot):
        """A local use: protects a disposable entry from eviction, and lets it be refreshed."""
        cache = self.cache
        cache.flags[slot] |= USED
        which = cache.list[slot]
        if which == WARM or which == COLD:
            cache.move(slot, WARM)

    def begin(self, ip, at, now, wait_ms):
        """A pending entry for the address at `ip[at]`, asked for in `wait_ms`; -1 = no room."""
        cache = self.cache
        if cache.count[WAITING] >= self._settings.pending or not self._has_room(ip, at, now):
            self._stats.add(s.TABLE_FULL)
            self._events.diagnose(c.EV_TABLE_FULL, now, ip, at, None, 0)
            return -1
        slot = cache.take(ip, at)
        cache.state[slot] = c.PENDING
        cache.move(slot, WAITING)
        cache.timers.set(slot, add(now, wait_ms))
        return slot

    def learn(self, frame, ip_at, mac_at, now):
        """Add what a host told us unasked (`learn="rfc826"`); never displaces a used entry."""
        cache = self.cache
        if cache.count[COLD] + cache.count[WARM] >= cache.capacity:
            victim = cache.tail(COLD)
            if victim < 0:
                return
            self._evict(victim)
        elif not self._has_room(frame, ip_at, now):
            return
        slot = cache.take(frame, ip_at)
        cache.move(slot, COLD)
        self._resolve(slot, frame, mac_at, now)
        self._report(c.EV_ADDED, slot)

    def merge(self, slot, frame, mac_at, now):
        """The address of this entry has spoken, from the MAC address at `frame[mac_at]`."""
        cache = self.cache
        state = cache.state[slot]
        if state != c.RESOLVED:
            if state == c.PENDING:  # a host in hold-down keeps its place: it spoke, nobody used it
                cache.move(slot, WARM)
            self._resolve(slot, frame, mac_at, now)
            self._report(c.EV_RESOLVED if state == c.PENDING else c.EV_ADDED, slot)
            if state == c.PENDING:
                self._stats.add(s.RESOLVED_COUNT)
            self._shrink()
        elif cache.has_mac(slot, frame, mac_at):
            if cache.kind[slot] <= c.TEMPORARY:
                self._validate(slot, now)
        elif cache.flags[slot] & c.ATF_PUBL:
            self._events.diagnose(c.EV_PROXY_PROBLEM, now, cache.ip, slot * 4, frame, mac_at)
        elif cache.kind[slot] == c.PERMANENT:
            self._events.diagnose(c.EV_PERMANENT, now, cache.ip, slot * 4, frame, mac_at)
        else:
            self._overwrite(slot, frame, mac_at, now)

    def confirm(self, slot, now):
        """Somebody who knows says that the entry is right: its lifetime starts again."""
        cache = self.cache
        if not cache.is_resolved(slot) or self.end_if_over(slot, now):
            return False
        if cache.kind[slot] <= c.TEMPORARY:
            self._validate(slot, now)
        return True

    def step(self, slot, now):
        """Do what is due for the slot; what is to be sent comes back, and `sent` must follow."""
        cache = self.cache
        state = cache.state[slot]
        if state == c.PENDING:
            if cache.solicits[slot] > self._settings.retries:
                self._fail(slot, now)
                return NOTHING
            return self._unless_too_soon(slot, now, BROADCAST_REQUEST)
        if state == c.RESOLVED:
            return self._age(slot, now)
        cache.release(slot)
        return NOTHING

    def sent(self, slot, now):
        """A request for the slot was sent."""
        cache = self.cache
        cache.sent_at[slot] = now
        cache.flags[slot] |= SENT
        if cache.state[slot] == c.PENDING:
            cache.solicits[slot] += 1
            cache.timers.set(slot, add(now, self._interval_ms))

    def clear(self, slot, now):
        """End the entry because a person wants it; whoever waits for it is told."""
        if self.cache.state[slot] == c.PENDING:
            self._stats.add(s.CLEARED_COUNT)
            self._report(c.EV_CLEARED, slot)
        self._retire(slot, now)

    def clear_orphans(self, own, now):
        """End the pending resolutions that no own address can ask for any more."""
        cache = self.cache
        slot = cache.head(WAITING)
        while slot >= 0:
            after = cache.after(slot)
            if not own.may_ask(cache.ip, slot * 4):
                self.clear(slot, now)
            slot = after

    def clear_disposable(self, now):
        """Forget what was learned, who is in hold-down, and end what is pending."""
        for which in (WAITING, COLD, WARM):
            while (slot := self.cache.tail(which)) >= 0:
                self.clear(slot, now)

    def resume(self, now):
        """An own address became usable: ask for what could not be asked for before."""
        cache = self.cache
        slot = cache.head(WAITING)
        while slot >= 0:
            if not cache.timers.is_set(slot):
                cache.timers.set(slot, now)
            slot = cache.after(slot)

    def configure(self, slot, mac, kind, flags, now):
        """A person gives the entry's MAC address (`kind` not DYNAMIC); whoever waits gets it."""
        cache = self.cache
        event = c.EV_ADDED
        if cache.state[slot] == c.PENDING:
            event = c.EV_RESOLVED
            self._stats.add(s.RESOLVED_COUNT)
        elif cache.state[slot] == c.RESOLVED and not cache.has_mac(slot, mac, 0):
            event = c.EV_CHANGED
        old = bytes(cache.mac[slot * 6 : slot * 6 + 6]) if event == c.EV_CHANGED else None
        cache.kind[slot] = kind
        cache.flags[slot] = cache.flags[slot] & SENT | flags
        cache.move(slot, MANUAL)
        self._resolve(slot, mac, 0, now)
        self._events.put(event, cache.ip, slot * 4, mac, 0, old)

    def end_if_over(self, slot, now):
        """True when the entry's time is over, though `poll` did not come by: it is ended now."""
        cache = self.cache
        state = cache.state[slot]
        if state == c.DOWN and not before(now, cache.timers.at[slot]):
            cache.release(slot)
            return True
        if state == c.RESOLVED and cache.kind[slot] <= c.TEMPORARY:
            if diff(add(cache.seen_at[slot], self._settings.lifetime_ms), now) <= 0:
                self._expire(slot, now)
                return True
        return False

    def _overwrite(self, slot, frame, mac_at, now):
        # RFC 826 merges whatever the sender says; a configured entry becomes a learned one.
        cache = self.cache
        ip_at = slot * 4
        self._events.put(c.EV_CHANGED, cache.ip, ip_at, frame, mac_at, cache.mac, slot * 6)
        self._events.diagnose(
            c.EV_OVERWRITTEN, now, cache.ip, ip_at, frame, mac_at, cache.mac, slot * 6
        )
        self._stats.add(s.UPDATED)
        cache.flags[slot] &= ~c.ATF_USETRAILERS & 0xFF  # the new host has not offered them
        if cache.kind[slot] != c.DYNAMIC:
            cache.kind[slot] = c.DYNAMIC
            cache.move(slot, WARM if cache.flags[slot] & USED else COLD)
        self._resolve(slot, frame, mac_at, now)
        self._shrink()

    def _resolve(self, slot, buf, mac_at, now):
        cache = self.cache
        if cache.state[slot] != c.RESOLVED:
            self._stats.add(s.INSERTED)
        cache.state[slot] = c.RESOLVED
        cache.set_mac(slot, buf, mac_at)
        cache.timers.clear(slot)
        if cache.kind[slot] <= c.TEMPORARY:
            self._validate(slot, now)
        else:
            cache.seen_at[slot] = now

    def _validate(self, slot, now):
        cache = self.cache
        cache.seen_at[slot] = now
        cache.solicits[slot] = 0
        cache.flags[slot] &= ~USED & 0xFF
        ms = self._settings.lifetime_ms
        if cache.kind[slot] == c.DYNAMIC:
            ms -= self._settings.refresh_ms
        cache.timers.set(slot, add(now, ms))

    def _age(self, slot, now):
        # The lifetime's last part: `solicits` counts the two refresh steps.
        cache = self.cache
        settings = self._settings
        end = add(cache.seen_at[slot], settings.lifetime_ms)
        left = diff(end, now)
        if left <= 0:
            self._expire(slot, now)
            return NOTHING
        half = settings.refresh_ms // 2
        step = 2 if left <= half or settings.refresh_idle else 1
        request = NOTHING
        if (settings.refresh_idle or cache.flags[slot] & USED) and cache.solicits[slot] < step:
            request = BROADCAST_REQUEST if step == 2 else UNICAST_REQUEST
            if not self._unless_too_soon(slot, now, request):
                if before(end, cache.timers.at[slot]):
                    cache.timers.set(slot, end)
                return NOTHING
        cache.solicits[slot] = step
        cache.timers.set(slot, end if step == 2 else add(now, left - half))
        return request

    def _expire(self, slot, now):
        self._stats.add(s.EXPIRED)
        self._report(c.EV_EXPIRED, slot)
        self._retire(slot, now)

    def _fail(self, slot, now):
        cache = self.cache
        self._stats.add(s.FAILED_COUNT)
        self._report(c.EV_FAILED, slot)
        if not self._settings.down_ms:
            self._retire(slot, now)
            return
        self._drop_held(slot)
        cache.state[slot] = c.DOWN
        cache.move(slot, WARM)
        cache.timers.set(slot, add(now, self._settings.down_ms))
        self._shrink()

    def _drop_held(self, slot):
        if self._hold is not None:
            self._hold.drop(slot)

    def _unless_too_soon(self, slot, now, request):
        # RFC 1122, 2.3.2.1: one request a second for a destination, whatever became of its entry.
        if not self._is_quiet(slot, now):
            return request
        self.cache.timers.set(slot, add(self.cache.sent_at[slot], c.REQUEST_INTERVAL_MS))
        return NOTHING

    def _is_quiet(self, slot, now):
        return (
            self.cache.flags[slot] & SENT
            and 0 <= diff(now, self.cache.sent_at[slot]) < c.REQUEST_INTERVAL_MS
        )

    def _has_room(self, ip, at, now):
        # A free slot, the address's own, or a ghost whose second is over.
        if self.cache.count[FREE] or self.cache.find(ip, at) >= 0:
            return True
        return not self._is_quiet(self.cache.tail(GHOST), now)

    def _shrink(self):
        # Evict, what nobody used and then what was used longest ago, down to the capacity.
        while self.cache.over_capacity():
            victim = self.cache.tail(COLD)
            self._evict(victim if victim >= 0 else self.cache.tail(WARM))

    def _evict(self, slot):
        self._stats.add(s.EVICTED)
        if self.cache.state[slot] == c.RESOLVED:
            self._report(c.EV_EVICTED, slot)
        self._drop_held(slot)
        self.cache.release(slot)

    def _retire(self, slot, now):
        cache = self.cache
        self._drop_held(slot)
        if not self._is_quiet(slot, now):
            cache.release(slot)
            return
        cache.state[slot] = GHOST_STATE
        cache.move(slot, GHOST)
        cache.timers.set(slot, add(cache.sent_at[slot], c.REQUEST_INTERVAL_MS))

    def _report(self, kind, slot):
        mac = self.cache.mac if self.cache.is_resolved(slot) else None
        self._events.put(kind, self.cache.ip, slot * 4, mac, slot * 6)
