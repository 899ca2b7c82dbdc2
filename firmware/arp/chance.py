"""Randomness for jitter and the cache's private seed: small, seedable, without big ints."""

import os


class Chance:
    """xorshift16 (7, 9, 8). An int as `seed` makes a run repeatable, None takes the system's."""

    def __init__(self, seed=None):
        if seed is None:
            noise = _noise()
            self._state = noise[20] | noise[21] << 8 or 1
            self._noise = noise
        else:
            self._state = seed & 0xFFFF or 1
            self._noise = None

    def secret(self):
        """20 bytes for the hash: from the system, or from the int seed."""
        if self._noise is None:
            return bytes([self.below(256) for _ in range(20)])
        return self._noise

    def below(self, limit):
        """A number from 0 to limit - 1 (limit up to 16384); does not allocate."""
        x = self._state
        x ^= x << 7 & 0xFFFF
        x ^= x >> 9
        x ^= x << 8 & 0xFFFF
        self._state = x
        return x * limit >> 16


def _noise():
    if hasattr(os, "urandom"):
        return os.urandom(22)
    import random  # a port without urandom seeds this one as well as it can

    return bytes([random.getrandbits(8) for _ in range(22)])
