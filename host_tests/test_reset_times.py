"""Both drivers give a reset the times that the data sheets ask for, on every port's clock."""

import time

from test_recovery import answers

import eth.w5500
from sim import enc28j60_board, w5500_board
from sim.cable import Cable
from sim.enc28j60_board import ENC28J60Board
from sim.w5500_board import W5500Board
from sim.w5500_chip import W5500Chip


def test_reset_and_pll_have_their_times():
    now = [0]
    chip = W5500Chip(Cable(), lambda: now[0])
    chip.reset_pin(0)
    now[0] += 499
    chip.reset_pin(1)
    assert chip.errors == 1
    chip.reset_pin(0)
    now[0] += 500
    chip.reset_pin(1)
    assert chip.errors == 1
    for us, version in ((999, 0), (1, 4)):
        now[0] += us
        chip.select()
        got = bytearray(4)
        chip.transfer(b"\x00\x39\x00\x00", got, 4)
        chip.deselect()
        assert got[3] == version, us


def test_the_drivers_reset_keeps_to_them():
    real = eth.w5500.time
    assert real is time
    board = W5500Board(
        with_rst=True, chip_class=lambda wire: W5500Chip(wire, lambda: time.ticks_us())
    )
    assert board.chip.errors == 0, board.chip.complaint
    assert answers(board)


def test_nor_is_a_reset_too_short_where_sleep_ms_is():
    def w5500(time):
        for with_rst in (True, False):
            board = W5500Board(
                with_rst=with_rst, chip_class=lambda wire: W5500Chip(wire, time.ticks_us)
            )
            assert board.chip.errors == 0, board.chip.complaint
            assert answers(board)

    def enc28j60(time):
        for with_rst in (True, False):
            board = ENC28J60Board(with_rst=with_rst, ticks_us=time.ticks_us)
            # Erratum 2; without the pin the first write stands before the reset.
            assert board.chip.early_writes == (0 if with_rst else 1)
            assert answers(board) and board.counted() == {}

    w5500_board.without_time(w5500, clock=w5500_board.HastyTime)
    enc28j60_board.without_time(enc28j60, clock=w5500_board.HastyTime)
