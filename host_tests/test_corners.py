"""What no scenario comes by: each test is a corner of one file that would else stay untried."""

import frames as f
from engines import at, engine, resolve
from intact import intact

import arp
from arp import acd, chance, errors, failure, stats
from arp.events import Events
from arp.waiters import Waiters, new_error


def refused(kind, body):
    """The text of the error of that kind that body() raises."""
    try:
        body()
    except kind as error:
        return str(error)
    raise AssertionError("not refused")


# --- names and settings ---


def test_a_public_name_whose_module_is_not_installed_is_an_import_error():
    arp._HOMES["Broken"] = "no_such_module"
    try:
        refused(ImportError, lambda: arp.Broken)
    finally:
        del arp._HOMES["Broken"]


def test_an_own_address_without_a_prefix_length_is_in_a_24_bit_network():
    for ip in (f.OWN_IP, f.ip(f.OWN_IP)):
        eng = engine(ips=(ip,))
        assert eng.ask("192.168.1.255") == b"\xff" * 6
        assert eng.next_hop("192.168.2.1") == f.ip(f.GATEWAY)


def test_row_13_a_gateway_that_is_no_host_is_refused():
    text = refused(ValueError, lambda: arp.Engine(f.OWN_MAC, [f.OWN_NET], gateway="224.0.0.1"))
    assert "gateway" in text and "224.0.0.1" in text


def test_a_lifetime_below_the_default_refresh_time_halves_it():
    eng = engine(lifetime_ms=10_000)
    assert eng.settings.refresh_ms == 5000


def test_randomness_comes_from_random_where_the_system_has_none():
    home = chance if hasattr(chance, "os") else arp.engine  # bundled, it is a part of that
    system = home.os
    home.os = object()
    try:
        first, second = chance._noise(), chance._noise()
    finally:
        home.os = system
    assert len(first) == len(second) == 22 and first != second


def test_without_room_for_an_error_there_is_a_memory_error_for_whoever_waits():
    def no_room(text):
        raise MemoryError(text)

    real = errors.Cleared
    errors.Cleared = no_room
    try:
        error = new_error("Cleared", "why")
    finally:
        errors.Cleared = real
    assert isinstance(error, MemoryError)
    assert isinstance(new_error("Cleared", "why"), errors.Cleared)


def test_every_counter_has_one_name():
    counters = stats.Stats()
    names = counters.names()
    assert len(names) == len(counters.counts) == len(set(names))
    counters.add(stats.EVENTS_DROPPED)
    assert counters.events_dropped == 1 and names[-1] == "events_dropped"
    assert names[stats.RX_BAD_TARGET] == "rx_bad_target" and names[stats.HELD] == "held"


# --- own addresses ---


def test_Q11_two_hosts_on_a_31_bit_network_have_no_broadcast_address():
    eng = engine(ips=("10.0.0.2/31",))
    assert eng.query("10.0.0.3", at(3000)) == arp.PENDING
    assert f.polled(eng, at(3000)) == [f.arp(1, f.OWN_MAC, "10.0.0.2", f.ZERO, "10.0.0.3")]


def test_D2_an_address_that_is_not_in_use_knows_no_conflict():
    address = acd.OwnAddress(f.ip(f.OWN_IP), 24)
    assert address.conflict(0, "cease") == acd.NOTHING


def test_a_gateway_on_no_own_network_is_asked_from_the_first_usable_address():
    eng = arp.Engine(
        f.OWN_MAC,
        ["10.1.0.1/16", "10.2.0.1/16", "10.3.0.1/16"],
        gateway="172.16.0.1",
        probe=False,
        hold_slots=0,
    )
    f.polled(eng, at(0))
    assert eng.query("8.8.8.8", at(0)) == arp.PENDING
    asked = [frame[28:32] for frame in f.polled(eng, at(0)) if frame[28:32] != frame[38:42]]
    assert asked == [f.ip("10.1.0.1")]


