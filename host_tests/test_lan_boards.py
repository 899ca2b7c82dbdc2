"""LANs of 3 to 50 boards with loss, duplication and delay; some boards have the same address.

After the network has settled nobody shares an address, every query has ended, no board has asked
for a destination twice within a second, and nothing has grown. The seed is printed when a LAN
breaks a rule; the LARGE ones run on CPython alone, where they take seconds.
"""

import sys

from sim.boards import Boards

LARGE = sys.implementation.name == "cpython"
SEEDS = (1, 2, 3)


def addresses(count, shared):
    """`count` addresses, of which the last `shared` are those of the first boards again."""
    ips = ["10.0.%d.%d" % (i // 200, 1 + i % 200) for i in range(count - shared)]
    return ips + ips[:shared]


def lan_for(seed, count, shared, **settings):
    """A LAN that ran for ten minutes with questions, and then until nothing is pending."""
    lan = Boards(seed, addresses(count, shared), **settings)
    try:
        lan.ask_every(15_000 + 1000 * count, 600_000)
        for minute in range(1, 11):
            lan.run(60_000 * minute)
            lan.check_sizes()
        lan.run(630_000)
        settle(lan)
    except AssertionError:
        print("failed with seed %d and %d boards: %s" % (seed, count, lan.counts))
        raise
    return lan


def settle(lan):
    """What must hold when the questions are over."""
    lan.check_sizes()
    for board in lan.boards:
        assert not board.watch.pending, "%s still waits" % board.watch.name
        assert board.lost <= 1
        assert (board.engine.ips == []) == (board.lost == 1)
    assert lan.on_their_way() == 0
    for ip, owners in lan.owners().items():
        assert len(owners) == 1, "%s is used by %s" % (ip, owners)


def check_size(count, shared, seeds=SEEDS, **settings):
    """LANs of one size, for each seed; every fault must have happened."""
    for seed in seeds:
        lan = lan_for(seed, count, shared, **settings)
        assert sum([board.lost for board in lan.boards]) >= shared
        assert sum([board.watch.ended for board in lan.boards]) > count
        for fault in ("lost", "duplicated"):
            assert lan.counts[fault] or not settings.get("loss")


def test_P1_boards_on_a_perfect_lan_keep_one_owner_of_each_address():
    for count in (3, 5, 8):
        check_size(count, 1 + count // 4)


def test_P1_D5_boards_with_loss_duplication_and_delay_settle_on_one_owner():
    for count in (3, 6, 10):
        check_size(count, 1 + count // 4, loss=0.1, duplicate=0.05, delay_ms=30)


def test_P1_D2_boards_that_cease_settle_on_one_owner_or_none():
    for count in (4, 8):
        check_size(count, 2, conflict="cease", loss=0.2, duplicate=0.1, delay_ms=200)


def test_D5_boards_that_were_apart_with_one_address_settle_when_they_meet():
    for seed in SEEDS:
        lan = Boards(seed, addresses(4, 1), delay_ms=5)
        lan.boards[3].is_cut = True
        lan.run(30_000)
        assert lan.owners()[lan.boards[0].engine.ips[0]] == [0, 3]
        lan.boards[3].is_cut = False
        lan.ask_every(4000, 200_000)
        lan.run(240_000)
        settle(lan)
        announced = [board.engine.stats.tx_announce for board in lan.boards]
        assert max(announced) <= 2 + 2 * 20, announced


def test_C3_V24_boards_that_ask_for_much_more_than_they_can_hold_stay_in_their_bounds():
    size = 20 if LARGE else 8
    lan = Boards(9, addresses(size, 0), capacity=4, loss=0.1, probe=False)
    lan.ask_every(800, 60_000)
    lan.run(90_000)
    settle(lan)
    assert sum([board.engine.stats.evicted for board in lan.boards]) > 10 * size


def test_P1_D5_Q8_large_lans_with_faults_settle_on_one_owner():
    for count in (20, 35, 50) if LARGE else (14,):
        check_size(count, count // 8, (count,), loss=0.1, duplicate=0.05, delay_ms=30)


def test_row_118_V20_boards_that_draw_the_same_link_local_addresses_end_with_one_each():
    for seed in SEEDS:
        lan = Boards(seed, [None] * (10 if LARGE else 5), loss=0.1, duplicate=0.1, delay_ms=30)
        for minute in range(1, 21):
            lan.run(60_000 * minute)
            lan.check_sizes()
        settle_on_link_local(lan)


def settle_on_link_local(lan):
    """Each board has an address, and no other has it."""
    owners = lan.owners()
    assert len(owners) == len(lan.boards), (lan.seed, owners)
    for ip in owners:
        assert len(owners[ip]) == 1 and ip[:2] == b"\xa9\xfe", (lan.seed, owners)
    most = max([board.lost for board in lan.boards])
    assert most >= len(lan.boards) // 2, most  # they did draw the same


def test_the_same_seed_gives_the_same_lan():
    first, second = [lan_for(5, 5, 1, loss=0.3, duplicate=0.1, delay_ms=50) for _ in range(2)]
    assert first.counts == second.counts
    assert first.owners() == second.owners()
