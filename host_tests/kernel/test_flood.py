"""At full speed every request is answered right or counted as dropped; nothing in between."""

import pytest
from askers import answer_to, replies, request_from
from cable import PLAIN, hear

FLOOD = 1000


@pytest.mark.parametrize("nic", ("w5500", "enc28j60"))
def test_1000_requests_at_full_speed_are_answered_right_or_counted_as_dropped(cable, nic):
    frames = [request_from(number, cable.board_ip) for number in range(FLOOD)]
    with cable.start(*PLAIN, nic=nic) as board:
        with cable.sniffer() as sniffer, cable.raw_socket() as wire:
            for frame in frames:
                wire.send(frame)
            heard = hear(sniffer, lambda heard: len(replies(heard, cable)) == FLOOD)
        end = board.stop()
    got = replies(heard, cable)
    right = {answer_to(number, cable) for number in range(FLOOD)}
    wrong = [frame.hex() for frame in got if frame.ljust(60, b"\0") not in right]
    assert wrong == []
    assert len(set(got)) == len(got) >= 1
    assert len(got) + end["chip"]["dropped_full"] == FLOOD, end
