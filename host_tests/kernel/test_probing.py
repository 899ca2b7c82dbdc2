"""A board that probes an address which another host on the wire has, wants, or only asks for.

All boards probe at the same time on one hub; everything is recorded once, the tests look at the
record. One of them finds its address free: when that one is usable, the others would be too.
"""

import time
from types import SimpleNamespace

import pytest
from hub import (
    EVERYBODY,
    REPLY,
    Hub,
    announcements,
    arp_rows,
    collect,
    probes,
    sent_by,
    sleep_until,
)

NICS = ("w5500", "enc28j60", "packet")
# Not the one it asks from: whoever is heard to use an address needs no probe to be found.
OF_THE_KERNEL = dict(zip(NICS, ("10.77.0.13", "10.77.0.15", "10.77.0.21")))
OF_A_BOARD = dict(zip(NICS, ("10.77.0.14", "10.77.0.16", "10.77.0.22")))
WANTED_TWICE = "10.77.0.17"
FREE = "10.77.0.18"
PROBING_S = 10  # at most 7 s in RFC 5227, and the start of many boards


@pytest.fixture(scope="module")
def record():
    """The boards by what they meet, and all ARP frames until the free address was usable."""
    with Hub() as hub:
        for ip in OF_THE_KERNEL.values():
            hub.add_address(ip)
        holder = hub.plug(OF_A_BOARD["w5500"], "--set", "probe=False")
        holder.wait_event("usable")
        with hub.sniffer() as sniffer:
            holder.ask("ips " + " ".join(ip + "/23" for ip in OF_A_BOARD.values()))
            announced = 2 * len(OF_A_BOARD)
            collect(sniffer, lambda rows: len(announcements(rows, holder)) >= announced)
        with hub.sniffer() as sniffer:
            twins = [hub.plug(WANTED_TWICE, nic=nic) for nic in NICS[:2]]
            meet_kernel = {nic: hub.plug(ip, nic=nic) for nic, ip in OF_THE_KERNEL.items()}
            meet_board = {nic: hub.plug(ip, nic=nic) for nic, ip in OF_A_BOARD.items()}
            lone = hub.plug(FREE)
            lone.wait_event("boot")
            ask_until_known(hub)
            rows = arp_rows(sniffer.frames())
        yield SimpleNamespace(
            hub=hub, rows=rows, holder=holder, twins=twins, lone=lone,
            meet_kernel=meet_kernel, meet_board=meet_board,
        )  # fmt: skip


def ask_until_known(hub):
    """The kernel sends ordinary requests for the free address until it is answered."""
    until = time.monotonic() + PROBING_S
    while (hub.lab.neighbor(hub.kernel, FREE) or (None, None))[1] is None:
        assert time.monotonic() < until, "nobody answers for the free address"
        hub.make_kernel_ask(FREE)
        time.sleep(0.5)


def is_never_usable(record, board, by):
    """True when the board gave its address up, once, to the MAC `by`, and never claimed it."""
    assert board.fate() == ["conflict", "lost"]
    assert {line["mac"] for line in board.events("conflict", "lost")} == {by}
    assert {row.spa for row in sent_by(record.rows, board)} <= {"0.0.0.0"}
    assert board.ask("query 10.77.0.98")["error"] == "NoRoute"
    return True


def test_P1_row_113_a_board_never_uses_an_address_that_the_kernel_has(record):
    for board in record.meet_kernel.values():
        assert is_never_usable(record, board, record.hub.kernel_mac)


def test_P1_one_probe_was_enough_for_the_kernels_answer_to_be_heard(record):
    for board in record.meet_kernel.values():
        sent = probes(record.rows, board)
        assert [row[1:] for row in sent] == [
            (EVERYBODY, board.mac, 1, board.mac, "0.0.0.0", "00:00:00:00:00:00", board.ip)
        ]
        answers = [row for row in record.rows if row.oper == REPLY and row.tha == board.mac]
        assert [(row.eth_src, row.spa) for row in answers] == [(record.hub.kernel_mac, board.ip)]


def test_P1_D3_a_board_never_uses_an_address_that_another_board_has(record):
    for board in record.meet_board.values():
        assert is_never_usable(record, board, record.holder.mac)
        assert len(probes(record.rows, board)) == 1


def test_D0_the_owner_takes_no_probe_of_its_address_for_a_conflict(record):
    assert set(record.holder.fate()) == {"usable"}
    assert record.holder.events("duplicate_ip") == []
    for ip in OF_A_BOARD.values():
        assert record.hub.who_answers(ip) == [record.holder.mac]


def test_P2_two_boards_that_probe_one_address_never_both_use_it(record):
    first, second = record.twins
    fates = sorted([first.fate(), second.fate()])
    assert ["conflict", "lost"] in fates
    losers = [board for board in record.twins if board.fate() == ["conflict", "lost"]]
    for board in losers:
        other = second if board is first else first
        assert is_never_usable(record, board, other.mac)
    if len(losers) == 1:  # it had not started to listen when the other one probed
        winner = second if losers[0] is first else first
        sleep_until(lambda: "usable" in winner.fate(), PROBING_S, "the use of the address")


def test_P3_V23_a_request_for_the_probed_address_is_neither_a_conflict_nor_answered(record):
    board = record.lone
    use_from = announcements(record.rows, board)[0].at
    asked = [row for row in record.rows if row.tpa == FREE and row.sha == record.hub.kernel_mac]
    assert len([row for row in asked if row.at < use_from]) >= 3
    early = [row for row in sent_by(record.rows, board) if row.at < use_from]
    assert [(row.oper, row.spa) for row in early] == [(1, "0.0.0.0")] * 3
    assert board.fate() == ["usable"]


def test_D3_a_usable_address_is_answered_and_the_kernel_has_it_reachable(record):
    record.hub.make_kernel_ask(FREE)
    assert record.hub.neighbor_becomes(FREE, "REACHABLE") == ("REACHABLE", record.lone.mac)
