"""The choices that tools/vboard.py offers, and how it refuses those that cannot be had."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import vboard
from board_runs import QUICK, SIM, VBOARD, refused, run


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
@pytest.mark.parametrize(
    "setting, text",
    [("colour=red", "colour"), ("retries=-1", "retries"), ("timeout_ms=x", "timeout_ms")],
)
def test_what_the_protocol_refuses_is_one_line(runtime, setting, text):
    status, lines, err = run("--runtime", runtime, *SIM, "--set", setting)
    assert (status, lines, err.count("\n")) == (1, [], 1)
    assert err.startswith("vboard: ") and text in err


REFUSED = [
    ((), "--wire"),
    (("--wire", "sim"), "--ip"),
    (("--wire", "sim", "--ip", "10.0.0.2"), "a.b.c.d/len"),
    (("--wire", "sim", "--ip", "10.0.0.300/24"), "10.0.0.300"),
    (("--wire", "sim", "--ip", "10.0.0.2/33"), "33"),
    (("--wire", "sim", "--ip", "224.0.0.1/24"), "cannot be the address of a host"),
    (SIM + ("--gateway", "10.0.0"), "--gateway"),
    (SIM + ("--gateway", "10.0.0.2"), "--gateway: 10.0.0.2 is the board's own address"),
    (SIM + ("--gateway", "10.0.0.255"), "10.0.0.255 is the broadcast address of 10.0.0.0/24"),
    (SIM + ("--mac", "02:00:00:00:00"), "--mac"),
    (SIM + ("--mac", "03:00:00:00:00:01"), "not the address of a single host"),
    (SIM + ("--set", "retries"), "name=value"),
    (SIM + ("--set", "mac=02:00:00:00:00:01"), "--set: mac is no setting; use --mac"),
    (SIM + ("--set", "gateway=10.0.0.1"), "--set: gateway is no setting; use --gateway"),
    (SIM + ("--set", "nic=1"), "--set: nic is no setting"),
    (SIM + ("--set", "ips=10.0.0.3"), "--set: ips is no setting"),
    (SIM + ("--set", "self=1"), "--set: self is no setting"),
    (SIM + ("--seconds", "0"), "--seconds"),
    (SIM + ("--seconds", "soon"), "--seconds"),
    (SIM + ("--sim", "loss=2"), "loss"),
    (SIM + ("--sim", "rain=1"), "rain"),
    (SIM + ("--sim", "delay=9-1"), "delay"),
    (SIM + ("--runtime", "rp2040", "--nic", "packet"), "no packet socket"),
    (SIM + ("--nic", "lan91c111"), "lan91c111"),
    (SIM + ("--pcap", "/nowhere/x.pcap"), "/nowhere/x.pcap"),
    (("--wire", "nosuch0", "--ip", "10.0.0.2/24"), "there is no interface 'nosuch0'"),
    (("--wire", "lo", "--ip", "10.0.0.2/24", "--sim", "loss=1"), "only with --wire sim"),
]


@pytest.mark.parametrize("options, text", REFUSED)
def test_a_bad_choice_is_one_clear_line_and_status_1(options, text):
    assert text in refused(*options)


def test_a_network_of_two_hosts_has_no_broadcast_address():
    assert vboard.check_gateway("10.0.0.1", "10.0.0.0/31") == "10.0.0.1"


def test_no_permission_is_one_clear_line():
    command = [sys.executable, VBOARD, "--wire", "lo", "--ip", "10.0.0.2/24"]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed: cannot give up root's rights")
        command = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "no permission to open a packet socket" in done.stderr


def test_without_micropython_the_line_names_make_setup(monkeypatch, tmp_path):
    monkeypatch.setattr(vboard, "ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MICROPYTHON", raising=False)
    with pytest.raises(vboard.Refused, match="make setup"):
        vboard.find_micropython()
    monkeypatch.setenv("MICROPYTHON", "/nowhere/micropython")
    with pytest.raises(vboard.Refused, match="/nowhere/micropython"):
        vboard.find_micropython()


def test_it_runs_from_any_folder_without_an_environment(tmp_path):
    done = subprocess.run(
        ["/usr/bin/env", "-i", "PATH=" + os.path.dirname(sys.executable) + ":/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE=1",  # without the cache's place it would go among the sources
        VBOARD] + ["--runtime", "cpython", *QUICK, "--seconds", "0.3"], cwd=tmp_path,
        capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "end"


def test_help_has_examples_and_names_every_command():
    done = subprocess.run([sys.executable, VBOARD, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for text in (
        "--wire sim --ip 10.0.0.2/24",
        "query IP",
        "arp -s IP MAC",
        "quit",
        "simulated LAN",
    ):
        assert text in done.stdout


@pytest.mark.parametrize(
    "own, bits, gateway, hosts",
    [
        ("10.0.0.2", 24, None, ["10.0.0.1", "10.0.0.3", "10.0.0.4"]),
        ("10.0.0.1", 24, None, ["10.0.0.2", "10.0.0.3", "10.0.0.4"]),
        ("10.0.0.2", 24, "10.0.0.254", ["10.0.0.254", "10.0.0.1", "10.0.0.3"]),
        ("10.0.0.1", 31, None, ["10.0.0.0"]),
        ("10.0.0.1", 30, None, ["10.0.0.2"]),
        ("10.0.0.1", 32, None, []),
    ],
)
def test_the_simulated_hosts_take_free_addresses_of_the_network(own, bits, gateway, hosts):
    import board_parts

    assert board_parts._hosts(own, bits, gateway) == hosts
