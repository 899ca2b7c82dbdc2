"""The tools for the desk: the runner can fail, the trace names frames, make explains itself."""

import os
import signal
import subprocess
import sys
import time

import demo_screen
import lab
import mpy_tests
import run_tests
import setup
import trace_words
from pytest import skip
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether

ROOT = mpy_tests.ROOT
BOARD = "02:00:00:00:00:01"
KERNEL = "02:00:00:00:00:02"
NAMES = {bytes.fromhex("020000000001"): "board", bytes.fromhex("020000000002"): "kernel"}


def say(packet):
    """The words for a frame that scapy builds."""
    return trace_words.words(bytes(packet), NAMES)


def request(spa, tpa):
    frame = Ether(src=BOARD, dst="ff:ff:ff:ff:ff:ff")
    return frame / ARP(op=1, hwsrc=BOARD, psrc=spa, hwdst="00:00:00:00:00:00", pdst=tpa)


def test_the_trace_names_a_request():
    text = "board -> all: who has 10.77.0.1? tell 10.77.0.2"
    assert say(request("10.77.0.2", "10.77.0.1")) == text


def test_the_trace_names_a_probe():
    text = "board -> all: who has 10.77.0.2? probe (is it free?)"
    assert say(request("0.0.0.0", "10.77.0.2")) == text


def test_the_trace_names_an_announcement():
    text = "board -> all: 10.77.0.2 is mine, announcement"
    assert say(request("10.77.0.2", "10.77.0.2")) == text


def test_the_trace_names_a_reply():
    packet = ARP(op=2, hwsrc=KERNEL, psrc="10.77.0.1", hwdst=BOARD, pdst="10.77.0.2")
    text = "kernel -> board: 10.77.0.1 is at 02:00:00:00:00:02 (kernel)"
    assert say(Ether(src=KERNEL, dst=BOARD) / packet) == text


def test_the_trace_names_a_datagram_and_an_unknown_station():
    packet = (
        Ether(src="02:00:00:00:00:99", dst=BOARD) / IP(src="10.77.0.9", dst="10.77.0.2") / UDP()
    )
    assert say(packet) == "02:00:00:00:00:99 -> board: IPv4 10.77.0.9 to 10.77.0.2, UDP"


def test_the_trace_has_words_for_every_cut_of_a_frame():
    frame = bytes(request("10.77.0.2", "10.77.0.1"))
    for length in range(len(frame)):
        assert trace_words.words(frame[:length], NAMES)
    assert "too short" in trace_words.words(frame[:13], NAMES)
    assert "cut-off" in trace_words.words(frame[:41], NAMES)


def test_the_micropython_runner_fails_where_it_must():
    script = os.path.join(ROOT, "tools", "mpy_tests.py")
    got = subprocess.run([sys.executable, script, "--self-test"], capture_output=True, text=True)
    assert got.returncode == 0, got.stdout + got.stderr
    assert got.stdout.count("seen to fail: ") == len(mpy_tests.CANARIES) == 6


def test_a_failing_file_makes_the_micropython_runner_fail(tmp_path):
    path = tmp_path / "test_wrong.py"
    path.write_text("def test_sums():\n    assert 1 + 1 == 3\n\n\ndef test_right():\n    pass\n")
    script = os.path.join(ROOT, "tools", "mpy_tests.py")
    words = [sys.executable, script, str(path)]
    got = subprocess.run(words, capture_output=True, text=True)
    assert got.returncode == 1
    assert "1 passed, 1 failed, 0 skipped" in got.stdout
    assert "line 2, in test_sums" in got.stdout


def test_a_skip_on_micropython_is_counted_with_its_reason(tmp_path):
    path = tmp_path / "test_skip.py"
    path.write_text("from support import skip\n\n\ndef test_a():\n    skip('no moon tonight')\n")
    rows = mpy_tests.run_file(str(path))
    assert [(row["outcome"], row["reason"]) for row in rows] == [("skipped", "no moon tonight")]