def test_announce_leaves_an_address_alone_that_is_still_probed():
    eng = arp.Engine(f.OWN_MAC, [f.OWN_NET], seed=5, hold_slots=0)
    f.polled(eng, at(0))
    eng.announce()
    sent = []
    for ms in range(0, 12_000, 10):
        sent += f.polled(eng, at(ms))
    probe = f.probe(f.OWN_MAC, f.OWN_IP)
    assert sent == [probe] * 3 + [f.announcement(f.OWN_MAC, f.OWN_IP)] * 2


def test_A2_a_refresh_without_a_usable_address_sends_nothing_and_the_entry_expires():
    eng = engine(lifetime_ms=10_000, refresh_ms=5000, conflict="cease", probe=True)
    for ms in range(3000, 12_000, 100):
        f.polled(eng, at(ms))
    eng.set_ips([f.OWN_NET, "192.168.1.11/24"])
    resolve(eng, 12_000)
    eng.query(f.A_IP, at(12_000))
    second = eng._own.at(f.ip("192.168.1.11"), 0)
    second.start(at(12_000), 9000)  # still to be probed when the first is lost
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(12_100))
    assert eng.ips == []
    f.events(eng)
    sent = []
    for ms in range(12_100, 22_001, 50):
        sent += f.polled(eng, at(ms))
    assert all(frame[28:32] == bytes(4) for frame in sent)
    assert f.events(eng) == ["expired"]


# --- entries ---


def test_V10_row_107_a_stranger_is_not_learned_when_everything_in_the_table_is_used():
    eng = engine(capacity=4, learn="rfc826")
    for i in range(4):
        resolve(eng, 3000 + i, "192.168.1.%d" % (30 + i), "02:00:00:00:01:%02x" % i)
    assert f.receive(eng, f.request(), at(3100)) is not None
    assert eng.get(f.A_IP) is None
    assert len(list(eng.entries())) == 4


def test_Q8_row_107_a_stranger_is_not_learned_in_the_place_of_one_asked_for_in_this_second():
    eng = engine(capacity=4, manual=0, pending=1, learn="rfc826")
    for i in range(5):
        assert eng.query("192.168.1.%d" % (30 + i), at(3000)) == arp.PENDING
        assert len(f.polled(eng, at(3000))) == 1
        if i < 4:
            eng.delete("192.168.1.%d" % (30 + i))
    assert f.receive(eng, f.request(), at(3999)) is not None
    assert eng.get(f.A_IP) is None
    f.receive(eng, f.request(), at(4000))
    assert eng.get(f.A_IP) is not None
    intact(eng._cache)


def test_A7_advice_about_what_is_not_resolved_or_not_on_a_hop_is_not_taken():
    eng = engine()
    assert not eng.confirm("255.255.255.255")
    assert not eng.confirm(f.A_IP)
    eng.query(f.A_IP, at(3000))
    assert not eng.confirm(f.A_IP)
    eng.set(f.B_IP, f.B_MAC, kind=arp.PERMANENT)
    assert eng.confirm(f.B_IP)
    assert eng.next_deadline(at(3000)) == 0  # the request alone


def test_Q8_A2_a_refresh_less_than_a_second_after_the_request_waits():
    eng = engine(lifetime_ms=2000, refresh_ms=1500)
    resolve(eng, 3000)
    eng.query(f.A_IP, at(3000))
    assert f.polled(eng, at(3500)) == []
    assert eng.next_deadline(at(3500)) == 500
    assert [frame[:6] for frame in f.polled(eng, at(4000))] == [f.mac(f.A_MAC)]


def test_M6_a_published_entry_is_not_answered_to_a_sender_that_no_host_can_be():
    eng = engine()
    eng.set(f.B_IP, f.B_MAC, arp.ATF_PUBL, arp.PERMANENT)
    assert f.receive(eng, f.request(spa="127.0.0.1", tpa=f.B_IP), at(3000)) is None
    assert f.receive(eng, f.request(tpa=f.B_IP), at(3000)) is not None
    assert eng.stats.rx_bad_sender == 1


