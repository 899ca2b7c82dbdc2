"""The floor under `make bench`: empty calls with the arguments of the engine's, in viper.

Nothing but the interpreter's own cost of a call is left.
"""

import micropython


@micropython.viper
def receive(frame, n: int, now: int) -> int:
    """Stands for `Engine.receive`."""
    return 0


@micropython.viper
def lookup(ip, out) -> int:
    """Stands for `Engine.lookup`."""
    return 0
