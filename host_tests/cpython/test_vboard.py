"""tools/vboard.py as a person uses it: lines, commands, ends, captures, on the simulated LAN."""

import json
import os
import signal
import struct
import subprocess
import sys
import time

import pytest
from board_runs import GATEWAY_MAC, KINDS, QUICK, VBOARD, answers, ask, run, start


@pytest.mark.parametrize("runtime, nic", KINDS)
def test_a_board_boots_resolves_and_ends(runtime, nic):
    status, lines, err = run(
        "--runtime", runtime, "--nic", nic, *QUICK, "--seconds", "0.4", commands="query 10.0.0.1\n"
    )
    assert (status, err) == (0, "")
    boot, end = lines[0], lines[-1]
    assert (boot["event"], boot["runtime"], boot["nic"], boot["wire"]) == (
        "boot",
        runtime,
        nic,
        "sim",
    )
    assert (boot["ip"], boot["link"], boot["seed"]) == ("10.0.0.2/24", True, 1)
    assert answers(lines)["query 10.0.0.1"]["reply"] == GATEWAY_MAC
    events = [(line["event"], line["ip"]) for line in lines if "ip" in line]
    assert ("usable", "10.0.0.2") in events
    assert ("resolved", "10.0.0.1") in events
    assert end["event"] == "end"
    assert end["stats"]["tx_request"] == 1
    assert ("chip" in end) == (nic != "packet")
    assert end["ms"] >= 400


@pytest.mark.parametrize("runtime, nic", KINDS)
def test_every_command_is_answered(runtime, nic):
    commands = [
        "query 10.0.0.1",
        "ask 10.0.0.77",
        "arp -s 10.0.0.50 02:00:00:00:00:50",
        "arp -s 10.0.0.51 02:00:00:00:00:51 permanent pub",
        "arp -s 10.0.0.52 02:00:00:00:00:52 temp",
        "arp 10.0.0.50",
        "arp 10.0.0.99",
        "arp -an",
        "arp -d 10.0.0.52",
        "arp -d 10.0.0.52",
        "send 10.0.0.1 45000014",
        "stats",
        "ips 10.0.0.2/24 10.0.1.2/24",
        "quit",
    ]
    board = start("--runtime", runtime, "--nic", nic, *QUICK)
    reply = [ask(board, command)["reply"] for command in commands]
    with board:
        last = json.loads(board.stdout.read().splitlines()[-1])
        assert (board.wait(10), last["event"], board.stderr.read()) == (0, "end", "")
    assert reply[0] == GATEWAY_MAC
    assert reply[1] is None
    assert reply[2] is reply[3] is reply[4] is True
    assert "(10.0.0.50)" in reply[5] and "02:00:00:00:00:50" in reply[5]
    assert reply[6] is None
    assert "(10.0.0.1)" in reply[7] and "(10.0.0.51)" in reply[7]
    assert (reply[8], reply[9]) == (True, False)
    assert reply[10] == 4
    assert reply[11]["tx_request"] >= 1
    assert reply[12] == ["10.0.0.2/24", "10.0.1.2/24"]
    assert reply[13] is True


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_queries_run_side_by_side_and_a_silent_host_is_down(runtime):
    commands = "query 10.0.0.77\nquery 10.0.0.1\n"
    status, lines, err = run(
        "--runtime", runtime, *QUICK, "--set", "timeout_ms=1000", "--set", "retries=1",
        "--seconds", "2.3", "--trace", commands=commands,
    )  # fmt: skip
    assert (status, err) == (0, "")
    got = [line for line in lines if "cmd" in line]
    assert [line["cmd"] for line in got] == ["query 10.0.0.1", "query 10.0.0.77"]
    assert got[1]["error"] == "HostDown"
    assert 1950 <= got[1]["ms"] <= 2500
    asked = [n["ms"] for n in lines if n.get("event") == "tx" and is_request(n, 77)]
    assert len(asked) == 2
    assert 990 <= asked[1] - asked[0] <= 1200


def is_request(line, last):
    frame = bytes.fromhex(line["frame"])
    return frame[20:22] == b"\0\1" and frame[41] == last


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_wrong_command_is_an_error_and_loses_nothing(runtime):
    wrong = {
        "hello": "BadCommand",
        "query": "BadCommand",
        "query 10.0.0.300": "ValueError",
        "ask x": "ValueError",
        "send 10.0.0.1 123": "BadCommand",
        "send 10.0.0.1 zz": "BadCommand",
        "arp": "BadCommand",
        "arp -x": "BadCommand",
        "arp -s 10.0.0.9": "BadCommand",
        "arp -s 10.0.0.9 02:00:00:00:00:09 maybe": "BadCommand",
        "arp -s 10.0.0.9 nonsense": "ValueError",
        "ips 10.0.0.2/99": "ValueError",
        "ips 10.0.0.2": "BadCommand",
    }
    commands = "\n".join(wrong) + "\n\n" + "x" * 5000 + "\n\xff\xfe\nquery 10.0.0.1\n"
    status, lines, err = run("--runtime", runtime, *QUICK, "--seconds", "0.7", commands=commands)
    assert (status, err) == (0, "")
    got = answers(lines)
    assert {command: got[command]["error"] for command in wrong} == wrong
    assert all(got[command]["message"] for command in wrong)
    assert got["x" * 40 + "..."]["error"] == "BadCommand"
    assert got["query 10.0.0.1"]["reply"] == GATEWAY_MAC


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_its_end_line(runtime, number):
    board = start("--runtime", runtime, *QUICK)
    assert json.loads(board.stdout.readline())["event"] == "boot"
    board.send_signal(number)
    out, err = board.communicate(timeout=10)
    assert (board.returncode, err) == (0, "")
    assert json.loads(out.splitlines()[-1])["event"] == "end"


