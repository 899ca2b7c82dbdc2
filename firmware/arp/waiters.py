"""Who waits for a next hop: woken together with its MAC address or an error, never forgotten."""

import asyncio


class Waiter:
    """All who wait for one next hop; `mac` or `error` is set when `event` is."""

    def __init__(self):
        self.event = asyncio.Event()
        self.mac = None
        self.error = None

    def end(self, mac, error):
        """Wake them."""
        self.mac = mac
        self.error = error
        self.event.set()


class Waiters:
    """One Waiter for each next hop (4 bytes) that somebody waits for."""

    def __init__(self):
        self._by_hop = {}

    def join(self, hop):
        """The Waiter of this next hop, a new one for the first who comes."""
        waiter = self._by_hop.get(hop)
        if waiter is None:
            waiter = self._by_hop[hop] = Waiter()
        return waiter

    def end(self, hop, mac, error):
        """The resolution of `hop` ended; error None with mac None means that it is down."""
        waiter = self._by_hop.pop(hop, None)
        if waiter is not None:
            waiter.end(mac, error)

    def end_all(self, error):
        """Nobody will be answered any more."""
        waiters = self._by_hop
        self._by_hop = {}
        for waiter in waiters.values():
            waiter.end(None, error)


def again(error):
    """The same once more: in MicroPython each raising of one object lengthens its traceback."""
    try:
        copy = type(error)(*error.args)
        return copy if copy.args == error.args else error
    except Exception:  # it is made from something else
        return error


def new_error(name, text):
    """An error of arp.errors, which is loaded for the first; without room for it a MemoryError."""
    try:
        from . import errors

        return getattr(errors, name)(text)
    except MemoryError as no_room:
        return no_room
