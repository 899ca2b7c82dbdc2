"""Which error a query that cannot be answered ends in."""

from . import errors
from .addr import ip_text
from .const import FULL, NO_ROUTE


def failure(code, ip, hop, down_ms):
    """The error for `Engine.query`'s NO_ROUTE, FULL or DOWN; `hop` is the next hop of `ip`."""
    name = ip_text(ip)
    if code == NO_ROUTE:
        return errors.NoRoute("%s: there is no way to it" % name)
    if code == FULL:
        return errors.NoBuffers("%s: no further resolution can start now" % name)
    if not down_ms:
        return errors.Timeout("%s does not answer" % name)
    if hop == ip:
        return errors.HostDown("%s does not answer" % name)
    return errors.HostUnreachable("%s: gateway %s does not answer" % (name, ip_text(hop)))
