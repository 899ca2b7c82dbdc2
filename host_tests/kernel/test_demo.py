"""`make run` on a terminal: both sides resolve each other, commands are obeyed, Ctrl-C ends it."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import board_process

DEMO = os.path.join(board_process.ROOT, "tools", "demo.py")
LIMIT_S = 30


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, words):
        self.fd, theirs = pty.openpty()
        self.process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.text = ""

    def read_until(self, wanted):
        """Read until `wanted` has come, or until the program's end."""
        until = time.monotonic() + LIMIT_S
        while wanted not in self.text and time.monotonic() < until:
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode()
                except OSError:  # the program has closed its end
                    break
        assert wanted in self.text, self.text

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)
        self.process.kill()
        self.process.wait()


def test_the_main_job_on_a_terminal_from_start_to_ctrl_c():
    terminal = Terminal([sys.executable, DEMO])
    try:
        terminal.read_until("Ctrl-C")
        for line in (
            "board -> all: who has 10.77.0.2? probe (is it free?)",
            "board -> all: 10.77.0.2 is mine, announcement",
            "board -> all: who has 10.77.0.1? tell 10.77.0.2",
            "kernel -> all: who has 10.77.0.2? tell 10.77.0.1",
            "10.77.0.2 dev kernel0 lladdr 02:41:52:50:00:02 REACHABLE",
            "? (10.77.0.1) at ",
        ):
            assert line in terminal.text, line
        terminal.type("arp -s 10.77.0.5 02:00:00:00:00:05 permanent\narp -an\n")
        terminal.read_until("? (10.77.0.5) at 02:00:00:00:00:05")
        terminal.type("query nonsense\n")
        terminal.read_until("ValueError")
        terminal.text = ""
        terminal.type("stats\n")
        terminal.read_until("  chip  bytes ")
        assert "tx_request 1" in terminal.text
        assert not re.search(r"[a-z_]+:? +0\b", terminal.text), terminal.text
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until("ended after")
        assert terminal.process.wait(LIMIT_S) == 0
        assert "Traceback" not in terminal.text
    finally:
        terminal.close()
