"""Who asks for the board's address on a real wire gets the right answer, every time."""

import subprocess

import pytest
from askers import answer_to, replies, request_from
from cable import PLAIN, hear, program

RUNTIMES = [
    ("micropython", "w5500"),
    ("micropython", "enc28j60"),
    ("micropython", "packet"),
    ("cpython", "w5500"),
    ("cpython", "enc28j60"),
    ("cpython", "packet"),
]


@pytest.fixture(scope="module", params=RUNTIMES, ids="-".join)
def board(cable, request):
    """A usable board on each runtime behind each device."""
    runtime, nic = request.param
    with cable.start(*PLAIN, runtime=runtime, nic=nic) as made:
        yield made


def test_arping_gets_20_answers_to_20_requests(cable, board):
    words = [program("arping"), "-c", "20", "-W", "0.05", "-i", cable.kernel, cable.board_ip]
    got = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert "20 packets transmitted, 20 packets received" in got.stdout, got.stdout + got.stderr
    assert got.stdout.count(cable.board_mac) == 20


def test_arp_scan_finds_the_board_and_nobody_else(cable, board):
    words = [program("arp-scan"), "-I", cable.kernel, "--quiet", "--plain", "10.77.0.0/28"]
    got = subprocess.run(words, capture_output=True, text=True, timeout=60)
    rows = [line.split() for line in got.stdout.splitlines()]
    assert rows == [[cable.board_ip, cable.board_mac]], got.stdout + got.stderr


def test_requests_one_at_a_time_are_all_answered(cable, board):
    with cable.sniffer() as sniffer, cable.raw_socket() as wire:
        for number in range(20):
            wire.send(request_from(number, cable.board_ip))
            got = replies(hear(sniffer, lambda heard: replies(heard, cable)), cable)
            assert [frame.ljust(60, b"\0") for frame in got] == [answer_to(number, cable)]


def test_a_request_for_somebody_else_is_left_to_them(cable, board):
    with cable.sniffer() as sniffer, cable.raw_socket() as wire:
        wire.send(request_from(1, cable.silent_ip))
        wire.send(request_from(2, cable.board_ip))
        got = replies(hear(sniffer, lambda heard: replies(heard, cable)), cable)
    assert [frame.ljust(60, b"\0") for frame in got] == [answer_to(2, cable)]
