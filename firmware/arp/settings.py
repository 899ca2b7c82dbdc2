"""The settings of an Engine: defaults, limits, and errors that name the wrong one."""

from .const import const

# Durations stay well below half a tick wrap (6.2 days).
_LONGEST_MS = const(86_400_000)

# Name, default, and then lowest and highest, or what may be chosen, or nothing: True or False.
# One constant, which takes no heap where it is frozen.
_ALL = (
    ("capacity", 32, 4, 4096),
    ("manual", 8, 0, 1024),
    ("pending", 8, 1, 1024),
    ("hold_slots", 4, 0, 256),
    ("hold_bytes", 1514, 60, 1514),
    ("hold_per_host", 4, 0, 256),
    ("delay_ms", 0, 0, _LONGEST_MS),
    ("timeout_ms", 1000, 1, _LONGEST_MS),
    ("retries", 5, 0, 200),
    ("lifetime_ms", 1_200_000, 1, _LONGEST_MS),
    ("refresh_ms", 30_000, 0, _LONGEST_MS),
    ("down_ms", 20_000, 0, _LONGEST_MS),
    ("event_slots", 16, 1, 256),
    ("seed", None, 0, 0x3FFFFFFF),
    ("probe", True),
    ("refresh_idle", False),
    ("trailers", False),
    ("link_local", False),
    ("learn", "cautious", ("cautious", "rfc826", "replies")),
    ("conflict", "defend", ("defend", "cease", "insist")),
)


class Settings:
    """One attribute for each setting; ValueError or TypeError names what cannot be used."""

    def __init__(self, given):
        known = [row[0] for row in _ALL]
        for name in given:
            if name not in known:
                raise TypeError("%s: there is no such setting" % name)
        for row in _ALL:
            value = given.get(row[0], row[1])
            if value is not row[1]:
                _check(value, *row)
            setattr(self, row[0], value)
        if "refresh_ms" not in given and self.refresh_ms >= self.lifetime_ms:
            self.refresh_ms = self.lifetime_ms // 2
        if self.refresh_ms >= self.lifetime_ms:
            raise ValueError("refresh_ms: it must be below lifetime_ms, %d" % self.lifetime_ms)


def _check(value, name, default, lowest=None, highest=None):
    if lowest is None:
        if value not in (True, False):
            raise TypeError("%s: True or False is needed, not %r" % (name, value))
    elif highest is None:
        if value not in lowest:
            raise ValueError("%s: %r is none of %s" % (name, value, ", ".join(lowest)))
    elif isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("%s: a whole number is needed, not %r" % (name, value))
    elif not lowest <= value <= highest:
        raise ValueError("%s: %d is not from %d to %d" % (name, value, lowest, highest))
