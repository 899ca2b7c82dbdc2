"""What the tests of the simulated LAN share: MAC addresses, a clock moved by hand, a quiet LAN."""

from sim.lan import Lan

A = b"\x02\0\0\0\0\x0a"
B = b"\x02\0\0\0\0\x0b"
C = b"\x02\0\0\0\0\x0c"
ALL = b"\xff" * 6


class Time:
    """A tick that the test moves by hand; starts just before the wrap."""

    def __init__(self):
        self.ms = 2**30 - 3

    def __call__(self):
        return self.ms

    def pass_ms(self, ms):
        """Move on."""
        self.ms = (self.ms + ms) % 2**30


def quiet(now=None, **faults):
    """A LAN that does not say its seed."""
    return Lan(seed=7, now=now or Time(), say=None, **faults)


def drain(port):
    """Every frame that is due at the port."""
    got = []
    buf = bytearray(1514)
    n = port.recv_into(buf)
    while n:
        got.append(bytes(buf[:n]))
        n = port.recv_into(buf)
    return got
