"""ARP for MicroPython and CPython: resolve, answer, defend, on raw Ethernet frames.

    import asyncio
    import arp
    from board import make_nic

    async def main():
        async with arp.Arp(make_nic(), "192.168.1.10/24", gateway="192.168.1.1") as a:
            await a.ready()
            print(await a.query("192.168.1.1"))

    asyncio.run(main())

`arp.Engine` is the same without asyncio, clock or I/O, for a stack of your own. Modules are loaded
when a name of theirs is first used, so that what is not used costs nothing.
"""

__version__ = "0.1.0"

_HOMES = {
    "Engine": "engine",
    "Arp": "service",
    "create": "service",
    "describe": "sentences",
    "Group": "group",
    "Entry": "manual",
    "Timeout": "errors",
    "HostDown": "errors",
    "HostUnreachable": "errors",
    "Cleared": "errors",
    "NoBuffers": "errors",
    "MtuTooSmall": "errors",
    "NoRoute": "errors",
    "AddressLost": "errors",
}


def __getattr__(name):
    if name[0] == "_":
        raise AttributeError(name)
    home = _HOMES.get(name) or ("const" if name.isupper() else None)
    try:
        module = __import__("arp." + (home or name), None, None, (name,))
    except ImportError as error:
        if home is None:
            raise AttributeError("module 'arp' has no attribute %r" % name)
        raise error
    value = getattr(module, name) if home else module
    globals()[name] = value  # the next time nothing is looked for, and nothing allocated
    return value
