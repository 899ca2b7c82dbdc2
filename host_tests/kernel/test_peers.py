"""The kernel's MAC address changes under boards that know it: used, or refused when permanent."""

import socket
from types import SimpleNamespace

import pytest
from hub import Hub, can_write_proc, collect, sleep_until
from scapy.layers.inet import IP, UDP

PLAIN = ("--set", "probe=False")
MACS = ("02:41:52:50:ff:02", "02:41:52:50:ff:03", "02:41:52:50:ff:04")


@pytest.fixture(scope="module")
def hub():
    """Boards that have learned the kernel's MAC, and two that it was configured on."""
    with Hub() as made:
        made.learned = [made.plug("10.77.0.11", *PLAIN, nic="w5500")]
        made.learned.append(made.plug("10.77.0.12", *PLAIN, nic="packet"))
        made.static = made.plug("10.77.0.13", *PLAIN)
        made.permanent = made.plug("10.77.0.14", *PLAIN)
        for board in made.boards:
            board.wait_event("usable")
        made.static.ask("arp -s %s %s" % (made.kernel_ip, made.kernel_mac))
        made.permanent.ask("arp -s %s %s permanent" % (made.kernel_ip, made.kernel_mac))
        for board in made.boards:
            assert board.ask("query " + made.kernel_ip)["reply"] == made.kernel_mac
            assert reaches_the_kernel(made, board)
        yield made


@pytest.fixture(scope="module")
def announced(hub):
    """The kernel has changed its MAC and announced that."""
    if not can_write_proc():
        pytest.skip("arp_notify cannot be set here: /proc/sys is read-only")
    with hub.sniffer() as sniffer:
        hub.set_kernel_mac(MACS[0], announce=True)
        rows = collect(sniffer, lambda rows: rows, 3)
    assert [row[2:] for row in rows[:1]] == [
        (MACS[0], 1, MACS[0], hub.kernel_ip, rows[0].tha, hub.kernel_ip)
    ]
    sleep_until(lambda: hub.permanent.events("permanent"), 3, "the announcement heard")
    sleep_until(lambda: all(b.events("changed") for b in hub.learned), 3, "the change seen")
    return SimpleNamespace(old=hub.kernel_mac, new=MACS[0])


def reaches_the_kernel(hub, board):
    """True when a datagram that the board sends comes out of a socket of the kernel."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox:
        inbox.bind((hub.kernel_ip, 0))
        inbox.settimeout(0.5)
        to = UDP(sport=9, dport=inbox.getsockname()[1])
        packet = bytes(IP(src=board.ip, dst=hub.kernel_ip) / to / board.mac.encode())
        assert board.ask("send %s %s" % (hub.kernel_ip, packet.hex()))["reply"] == len(packet)
        try:
            return inbox.recv(100) == board.mac.encode()
        except socket.timeout:
            return False


def test_row_46_row_70_an_announced_new_mac_is_reported_with_the_old_one(hub, announced):
    for board in hub.learned:
        for name in ("changed", "overwritten"):
            line = board.wait_event(name)
            assert [line[f] for f in ("ip", "mac", "other")] == [
                *(hub.kernel_ip, announced.new, announced.old)
            ]


def test_row_46_a_packet_to_the_announced_new_mac_reaches_the_kernel(hub, announced):
    for board in hub.learned:
        assert board.ask("ask " + hub.kernel_ip)["reply"] == announced.new
        assert reaches_the_kernel(hub, board)


def test_row_66_M2_a_static_entry_follows_the_announcement(hub, announced):
    line = hub.static.wait_event("changed")
    assert (line["mac"], line["other"]) == (announced.new, announced.old)
    assert hub.static.ask("ask " + hub.kernel_ip)["reply"] == announced.new


def test_row_67_row_71_M1_V12_a_permanent_entry_stays_and_the_attempt_is_reported(hub, announced):
    line = hub.permanent.wait_event("permanent")
    assert (line["ip"], line["mac"]) == (hub.kernel_ip, announced.new)
    assert hub.permanent.events("changed", "overwritten") == []
    assert hub.permanent.ask("ask " + hub.kernel_ip)["reply"] == announced.old
    assert not reaches_the_kernel(hub, hub.permanent)  # nobody has that MAC any more


def test_row_108_a_quiet_change_is_learned_from_the_kernels_next_request(hub):
    board = hub.learned[0]
    old = board.ask("ask " + hub.kernel_ip)["reply"]
    hub.set_kernel_mac(MACS[1], announce=False)
    assert board.ask("ask " + hub.kernel_ip)["reply"] == old
    hub.make_kernel_ask(board.ip)
    assert hub.neighbor_becomes(board.ip, "REACHABLE") == ("REACHABLE", board.mac)
    assert board.wait_event("changed", mac=MACS[1])["other"] == old
    assert reaches_the_kernel(hub, board)


def test_row_64_M10_a_deleted_entry_is_asked_for_again_and_shows_the_new_mac(hub):
    board = hub.learned[1]
    hub.set_kernel_mac(MACS[2], announce=False)
    assert board.ask("arp -d " + hub.kernel_ip)["reply"] is True
    assert board.ask("query " + hub.kernel_ip)["reply"] == MACS[2]
    assert reaches_the_kernel(hub, board)