def test_row_35_a_trailer_offer_that_is_owed_is_work_for_now():
    eng = engine(trailers=True)
    f.receive(eng, f.request(), at(3000))
    assert eng.next_deadline(at(3000)) == 0
    assert [frame[16] for frame in f.polled(eng, at(3000))] == [0x10]
    assert eng.next_deadline(at(3000)) == -1


def test_W7_T1_a_trailer_offer_from_a_link_local_address_goes_to_everybody():
    eng = engine(ips=(), trailers=True, link_local=True)
    for ms in range(3000, 15_000, 100):
        f.polled(eng, at(ms))
    (own,) = [".".join([str(b) for b in ip]) for ip in eng.ips]
    answer = f.receive(eng, f.request(spa="169.254.7.7", tpa=own), at(15_000))
    (offer,) = f.polled(eng, at(15_000))
    assert answer[:6] == offer[:6] == b"\xff" * 6
    assert offer[16:18] == b"\x10\x00"


def test_T1_a_trailer_offer_is_not_sent_for_an_address_that_was_taken_away():
    eng = engine(trailers=True)
    assert f.receive(eng, f.request(), at(3000)) is not None
    eng.set_ips([])
    assert f.polled(eng, at(3000)) == []


def test_T1_D2_a_trailer_offer_is_not_sent_for_an_address_that_was_lost():
    eng = engine(trailers=True, conflict="cease")
    assert f.receive(eng, f.request(), at(3000)) is not None
    f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(3000))
    assert eng.ips == []
    assert f.polled(eng, at(3000)) == []


def test_Q11_a_packet_for_everybody_is_work_for_now_behind_one_that_waits():
    eng = engine(hold_slots=3)
    assert eng.hold(f.A_IP, b"waits", 5, at(3000))
    f.polled(eng, at(3000))
    assert eng.next_deadline(at(3000)) == 1000
    assert eng.hold("255.255.255.255", b"leaves", 6, at(3000))
    assert eng.next_deadline(at(3000)) == 0
    assert [frame[14:] for frame in f.polled(eng, at(3000))] == [b"leaves"]


# --- events, text, waiters ---


def test_V19_what_was_left_out_is_counted_up_to_65535():
    events = Events(2, 1, stats.Stats())
    for _ in range(65_540):
        events.diagnose(arp.EV_TABLE_FULL, 0, f.ip(f.A_IP), 0, None, 0)
    events.diagnose(arp.EV_TABLE_FULL, 1000, f.ip(f.A_IP), 0, None, 0)
    assert [events.next()[3] for _ in range(2)] == [0, 0xFFFF]


def test_every_kind_of_event_has_a_sentence_with_and_without_addresses():
    for kind in range(1, arp.EV_NIC):
        text = arp.describe((kind, f.ip(f.A_IP), f.mac(f.A_MAC), f.mac(f.B_MAC)))
        assert f.A_IP in text and "%" not in text, text
    assert arp.describe((arp.EV_FAILED, f.ip(f.A_IP), None, None)) == f.A_IP + " does not answer"


def test_row_144_the_table_marks_what_takes_trailers():
    eng = engine()
    eng.set(f.A_IP, f.A_MAC, arp.ATF_USETRAILERS)
    assert arp.sentences.table(eng.entries()).endswith("%s [ether] TRAILERS on arp0" % f.A_MAC)


def test_C3_each_code_of_a_query_has_its_error():
    ip, hop = f.ip(f.A_IP), f.ip(f.GATEWAY)
    for code, where, down_ms, kind in (
        (arp.NO_ROUTE, None, 1, arp.NoRoute),
        (arp.FULL, ip, 1, arp.NoBuffers),
        (arp.DOWN, ip, 1, arp.HostDown),
        (arp.DOWN, hop, 1, arp.HostUnreachable),
        (arp.DOWN, hop, 0, arp.Timeout),
    ):
        error = failure.failure(code, ip, where, down_ms)
        assert type(error) is kind and f.A_IP in str(error)


def test_the_end_of_a_resolution_that_nobody_waits_for_wakes_nobody():
    waiters = Waiters()
    waiter = waiters.join(f.ip(f.A_IP))
    waiters.end(f.ip(f.B_IP), None, None)
    assert not waiter.event.is_set()
