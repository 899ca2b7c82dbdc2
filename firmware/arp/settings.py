"""The settings of an Engine: defaults, limits, and errors that name the wrong one."""

# Name, default, lowest and highest; durations stay well below half a tick wrap (6.2 days). Text,
# because a number above 8191 in a constant tuple is frozen as a big integer, and calculating with
# one takes heap (MicroPython's mpy-tool.py).
_NUMBERS = """\
capacity 32 4 4096
manual 8 0 1024
pending 8 1 1024
hold_slots 4 0 256
hold_bytes 1514 60 1514
hold_per_host 4 0 256
delay_ms 0 0 86400000
timeout_ms 1000 1 86400000
retries 5 0 200
lifetime_ms 1200000 1 86400000
refresh_ms 30000 0 86400000
down_ms 20000 0 86400000
event_slots 16 1 256"""
# Name, and what may be chosen, the default first.
_CHOICES = (
    ("learn", ("cautious", "rfc826", "replies")),
    ("conflict", ("defend", "cease", "insist")),
    ("probe", (True, False)),
    ("refresh_idle", (False, True)),
    ("trailers", (False, True)),
    ("link_local", (False, True)),
)


class Settings:
    """One attribute for each setting; ValueError or TypeError names what cannot be used."""

    def __init__(self, given):
        rest = dict(given)
        self.seed = rest.pop("seed", None)
        if self.seed is not None:
            _check_number("seed", self.seed, 0, 0x3FFFFFFF)
        for line in _NUMBERS.split("\n"):
            name, default, lowest, highest = line.split(" ")
            value = rest.pop(name, int(default))
            _check_number(name, value, int(lowest), int(highest))
            setattr(self, name, value)
        for name, choices in _CHOICES:
            value = rest.pop(name, choices[0])
            if value not in choices:
                kind = ValueError if isinstance(choices[0], str) else TypeError
                raise kind("%s: %r is none of %s" % (name, value, ", ".join(map(str, choices))))
            setattr(self, name, value)
        for name in rest:
            raise TypeError("%s: there is no such setting" % name)
        if "refresh_ms" not in given and self.refresh_ms >= self.lifetime_ms:
            self.refresh_ms = self.lifetime_ms // 2
        if self.refresh_ms >= self.lifetime_ms:
            raise ValueError("refresh_ms: it must be below lifetime_ms, %d" % self.lifetime_ms)


def _check_number(name, value, lowest, highest):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("%s: a whole number is needed, not %r" % (name, value))
    if not lowest <= value <= highest:
        raise ValueError("%s: %d is not from %d to %d" % (name, value, lowest, highest))
