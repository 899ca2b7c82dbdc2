"""Real firmware on the emulated board and the Linux kernel at the other end of the wire."""

import subprocess

import lab
import pytest
from cable import PLAIN, Cable, hear, program

from boards import TestBoard
from firmware import RELEASE

pytestmark = pytest.mark.skipif(not lab.is_inside(), reason="not inside tools/lab.py")

CHIPS = ("w5500", "enc28j60")
BOOT_S = 60  # real; the boot of a board that shares this machine's processors
FIRST = """
import asyncio
import arp
from board import make_nic

async def main():
    async with arp.Arp(make_nic(), "%s/24") as a:
        await a.ready()
        print(await a.query("%s"))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def cable():
    """One cable for all tests here."""
    with Cable() as made:
        yield made


@pytest.fixture(scope="module", params=CHIPS)
def board(cable, request):
    """A usable board with each chip."""
    with cable.start(*PLAIN, runtime="rp2040", nic=request.param, usable_s=BOOT_S) as made:
        yield made


def test_the_board_resolves_the_kernels_address(cable, board):
    assert board.ask("query " + cable.kernel_ip)["reply"] == cable.kernel_mac
    assert cable.kernel_mac in board.ask("arp -an")["reply"]


def test_arping_gets_20_answers_to_20_requests(cable, board):
    words = [program("arping"), "-c", "20", "-i", cable.kernel, cable.board_ip]
    got = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert "20 packets transmitted, 20 packets received" in got.stdout, got.stdout + got.stderr
    assert got.stdout.count(cable.board_mac) == 20


def test_the_kernels_neighbor_table_has_the_board_reachable(cable, board):
    cable.lab.forget(cable.kernel, cable.board_ip)
    cable.send_datagram()
    assert cable.neighbor_becomes("REACHABLE") == ("REACHABLE", cable.board_mac)


def test_a_silent_address_is_asked_for_once_a_second_and_is_then_down(cable, board):
    with cable.sniffer() as sniffer:
        assert board.ask("query " + cable.silent_ip, seconds=30)["error"] == "HostDown"
        heard = list(sniffer.frames())
    target = bytes(int(part) for part in cable.silent_ip.split("."))
    times = [at for at, frame in heard if frame[20:22] == b"\0\1" and frame[38:42] == target]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    # By the board's clock exactly 1 s; a board that is late catches up by less than 0.3 s.
    assert len(times) == 6 and all(gap > 0.7 for gap in gaps), gaps


def test_the_board_ends_in_order_and_in_numbers_that_fit(cable):
    board = cable.start(*PLAIN, runtime="rp2040", usable_s=BOOT_S)
    board.ask("query " + cable.kernel_ip)
    end = board.stop()
    assert board.process.returncode == 0, board.errors
    assert end["stats"]["resolved"] == 1
    assert end["nic"]["rx"] == end["stats"]["rx"] == 1
    assert end["chip"]["tx"] == end["nic"]["tx"] and end["chip"]["errors"] == 0


def test_a_new_address_is_probed_three_times_then_announced(cable):
    with cable.sniffer() as sniffer, cable.start(runtime="rp2040", usable_s=BOOT_S):
        source = bytes.fromhex(cable.board_mac.replace(":", ""))
        heard = hear(sniffer, lambda heard: sum(f[6:12] == source for _, f in heard) >= 5)
    senders = [frame[28:32] for _, frame in heard if frame[6:12] == source]
    own = bytes((10, 77, 0, 2))
    assert senders[:5] == [bytes(4)] * 3 + [own] * 2


@pytest.mark.parametrize("nic", CHIPS)
def test_the_ten_lines_of_the_readme_run_on_the_firmware_that_users_flash(cable, nic):
    from eth.packet import PacketSocket

    wire = PacketSocket(cable.board)
    wire.promiscuous(True)
    try:
        board = TestBoard(nic, RELEASE, wire)
        out = board.repl.run(FIRST % (cable.board_ip, cable.kernel_ip), ms=30_000)
    finally:
        wire.close()
    assert out.strip() == repr(bytes.fromhex(cable.kernel_mac.replace(":", "")))
