"""The ARP frames that we send: each built whole in one buffer, `tx`, and counted.

Nothing here allocates after construction.
"""

from . import stats as s
from .wire import BROADCAST, REPLY, REQUEST, SHA, SPA, ZERO, build, copy, is_link_local


class Outgoing:
    """Builds frames from `mac` in `tx`, a writable memoryview of `size` bytes."""

    def __init__(self, mac, size, stats):
        self.tx = memoryview(bytearray(size))
        self._mac = mac
        self._stats = stats
        self._peer = bytearray(6)

    def probe(self, ip):
        """An ARP Probe for `ip` (RFC 5227, 1.1); the frame's length."""
        self._stats.add(s.TX_PROBE)
        return self._broadcast(ZERO, ip, 0)

    def announce(self, ip):
        """An ARP Announcement of `ip` (RFC 5227, 1.1)."""
        self._stats.add(s.TX_ANNOUNCE)
        return self._broadcast(ip, ip, 0)

    def request(self, cache, slot, spa, is_unicast):
        """A request for a cache slot's address, to everybody or to its known MAC address alone."""
        is_refresh = cache.is_resolved(slot)
        self._stats.add(s.TX_REFRESH if is_refresh else s.TX_REQUEST)
        if not is_unicast or is_link_local(spa, 0):
            return self._broadcast(spa, cache.ip, slot * 4)
        mac = self._mac
        copy(self._peer, 0, cache.mac, slot * 6, 6)
        return build(
            self.tx, self._peer, mac, REQUEST, mac, 0, spa, 0, ZERO, 0, cache.ip, slot * 4
        )

    def reply(self, frame, ip, ip_at, mac, mac_at):
        """The answer to the request `frame`: `ip` is at `mac`.

        It goes to the sender's ARP hardware address, whatever the Ethernet source was (RFC 826);
        from a link-local address of ours it goes to everybody.
        """
        self._stats.add(s.TX_REPLY)
        if is_link_local(ip, ip_at):
            copy(self._peer, 0, BROADCAST, 0, 6)
        else:
            copy(self._peer, 0, frame, SHA, 6)
        return build(
            self.tx, self._peer, self._mac, REPLY, mac, mac_at, ip, ip_at, frame, SHA, frame, SPA
        )

    def _broadcast(self, spa, tpa, tpa_at):
        mac = self._mac
        return build(self.tx, BROADCAST, mac, REQUEST, mac, 0, spa, 0, ZERO, 0, tpa, tpa_at)
