"""Configured entries: three kinds, published or not, with limits of their own."""

import frames as f

import arp
from arp import ATF_COM, ATF_PERM, ATF_PUBL, ATF_USETRAILERS, Engine

START = 2**30 - 5000


def at(ms):
    return (START + ms) % 2**30


def engine(**settings):
    made = Engine(
        f.OWN_MAC, [f.OWN_NET], gateway=f.GATEWAY, probe=False, seed=3, hold_slots=0, **settings
    )
    f.polled(made, at(0))
    f.polled(made, at(2000))
    f.events(made)
    return made


def refused(eng, error, *args, **given):
    before = list(eng.entries())
    try:
        eng.set(*args, **given)
    except error as problem:
        assert list(eng.entries()) == before
        return str(problem)
    raise AssertionError("%r was accepted" % (args,))


def test_M1_V12_a_permanent_entry_is_never_overwritten_and_never_expires():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC, kind=arp.PERMANENT)
    for i in range(20):
        f.receive(eng, f.reply(f.B_MAC, f.A_IP), at(3000 + 300 * i))
    f.polled(eng, at(86_400_000))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    assert f.events(eng).count("permanent") == 5


def test_M2_row_66_a_static_entry_that_the_network_overwrote_expires_like_a_learned_one():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC)
    f.polled(eng, at(2_000_000))
    assert eng.ask(f.A_IP) == f.mac(f.A_MAC)
    f.receive(eng, f.reply(f.B_MAC, f.A_IP), at(2_000_000))
    assert eng.get(f.A_IP).kind == arp.DYNAMIC
    assert f.events(eng) == ["added", "changed", "overwritten"]
    f.polled(eng, at(3_199_999))
    assert eng.ask(f.A_IP) == f.mac(f.B_MAC)
    f.polled(eng, at(3_200_000))
    assert eng.ask(f.A_IP) is None


def test_M3_row_65_a_temporary_entry_expires_and_the_same_mac_prolongs_it():
    eng = engine()
    f.polled(eng, at(3000))
    eng.set(f.A_IP, f.A_MAC, kind=arp.TEMPORARY)
    f.receive(eng, f.reply(), at(103_000))
    f.polled(eng, at(1_302_999))
    assert eng.get(f.A_IP).kind == arp.TEMPORARY
    f.polled(eng, at(1_303_000))
    assert eng.get(f.A_IP) is None


def test_M5_row_52_an_entry_that_is_not_published_is_not_answered_for():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT)
    assert f.receive(eng, f.request(tpa=f.B_IP), at(3000)) is None


def test_M6_row_34_row_68_a_published_entry_is_answered_with_its_mac():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC, flags=ATF_PUBL)
    assert f.receive(eng, f.request(tpa=f.B_IP), at(3000)) == f.arp(
        2, f.B_MAC, f.B_IP, f.A_MAC, f.A_IP, f.A_MAC, f.OWN_MAC
    )


def test_M6_V26_a_temporary_entry_that_is_over_is_answered_for_no_more_though_nobody_polled():
    for late, length in ((-1, 42), (0, 0)):
        eng = engine()
        eng.set(f.B_IP, f.B_MAC, ATF_PUBL, arp.TEMPORARY)
        now = at(2000 + 1_200_000 + late)
        assert eng.receive(f.request(tpa=f.B_IP), 42, now) == length
        assert (eng.get(f.B_IP) is None) == (late == 0)


def test_a_published_entry_is_not_answered_to_its_own_host_nor_to_an_announcement():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC, flags=ATF_PUBL)
    assert f.receive(eng, f.request(f.B_MAC, "192.168.1.30", f.B_IP), at(3000)) is None
    assert f.receive(eng, f.announcement(f.A_MAC, f.B_IP), at(3001)) is None


def test_row_39_a_foreign_answer_for_a_published_entry_is_a_proxy_problem():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC, flags=ATF_PUBL)
    f.events(eng)
    f.receive(eng, f.reply(f.A_MAC, f.B_IP), at(3000))
    event = eng.next_event()
    assert arp.describe(event) == (
        "IP: Proxy ARP problem? Hardware address '02:00:00:00:00:20' thinks it is '192.168.1.21'"
    )
    assert eng.ask(f.B_IP) == f.mac(f.B_MAC)


