"""The kernel is the boards' gateway: it goes down and comes back, and is asked again in time.

Down means that the kernel gives its address up: it answers nobody then. Everything is recorded
once, the tests look at the record.
"""

import time
from types import SimpleNamespace

import pytest
from hub import EVERYBODY, REPLY, Hub, arp_rows, collect, requests_for

FAR = "8.8.8.8"
RETRIES = 1
FAST_S = 0.5  # far less than a request's time-out: nothing was waited for
NICS = ("w5500", "enc28j60", "packet")


@pytest.fixture(scope="module")
def record():
    """Answers and ARP frames while the gateway is there, down, back and heard again."""
    with Hub() as hub:
        words = ["--gateway", hub.kernel_ip, "--set", "probe=False", "--set", "retries=1"]
        boards = [hub.plug("10.77.0.%d" % (11 + i), *words, nic=n) for i, n in enumerate(NICS)]
        hasty = hub.plug("10.77.0.21", *words, "--set", "down_ms=2500")
        refreshing = ["--set", "lifetime_ms=4000", "--set", "refresh_ms=2000"]
        keeper = hub.plug("10.77.0.22", *words, *refreshing)
        all_boards = boards + [hasty, keeper]
        for board in all_boards:
            board.wait_event("usable")
        with hub.sniffer() as sniffer:
            r = SimpleNamespace(hub=hub, boards=boards, hasty=hasty, keeper=keeper)
            r.up = query_all(all_boards)
            keeper.ask("query " + FAR)  # a use of the resolved entry
            # The keeper's refresh is due after 2 s.
            r.rows_up = collect(sniffer, lambda rows: len(answers_to(rows, keeper)) == 2)
            time.sleep(0.2)  # the answer was seen on the wire; the board has to read it
            keeper.ask("query " + FAR)  # a use, so that it refreshes again
            hub.remove_address(hub.kernel_ip)
            for board in boards + [hasty]:
                board.ask("arp -d " + hub.kernel_ip)
            r.down = query_all(boards + [hasty])
            r.rows_down = arp_rows(sniffer.frames())
            r.held_down = query_all(boards)
            keeper.wait_event("expired", ip=hub.kernel_ip)
            r.rows_held_down = arp_rows(sniffer.frames())
            hub.add_address(hub.kernel_ip)
            r.hasty_back = wait_for_the_gateway(hasty)
            r.still_held_down = query_all(boards)
            r.rows_back = arp_rows(sniffer.frames())
            hub.make_kernel_ask("10.77.0.99")
            for board in boards:
                board.wait_event("added", ip=hub.kernel_ip)
            r.back = query_all(boards)
            r.rows_heard = arp_rows(sniffer.frames())
        yield r


def answers_to(rows, board):
    return [row for row in rows if row.oper == REPLY and row.tha == board.mac]


def query_all(boards):
    """Ask for the far host on all boards at once -> ((reply or error, is fast) of each)."""
    start = time.monotonic()
    old = [board.ask("stats")["ms"] for board in boards]
    for board in boards:
        board.type("query " + FAR)
    answers = []
    for board, ms in zip(boards, old):
        line = board.wait_for(
            lambda line, ms=ms: line.get("cmd") == "query " + FAR and line["ms"] >= ms,
            "answer to the query",
        )
        answers.append(line.get("reply") or line["error"])
    return answers, time.monotonic() - start < FAST_S


def wait_for_the_gateway(board):
    """Query until that succeeds -> (the reply, errors before it)."""
    errors = []
    until = time.monotonic() + 5
    while time.monotonic() < until:
        line = board.ask("query " + FAR)
        if "reply" in line:
            return line["reply"], errors
        errors.append(line["error"])
        time.sleep(0.1)
    return None, errors


def test_row_22_Q12_a_far_host_has_the_gateways_mac_and_is_never_asked_for(record):
    assert record.up[0] == [record.hub.kernel_mac] * (len(NICS) + 2)
    everything = record.rows_up + record.rows_down + record.rows_back + record.rows_heard
    assert [row for row in everything if row.tpa == FAR] == []
    for board in record.boards:
        assert len(requests_for(record.rows_up, board, record.hub.kernel_ip)) == 1


def test_row_59_a_silent_gateway_ends_in_host_unreachable_after_its_retries(record):
    assert record.down == (["HostUnreachable"] * (len(NICS) + 1), False)
    for board in record.boards:
        rows = requests_for(record.rows_down, board, record.hub.kernel_ip)
        assert [row.eth_dst for row in rows] == [EVERYBODY] * (1 + RETRIES)
        assert rows[1].at - rows[0].at >= 0.9  # one request a second (RFC 1122)


def test_row_58_row_63_Q13_within_the_hold_down_queries_fail_at_once_without_a_frame(record):
    assert record.held_down == (["HostUnreachable"] * len(NICS), True)
    for board in record.boards:
        assert requests_for(record.rows_held_down, board, record.hub.kernel_ip) == []


def test_Q13_after_the_hold_down_the_gateway_is_asked_again_and_found(record):
    reply, errors = record.hasty_back
    assert reply == record.hub.kernel_mac
    assert set(errors) == {"HostUnreachable"}
    rows = requests_for(record.rows_down + record.rows_held_down + record.rows_back, record.hasty,
                        record.hub.kernel_ip)  # fmt: skip
    assert len(rows) == 1 + RETRIES + 1
    assert record.still_held_down == (["HostUnreachable"] * len(NICS), True)


def test_Q14_the_gateway_that_speaks_again_ends_the_hold_down_without_a_request(record):
    assert record.back == ([record.hub.kernel_mac] * len(NICS), True)
    for board in record.boards:
        assert requests_for(record.rows_heard, board, record.hub.kernel_ip) == []


def test_A2_A4_row_102_a_used_gateway_is_asked_by_unicast_before_its_entry_ends(record):
    hub, board = record.hub, record.keeper
    rows = requests_for(record.rows_up, board, hub.kernel_ip)
    assert [row.eth_dst for row in rows] == [EVERYBODY, hub.kernel_mac]
    assert 1.9 <= rows[1].at - rows[0].at < 2.9
    assert len(answers_to(record.rows_up, board)) == 2


def test_A3_an_unanswered_refresh_is_one_unicast_and_one_broadcast_then_the_entry_ends(record):
    hub, board = record.hub, record.keeper
    assert len(board.events("expired")) == 1
    assert board.events("failed") == []
    rows = requests_for(record.rows_down + record.rows_held_down, board, hub.kernel_ip)
    assert requests_for(record.rows_back + record.rows_heard, board, hub.kernel_ip) == []
    assert [row.eth_dst for row in rows] == [hub.kernel_mac, EVERYBODY]
    assert 0.9 <= rows[1].at - rows[0].at < 1.9
