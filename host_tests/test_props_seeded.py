"""The properties of props.py on values that a seed chooses, on both interpreters.

A failure prints the seed of its round; SEED=n runs that round alone. ROUNDS=n makes n rounds.
"""

import os

import props

from sim.lan import XorShift

POOL = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)


def environment(name):
    """A whole number of the environment, or None (a port may have no environment)."""
    text = os.getenv(name) if hasattr(os, "getenv") else None
    return int(text) if text else None


def rounds(body, count):
    """Call body(seed, random) with seeds 1 to `count`, or with SEED alone."""
    alone = environment("SEED")
    count = environment("ROUNDS") or count
    for seed in range(1, count + 1) if alone is None else (alone,):
        try:
            body(seed, XorShift(seed))
        except Exception:
            print("failed with SEED=%d" % seed)
            raise


def some_bytes(random, n):
    """n bytes, every second one from the edges."""
    return bytes(
        [POOL[random.below(len(POOL))] if random.below(2) else random.below(256) for _ in range(n)]
    )


def neighbor_mac(random):
    """The MAC address of some host that is not us."""
    return b"\x02\x01" + some_bytes(random, 4)


def test_W6_what_is_built_checks_and_reads_back():
    def body(seed, random):
        oper = 1 + random.below(2)
        sha, tha = some_bytes(random, 6), some_bytes(random, 6)
        spa, tpa = some_bytes(random, 4), some_bytes(random, 4)
        props.what_is_built_checks_and_reads_back(oper, sha, spa, tha, tpa)

    rounds(body, 300)


def test_V1_V2_any_bytes_are_counted_once_and_never_raise():
    def body(seed, random):
        frame = some_bytes(random, random.below(80))
        if random.below(2):  # a good header, so that the rest is looked at
            frame = (
                b"\xff" * 6 + neighbor_mac(random) + bytes([8, 6, 0, 1, 8, 0, 6, 4, 0])
            ) + frame
        props.any_bytes_are_counted_once_and_never_raise(frame, random.below(len(frame) + 20))

    rounds(body, 200)


def test_V16_V30_a_wrong_header_changes_nothing():
    def body(seed, random):
        props.a_wrong_header_changes_nothing(12 + seed % 10, some_bytes(random, 1)[0])

    rounds(body, 150)


def test_A5_ticks_add_and_differ_alike():
    def body(seed, random):
        edge = (0, 1, 2**29 - 1, 2**29, 2**30 - 1)
        tick = (random.below(2**30), edge[random.below(5)])[random.below(2)]
        ms = (random.below(2**29 + 1), edge[random.below(4)])[random.below(2)]
        props.ticks_add_and_differ_alike(tick, ms)

    rounds(body, 500)


def test_addresses_survive_their_text():
    def body(seed, random):
        props.addresses_survive_their_text(some_bytes(random, 4), some_bytes(random, 6))

    rounds(body, 200)


def test_V22_own_frames_coming_back_do_nothing():
    def body(seed, random):
        spa, tpa = some_bytes(random, 4), b"\xc0\xa8\x01" + some_bytes(random, 1)
        props.own_frames_coming_back_do_nothing(1 + random.below(2), spa, tpa)

    rounds(body, 100)


def test_D0_V8_a_foreign_claim_always_surfaces():
    def body(seed, random):
        tpa = some_bytes(random, 4)
        oper = 1 + random.below(2)
        props.a_foreign_claim_always_surfaces(oper, neighbor_mac(random), tpa, seed % 3)

    rounds(body, 100)


def test_Q6_Q8_a_resolution_asks_and_ends_on_time():
    def body(seed, random):
        props.a_resolution_asks_and_ends_on_time(
            random.below(8), 1 + random.below(4000), random.below(2) * 2500, random.below(30_000)
        )

    rounds(body, 100)


def test_row_50_V18_two_slots_never_share_an_address():
    def body(seed, random):
        numbers = [random.below(1 << (8 + random.below(16))) for _ in range(64)]
        props.two_slots_never_share_an_address(numbers)

    rounds(body, 30)


def test_V19_diagnostics_come_once_a_second():
    def body(seed, random):
        gaps = [random.below(1 + random.below(1500)) for _ in range(60)]
        props.diagnostics_come_once_a_second(gaps)

    rounds(body, 30)


def test_V24_C1_C3_Q8_V28_random_walks_break_no_invariant():
    def body(seed, random):
        props.a_random_walk_breaks_no_invariant(seed, 150, random.below)

    rounds(body, 60)