def test_M9_get_tells_flags_kind_and_state():
    eng = engine()
    assert eng.get(f.A_IP) is None
    eng.query(f.A_IP, at(3000))
    pending = eng.get(f.A_IP)
    assert (pending.mac, pending.flags, pending.state) == (None, 0, arp.PENDING)
    eng.set(f.B_IP, f.B_MAC, ATF_PUBL | ATF_USETRAILERS, arp.PERMANENT)
    found = eng.get(f.B_IP)
    assert found.flags == ATF_COM | ATF_PERM | ATF_PUBL | ATF_USETRAILERS
    assert (found.kind, found.state, found.mac) == (arp.PERMANENT, arp.RESOLVED, f.mac(f.B_MAC))


def test_M10_deleting_is_true_when_there_was_an_entry_and_never_takes_an_own_address():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC)
    assert eng.delete(f.B_IP)
    assert not eng.delete(f.B_IP)
    assert not eng.delete(f.OWN_IP)
    assert eng.ask(f.OWN_IP) == f.mac(f.OWN_MAC)


def test_M8_row_37_a_full_manual_table_is_an_error_and_changes_nothing():
    eng = engine(manual=2)
    eng.set("192.168.1.30", f.A_MAC)
    eng.set("192.168.1.31", f.A_MAC)
    assert "2 manual" in refused(eng, arp.NoBuffers, "192.168.1.32", f.A_MAC)
    eng.set("192.168.1.31", f.B_MAC)
    assert eng.ask("192.168.1.31") == f.mac(f.B_MAC)


def test_M7_M11_what_cannot_be_set_is_refused_by_name():
    eng = engine()
    assert refused(eng, ValueError, f.OWN_IP, f.A_MAC).startswith("ip")
    assert refused(eng, ValueError, "192.168.1.255", f.A_MAC).startswith("ip")
    assert refused(eng, ValueError, "224.0.0.1", f.A_MAC).startswith("ip")
    assert refused(eng, ValueError, f.A_IP, f.BROADCAST).startswith("mac")
    assert refused(eng, ValueError, f.A_IP, f.A_MAC, flags=ATF_COM).startswith("flags")
    assert refused(eng, ValueError, f.A_IP, f.A_MAC, flags=ATF_PERM).startswith("flags")
    assert refused(eng, ValueError, f.A_IP, f.A_MAC, kind=arp.DYNAMIC).startswith("kind")


def test_Q15_row_55_a_configured_entry_ends_the_pending_resolution():
    eng = engine()
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    eng.set(f.A_IP, f.B_MAC)
    assert f.events(eng) == ["resolved"]
    assert f.polled(eng, at(5000)) == []


def test_row_129_configured_entries_take_no_place_of_learned_ones():
    eng = engine(capacity=4, manual=4)
    for i in range(4):
        eng.set("192.168.1.%d" % (30 + i), f.A_MAC)
    for i in range(6):
        ip = "192.168.1.%d" % (60 + i)
        eng.query(ip, at(3000))
        f.polled(eng, at(3000))
        f.receive(eng, f.reply(f.B_MAC, ip), at(3000))
    kinds = [entry.kind for entry in eng.entries()]
    assert kinds.count(arp.STATIC) == 4
    assert kinds.count(arp.DYNAMIC) == 4


def test_flush_keeps_what_was_configured():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    f.receive(eng, f.reply(), at(3000))
    eng.flush()
    assert [entry.ip for entry in eng.entries()] == [f.ip(f.B_IP)]


def test_an_entry_off_the_link_is_its_own_next_hop():
    eng = engine()
    eng.set("10.9.9.9", f.A_MAC)
    assert eng.ask("10.9.9.9") == f.mac(f.A_MAC)
    assert eng.next_hop("10.9.9.9") == f.ip("10.9.9.9")


def test_row_144_entries_are_listed_once_each_whatever_is_done_to_them_meanwhile():
    eng = engine()
    for i in range(3):
        ip = "192.168.1.%d" % (60 + i)
        eng.query(ip, at(3000))
        f.polled(eng, at(3000))
        f.receive(eng, f.reply(f.B_MAC, ip), at(3000))
    out = bytearray(6)
    assert len([eng.lookup(entry.ip, out) for entry in eng.entries()]) == 3
    assert [eng.delete(entry.ip) for entry in eng.entries()] == [True] * 3
    assert list(eng.entries()) == []


def test_setting_another_mac_is_a_change_and_tells_the_old_one():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC)
    eng.set(f.A_IP, f.B_MAC)
    assert eng.next_event()[0] == arp.EV_ADDED
    assert eng.next_event() == (arp.EV_CHANGED, f.ip(f.A_IP), f.mac(f.B_MAC), f.mac(f.A_MAC))
