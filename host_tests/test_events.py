"""The event ring is fixed: diagnostics go first, and the end of a resolution always has room."""

import frames as f

import arp
from arp.const import EV_ADDED, EV_BAD_SENDER, EV_CHANGED, EV_RESOLVED, EV_TABLE_FULL
from arp.events import Events
from arp.stats import Stats

NOW = 2**30 - 500
IP = f.ip(f.A_IP)
MAC = f.mac(f.A_MAC)


def _drain(ring):
    found = []
    event = ring.next()
    while event is not None:
        found.append(event)
        event = ring.next()
    return found


def test_events_come_out_in_their_order_with_their_values():
    ring = Events(4, 2, Stats())
    ring.put(EV_ADDED, IP, 0, MAC, 0)
    ring.put(EV_CHANGED, b"." + IP, 1, MAC, 0, b".." + f.mac(f.B_MAC), 2)
    ring.put(EV_TABLE_FULL, IP, 0, None, 0)
    assert _drain(ring) == [
        (EV_ADDED, IP, MAC, None),
        (EV_CHANGED, IP, MAC, f.mac(f.B_MAC)),
        (EV_TABLE_FULL, IP, None, None),
    ]


def test_when_the_ring_is_full_the_oldest_diagnostic_makes_room():
    stats = Stats()
    ring = Events(3, 1, stats)
    ring.put(EV_ADDED, IP, 0, MAC, 0)
    ring.diagnose(EV_BAD_SENDER, NOW, IP, 0, MAC, 0)
    ring.put(EV_ADDED, IP, 0, MAC, 0)
    ring.put(EV_CHANGED, IP, 0, MAC, 0)
    assert [event[0] for event in _drain(ring)] == [EV_ADDED, EV_ADDED, EV_CHANGED]
    assert stats.events_dropped == 1


def test_a_full_ring_without_diagnostics_loses_the_new_event_but_never_an_end():
    stats = Stats()
    ring = Events(2, 2, stats)
    for _ in range(4):
        ring.put(EV_ADDED, IP, 0, MAC, 0)
    ring.put(EV_RESOLVED, IP, 0, MAC, 0)
    ring.put(EV_RESOLVED, IP, 0, MAC, 0)
    kinds = [event[0] for event in _drain(ring)]
    assert kinds == [EV_ADDED, EV_ADDED, EV_RESOLVED, EV_RESOLVED]
    assert stats.events_dropped == 2


def test_V19_row_134_a_diagnostic_comes_once_a_second_with_the_count_of_the_others():
    ring = Events(16, 2, Stats())
    for ms in range(2500):
        ring.diagnose(EV_BAD_SENDER, (NOW + ms) % 2**30, IP, 0, MAC, 0)
    assert [event[3] for event in _drain(ring)] == [0, 999, 999]


def test_V19_a_quiet_time_that_is_long_over_does_not_look_young_again():
    ring = Events(16, 2, Stats())
    ring.diagnose(EV_BAD_SENDER, NOW, IP, 0, MAC, 0)
    for day in range(1, 9):
        ring.keep_house((NOW + day * 86_400_000) % 2**30)
    ring.diagnose(EV_BAD_SENDER, (NOW + 8 * 86_400_000) % 2**30, IP, 0, MAC, 0)
    assert len(_drain(ring)) == 2


def test_the_ring_survives_a_flood_of_everything():
    stats = Stats()
    ring = Events(5, 3, stats)
    for i in range(1000):
        ring.put(1 + i % 11, IP, 0, MAC, 0)
        ring.diagnose(EV_BAD_SENDER, (NOW + 300 * i) % 2**30, IP, 0, MAC, 0)
        if i % 7 == 0:
            ring.next()
    assert 5 <= len(_drain(ring)) <= 8
    assert stats.events_dropped > 0


def test_every_event_has_a_name_and_a_sentence():
    for kind in range(1, arp.EV_NIC):
        text = arp.describe((kind, IP, MAC, f.mac(f.B_MAC) if kind == EV_CHANGED else None))
        assert "192.168.1.20" in text and "%" not in text, text
    assert arp.EV_NAMES[arp.EV_NIC] == "nic"
    assert arp.describe((arp.EV_NIC, None, None, "chip_lost")) == "network interface: chip lost"


def test_row_69_row_74_row_75_the_sentences_are_those_of_the_manual_pages():
    assert arp.describe((arp.EV_DUPLICATE_IP, IP, MAC, 3)) == (
        "duplicate IP address 192.168.1.20 sent from ethernet address 02:00:00:00:00:20"
        " (and 3 more)"
    )
    for mac, word in ((b"\xff" * 6, "broadcast"), (b"\x01\x00\x5e\x00\x00\x01", "multicast")):
        assert arp.describe((EV_BAD_SENDER, IP, mac, 0)) == (
            "ether address is %s for IP address 192.168.1.20!" % word
        )


def test_the_fate_of_an_own_address_displaces_what_nobody_waits_for():
    ring = Events(2, 1, Stats())
    ring.put(EV_ADDED, IP, 0, MAC, 0)
    ring.put(EV_CHANGED, IP, 0, MAC, 0)
    ring.put(EV_RESOLVED, IP, 0, MAC, 0)
    ring.put(arp.EV_USABLE, IP, 0, MAC, 0)
    ring.put(arp.EV_LOST, IP, 0, MAC, 0)
    assert [event[0] for event in _drain(ring)] == [EV_RESOLVED, arp.EV_USABLE, arp.EV_LOST]


def test_own_addresses_never_displace_the_end_of_a_resolution():
    ring = Events(1, 1, Stats())
    ring.put(EV_RESOLVED, IP, 0, MAC, 0)
    for _ in range(5):
        ring.put(arp.EV_USABLE, IP, 0, MAC, 0)
    assert EV_RESOLVED in [event[0] for event in _drain(ring)]