def wait_until_it_listens(board):
    """The launcher has taken SIGTERM over; Python itself never does."""
    mask = 1 << signal.SIGTERM - 1
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with open("/proc/%d/status" % board.pid) as f:
            caught = [int(line.split()[1], 16) for line in f if line.startswith("SigCgt")]
        if caught[0] & mask:
            return
        time.sleep(0.005)
    raise AssertionError("it does not listen to signals")


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_signal_right_at_the_start_ends_it_too(runtime):
    board = start("--runtime", runtime, *QUICK)
    wait_until_it_listens(board)
    board.send_signal(signal.SIGINT)
    board.send_signal(signal.SIGINT)
    out, err = board.communicate(timeout=10)
    assert (board.returncode, err) == (0, "")
    assert json.loads(out.splitlines()[-1])["event"] == "end"


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_the_board_ends_when_its_launcher_is_killed(runtime):
    board = start("--runtime", runtime, *QUICK)
    board.stdout.readline()
    board.kill()
    assert json.loads(board.stdout.read().splitlines()[-1])["event"] == "end"
    board.communicate(timeout=10)


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_the_end_of_stdin_is_not_the_end(runtime, tmp_path):
    commands = tmp_path / "commands"
    commands.write_text("query 10.0.0.1\nquery 10.0.0.3")  # the last line without its end
    for path in (os.devnull, str(commands)):
        with open(path) as stdin:
            status, lines, err = run(
                "--runtime", runtime, *QUICK, "--seconds", "0.3", stdin=stdin, commands=None
            )
        assert (status, err, lines[-1]["event"]) == (0, "", "end")
        assert lines[-1]["ms"] >= 300
    assert answers(lines)["query 10.0.0.3"]["reply"] == "02:00:00:00:01:02"


def test_a_closed_stdin_is_one_that_has_ended():
    command = [sys.executable, VBOARD, "--runtime", "cpython", *QUICK, "--seconds", "0.3"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command], capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1])["ms"] >= 300


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_terminal_is_a_stdin_too(runtime):
    ours, theirs = os.openpty()
    board = start("--runtime", runtime, *QUICK, stdin=theirs)
    os.close(theirs)
    board.stdout.readline()
    os.write(ours, b"query 10.0.0.1\nquit\n")
    out, err = board.communicate(timeout=10)
    os.close(ours)
    assert (board.returncode, err) == (0, "")
    assert "query 10.0.0.1" in answers([json.loads(line) for line in out.splitlines()])


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_reader_that_goes_away_ends_the_board_with_one_line(runtime):
    with start("--runtime", runtime, *QUICK, "--trace") as board:
        board.stdout.readline()
        board.stdout.close()
        board.stdin.write("stats\n" * 3)
        board.stdin.flush()
        assert board.wait(10) == 1
        assert board.stderr.read() == "vboard: nobody reads stdout any more\n"


def frames_of(path):
    """[(seconds, frame)] of a pcap file, by the format's own description."""
    content = path.read_bytes()
    magic, major, minor, _, _, _, link = struct.unpack_from("<IHHiIII", content)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 1)
    at = 24
    frames = []
    while at < len(content):
        seconds, us, kept, full = struct.unpack_from("<IIII", content, at)
        assert us < 1000000 and kept == full
        frames.append((seconds + us / 1e6, content[at + 16 : at + 16 + kept]))
        at += 16 + kept
    return frames


@pytest.mark.parametrize("runtime, nic", KINDS)
def test_pcap_and_trace_show_the_same_frames(runtime, nic, tmp_path):
    path = tmp_path / "board.pcap"
    before = time.time()
    status, lines, err = run(
        "--runtime", runtime, "--nic", nic, *QUICK, "--trace", "--pcap", str(path),
        "--seconds", "0.4", commands="query 10.0.0.1\n",
    )  # fmt: skip
    assert (status, err) == (0, "")
    traced = [bytes.fromhex(line["frame"]) for line in lines if "frame" in line]
    directions = [line["event"] for line in lines if "frame" in line]
    recorded = frames_of(path)
    assert [frame for _, frame in recorded] == traced
    assert "tx" in directions and "rx" in directions
    assert all(before - 1 <= when <= time.time() + 1 for when, _ in recorded)


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_full_disk_ends_the_recording_and_is_one_line_at_the_end(runtime):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    status, lines, err = run(
        "--runtime", runtime, *QUICK, "--pcap", "/dev/full", "--seconds", "0.5",
        commands="query 10.0.0.1\n",
    )  # fmt: skip
    assert (status, err) == (1, "vboard: --pcap /dev/full: cannot write (errno 28)\n")
    assert answers(lines)["query 10.0.0.1"]["reply"] == GATEWAY_MAC
    assert lines[-1]["event"] == "end"


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_the_same_seed_loses_the_same_frames(runtime):
    sim = ("--wire", "sim", "--ip", "10.0.0.2/24", "--sim", "loss=1,seed=9")
    status, lines, err = run(
        "--runtime", runtime, *sim, "--set", "probe=False", "--seconds", "0.3",
        commands="query 10.0.0.1\n",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert lines[0]["seed"] == 9
    assert answers(lines)["query 10.0.0.1"]["error"] == "Cleared"
    assert lines[-1]["lan"]["delivered"] == 0
    assert lines[-1]["lan"]["lost"] >= 3
