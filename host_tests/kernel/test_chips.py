"""Boards with each chip and one without on the kernel's hub: they resolve and reach each other."""

import pytest
from hub import REQUEST, Hub, arp_rows, requests_for, sent_by

PLAIN = ("--set", "probe=False")
NICS = ("w5500", "enc28j60", "packet")


@pytest.fixture(scope="module")
def hub():
    """A hub and one board with each device."""
    with Hub() as made:
        for number, nic in enumerate(NICS):
            made.plug("10.77.0.%d" % (11 + number), *PLAIN, nic=nic)
        for board in made.boards:
            board.wait_event("usable")
        yield made


def pairs(hub):
    return [(a, b) for a in hub.boards for b in hub.boards if a is not b]


def test_each_board_resolves_each_other_one_and_the_kernel_with_one_request(hub):
    for board in hub.boards:
        board.ask("arp -d " + hub.kernel_ip)
    with hub.sniffer() as sniffer:
        for asker, other in pairs(hub):
            assert asker.ask("query " + other.ip)["reply"] == other.mac
        for board in hub.boards:
            assert board.ask("query " + hub.kernel_ip)["reply"] == hub.kernel_mac
        rows = arp_rows(sniffer.frames())
    for asker, other in pairs(hub):
        assert len(requests_for(rows, asker, other.ip)) <= 1  # it may have heard a request before
    for board in hub.boards:
        assert len(requests_for(rows, board, hub.kernel_ip)) == 1


def test_the_kernel_has_all_of_them_reachable(hub):
    for board in hub.boards:
        hub.make_kernel_ask(board.ip)
        assert hub.neighbor_becomes(board.ip, "REACHABLE") == ("REACHABLE", board.mac)


def test_a_known_board_is_not_asked_for_again(hub):
    for asker, other in pairs(hub):
        asker.ask("query " + other.ip)
    with hub.sniffer() as sniffer:
        for asker, other in pairs(hub):
            assert asker.ask("query " + other.ip)["reply"] == other.mac
        rows = arp_rows(sniffer.frames())
    assert [row for b in hub.boards for row in sent_by(rows, b) if row.oper == REQUEST] == []


def test_neither_chip_had_anything_to_mend(hub):
    for board in hub.boards:
        counters = board.ask("stats")["nic"]
        told = {n: k for n, k in counters.items() if k and n not in ("rx", "tx", "rx_unwanted")}
        assert told == {}
