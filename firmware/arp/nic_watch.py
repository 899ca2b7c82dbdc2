"""NicWatch: looks once a second after the NIC's link, and at what its driver had to mend.

A NIC need not have more than link(): look_again() and next_event() are used where there are such.
"""

from . import const as c
from .ticks import add, before

# The chips have no interrupt for the link.
_PERIOD_MS = c.const(1000)


class NicWatch:
    """Knows whether there was a link; who owns the NIC calls `look` about once a second."""

    def __init__(self, nic):
        self.nic = nic
        self._has_link = False
        self._due_at = 0

    def start(self, now):
        """The NIC was switched on."""
        self._has_link = True
        self._due_at = add(now, _PERIOD_MS)

    def look(self, now):
        """True when the link came back since the last look. Asks for it once a second.

        Each time the NIC looks once for frames, whatever its interrupt says.
        """
        if hasattr(self.nic, "look_again"):
            self.nic.look_again()
        if before(now, self._due_at):
            return False
        self._due_at = add(now, _PERIOD_MS)
        had_link = self._has_link
        try:
            self._has_link = self.nic.link()
        except OSError:
            self._has_link = False  # a chip that does not answer has none
        return self._has_link and not had_link

    def next_event(self):
        """The event of one thing that the driver counted and did not tell yet, or None."""
        name = self.nic.next_event() if hasattr(self.nic, "next_event") else None
        return None if name is None else (c.EV_NIC, None, None, name)
