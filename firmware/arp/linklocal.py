"""An own address that picks itself: IPv4 link-local addresses (RFC 3927) on top of RFC 5227.

Candidates are 169.254.1.0 to 169.254.254.255, drawn by a generator that the MAC address seeds, so
that a board tries the same ones after each start (RFC 3927, 2.1). Every candidate is probed, also
with `probe=False`; a conflict draws the next one, in place: nothing allocates. The address is not
insisted upon (2.5), and nothing that has it as its source goes through a gateway (2.6.2).
"""

from .acd import IDLE, OwnAddress
from .chance import Chance

_PREFIX = 16


class LinkLocalAddress(OwnAddress):
    """The engine's own link-local address; `ip` is a bytearray that `pick` changes."""

    picks_itself = True

    def __init__(self, mac):
        self._chance = Chance((mac[2] ^ mac[4]) << 8 | mac[3] ^ mac[5])
        super().__init__(bytearray(b"\xa9\xfe\x00\x00"), _PREFIX)
        self.pick()

    def pick(self):
        """Take the next candidate, to be probed from the start."""
        self.ip[2] = 1 + self._chance.below(254)
        self.ip[3] = self._chance.below(256)
        self.state = IDLE
        self.usable = False
        self.is_defending = False
