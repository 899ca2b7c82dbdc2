"""What `make run` shows: lines with times, steps, answers, tables; plain without a terminal.

Several threads write here, and what happened first may be told last: each line is held for a
moment, and a thread of the screen prints them in the order of their times.
"""

import heapq
import sys
import threading
import time

from rich.console import Console

HOLD_S = 0.05  # longer than any thread takes to tell what it saw

STYLES = {
    "step": "bold",
    "event": "green",
    "frame": "",
    "quiet": "dim",
    "answer": "cyan",
    "trouble": "bold red",
}


class Screen:
    """Owner of stdout. Times count from its making; close() prints what is still held.

    When nobody reads any more, `on_broken()` is called, from the screen's thread, and nothing is
    printed from then on.
    """

    def __init__(self, on_broken=None):
        self.start = time.time()
        self.frames = 0
        self.console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        self.changed = threading.Condition()  # guards all below
        self.held = []  # a heap of (its time, number, when to print it, text, kind)
        self.number = 0  # of lines so far: equal times keep their order
        self.closed = False
        self.on_broken = on_broken
        self.broken = False  # nobody reads stdout any more
        self.thread = threading.Thread(target=self._print_held, daemon=True)
        self.thread.start()

    def line(self, text, kind="quiet", at=None):
        """One line without a time; `at` says where it belongs, now without it."""
        with self.changed:
            if self.broken:
                return
            until = time.monotonic() + HOLD_S
            heapq.heappush(self.held, (at or time.time(), self.number, until, text, kind))
            self.number += 1
            self.changed.notify_all()

    def close(self):
        """Print what is still held, and end."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        self.thread.join()

    def _print_held(self):
        with self.changed:
            while self.held or not self.closed:
                wait = self.held[0][2] - time.monotonic() if self.held else None
                if self.held and (self.closed or wait <= 0):
                    self._print_first()
                else:
                    self.changed.wait(wait)

    def _print_first(self):
        _, _, _, text, kind = heapq.heappop(self.held)
        try:
            self.console.print(text, style=STYLES[kind])
        except (OSError, SystemExit):  # rich ends the thread when the pipe is broken
            self.broken = True
            self.held.clear()
            if self.on_broken is not None:
                self.on_broken()

    def step(self, text):
        """The headline of what comes next."""
        self.line("\n" + text, "step")

    def timed(self, text, kind, at=None):
        """One line of the trace; `at` is seconds since the epoch, now without it."""
        at = at or time.time()
        self.line("%9.3f  %s" % (max(at - self.start, 0), text), kind, at)

    def frame(self, text, at=None):
        """A frame in words."""
        self.frames += 1
        self.timed(text, "frame", at)

    def trouble(self, text):
        """Why it cannot go on; to stderr, after all that was told before."""
        with self.changed:
            while self.held:
                self._print_first()
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
