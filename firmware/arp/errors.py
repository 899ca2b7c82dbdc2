"""The errors of the asyncio layer: `OSError` subclasses with the system's numbers.

What the network sends never raises; a wrong argument raises ValueError or TypeError and names it.
"""

ETIMEDOUT = 110
EHOSTDOWN = 112
EHOSTUNREACH = 113
ENETUNREACH = 101
ENOBUFS = 105
EMSGSIZE = 90
ECANCELED = 125
EADDRNOTAVAIL = 99


class Timeout(OSError):
    """No reply after the request and its retries (seed S1 `Timeout`)."""

    def __init__(self, text="", number=ETIMEDOUT):
        super().__init__(number, text)


class HostDown(Timeout):
    """A host on an own network does not answer, or is in its hold-down (AerieBSD arp(4))."""

    def __init__(self, text=""):
        super().__init__(text, EHOSTDOWN)


class HostUnreachable(Timeout):
    """The gateway does not answer, or is in its hold-down (AerieBSD arp(4))."""

    def __init__(self, text=""):
        super().__init__(text, EHOSTUNREACH)


class Cleared(OSError):
    """The entry was deleted, flushed or replaced while it was pending (seed S1 `Clear`)."""

    def __init__(self, text=""):
        super().__init__(ECANCELED, text)


class NoBuffers(OSError):
    """No room: the manual table is full, or no further resolution can start now."""

    def __init__(self, text=""):
        super().__init__(ENOBUFS, text)


class MtuTooSmall(OSError):
    """The device cannot carry an ARP packet of 28 bytes (seed S1 `MTU_too_small`)."""

    def __init__(self, text=""):
        super().__init__(EMSGSIZE, text)


class NoRoute(OSError):
    """The destination has no next hop: no own address, no gateway, or nobody lives there."""

    def __init__(self, text=""):
        super().__init__(ENETUNREACH, text)


class AddressLost(OSError):
    """No own address may be used: another host has it (RFC 5227), or there is none."""

    def __init__(self, text=""):
        super().__init__(EADDRNOTAVAIL, text)
