"""Where a destination leads: to us, to everybody, to a group, to a next hop, or nowhere."""

from .const import NO_ROUTE, const
from .wire import BROADCAST, copy, is_host_ip, is_link_local

# What `to` answers, beside NO_ROUTE.
SELF = const(10)
EVERYBODY = const(11)
GROUP = const(12)
HOP = const(13)

_EVERYBODY_IP = b"\xff\xff\xff\xff"


class Routes:
    """Next hops by own networks, entries and the gateway (4 bytes or None)."""

    def __init__(self, own, cache, mac, gateway):
        self._own = own
        self._cache = cache
        self._mac = mac
        self._gateway = gateway
        self.hop = None

    def to(self, ip):
        """SELF, EVERYBODY, GROUP, NO_ROUTE, or HOP with the next hop in `hop`. Does not allocate.

        A destination is its own next hop when an entry or an own network holds it; without any own
        address there is no route at all, because a request without one would be an ARP Probe.
        """
        own = self._own
        if not own.all:
            return NO_ROUTE
        if own.at(ip, 0) is not None:
            return SELF
        if own.is_broadcast(ip, 0):
            return EVERYBODY
        if self._cache.find_entry(ip, 0) >= 0:
            self.hop = ip
            return HOP
        if ip == _EVERYBODY_IP:
            return EVERYBODY
        if 224 <= ip[0] < 240:
            return GROUP
        if not is_host_ip(ip, 0):
            return NO_ROUTE
        if own.net_of(ip, 0) is not None:
            self.hop = ip
            return HOP
        if is_link_local(ip, 0):  # never through a router (RFC 3927, 2.6.2)
            self.hop = ip
            return HOP
        gateway = self._gateway
        if gateway is None or not own.may_use_gateway():
            return NO_ROUTE
        if own.at(gateway, 0) is not None or own.is_broadcast(gateway, 0):
            return NO_ROUTE
        self.hop = self._gateway
        return HOP

    def write_fixed(self, code, ip, out):
        """Write the MAC address of SELF, EVERYBODY or GROUP (RFC 1112, 6.4); False: NO_ROUTE."""
        if code == NO_ROUTE:
            return False
        if code == GROUP:
            out[0] = 0x01
            out[1] = 0x00
            out[2] = 0x5E
            out[3] = ip[1] & 0x7F
            out[4] = ip[2]
            out[5] = ip[3]
        else:
            copy(out, 0, BROADCAST if code == EVERYBODY else self._mac, 0, 6)
        return True
