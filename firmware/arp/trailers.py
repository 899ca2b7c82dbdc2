"""Trailer negotiation (RFC 893, Solaris arp(7P)): an offer with ptype 0x1000 follows each reply.

Off by default. A trailer reply is an IP reply in all but its ptype. It is owed to a host whose
request we answered, and to one whose reply answered us; only the latest debt is kept, and `poll`
pays it. One that arrives marks the sender's entry with ATF_USETRAILERS, unless a person made that
entry permanent. Nothing here allocates after construction.
"""

from .const import ATF_USETRAILERS, PERMANENT, const
from .wire import BROADCAST, REPLY, SHA, SPA, build, copy, is_link_local

PTYPE_HIGH = const(0x10)  # the first byte of ptype 0x1000


class Trailers:
    """What the engine owes and has been offered."""

    def __init__(self, mac, outgoing):
        self._mac = mac
        self._outgoing = outgoing
        self._peer = bytearray(10)  # MAC and IP address of whom we owe an offer
        self._ip = bytearray(4)  # the own address it was about
        self.is_owed = False

    def owe(self, frame, ip):
        """The sender of `frame` is to get an offer for our address `ip`."""
        copy(self._peer, 0, frame, SHA, 10)
        copy(self._ip, 0, ip, 0, 4)
        self.is_owed = True

    def pay(self, own):
        """The offer in `tx`; its length, or 0 when the address is no longer one of `own`."""
        self.is_owed = False
        address = own.at(self._ip, 0)
        if address is None or not address.usable:
            return 0
        tx = self._outgoing.tx
        peer = self._peer
        eth_dst = BROADCAST if is_link_local(self._ip, 0) else peer
        n = build(tx, eth_dst, self._mac, REPLY, self._mac, 0, self._ip, 0, peer, 0, peer, 6)
        tx[16] = PTYPE_HIGH
        return n

    def accept(self, frame, cache):
        """A valid trailer frame arrived: the sender takes trailers."""
        slot = cache.find_entry(frame, SPA)
        if slot < 0 or frame[21] != REPLY or not cache.is_resolved(slot):
            return
        if cache.kind[slot] != PERMANENT and cache.has_mac(slot, frame, SHA):
            cache.flags[slot] |= ATF_USETRAILERS
