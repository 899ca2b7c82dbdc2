"""Start tools/vboard.py and read what it prints: shared by the tests of the virtual board."""

import json
import os
import subprocess
import sys

import pytest
import vboard

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VBOARD = os.path.join(ROOT, "tools", "vboard.py")
SIM = ("--wire", "sim", "--ip", "10.0.0.2/24", "--sim", "seed=1")
QUICK = SIM + ("--set", "probe=False")
NICS = ("w5500", "enc28j60", "packet")
KINDS = [(runtime, nic) for runtime in ("micropython", "cpython") for nic in NICS]
GATEWAY_MAC = "02:00:00:00:01:01"


def start(*options, stdin=subprocess.PIPE, **kw):
    if "cpython" not in options:
        try:
            vboard.find_micropython()
        except vboard.Refused as e:
            pytest.skip(str(e))
    command = [sys.executable, VBOARD, *options]
    if "--seconds" not in options:
        command += ["--seconds", "30"]  # whatever becomes of the test, the board will end
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=pipe, text=True, **kw)


def run(*options, commands="", **kw):
    """(status, lines, stderr) of a whole run."""
    board = start(*options, **kw)
    out, err = board.communicate(commands, timeout=60)
    return board.returncode, [json.loads(line) for line in out.splitlines()], err


def refused(*options, **kw):
    """The one line that vboard refuses these options with."""
    status, lines, err = run("--runtime", "cpython", *options, **kw)
    assert (status, lines, err.count("\n")) == (1, [], 1), err
    assert err.startswith("vboard: ")
    return err[8:-1]


def ask(board, command):
    """The answer to one command; what else is printed meanwhile is passed over."""
    board.stdin.write(command + "\n")
    board.stdin.flush()
    while True:
        line = json.loads(board.stdout.readline())
        if line.get("cmd") == command:
            return line


def answers(lines):
    return {line["cmd"]: line for line in lines if "cmd" in line}
