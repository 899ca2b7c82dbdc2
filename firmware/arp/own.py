"""Our own addresses, and what an address is to us: ours, on our network, a broadcast.

Lists are short (one address is the rule), so that a loop over them is the fast way. The methods
that take `(buf, at)` look at 4 bytes in a caller's buffer and allocate nothing.
"""

from .acd import OwnAddress
from .addr import ip_text, net_bytes
from .wire import is_link_local


class OwnAddresses:
    """The own addresses in the order given. A lost address is not in the list."""

    def __init__(self, link_local=None):
        self.link_local = link_local  # an address that picks itself, and stays
        self.all = []

    def replace(self, nets):
        """Take a new list; the new addresses come back. ValueError leaves the old list alone."""
        if isinstance(nets, str):
            raise TypeError("ips: a list of addresses is needed, not %r" % nets)
        chosen = []
        prefixes = []
        for net in nets:
            ip, prefix = net_bytes(net)
            address = OwnAddress(ip, prefix)
            if prefix < 31 and (ip == address.net or ip == address.broadcast):
                raise ValueError("ips: %s/%d is no address of a host" % (ip_text(ip), prefix))
            if any(other.ip == ip for other in chosen):
                raise ValueError("ips: %s is there twice" % ip_text(ip))
            old = self.at(ip, 0)
            chosen.append(address if old is None or old is self.link_local else old)
            prefixes.append(prefix)
        if self.link_local is not None:
            chosen.append(self.link_local)
            prefixes.append(self.link_local.prefix)
        fresh = [address for address in chosen if address not in self.all]
        for address, prefix in zip(chosen, prefixes):
            address.set_prefix(prefix)
        self.all = chosen
        return fresh

    def at(self, buf, at):
        """The own address at `buf[at]`, or None."""
        for address in self.all:
            if address.has(buf, at):
                return address
        return None

    def net_of(self, buf, at):
        """The first own address whose network holds the address at `buf[at]`, or None."""
        for address in self.all:
            if address.is_on_net(buf, at):
                return address
        return None

    def may_use_gateway(self):
        """True when there is an own address that is not link-local (RFC 3927, 2.6.2)."""
        for address in self.all:
            if not is_link_local(address.ip, 0):
                return True
        return False

    def is_broadcast(self, buf, at):
        """True for the broadcast address of an own network."""
        for address in self.all:
            if address.is_broadcast(buf, at):
                return True
        return False

    def source_for(self, buf, at):
        """The usable own address to ask from: one on the target's network, else the first.

        A link-local address asks on its own network only (RFC 3927, 2.6.2).
        """
        first = None
        for address in self.all:
            if address.usable:
                if address.is_on_net(buf, at):
                    return address
                if first is None and not is_link_local(address.ip, 0):
                    first = address
        return first

    def may_ask(self, buf, at):
        """True when `source_for` has, or may soon have, an address for this target."""
        for address in self.all:
            if address.usable or (address.is_tentative() and not address.picks_itself):
                if address.is_on_net(buf, at) or not is_link_local(address.ip, 0):
                    return True
        return False

    def is_settled(self):
        """True when no address waits for its probes; one that picks itself is waited for alone."""
        configured = False
        for address in self.all:
            if not address.picks_itself:
                configured = True
                if not address.usable:
                    return False
        return configured or self.link_local is None or self.link_local.usable