def test_an_interpreter_that_dies_on_the_way_is_a_failure():
    printed = "RESULT\tpassed\ttest_a\t1\t\n"
    rows = mpy_tests.verdicts(printed, -11)
    assert [row["outcome"] for row in rows] == ["passed", "failed"]


def test_a_micropython_that_is_not_there_is_one_clear_line():
    script = os.path.join(ROOT, "tools", "mpy_tests.py")
    env = dict(os.environ, MICROPYTHON="/nowhere/micropython")
    words = [sys.executable, script, os.path.join(ROOT, "host_tests", "test_addr.py")]
    got = subprocess.run(words, env=env, capture_output=True, text=True)
    text = "mpy_tests: MICROPYTHON=/nowhere/micropython: not a program that can be run\n"
    assert (got.returncode, got.stdout, got.stderr) == (1, "", text)


def test_a_suite_that_ran_nothing_has_failed():
    suite = run_tests.Suite("empty")
    suite.close(0)
    assert suite.counts == {"passed": 0, "failed": 1, "skipped": 0}


def test_a_suite_that_cannot_run_is_skipped_with_its_reason():
    suite = run_tests.unable("kernel", "no network namespace here: forbidden")
    assert suite.counts == {"passed": 0, "failed": 0, "skipped": 1}
    assert list(suite.reasons) == ["no network namespace here: forbidden"]


def test_a_runner_that_fails_without_a_failed_test_is_a_failure():
    suite = run_tests.Suite("crashed")
    suite.count("passed", "test_a")
    suite.close(3)
    assert suite.counts["failed"] == 1


def test_the_lab_says_in_one_line_why_it_cannot(tmp_path, monkeypatch):
    refusal = tmp_path / "unshare"
    refusal.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n")
    refusal.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(lab.INSIDE, raising=False)
    assert lab.why_not() == "unshare: Operation not permitted"


def test_the_lab_names_the_program_that_it_cannot_start():
    reason = lab.why_not()
    if reason is not None:
        skip("no network namespace here: " + reason)
    words = [sys.executable, os.path.join(ROOT, "tools", "lab.py"), "no-such-program"]
    got = subprocess.run(words, capture_output=True, text=True)
    assert got.returncode == 1
    assert got.stderr == "lab: no-such-program: No such file or directory\n"


def test_the_lab_alone_tells_how_to_use_it():
    words = [sys.executable, os.path.join(ROOT, "tools", "lab.py")]
    got = subprocess.run(words, capture_output=True, text=True)
    assert (got.returncode, got.stdout, got.stderr) == (1, "", lab.__doc__)
    assert got.stderr.endswith("\n")


def test_ruff_keeps_its_cache_where_make_clean_removes_it():
    words = [os.path.join(os.path.dirname(sys.executable), "ruff"), "check", "--show-settings"]
    words += ["--config", "tools/ruff.toml", "tools/lab.py"]
    got = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert 'cache_dir = "%s"' % os.path.join(ROOT, ".cache", "ruff") in got.stdout


def test_make_help_names_every_target():
    got = subprocess.run(["make", "-C", ROOT, "-s", "help"], capture_output=True, text=True)
    names = [line.split()[1] for line in got.stdout.splitlines() if line.startswith("make ")]
    wanted = "help setup run test test-board check fix tables bench size firmware deploy "
    wanted += "bench-board clean"
    assert names == wanted.split()


def test_a_missing_python_is_one_clear_line():
    words = ["make", "-C", ROOT, "-s", "setup", "PYTHON=no-such-python"]
    got = subprocess.run(words, capture_output=True, text=True)
    assert got.returncode != 0
    assert got.stderr.splitlines()[0].startswith("set-up: no 'no-such-python' here")


def test_an_old_python_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(setup, "OLDEST", (9, 9))
    try:
        setup.check_interpreter()
    except SystemExit as e:
        assert e.code == 1
    text = capsys.readouterr().err
    assert text.startswith("set-up: ") and "9.9 or newer is needed" in text
    assert text.count("\n") == 1


