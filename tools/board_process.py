"""A running tools/vboard.py: type its commands, read its JSON lines.

One thread reads stdout into `lines`, one stderr into `errors`; everything else belongs to the
caller's thread. Every wait is bounded.
"""

import json
import os
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class BoardError(Exception):
    """The board did not do what was awaited; the text says what, and what it printed."""


class BoardProcess:
    """`tools/vboard.py` with `arguments`; the reading thread calls `on_line(line)`."""

    def __init__(self, arguments, on_line=None):
        command = [sys.executable, os.path.join(ROOT, "tools", "vboard.py")] + list(arguments)
        # A session of its own: Ctrl-C reaches the desk alone, which then ends the board in order.
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        self.lines = []
        self.errors = []
        self.changed = threading.Condition()
        self.closed = False
        self.on_line = on_line
        self.answered = 0
        self.threads = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def _read_lines(self):
        for text in self.process.stdout:
            try:
                line = json.loads(text)
            except ValueError:
                line = {"garbage": text.rstrip("\n")}
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
            if self.on_line is not None:
                self.on_line(line)
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def _read_errors(self):
        for text in self.process.stderr:
            self.errors.append(text.rstrip("\n"))

    def wait_for(self, accept, what, seconds=15):
        """The first line that `accept(line)` likes, of those that came or come within the time."""
        until = time.monotonic() + seconds
        seen = 0
        with self.changed:
            while True:
                while seen < len(self.lines):
                    if accept(self.lines[seen]):
                        return self.lines[seen]
                    seen += 1
                if self.closed or not self.changed.wait(until - time.monotonic()):
                    raise BoardError(self._story("no %s" % what))

    def wait_event(self, name, seconds=15, **fields):
        """The first event `name` with these fields."""

        def accept(line):
            return line.get("event") == name and all(line.get(f) == fields[f] for f in fields)

        return self.wait_for(accept, "event " + name, seconds)

    def type(self, command):
        """Type one command line."""
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise BoardError(self._story("the board is gone, cannot take: " + command)) from None

    def ask(self, command, seconds=15):
        """Type a command and return its answer line. One command at a time."""
        self.type(command)
        return self.answer(command, seconds)

    def answer(self, command, seconds=15):
        """The answer to the oldest command that was typed and not answered yet."""
        count = 0

        def accept(line):
            nonlocal count
            if is_answer(line):
                count += 1
                return count > self.answered
            return False

        line = self.wait_for(accept, "answer to " + command, seconds)
        self.answered += 1
        return line

    def stop(self, seconds=10):
        """End it with `quit`, by force when that does not help -> the line of the end, or None."""
        self._quit()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        for thread in self.threads:
            thread.join(seconds)
        self.process.stdout.close()
        self.process.stderr.close()
        ends = [line for line in self.lines if line.get("event") == "end"]
        return ends[-1] if ends else None

    def _quit(self):
        """Type `quit` and end the input; a board that has ended already is none the worse."""
        for act in (lambda: self.type("quit"), self.process.stdin.close):
            try:
                act()
            except (BrokenPipeError, BoardError):
                pass

    def _story(self, text):
        if self.closed and not self.lines and self.errors:
            return self.errors[-1]  # it refused to start, and says why
        last = "\n  ".join([json.dumps(line) for line in self.lines[-12:]] + self.errors[-12:])
        return "%s; the board's last lines:\n  %s" % (text, last)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def is_answer(line):
    """True for the answer to a command, False for an event."""
    return "event" not in line and ("reply" in line or "error" in line)
