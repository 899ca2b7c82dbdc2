"""Several engines on one machine, each on its own wire: they see when the wires are joined.

What one interface knows does not belong on another: an entry that a second engine holds, or an
address on a second engine's network, is neither learned nor taken over by the engine that heard of
it, and reported as EV_WRONG_INTERFACE (AerieBSD arp(4): "attempt to overwrite entry for %s on %s",
"attempt to add entry for %s on %s"; usually two interfaces on one hub).
"""

from .wire import is_link_local


class Group:
    """The engines given, cross-checked from now on. An engine is in one group at most."""

    def __init__(self, engines):
        self._engines = tuple(engines)
        for engine in self._engines:
            engine.join(self)

    def is_elsewhere(self, engine, buf, at):
        """True when the address at `buf[at]` belongs to another engine's interface."""
        is_ours = engine.is_on_net(buf, at) or is_link_local(buf, at)
        for other in self._engines:
            if other is engine:
                continue
            if other.has_entry(buf, at) or (not is_ours and other.is_on_net(buf, at)):
                return True
        return False
