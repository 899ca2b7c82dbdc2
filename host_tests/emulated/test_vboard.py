"""tools/vboard.py --runtime rp2040 prints and obeys what the other runtimes print and obey."""

import signal
import struct

import pytest
from board_process import BoardProcess

from boards import CHIPS

SIM = ("--runtime", "rp2040", "--wire", "sim", "--sim", "seed=1", "--ip", "10.0.0.2/24")
PLAIN = (*SIM, "--set", "probe=False")
BOOT_S = 60
MAC = "02:41:52:50:00:02"


@pytest.mark.parametrize("nic", CHIPS)
def test_commands_are_answered_on_a_simulated_lan(nic):
    with BoardProcess([*PLAIN, "--nic", nic, "--mac", MAC]) as board:
        boot = board.wait_event("boot", BOOT_S)
        assert (boot["runtime"], boot["runtime_version"]) == ("rp2040", "1.25.0")
        assert (boot["nic"], boot["wire"], boot["mac"], boot["seed"]) == (nic, "sim", MAC, 1)
        assert boot["link"] is True
        board.wait_event("usable", BOOT_S, ip="10.0.0.2", mac=MAC)
        assert board.ask("query 10.0.0.1", BOOT_S)["reply"] == "02:00:00:00:01:01"
        board.wait_event("resolved", ip="10.0.0.1")
        assert board.ask("arp 10.0.0.1", BOOT_S)["reply"].startswith("? (10.0.0.1) at 02:00:00")
        assert board.ask("arp -s 10.0.0.9 02:00:00:00:00:09 pub", BOOT_S)["reply"] is True
        assert board.ask("send 10.0.0.1 4500", BOOT_S)["reply"] == 2
        assert board.ask("query 10.0.0.300", BOOT_S)["error"] == "ValueError"
        assert board.ask("nonsense", BOOT_S)["error"] == "BadCommand"
        stats = board.ask("stats", BOOT_S)
        assert stats["reply"]["resolved"] == 1 and stats["chip"]["errors"] == 0
        assert stats["lan"]["sent"] >= 3
        end = board.stop()
    assert set(end) == {"ms", "event", "stats", "nic", "chip", "lan"}
    assert board.process.returncode == 0 and board.errors == []


def test_a_signal_ends_it_in_order_with_the_end_line():
    board = BoardProcess(PLAIN)
    board.wait_event("usable", BOOT_S)
    board.process.send_signal(signal.SIGTERM)
    board.wait_event("end", BOOT_S)
    assert board.process.wait(20) == 0
    assert not [line for line in board.lines if "reply" in line]
    board.stop()


def test_it_ends_by_itself_and_shows_and_records_each_frame(tmp_path):
    path = tmp_path / "board.pcap"
    with BoardProcess([*PLAIN, "--seconds", "2.5", "--trace", "--pcap", str(path)]) as board:
        board.wait_event("end", BOOT_S)
        assert board.process.wait(20) == 0
    frames = [line["frame"] for line in board.lines if line.get("event") in ("tx", "rx")]
    assert len(frames) == 2  # both announcements
    assert all(frame.startswith("ffffffffffff02") and len(frame) == 120 for frame in frames)
    data = path.read_bytes()
    assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4
    assert data[24 + 16 : 24 + 16 + 60].hex() == frames[0]


def test_a_setting_that_does_not_exist_is_one_line():
    board = BoardProcess([*SIM, "--set", "no_such=1"])
    assert board.process.wait(BOOT_S) == 1
    board.stop()
    assert len(board.errors) == 1 and "no_such" in board.errors[0], board.errors
    assert board.lines == []