def test_a_damaged_environment_is_not_taken_for_ready(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "VENV", str(tmp_path))
    monkeypatch.setattr(setup, "STAMP", str(tmp_path / "stamp"))
    assert not setup.is_ready()
    (tmp_path / "bin").mkdir()
    for name in ("python", "micropython", "pytest", "ruff"):
        (tmp_path / "bin" / name).write_text("")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "stamp").write_text(setup.wanted_stamp())
    assert setup.is_ready()
    (tmp_path / "bin" / "micropython").unlink()
    assert not setup.is_ready()


def test_the_main_job_without_a_terminal_ends_by_itself_on_the_simulated_lan():
    script = os.path.join(ROOT, "tools", "demo.py")
    words = [sys.executable, script, "--sim", "--seconds", "1"]
    got = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert got.returncode == 0, got.stdout + got.stderr
    for line in (
        "board -> all: who has 10.77.0.1? tell 10.77.0.2",
        "host1 -> board: 10.77.0.1 is at 02:00:00:00:01:01 (host1)",
        "board -> host3: 10.77.0.2 is at 02:41:52:50:00:02 (board)",
        "? (10.77.0.1) at 02:00:00:00:01:01",
    ):
        assert line in got.stdout, line


def main_job(before=None):
    words = [sys.executable, os.path.join(ROOT, "tools", "demo.py"), "--sim"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(words, preexec_fn=before, **pipes)


def in_background():
    """What a shell does to a program that it starts with `&`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_the_main_job_ends_when_nobody_reads_any_more():
    for before in (None, in_background):
        with main_job(before) as demo:
            demo.stdout.readline()
            demo.stdout.close()
            assert (demo.wait(5), demo.stderr.read()) == (1, b"")


def test_the_main_job_ends_when_it_is_told_to_also_in_the_background():
    for before in (None, in_background):
        with main_job(before) as demo:
            demo.stdout.readline()
            demo.terminate()
            text = demo.stdout.read().decode()
            assert (demo.wait(5), demo.stderr.read()) == (1, b"")
            assert "ended after" in text


def test_a_choice_that_the_main_job_cannot_take_is_one_clear_line():
    script = os.path.join(ROOT, "tools", "demo.py")
    for words, text in (
        (["--seconds", "nan"], "SECONDS=nan is not a time to run for"),
        (["--seconds", "-5"], "SECONDS=-5 is not a time to run for"),
        (["--seconds", "0"], "SECONDS=0 is not a time to run for"),
        (["--seconds", "inf"], "SECONDS=inf is not a time to run for"),
        (["--seconds", "soon"], "SECONDS=soon is not a number"),
        (["--bogus"], "unrecognized arguments: --bogus (--help tells more)"),
    ):
        got = subprocess.run([sys.executable, script] + words, capture_output=True, text=True)
        assert (got.returncode, got.stdout, got.stderr) == (1, "", "make run: %s\n" % text)


def test_the_screen_prints_in_the_order_of_the_times(capsys):
    screen = demo_screen.Screen()
    screen.start = time.time() - 0.005
    screen.timed("second", "event", screen.start + 0.002)
    screen.frame("first", screen.start + 0.001)
    screen.step("third")
    screen.line("fourth")
    screen.close()
    printed = capsys.readouterr().out
    assert printed == "    0.001  first\n    0.002  second\n\nthird\nfourth\n"


def test_the_screen_prints_a_line_that_nothing_follows(capsys):
    screen = demo_screen.Screen()
    screen.line("alone")
    time.sleep(10 * demo_screen.HOLD_S)
    assert capsys.readouterr().out == "alone\n"
    screen.close()


def test_the_reason_for_the_end_comes_after_what_was_told_before(capfd):
    screen = demo_screen.Screen()
    screen.line("before")
    screen.trouble("no more")
    assert capfd.readouterr() == ("before\n", "make run: no more\n")
    screen.close()


def test_a_board_that_refuses_ends_the_main_job_with_its_one_line():
    script = os.path.join(ROOT, "tools", "demo.py")
    words = [sys.executable, script, "--sim", "--runtime", "rp2040", "--nic", "packet"]
    got = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert got.returncode == 1
    reason = "that board has no packet socket; use --nic w5500"
    assert got.stderr == "make run: vboard: --runtime rp2040: %s\n" % reason
