"""Onto a board as users do it, through a serial port; one board, which lives through all of this.

Its firmware has nothing of ours, as the one from micropython.org. The tests follow each other.
"""

import os
import signal
import subprocess
import sys
import time

import bundle
import mip_package
import pytest
from bundle import ROOT

BOARD = "w5500_evb_pico"
LIMIT_S = 400  # for one step
FIRST = """
import asyncio
import arp
from board import make_nic

async def main():
    async with arp.Arp(make_nic(), "192.168.1.10/24", gateway="192.168.1.1", probe=False) as a:
        await a.ready()
        print(await a.query("192.168.1.1"))

asyncio.run(main())
"""
GATEWAY_MAC = repr(b"\x02\0\0\0\x01\x01")
LIST = """
import os
for package in sorted(os.listdir("/lib")):
    for name in sorted(os.listdir("/lib/" + package)):
        print(package + "/" + name)
"""


def tool(name):
    return [sys.executable, os.path.join(ROOT, "tools", name + ".py")]


class Port:
    """An emulated board behind a pseudo terminal, and mpremote before it."""

    def __init__(self):
        words = tool("emulated_port") + ["--board", BOARD, "--firmware", "bare"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("/dev/"):
                self.path = line.strip()
                return
        raise AssertionError("no port: status %s" % self.process.wait())

    def mpremote(self, *words):
        command = [sys.executable, "-m", "mpremote", "connect", self.path, *words]
        got = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_S,
        )  # fmt: skip
        assert got.returncode == 0, got.stdout + got.stderr
        return got.stdout.replace("\r\n", "\n")

    def run(self, code, tmp_path):
        path = tmp_path / "program.py"
        path.write_text(code)
        return self.mpremote("run", str(path))

    def deploy(self, *options):
        words = ["make", "-s", "deploy", "BOARD=" + BOARD, "PORT=" + self.path, *options]
        got = subprocess.run(
            words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_S,
        )  # fmt: skip
        assert got.returncode == 0, got.stdout + got.stderr
        return got.stdout

    def close(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def port():
    made = Port()
    yield made
    made.close()


def sources():
    return [place + ".py" for place in bundle.places()]


def compiled(folder):
    return [place + ".mpy" for place in bundle.write(str(folder))]


def test_mip_installs_every_module_and_a_first_query_is_answered(port, tmp_path):
    port.mpremote("mip", "install", os.path.join("firmware", "package.json"))
    assert port.run(LIST, tmp_path).split() == sources()
    assert port.mpremote("exec", "import arp; print(arp.__version__)").strip() == (
        mip_package.version()
    )
    port.mpremote("fs", "cp", os.path.join("boards", BOARD, "board.py"), ":board.py")
    assert port.run(FIRST, tmp_path).strip() == GATEWAY_MAC


def test_an_interrupted_deployment_leaves_what_was_there(port, tmp_path):
    words = tool("deploy") + ["--board", BOARD, "--port", port.path]
    deploying = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for line in deploying.stdout:
        if " fs cp -r " in line:
            break
    time.sleep(8)  # real, in the middle of copying: the whole takes some 50
    deploying.send_signal(signal.SIGINT)
    deploying.wait(30)
    deploying.stdout.close()
    assert deploying.returncode != 0
    assert port.run(LIST, tmp_path).split() == sources()
    there = port.mpremote("exec", "import os; print(os.listdir('/'))")
    assert "'new'" in there and "'board.py'" in there


def test_the_next_deployment_brings_the_compiled_packages(port, tmp_path):
    assert "on the board: arp " + mip_package.version() in port.deploy()
    assert port.run(LIST, tmp_path).split() == compiled(tmp_path / "bundle")
    assert port.run(FIRST, tmp_path).strip() == GATEWAY_MAC


def test_a_repeated_deployment_leaves_a_working_board(port, tmp_path):
    assert "on the board: arp " + mip_package.version() in port.deploy()
    assert port.run(LIST, tmp_path).split() == compiled(tmp_path / "bundle")
    there = port.mpremote("exec", "import os; print(sorted(os.listdir('/')))")
    assert there.strip() == "['board.py', 'lib']"


def test_source_takes_the_place_of_what_was_compiled(port, tmp_path):
    port.deploy("MPY=0")
    assert port.run(LIST, tmp_path).split() == sources()


def test_the_port_is_gone_when_the_program_that_started_it_is(tmp_path):
    words = tool("emulated_port") + ["--board", BOARD, "--firmware", "bare"]
    out = tmp_path / "out"
    starter = "import subprocess, sys, time; print(subprocess.Popen(%r, stdout=open(%r, 'w')).pid)"
    starter += "; sys.stdout.flush(); time.sleep(600)"
    parent = subprocess.Popen(
        [sys.executable, "-c", starter % (words, str(out))], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    until(lambda: "/dev/" in out.read_text())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not os.path.exists("/proc/%d" % child))


def until(is_true):
    """Wait for it, at most 60 s."""
    end = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.1)
