"""The short way of common frames: what it has to know beside the cache, and when it is open.

`_hot_viper` takes a frame without looking at an object: what `Protocol` knows of time, settings
and the own address stands in two flat buffers here. With several own addresses or a link-local one
the way is closed; for frames also while the address is being probed, and with trailers or a group.
"""

from array import array

from .const import const
from .wire import BROADCAST, REPLY, build, copy, is_link_local

try:
    from ._hot_viper import bind
except (ImportError, SyntaxError, NotImplementedError, MemoryError):
    # No viper, or no uctypes; on the board 1.25 compiles no jump of 2 KB for armv6m; or no room.
    from ._hot import bind

# Words; `_hot_viper` repeats them, because only a module's own constants are folded into its code.
NOW = const(0)
POLLED_AT = const(1)
_OPEN = const(2)
_LEARN = const(3)
_HAS_GATEWAY = const(4)
_LIFETIME_MS = const(5)
_TO_REFRESH_MS = const(6)
_SHIFT = const(7)
_N = const(8)
_SEED = const(9)
_WORDS = const(37)
# Bits of _OPEN.
_FRAMES = const(1)
_LOOKUPS = const(2)
_QUERIES = const(4)
# Places in `own`.
_IP = const(28)  # 0 to 31: the reply that we give, but for whom
_NET = const(32)
_MASK = const(36)
_OWN_BROADCAST = const(40)
_GATEWAY = const(44)
_OWN_BYTES = const(48)


class Short:
    """Owner of `words` and `own`; the engine writes the times."""

    def __init__(self, settings, mac, gateway):
        self.words = array("i", bytes(4 * _WORDS))
        self._own = bytearray(_OWN_BYTES)
        self._gateway = gateway
        self._takes_frames = not settings.trailers
        words = self.words
        words[_LEARN] = ("cautious", "rfc826", "replies").index(settings.learn)
        words[_LIFETIME_MS] = settings.lifetime_ms
        words[_TO_REFRESH_MS] = settings.lifetime_ms - settings.refresh_ms
        nobody = bytes(6)
        build(self._own, nobody, mac, REPLY, mac, 0, nobody, 0, nobody, 0, nobody, 0)

    def bind(self, engine, cache, events, tx):
        """Let `engine` take the short way on ports that have one."""
        words = self.words
        words[_SHIFT] = cache.shift
        words[_N] = cache.n
        for i in range(5):
            words[_SEED + i] = cache.seed[i]
        bind(engine, words, self.arrays(engine.stats, cache, events, tx))

    def arrays(self, stats, cache, events, tx):
        """What the viper functions read and write, in their order."""
        return (stats.counts, self._own, tx) + cache.arrays() + events.arrays()

    def close_for_frames(self):
        """From now on every frame goes the long way."""
        self._takes_frames = False
        self.words[_OPEN] &= _LOOKUPS | _QUERIES

    def look(self, own, is_waiting):
        """The own addresses may have changed, or their use. Does not allocate."""
        words = self.words
        words[_OPEN] = 0
        if len(own.all) != 1 or is_link_local(own.all[0].ip, 0):
            return
        address = own.all[0]
        block = self._own
        copy(block, _IP, address.ip, 0, 4)
        copy(block, _NET, address.net, 0, 4)
        copy(block, _MASK, address.mask, 0, 4)
        # Below /31 there is none: then the limited one, which is no host's either.
        copy(block, _OWN_BROADCAST, BROADCAST if address.prefix > 30 else address.broadcast, 0, 4)
        words[_HAS_GATEWAY] = 0
        gateway = self._gateway
        if gateway is not None and not address.has(gateway, 0):
            if not address.is_broadcast(gateway, 0):
                copy(block, _GATEWAY, gateway, 0, 4)
                words[_HAS_GATEWAY] = 1
        words[_OPEN] = _LOOKUPS
        if not is_waiting:  # else the next call that tells the time starts the probes
            words[_OPEN] |= _QUERIES
            if address.usable and self._takes_frames:
                words[_OPEN] |= _FRAMES
