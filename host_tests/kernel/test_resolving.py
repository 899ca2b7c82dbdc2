"""The board and the Linux kernel resolve each other; the wire shows probes, retries and traces."""

import subprocess

import pytest
from cable import PLAIN, hear, program

BROADCAST = b"\xff" * 6
RUNTIMES = [("micropython", nic) for nic in ("w5500", "enc28j60", "packet")]
RUNTIMES += [("cpython", nic) for nic in ("w5500", "enc28j60")]


def requests_of(heard, cable, target):
    """(time, sender address) of each request that the board broadcast for `target`."""
    source = bytes.fromhex(cable.board_mac.replace(":", ""))
    wanted = bytes(int(part) for part in target.split("."))
    return [
        (at, frame[28:32])
        for at, frame in heard
        if frame[:6] == BROADCAST
        and frame[6:14] == source + b"\x08\x06"
        and frame[20:22] == b"\0\1"
        and frame[38:42] == wanted
    ]


def gaps(rows):
    """The seconds between one request and the next."""
    return [later[0] - earlier[0] for earlier, later in zip(rows, rows[1:])]


@pytest.mark.parametrize("runtime, nic", RUNTIMES)
def test_a_query_of_the_kernels_address_returns_its_mac(cable, runtime, nic):
    with cable.start(*PLAIN, runtime=runtime, nic=nic) as board:
        assert board.ask("query " + cable.kernel_ip)["reply"] == cable.kernel_mac
        assert board.ask("ask " + cable.kernel_ip)["reply"] == cable.kernel_mac
        table = board.ask("arp -an")["reply"]
    assert cable.kernel_ip in table and cable.kernel_mac in table


@pytest.mark.parametrize("runtime, nic", RUNTIMES)
def test_a_query_of_a_silent_address_ends_in_host_down_after_its_retries(cable, runtime, nic):
    board = cable.start(*PLAIN, "--set", "retries=2", runtime=runtime, nic=nic)
    with board, cable.sniffer() as sniffer:
        assert board.ask("query " + cable.silent_ip)["error"] == "HostDown"
        heard = list(sniffer.frames())
    rows = requests_of(heard, cable, cable.silent_ip)
    assert [sender for _, sender in rows] == [bytes((10, 77, 0, 2))] * 3
    # The board counts whole milliseconds; the wire is timed from outside, finer.
    assert all(0.998 <= gap < 1.5 for gap in gaps(rows)), gaps(rows)


@pytest.mark.parametrize("runtime, nic", RUNTIMES)
def test_the_kernels_neighbor_table_has_the_board_reachable(cable, runtime, nic):
    with cable.start(*PLAIN, runtime=runtime, nic=nic):
        cable.send_datagram()
        assert cable.neighbor_becomes("REACHABLE") == ("REACHABLE", cable.board_mac)


def test_a_new_address_is_probed_three_times_then_announced_twice(cable):
    with cable.sniffer() as sniffer, cable.start():
        heard = hear(sniffer, lambda heard: len(requests_of(heard, cable, cable.board_ip)) == 5)
    rows = requests_of(heard, cable, cable.board_ip)
    none, own = bytes(4), bytes((10, 77, 0, 2))
    assert [sender for _, sender in rows] == [none, none, none, own, own]
    between = gaps(rows)
    assert all(0.998 <= gap < 2.2 for gap in between[:2]), between
    assert all(1.998 <= gap < 2.5 for gap in between[2:]), between


def unprivileged():
    """What to start tcpdump with.

    As root it becomes another user, which an ordinary user's namespace lacks.
    """
    with open("/proc/self/uid_map") as f:
        users = int(f.read().split()[2])
    return [program("unshare"), "--user"] if users == 1 else []


def test_tcpdump_reads_the_capture_of_the_board(cable, tmp_path):
    tcpdump = program("tcpdump")
    path = tmp_path / "board.pcap"
    with cable.start(*PLAIN, "--pcap", str(path)) as board:
        assert board.ask("query " + cable.kernel_ip)["reply"] == cable.kernel_mac
    words = unprivileged() + [tcpdump, "-n", "-e", "-r", str(path)]
    got = subprocess.run(words, capture_output=True, text=True, timeout=30)
    assert got.returncode == 0, got.stderr
    assert "Request who-has %s tell %s" % (cable.kernel_ip, cable.board_ip) in got.stdout
    assert "Reply %s is-at %s" % (cable.kernel_ip, cable.kernel_mac) in got.stdout
