"""Programs that look for a duplicate address see the board: every `arping` that Debian has."""

import os
import subprocess

import lab
import pytest
from hub import Hub

FREE = "10.77.0.98"


@pytest.fixture(scope="module")
def hub():
    """Two boards: one behind each device."""
    with Hub() as made:
        for number, nic in enumerate(("w5500", "packet")):
            made.plug("10.77.0.%d" % (11 + number), "--set", "probe=False", nic=nic)
        for board in made.boards:
            board.wait_event("usable")
        yield made


def find_arping(mark):
    """The `arping` whose own words hold `mark`: two programs share the name, and may share a PATH.

    Skips the calling test when there is none."""
    for folder in (os.environ.get("PATH", "") + ":" + lab.SEARCH).split(":"):
        path = os.path.join(folder, "arping")
        if folder and os.access(path, os.X_OK):
            for option in ("--help", "-V"):
                got = subprocess.run([path, option], capture_output=True, text=True, timeout=10)
                if mark in got.stdout + got.stderr:
                    return path
    pytest.skip("no arping that says %r is installed" % mark)


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=20)


def test_D3_arping_D_of_iputils_sees_the_board_and_lets_a_free_address_be(hub):
    words = [find_arping("iputils"), "-D", "-I", hub.kernel, "-c", "2", "-w", "2"]
    for board in hub.boards:
        got = run(*words, board.ip)
        assert got.returncode == 1, got.stdout + got.stderr
        assert board.mac.upper() in got.stdout
    assert run(*words, FREE).returncode == 0


def test_D3_arping_D_of_busybox_sees_the_board_and_lets_a_free_address_be(hub):
    busybox = lab.find_program("busybox")
    if busybox is None or "arping" not in run(busybox, "--list").stdout.split():
        pytest.skip("no busybox with arping is installed")
    words = [busybox, "arping", "-D", "-I", hub.kernel, "-c", "2", "-w", "2"]
    for board in hub.boards:
        got = run(*words, board.ip)
        assert got.returncode == 1, got.stdout + got.stderr
        assert board.mac in got.stdout.lower()
    assert run(*words, FREE).returncode == 0


def test_D3_V15_arping_0_of_habets_gets_an_answer_to_each_probe(hub):
    words = [find_arping("Habets"), "-0", "-c", "3", "-W", "0.05", "-w", "2", "-i", hub.kernel]
    for board in hub.boards:
        got = run(*words, board.ip)
        assert got.returncode == 0, got.stdout + got.stderr
        assert got.stdout.count(board.mac) == 3, got.stdout
        assert board.ask("arp -an")["reply"] == ""  # the prober has no address to learn
    assert run(*words, FREE).returncode == 1


def test_D5_arping_d_of_habets_finds_both_owners_of_one_address_that_is_insisted_on(hub):
    ip = "10.77.0.13"
    words = ["--set", "probe=False", "--set", "conflict=insist"]
    owners = [hub.plug(ip, *words), hub.plug(ip, *words)]
    for board in owners:
        board.wait_event("usable")
    got = run(find_arping("Habets"), "-d", "-c", "2", "-W", "0.2", "-i", hub.kernel, ip)
    assert got.returncode == 1, got.stdout + got.stderr
    for board in owners:
        assert board.mac in got.stdout
        assert "lost" not in board.fate()
