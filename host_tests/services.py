"""arp.Arp on a simulated LAN in virtual time, as the tests want it."""

import frames as f

import arp
import arp.service  # loaded before virtual time takes the clock's place
from sim import clock
from sim.lan import Lan


def new_lan(**faults):
    return Lan(seed=4, say=None, **faults)


def ended(coro):
    """What a query ended in: its MAC address or its error, as a coroutine."""

    async def run():
        try:
            return await coro
        except OSError as error:
            return error

    return run()


def scenario(body, **settings):
    """Run body(service, lan) with a usable address on a LAN of its own; returns its result."""
    settings.setdefault("probe", False)

    async def main():
        lan = new_lan()
        port = lan.port(f.OWN_MAC)
        async with arp.Arp(port, f.OWN_NET, gateway=f.GATEWAY, **settings) as service:
            return await body(service, lan)

    return clock.run(main)


def requests(lan):
    """(ms, target) of the requests on the LAN, without announcements."""
    return [
        (ms, bytes(frame[38:42]))
        for ms, fate, sender, receiver, frame in lan.trace
        if fate == "sent" and frame[21] == 1 and frame[28:32] != frame[38:42]
    ]
