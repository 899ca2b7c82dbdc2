"""Settings for each seed document's own behaviour: `Engine(mac, **arp.profiles.AERIEBSD)`."""

MNET = {
    "learn": "replies",
    "timeout_ms": 1500,
    "hold_slots": 0,
    "down_ms": 0,
    "refresh_ms": 1500,
    "refresh_idle": True,
    "probe": False,
}
MIRAGE = dict(MNET)
SOLARIS = {"hold_per_host": 4, "down_ms": 0, "trailers": True}
AERIEBSD = {"hold_per_host": 1, "down_ms": 20_000}
