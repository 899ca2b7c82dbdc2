"""An entry that a board publishes is answered to the kernel; one that it only has, is not."""

import time

import pytest
from hub import REPLY, Hub, arp_rows, request, sleep_until

PUBLISHED, PUBLISHED_MAC = "10.77.0.50", "02:00:00:00:00:50"
KEPT, KEPT_MAC = "10.77.0.51", "02:00:00:00:00:51"
NICS = ("w5500", "enc28j60", "packet")


@pytest.fixture(scope="module", params=NICS)
def place(request):
    """A hub and a board with one entry of each sort."""
    with Hub() as hub:
        board = hub.plug("10.77.0.11", "--set", "probe=False", nic=request.param)
        board.wait_event("usable")
        assert (
            board.ask("arp -s %s %s permanent pub" % (PUBLISHED, PUBLISHED_MAC))["reply"] is True
        )
        assert board.ask("arp -s %s %s permanent" % (KEPT, KEPT_MAC))["reply"] is True
        yield hub, board


def test_row_34_row_68_M6_the_kernel_has_the_published_mac_reachable(place):
    hub, _ = place
    hub.make_kernel_ask(PUBLISHED)
    assert hub.neighbor_becomes(PUBLISHED, "REACHABLE") == ("REACHABLE", PUBLISHED_MAC)


def test_M6_W3_the_answer_for_a_published_entry_comes_from_the_board_by_unicast(place):
    hub, board = place
    with hub.sniffer() as sniffer:
        hub.make_kernel_ask(PUBLISHED)
        hub.neighbor_becomes(PUBLISHED, "REACHABLE")
        rows = [row for row in arp_rows(sniffer.frames()) if row.oper == REPLY]
    assert [row[1:] for row in rows] == [
        (hub.kernel_mac, board.mac, 2, PUBLISHED_MAC, PUBLISHED, hub.kernel_mac, hub.kernel_ip)
    ]


def test_M5_row_52_an_entry_that_is_not_published_is_not_answered(place):
    hub, board = place
    with hub.sniffer() as sniffer:
        hub.make_kernel_ask(KEPT)
        hub.make_kernel_ask(board.ip)  # asked later, answered: so the other one would be by now
        assert hub.neighbor_becomes(board.ip, "REACHABLE") == ("REACHABLE", board.mac)
        time.sleep(0.1)
        rows = [row for row in arp_rows(sniffer.frames()) if row.oper == REPLY]
    assert {row.spa for row in rows} == {board.ip}
    assert hub.lab.neighbor(hub.kernel, KEPT)[1] is None


def test_M6_the_published_host_itself_and_its_announcement_are_left_alone(place):
    hub, board = place
    with hub.sniffer() as sniffer, hub.raw_socket() as wire:
        wire.send(request(PUBLISHED_MAC, "10.77.0.60", PUBLISHED))
        wire.send(request(hub.kernel_mac, PUBLISHED, PUBLISHED))
        wire.send(request(hub.kernel_mac, hub.kernel_ip, board.ip))
        sleep_until(lambda: board.events("proxy_problem"), 3, "the announcement heard")
        time.sleep(0.1)
        rows = arp_rows(sniffer.frames())
    assert [row.spa for row in rows if row.oper == REPLY] == [board.ip]


def test_row_39_another_host_that_uses_the_published_address_is_reported_and_changes_nothing(
    place,
):
    hub, board = place
    time.sleep(1)  # the diagnostic of the test before keeps this kind quiet for a second
    seen = len(board.events("proxy_problem"))
    hub.add_address(PUBLISHED)
    hub.make_kernel_ask("10.77.0.98", PUBLISHED)
    sleep_until(lambda: len(board.events("proxy_problem")) > seen, 3, "the proxy problem")
    line = board.events("proxy_problem")[-1]
    assert (line["ip"], line["mac"]) == (PUBLISHED, hub.kernel_mac)
    assert board.ask("ask " + PUBLISHED)["reply"] == PUBLISHED_MAC
    hub.remove_address(PUBLISHED)
