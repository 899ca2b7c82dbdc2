"""The settings of an Engine: defaults, limits, and errors that name the wrong one."""

LEARN = ("cautious", "rfc826", "replies")
CONFLICT = ("defend", "cease", "insist")

# Durations stay well below half a tick wrap (6.2 days).
_LONGEST_MS = 86_400_000

# name: (default, lowest, highest)
_NUMBERS = {
    "capacity": (32, 4, 4096),
    "manual": (8, 0, 1024),
    "pending": (8, 1, 1024),
    "hold_slots": (4, 0, 256),
    "hold_bytes": (1514, 60, 1514),
    "hold_per_host": (4, 0, 256),
    "delay_ms": (0, 0, _LONGEST_MS),
    "timeout_ms": (1000, 1, _LONGEST_MS),
    "retries": (5, 0, 200),
    "lifetime_ms": (1_200_000, 1, _LONGEST_MS),
    "refresh_ms": (30_000, 0, _LONGEST_MS),
    "down_ms": (20_000, 0, _LONGEST_MS),
    "event_slots": (16, 1, 256),
}
_FLAGS = {"probe": True, "refresh_idle": False, "trailers": False, "link_local": False}
_CHOICES = {"learn": LEARN, "conflict": CONFLICT}


class Settings:
    """One attribute for each setting; ValueError or TypeError names what cannot be used."""

    def __init__(self, given):
        for name in given:
            if name not in _NUMBERS and name not in _FLAGS and name not in _CHOICES:
                if name != "seed":
                    raise TypeError("%s: there is no such setting" % name)
        for name, limits in _NUMBERS.items():
            setattr(self, name, _number(name, given.get(name, limits[0]), limits[1], limits[2]))
        for name, default in _FLAGS.items():
            setattr(self, name, _flag(name, given.get(name, default)))
        for name, choices in _CHOICES.items():
            setattr(self, name, _choice(name, given.get(name, choices[0]), choices))
        self.seed = given.get("seed")
        if self.seed is not None:
            _number("seed", self.seed, 0, 0x3FFFFFFF)
        if "refresh_ms" not in given and self.refresh_ms >= self.lifetime_ms:
            self.refresh_ms = self.lifetime_ms // 2
        if self.refresh_ms >= self.lifetime_ms:
            raise ValueError("refresh_ms: it must be below lifetime_ms, %d" % self.lifetime_ms)


def _number(name, value, lowest, highest):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("%s: a whole number is needed, not %r" % (name, value))
    if not lowest <= value <= highest:
        raise ValueError("%s: %d is not from %d to %d" % (name, value, lowest, highest))
    return value


def _flag(name, value):
    if value not in (True, False):
        raise TypeError("%s: True or False is needed, not %r" % (name, value))
    return bool(value)


def _choice(name, value, choices):
    if value not in choices:
        raise ValueError("%s: %r is none of %s" % (name, value, ", ".join(choices)))
    return value
