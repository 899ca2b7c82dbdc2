"""The board's stdout: one JSON object a line, whole and at once, with the time since start."""

import json
import os
import sys
import time


def hexes(data):
    """Bytes in hex."""
    return "".join(["%02x" % byte for byte in data])


def mac_text(mac):
    """aa:bb:cc:dd:ee:ff, or None."""
    return None if mac is None else ":".join(["%02x" % byte for byte in mac])


def ip_text(ip):
    """a.b.c.d, or None."""
    return None if ip is None else ".".join([str(byte) for byte in ip])


def counters(stats):
    """The (name, value) pairs of a stats object."""
    return [(name, getattr(stats, name)) for name in stats.names()]


class JsonLines:
    """Owner of stdout and of the time since start. A line is one write, so none interleave."""

    def __init__(self):
        self._last = time.ticks_ms()
        self._ms = 0
        self.on_closed = None  # called when nobody reads any more

    def ms(self):
        """Milliseconds since the start; longer than the ticks last."""
        now = time.ticks_ms()
        self._ms += time.ticks_diff(now, self._last)
        self._last = now
        return self._ms

    def event(self, name, *fields):
        """{"ms":…, "event":name, …} from (name, value) pairs."""
        self._write([("ms", self.ms()), ("event", name)] + list(fields))

    def answer(self, kind, value, command, *fields):
        """{"reply" or "error":…, "cmd":…, …, "ms":…}."""
        self._write([(kind, value), ("cmd", command)] + list(fields) + [("ms", self.ms())])

    def _write(self, fields):
        # In the order given: MicroPython's dict has none, so it is put together here.
        line = "{" + ", ".join([_field(name, value) for name, value in fields]) + "}\n"
        try:
            sys.stdout.write(line)
            if hasattr(sys.stdout, "flush"):
                sys.stdout.flush()
        except OSError:
            # CPython keeps the line and would complain once more at its exit.
            if hasattr(os, "dup2"):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            if self.on_closed is not None:
                self.on_closed()


def _field(name, value):
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        text = "{" + ", ".join([_field(n, v) for n, v in value]) + "}"
    else:
        text = json.dumps(value)
    return '"%s": %s' % (name, text)
