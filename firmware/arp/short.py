"""The short way of common frames: what it has to know beside the cache, and when it is open.

`_hot_viper` takes a frame without looking at an object: what `Protocol` knows of time, settings
and the own addresses stands in two flat buffers here. With more than four of them, or a link-local
one alone, the way is closed; for frames also while the first is being probed, and with trailers or
a group. What is sent from a link-local address takes the long way, as it goes to everybody.
"""

from array import array

from .cache import WARM
from .const import TICKS_MASK, const
from .wire import BROADCAST, REPLY, ZERO, build, copy, is_link_local

try:
    from ._hot_viper import bind
except (ImportError, SyntaxError, NotImplementedError, MemoryError):
    # No viper, no uctypes, no room, or a compiler that finds the functions too long.
    from ._hot import bind

# Words; `_hot_viper` repeats them, because only a module's own constants are folded into its code.
NOW = const(0)
POLL_BY = const(1)
_SHUT_LOOKUPS = const(2)
_SHUT_QUERIES = const(3)
_SHUT_FRAMES = const(4)
_LEARNS = const(5)
_ONLY_REPLIES = const(6)
_TO_REFRESH_MS = const(7)
_LIFETIME_MS = const(8)
_SHIFT = const(9)
_BUCKETS = const(10)
_SEED = const(11)
_TICKS_MASK = const(16)
_WARM_HEAD = const(18)
_OTHERS = const(42)
_WORDS = const(43)  # 41 is used while a destination is looked up
# Places in `own`.
_MAC = const(6)
_IP = const(28)  # 0 to 31: the reply that we give, but for whom
_NET = const(32)
_MASK = const(36)
_OWN_BROADCAST = const(40)
_GATEWAY = const(44)
_MAC_AGAIN = const(48)
_OTHER = const(56)  # of each further own address: itself, its broadcast, and if it is not answered
_OTHER_BYTES = const(12)
_OTHERS_MAX = const(3)


class Short:
    """Owner of `words` and `own`; the engine writes the times."""

    def __init__(self, settings, mac, gateway):
        self.words = array("i", bytes(4 * _WORDS))
        self._own = bytearray(_OTHER + _OTHERS_MAX * _OTHER_BYTES)
        self._cache = None
        self._gateway = gateway
        self._takes_frames = not settings.trailers
        words = self.words
        words[_LEARNS] = settings.learn == "rfc826"
        words[_ONLY_REPLIES] = settings.learn == "replies"
        words[_LIFETIME_MS] = settings.lifetime_ms
        words[_TO_REFRESH_MS] = settings.lifetime_ms - settings.refresh_ms
        words[_TICKS_MASK] = TICKS_MASK
        nobody = bytes(6)
        build(self._own, nobody, mac, REPLY, mac, 0, nobody, 0, nobody, 0, nobody, 0)
        copy(self._own, _MAC_AGAIN, mac, 0, 6)

    def learn(self, cache):
        """Keep of the cache what never changes."""
        words = self.words
        self._cache = cache
        words[_SHIFT] = cache.shift
        words[_BUCKETS] = (1 << 20 - cache.shift) - 1
        words[_WARM_HEAD] = cache.n + WARM
        for i in range(5):
            words[_SEED + i] = cache.seed[i]

    def bind(self, engine, cache, events, tx):
        """Let `engine` take the short way on ports that have one."""
        bind(engine, self.words, self.arrays(engine.stats, cache, events, tx))

    def arrays(self, stats, cache, events, tx):
        """What the viper functions read and write, in their order."""
        return (stats.counts, self._own, tx) + cache.arrays() + events.arrays()

    def close_for_frames(self):
        """From now on every frame goes the long way."""
        self._takes_frames = False
        self.words[_SHUT_FRAMES] = 1

    def look(self, own, is_waiting):
        """The own addresses may have changed, or their use. Does not allocate."""
        words = self.words
        words[_SHUT_LOOKUPS] = words[_SHUT_QUERIES] = words[_SHUT_FRAMES] = 1
        count = len(own.all)
        if not 0 < count <= 1 + _OTHERS_MAX or is_link_local(own.all[0].ip, 0):
            return
        address = own.all[0]
        block = self._own
        copy(block, _NET, address.net, 0, 4)
        copy(block, _MASK, address.mask, 0, 4)
        if self._hides_entry(address, _IP, _OWN_BROADCAST):
            return
        first = address.net[0]
        last = address.broadcast[0] if address.prefix < 8 else first
        if not 0 < first <= last < 224 or first <= 127 <= last:
            return  # not all that is on our network is a host's
        gateway = self._gateway
        if (
            gateway is None
            or not address.is_on_net(gateway, 0)
            or address.has(gateway, 0)
            or address.is_broadcast(gateway, 0)
        ):
            gateway = ZERO
        words[_OTHERS] = 0
        for i in range(1, count):
            other = own.all[i]
            at = _OTHER + words[_OTHERS]
            words[_OTHERS] += _OTHER_BYTES
            if self._hides_entry(other, at, at + 4):
                return
            is_strange = is_link_local(other.ip, 0)
            block[at + 8] = is_strange or not other.usable
            is_inside = address.is_on_net(other.ip, 0) and address.prefix <= other.prefix
            if not is_strange and not is_inside:
                gateway = ZERO  # it may be on this network what is beyond the first
        copy(block, _GATEWAY, gateway, 0, 4)
        words[_SHUT_LOOKUPS] = 0
        if not is_waiting:  # else the next call that tells the time starts the probes
            words[_SHUT_QUERIES] = 0
            if address.usable and self._takes_frames:
                words[_SHUT_FRAMES] = 0

    def _hides_entry(self, address, at, broadcast_at):
        # Writes both down. An entry that was configured before its address became ours is none.
        block = self._own
        copy(block, at, address.ip, 0, 4)
        # Below /31 there is none: then the limited one, which is no host's either.
        broadcast = BROADCAST if address.prefix > 30 else address.broadcast
        copy(block, broadcast_at, broadcast, 0, 4)
        return self._cache.find(block, at) >= 0 or self._cache.find(block, broadcast_at) >= 0
