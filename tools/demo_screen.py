"""What `make run` shows: trace lines with times, steps, answers, tables; plain text where there is
no terminal.

Several threads write here; the lock keeps their lines whole.
"""

import sys
import threading
import time

from rich.console import Console

STYLES = {
    "step": "bold",
    "event": "green",
    "frame": "",
    "quiet": "dim",
    "answer": "cyan",
    "trouble": "bold red",
}


class Screen:
    """Owner of stdout. Times count from its making."""

    def __init__(self):
        self.start = time.time()
        self.frames = 0
        self.lock = threading.Lock()
        self.console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)

    def line(self, text, kind="quiet"):
        """One line without a time."""
        with self.lock:
            self.console.print(text, style=STYLES[kind])

    def step(self, text):
        """The headline of what comes next."""
        self.line("\n" + text, "step")

    def timed(self, text, kind, at=None):
        """One line of the trace; `at` is seconds since the epoch, now without it."""
        self.line("%9.3f  %s" % (max((at or time.time()) - self.start, 0), text), kind)

    def frame(self, text, at=None):
        """A frame in words."""
        self.frames += 1
        self.timed(text, "frame", at)

    def trouble(self, text):
        """Why it cannot go on; to stderr."""
        with self.lock:
            sys.stdout.flush()
            sys.stderr.write("make run: %s\n" % text)

    def table(self, text):
        """The board's table, as it prints it."""
        for line in text.splitlines() or ["(empty)"]:
            self.line("  " + line, "answer")

    def counters(self, groups):
        """Groups of counters: (title, {name: value}); those at zero are left out."""
        for title, counters in groups:
            shown = ["%s %s" % (name, value) for name, value in sorted(counters.items()) if value]
            self.line("  %-5s %s" % (title, ", ".join(shown) or "all zero"), "answer")


def answer_text(line):
    """A board's answer to a typed command, for a person."""
    if "error" in line:
        message = line.get("message")
        return line["error"] + (": " + message if message else "")
    reply = line["reply"]
    if reply is True:
        return "done"
    if reply is None or reply is False:
        return "nothing there"
    if isinstance(reply, dict):
        return "\n".join("%-24s %s" % (name, reply[name]) for name in sorted(reply))
    if isinstance(reply, list):
        return " ".join(str(part) for part in reply)
    return str(reply)


def event_text(line):
    """An event of the board, for a person."""
    words = ["board: " + line["event"].replace("_", " ")]
    words += [str(line[name]) for name in ("ip", "mac") if line.get(name)]
    if line.get("other") is not None:
        words.append("(before: %s)" % line["other"])
    return " ".join(words)
