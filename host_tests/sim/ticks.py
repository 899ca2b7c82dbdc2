"""Ticks of the simulated LAN: milliseconds that wrap at 2**30."""


def after(a, b):
    """Milliseconds from tick b to tick a, through the wrap."""
    return (a - b + 2**29) % 2**30 - 2**29
