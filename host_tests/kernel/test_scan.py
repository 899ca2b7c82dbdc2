"""Scanned and asked by 300 hosts at once, a board keeps its cache in bounds, and its gateway."""

import subprocess
from types import SimpleNamespace

import pytest
from cable import program
from hub import NOBODY, REQUEST, Hub, arp_rows, request, sent_by, sleep_until

HOSTS = 300
CAPACITY = 32  # the default
PENDING = 8  # the default
AT_ONCE = 15  # hosts that ask for six boards: 90 frames find room in an ENC28J60, 6.5 KB
LEARN = ("cautious", "rfc826")
NICS = ("w5500", "enc28j60", "packet")
FAR = "8.8.8.8"


def host(number):
    """The n-th of many hosts: its MAC and address; none of them is a board's."""
    ip = "10.77.%d.%d" % divmod(100 + number, 256)
    return "06:00:00:00:%02x:%02x" % divmod(number, 256), ip


ADDRESSES = [host(number)[1] for number in range(HOSTS)]


@pytest.fixture(scope="module")
def place():
    """A hub and six boards that have resolved their gateway and use it."""
    with Hub() as hub:
        boards = {}
        for learn in LEARN:
            for nic in NICS:
                words = ["--set", "probe=False", "--set", "learn=" + learn, "--set", "retries=1"]
                ip = "10.77.0.%d" % (11 + len(boards))
                boards[learn, nic] = hub.plug(ip, "--gateway", hub.kernel_ip, *words, nic=nic)
        for board in boards.values():
            board.wait_event("usable")
            assert board.ask("query " + FAR)["reply"] == hub.kernel_mac
            board.ask("query " + FAR)
        yield SimpleNamespace(hub=hub, boards=boards)


def table(board):
    """{address: MAC} of the lines of `arp -an`."""
    rows = [line.split() for line in board.ask("arp -an")["reply"].splitlines()]
    return {row[1].strip("()"): row[3] for row in rows}


def keeps_its_gateway(place, board):
    """True when the gateway is known, and found without a request."""
    sent = board.ask("stats")["reply"]["tx_request"]
    assert table(board)[place.hub.kernel_ip] == place.hub.kernel_mac
    assert board.ask("ask " + place.hub.kernel_ip)["reply"] == place.hub.kernel_mac
    assert board.ask("query " + FAR)["reply"] == place.hub.kernel_mac
    return board.ask("stats")["reply"]["tx_request"] == sent


def arp_scan(place, targets, *words):
    """Scan these addresses -> {address: MAC} of those that answer."""
    command = [program("arp-scan"), "-I", place.hub.kernel, "--plain", "--quiet", "--numeric"]
    command += ["--retry=1", "--timeout=1000", "--interval=5", "--file=-", *words]
    got = subprocess.run(
        command, input="\n".join(targets), capture_output=True, text=True, timeout=30
    )
    assert got.returncode == 0, got.stderr
    return dict(line.split() for line in got.stdout.splitlines())


def replies_of(board):
    return board.ask("stats")["reply"]["tx_reply"]


def ask_from_all_hosts(place):
    """Every host asks for every board; all are answered, or this fails."""
    wanted = {board: replies_of(board) for board in place.boards.values()}
    with place.hub.raw_socket() as wire:
        for first in range(0, HOSTS, AT_ONCE):
            for number in range(first, first + AT_ONCE):
                for board in wanted:
                    wire.send(request(*host(number), board.ip))
            for board in wanted:
                wanted[board] += AT_ONCE
                sleep_until(lambda b=board: replies_of(b) >= wanted[b], 5, "all answers")
    for board, count in wanted.items():
        assert replies_of(board) == count


@pytest.fixture(scope="module")
def asked(place):
    """The same, after all hosts have asked for all boards."""
    ask_from_all_hosts(place)
    return place


def knows_only_its_gateway(place, board):
    return table(board) == {place.hub.kernel_ip: place.hub.kernel_mac}


def test_row_4_V9_a_scan_of_304_addresses_finds_the_boards_and_adds_nothing(place):
    own = {board.ip: board.mac for board in place.boards.values()}
    assert arp_scan(place, ADDRESSES + list(own)) == own
    for board in place.boards.values():
        assert knows_only_its_gateway(place, board)
        assert keeps_its_gateway(place, board)


def test_V15_a_scan_by_probes_is_answered_and_adds_nothing(place):
    own = {board.ip: board.mac for board in place.boards.values()}
    assert arp_scan(place, ADDRESSES + list(own), "--arpspa=" + NOBODY) == own
    for board in place.boards.values():
        assert knows_only_its_gateway(place, board)


def test_row_110_300_announcements_of_unknown_hosts_by_arp_scan_add_nothing(place):
    assert arp_scan(place, ADDRESSES, "--arpspa=dest") == {}
    for board in place.boards.values():
        assert board.ask("stats")["reply"]["rx_request"] >= HOSTS
        assert knows_only_its_gateway(place, board)
        assert keeps_its_gateway(place, board)


def test_row_2_V9_300_hosts_that_ask_leave_the_cautious_cache_alone(asked):
    for nic in NICS:
        assert knows_only_its_gateway(asked, asked.boards["cautious", nic])
        assert keeps_its_gateway(asked, asked.boards["cautious", nic])


def test_row_107_C1_V10_300_hosts_that_ask_fill_the_rfc826_cache_to_capacity_and_no_further(asked):
    hosts = {ip: mac for mac, ip in [host(number) for number in range(HOSTS)]}
    for nic in NICS:
        board = asked.boards["rfc826", nic]
        rows = table(board)
        assert len(rows) == CAPACITY
        assert rows.pop(asked.hub.kernel_ip) == asked.hub.kernel_mac
        assert rows.items() <= hosts.items()
        assert keeps_its_gateway(asked, board)


def test_C2_V11_hosts_that_ask_again_never_displace_the_gateway(asked):
    ask_from_all_hosts(asked)
    for board in asked.boards.values():
        assert keeps_its_gateway(asked, board)
        assert len(table(board)) <= CAPACITY


def test_C3_V24_a_board_that_scans_300_silent_hosts_asks_for_few_at_once_and_keeps_its_gateway(
    place,
):
    boards = [place.boards["cautious", nic] for nic in NICS]
    with place.hub.sniffer() as sniffer:
        for board in boards:
            for ip in ADDRESSES:
                board.type("query " + ip)
        errors = [
            [board.answer_of("query " + ip)["error"] for ip in ADDRESSES] for board in boards
        ]
        rows = arp_rows(sniffer.frames())
    for board, ends in zip(boards, errors):
        sent = [row for row in sent_by(rows, board) if row.oper == REQUEST]
        sent = [row for row in sent if row.tpa != board.ip]  # its second announcement
        assert ends.count("HostDown") == len({row.tpa for row in sent}) == PENDING
        assert ends.count("NoBuffers") == HOSTS - PENDING
        assert len(sent) == 2 * PENDING  # retries=1
        assert keeps_its_gateway(place, board)
