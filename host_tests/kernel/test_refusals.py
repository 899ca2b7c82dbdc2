"""What the virtual board cannot do ends in one clear line and status 1, never in a traceback."""

import os
import subprocess
import sys

import board_process
import pytest
from cable import program

BOARD = os.path.join(board_process.ROOT, "tools", "vboard.py")
RUNTIMES = ("micropython", "cpython")


def refusal(*words, before=()):
    """Run a board that must refuse -> its one line."""
    command = list(before) + [sys.executable, BOARD] + list(words)
    got = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )
    lines = got.stderr.splitlines()
    assert got.returncode == 1, got.stdout + got.stderr
    assert len(lines) == 1, got.stderr
    assert "Traceback" not in got.stdout + got.stderr
    return lines[0]


def words_for(cable, runtime, nic="w5500", wire=None, ip="10.77.0.2/24"):
    words = ["--runtime", runtime, "--nic", nic, "--wire", wire or cable.board]
    return words + ["--ip", ip, "--seconds", "3"]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("nic", ("w5500", "enc28j60", "packet"))
def test_a_missing_interface_is_named(cable, runtime, nic):
    line = refusal(*words_for(cable, runtime, nic, wire="nosuch0"))
    assert "nosuch0" in line


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_missing_right_to_open_the_interface_is_named(cable, runtime):
    # Out of the bounding set, a capability does not come back with the next program.
    before = [program("setpriv"), "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"]
    line = refusal(*words_for(cable, runtime), before=before)
    assert "permi" in line.lower() or "right" in line.lower(), line


@pytest.mark.parametrize(
    "ip, named",
    (
        ("10.77.0.256/24", "256"),
        ("10.77.0.2/33", "33"),
        ("10.77.0/24", "10.77.0"),
        ("board", "board"),
        ("224.0.0.1/24", "224.0.0.1"),
    ),
)
def test_a_bad_address_is_named(cable, ip, named):
    assert named in refusal(*words_for(cable, "micropython", ip=ip)).split("--ip", 1)[1]


@pytest.mark.parametrize(
    "extra", (("--mac", "02:00:00"), ("--set", "capacity=-1"), ("--set", "x=1"))
)
def test_a_bad_setting_is_named(cable, extra):
    line = refusal(*(words_for(cable, "micropython") + list(extra)))
    assert extra[1].split("=")[0] in line


def test_a_device_that_does_not_exist_is_named(cable):
    command = [sys.executable, BOARD] + words_for(cable, "micropython", "toaster")
    got = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert got.returncode != 0 and "toaster" in got.stderr
    assert "Traceback" not in got.stderr
