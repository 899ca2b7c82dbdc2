"""The cache's slots, lists and hash: nothing is lost or found twice, no class starves another."""

from intact import intact

from arp.cache import COLD, FREE, GHOST, MANUAL, WAITING, WARM, Cache
from arp.chance import Chance
from arp.const import RESOLVED

_STATES = {COLD: RESOLVED, WARM: RESOLVED, MANUAL: RESOLVED, WAITING: 2, GHOST: 6}


def _cache(capacity=4, manual=1, pending=2, seed=5):
    return Cache(capacity, manual, pending, Chance(seed).secret())


def _put(cache, ip, which):
    slot = cache.take(ip, 0)
    cache.state[slot] = _STATES[which]
    cache.move(slot, which)
    return slot


def test_an_address_is_found_in_any_buffer_at_any_offset():
    cache = _cache()
    slot = _put(cache, b"\x0a\x00\x00\x07", WARM)
    assert cache.find(b"..\x0a\x00\x00\x07..", 2) == slot
    assert cache.find(b"\x0a\x00\x00\x08", 0) == -1


def test_a_ghost_is_no_entry_but_keeps_its_place():
    cache = _cache()
    slot = _put(cache, b"\x0a\x00\x00\x07", GHOST)
    assert cache.find_entry(b"\x0a\x00\x00\x07", 0) == -1
    assert cache.take(b"\x0a\x00\x00\x07", 0) == slot


def test_the_oldest_ghost_makes_room_when_nothing_is_free():
    cache = _cache()
    for i in range(cache.n):
        _put(cache, bytes([10, 0, 0, i]), GHOST)
    cache.take(b"\x0a\x00\x01\x00", 0)
    assert cache.find(b"\x0a\x00\x00\x00", 0) == -1
    assert cache.find(b"\x0a\x00\x00\x01", 0) >= 0


def test_the_tail_of_a_list_is_what_was_moved_there_longest_ago():
    cache = _cache()
    first = _put(cache, b"\x0a\x00\x00\x01", WARM)
    second = _put(cache, b"\x0a\x00\x00\x02", WARM)
    assert cache.tail(WARM) == first
    cache.move(first, WARM)
    assert cache.tail(WARM) == second
    assert cache.head(WARM) == first
    assert cache.after(first) == second
    assert cache.after(second) == -1


def test_C1_random_changes_keep_every_invariant():
    for seed in (1, 2, 3):
        chance = Chance(seed)
        cache = _cache(8, 4, 4, seed)
        limits = {WARM: 5, COLD: 3, MANUAL: 4, WAITING: 4, GHOST: 16}
        held = {}
        for step in range(1500):
            ip = bytes([10, 0, chance.below(3), chance.below(16)])
            slot = cache.find(ip, 0)
            assert (slot >= 0) == (ip in held), "seed %d, step %d" % (seed, step)
            which = 1 + chance.below(5)
            if slot >= 0 and chance.below(3) == 0:
                cache.release(slot)
                del held[ip]
            elif cache.count[which] < limits[which]:
                if slot < 0 and not cache.count[FREE] and not cache.count[GHOST]:
                    continue
                if slot < 0 and not cache.count[FREE]:
                    oldest = cache.tail(GHOST)
                    del held[bytes(cache.ip[oldest * 4 : oldest * 4 + 4])]
                held[ip] = _put(cache, ip, which)
            intact(cache)


def test_V18_a_hundred_neighbors_of_one_network_spread_over_the_buckets():
    longest = 0
    for seed in range(1, 9):
        cache = _cache(120, 4, 4, seed)
        chains = {}
        for i in range(100):
            bucket = cache._hash(bytes([192, 168, 1, i]), 0)
            chains[bucket] = chains.get(bucket, 0) + 1
        longest = max(longest, max(chains.values()))
    assert longest <= 12


def test_V18_the_seed_decides_which_addresses_collide():
    one = _cache(seed=1)
    two = _cache(seed=2)
    ips = [bytes([10, 0, i, j]) for i in range(16) for j in range(16)]
    assert [one._hash(ip, 0) for ip in ips] != [two._hash(ip, 0) for ip in ips]


def test_the_hash_never_leaves_31_bits():
    cache = _cache()
    for i in range(5):
        cache.seed[i] = 0xFFFFF
    total = 255 * 0xFFFFF * 4 + 0xFFFFF
    assert total < 2**30
    assert 0 <= cache._hash(b"\xff\xff\xff\xff", 0) < len(cache._bucket)
