"""`make bench-board` gives the same figures each time, to the digit, and all that it promises."""

import itertools

import bench_board

# (transactions, bytes) from INT to the command to send; the driver's share is all of them.
COSTS = {"w5500": (6, 152), "enc28j60": (4, 119)}
QUIET = {"w5500": (6, 146), "enc28j60": (4, 119)}  # a W5500 has told that the last frame left
ANSWERS = ("answer, service", "answer, engine", "answer, plain", "bare SPI", "share, driver")
AFTER_A_SECOND = ("quiet, service", "quiet, engine", "quiet, plain")
NO_SPI = ("share, asyncio", "share, arp.Arp", "share, engine")
CALLS = ["%s, %s" % pair for pair in itertools.product(bench_board.HANDLERS, bench_board.CALLS)]


def test_two_runs_give_the_same_figures_and_what_spi_costs_is_known():
    rows = bench_board.measure()
    assert bench_board.measure() == rows
    expected = dict.fromkeys(CALLS, (0, 0))
    for nic, cost in COSTS.items():
        expected.update({"%s %s" % (nic, name): cost for name in ANSWERS})
        expected.update({"%s %s" % (nic, name): QUIET[nic] for name in AFTER_A_SECOND})
        expected.update({"%s %s" % (nic, name): (0, 0) for name in NO_SPI})
    assert {name: (row["transactions"], row["bytes"]) for name, row in rows.items()} == expected
    # What runs takes 8 ns a cycle, and an instruction of this core 1.6 cycles in the mean; SPI's
    # bytes are waited for.
    for name, row in rows.items():
        assert 8 < row["us"] * 1000 / row["instructions"] < 16, name
    for nic, found in bench_board.ratios(rows).items():
        us = {name: rows["%s %s" % (nic, name)]["us"] for name in ANSWERS + NO_SPI}
        parts = sum(us["share, " + name] for name in bench_board.SHARES)
        assert abs(parts - us["answer, service"]) < 60, "but for MARK and the functions around it"
        assert found["answer"] < 0.36 and found["quiet"] < 0.36, (nic, found)
        assert found["driver : bare SPI"] < 2.4, (nic, found)


def test_the_heap_of_a_frozen_board_is_known_and_small():
    sizes = bench_board.heap()
    assert len(sizes) == 7 and min(sizes.values()) > 100
    pool = sizes.pop("... with its hold pool") - sizes["an Arp, hold_slots=0"]
    assert 4 * 1514 < pool < 8000
    assert sum(sizes.values()) < 22_000, sizes
