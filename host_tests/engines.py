"""An engine as the tests want it: its address usable, its clock near the wrap."""

import frames as f

from arp import PENDING, Engine

START = 2**30 - 5000


def at(ms):
    """The tick `ms` after the start."""
    return (START + ms) % 2**30


def engine(ips=(f.OWN_NET,), **settings):
    """An engine whose address is usable and announced, at 3 s after the start."""
    settings.setdefault("probe", False)
    settings.setdefault("hold_slots", 0)
    made = Engine(f.OWN_MAC, ips, gateway=f.GATEWAY, seed=11, **settings)
    f.polled(made, at(0))
    f.polled(made, at(2000))
    f.events(made)
    return made


def resolve(eng, ms, ip=f.A_IP, mac=f.A_MAC):
    """Query and answer."""
    assert eng.query(ip, at(ms)) == PENDING
    assert len(f.polled(eng, at(ms))) == 1
    f.receive(eng, f.reply(mac, ip), at(ms))
    assert eng.ask(ip) == f.mac(mac)
    assert "resolved" in f.events(eng)
