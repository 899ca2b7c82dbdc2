"""The short way of frames, lookups and queries does to an engine what the long way does."""

import frames as f
from twins import (
    IS_BOARD,
    IS_CPYTHON,
    OWN_MAC,
    SETTINGS,
    START,
    STEPS,
    Life,
    Twins,
    announced,
    reply,
    viper,
)

import arp
import arp.short
from arp.ticks import add
from support import skip


def test_the_short_way_does_what_the_long_way_does():
    with viper():
        frames = taken_long = 0
        for number, settings in enumerate(SETTINGS[3:] if IS_BOARD else SETTINGS):
            twins = Twins(settings)
            life = Life(twins, 100 + number)
            for _ in range(STEPS):
                life.step()
            if not settings.get("trailers"):
                frames += twins.short.stats.rx
                taken_long += twins.taken_long
        assert taken_long * 10 < frames * 9, "this test saw too little"


def _common():
    # (name, frame, reply length) of what must not need the long way.
    bad = bytearray(f.request())
    bad[15] = 6
    return (
        ("a request for us", f.request(), 42),
        ("a reply of somebody unknown", reply(f.B_MAC, f.B_IP), 0),
        ("a reply of somebody known", reply(), 0),
        ("a request for others", f.request(tpa="192.168.1.77"), 0),
        ("a bad header", bytes(bad), 0),
        ("a frame that is not ARP", b"\xff" * 12 + b"\x08\x00" + bytes(46), 0),
        ("a short frame", f.request()[:30], 0),
        ("a request for a group", f.request(tpa="224.0.0.1"), 0),
    )


def test_common_frames_never_take_the_long_way():
    with viper():
        twins = announced()
        now = add(START, 4500)
        for name, frame, n in _common():
            before = twins.taken_long
            assert twins.receive(frame, len(frame), now) == n, name
            assert twins.taken_long == before, name


def test_bytes_behind_the_frame_never_matter():
    with viper():
        twins = announced()
        now = add(START, 4500)
        for _, frame, _ in _common():
            for n in (0, 13, 14, 30) if IS_BOARD else range(len(frame) + 1):
                # One engine sees zeros behind the frame, the other what would be its rest.
                twins.receive(frame, n, now, frame[:n] + bytes(60))


def test_every_byte_of_a_header_counts():
    with viper():
        twins = announced()
        now = add(START, 4500)
        for at in (0, 12) if IS_BOARD else list(range(6)) + list(range(12, 23)):
            for value in (0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF):
                frame = bytearray(f.request())
                frame[at] = value
                twins.receive(frame, 42, now)
                frame[0:6] = f.mac(OWN_MAC)
                frame[at] = value
                twins.receive(frame, 42, now)


def test_a_length_that_lies_is_a_short_frame():
    with viper():
        twins = announced()
        now = add(START, 4500)
        for n in range(42):
            assert twins.receive(f.request()[:n], 60, now) == 0


def test_a_length_far_below_zero_is_a_short_frame():
    # As 32-bit words, and as what the test of a tick sees of them.
    with viper():
        twins = announced()
        now = add(START, 4500)
        for n in (-1, -42, 20 - (1 << 29), 20 - (1 << 30), -1 << 30, 5 - (1 << 31), -1 << 31):
            for frame in (b"", b"\xff" * 12 + b"\x08\x00" + bytes(46), f.request()):
                before = twins.short.stats.rx_short
                assert twins.receive(frame, n, now) == 0
                assert twins.short.stats.rx_short == before + 1, n


def test_text_of_four_characters_is_no_address():
    with viper():
        twins = announced()
        out = bytearray(6)
        for engine in twins.engines:  # else what is beyond the gateway takes the long way
            engine.query(f.ip(f.GATEWAY), add(START, 4500))
            engine.receive(reply(f.B_MAC, f.GATEWAY), 42, add(START, 4500))
        for what in (lambda e: e.lookup("eth0", out), lambda e: e.query("eth0", add(START, 4500))):
            for engine in twins.engines:
                try:
                    what(engine)
                except (TypeError, ValueError):
                    continue
                raise AssertionError("nothing was raised")
        twins.same("nothing changed", lambda e: bytes(out))
        assert bytes(out) == bytes(6)


def test_a_refreshed_entry_starts_anew():
    with viper():
        twins = announced({"lifetime_ms": 9000, "refresh_ms": 4000})
        out = bytearray(6)
        twins.same("use", lambda e: e.lookup(f.ip(f.A_IP), out))
        refreshes = 0
        for ms in range(4000, 40_000, 500):
            now = add(START, ms)
            n = twins.poll(now)
            if n:
                refreshes += 1
                if refreshes % 2 == 0:  # the broadcast, after the unicast
                    twins.receive(reply(), 42, now)
                    twins.same("use", lambda e: e.lookup(f.ip(f.A_IP), out))
        assert refreshes >= 6


def test_an_entry_that_is_over_is_not_prolonged_to_the_millisecond():
    with viper():
        for late in (-1, 0, 1):
            twins = announced({"lifetime_ms": 9000, "refresh_ms": 0})
            twins.receive(reply(), 42, add(START, 4000 + 9000 + late))
            assert (twins.short.get(f.A_IP) is None) == (late >= 0)
            twins = announced({"lifetime_ms": 9000, "refresh_ms": 0})
            twins.query(f.ip(f.A_IP), add(START, 4000 + 9000 + late))


def test_what_a_person_configured_lives_as_long_and_is_answered():
    with viper():
        twins = announced()
        now = add(START, 5000)
        twins.same("set", lambda e: e.set(f.B_IP, f.B_MAC, 0, arp.TEMPORARY))
        twins.receive(reply(f.B_MAC, f.B_IP), 42, now)
        twins.same("publish", lambda e: e.set("192.168.1.77", f.B_MAC, arp.ATF_PUBL))
        assert twins.receive(f.request(tpa="192.168.1.77"), 42, now) == 42
        assert twins.receive(f.request(tpa="192.168.1.78"), 42, now) == 0


def test_the_next_frame_starts_what_waits_for_the_time():
    with viper():
        twins = announced()
        twins.same("announce", lambda e: e.announce())
        assert twins.receive(f.request(), 42, add(START, 5000)) == 42
        assert twins.same("poll", lambda e: e.poll(add(START, 5000))) == 42
        twins.same("one more", lambda e: e.set_ips([f.OWN_NET, "192.168.1.11/24"]))
        twins.receive(f.request(), 42, add(START, 5500))
        assert twins.same("due", lambda e: e.next_deadline(add(START, 9000))) == 0


def test_the_count_of_repeats_stops_where_its_array_ends():
    with viper():
        twins = announced()
        bad = f.request("03:00:00:00:00:09")
        twins.receive(bad, 42, add(START, 5000))
        for engine in twins.engines:
            left_out = engine.events.arrays()[2]
            for i in range(len(left_out)):
                left_out[i] = 0xFFFE
        for _ in range(3):
            twins.receive(bad, 42, add(START, 5001))


def test_wrong_arguments_raise_and_change_nothing():
    with viper():
        twins = announced()
        now = add(START, 4500)
        out = bytearray(6)
        a = f.ip(f.A_IP)
        for what in (
            lambda e: e.receive(5, 42, now),
            lambda e: e.receive(None, 42, now),
            lambda e: e.receive(f.request(), "42", now),
            lambda e: e.receive(f.request(), 42, None),
            lambda e: e.lookup(a, bytes(6)),
            lambda e: e.lookup(a, bytearray(5)),
            lambda e: e.lookup("no address", out),
            lambda e: e.lookup(b"\x01\x02\x03", out),
            lambda e: e.lookup(b"\x01\x02\x03\x04\x05", out),
            lambda e: e.lookup(7, out),
            lambda e: e.query("no address", now),
            lambda e: e.query(a, None),
        ):
            before = list(twins.short.stats.counts)
            for engine in twins.engines:
                try:
                    what(engine)
                except (TypeError, ValueError, IndexError):
                    pass
                else:
                    raise AssertionError("nothing was raised")
            assert list(twins.short.stats.counts)[1:] == before[1:]


def test_a_query_that_has_to_ask_comes_back():
    # Frozen for armv6m it once jumped to nowhere from here.
    with viper():
        twins = announced()
        now = add(START, 4500)
        assert twins.query(f.ip(f.B_IP), now) == arp.PENDING
        assert twins.query(f.ip(f.B_IP), now) == arp.PENDING
        assert twins.poll(now) == 42
        assert twins.query(f.ip(f.A_IP), now) == arp.RESOLVED


def test_a_wrong_number_of_arguments_raises_and_names_it():
    with viper():
        twins = announced()
        a = f.ip(f.B_IP)
        for call in (twins.short.receive, twins.short.lookup, twins.short.query):
            for count in (0, 1, 4, 20):
                try:
                    call(*(a,) * count)
                except TypeError as e:
                    assert "argument" in str(e)
                    continue
                raise AssertionError("nothing was raised")


def test_buffers_at_odd_addresses_do_as_well():
    with viper():
        twins = announced()
        now = add(START, 4500)
        for odd in (0, 3):
            # 3: as where words cannot be read there; on such machines it is so from the start.
            twins.short._words[17] |= odd
            for at in range(4):
                room = bytearray(64)
                view = memoryview(room)[at:]
                for _, frame, n in _common():
                    view[: len(frame)] = frame
                    before = twins.taken_long
                    assert twins.receive(view, len(frame), now) == n
                    is_long = at and twins.short._words[17] and not IS_CPYTHON
                    assert twins.taken_long == before + bool(is_long)
                view[:4] = f.ip(f.A_IP)
                assert twins.query(view[:4], now) == arp.RESOLVED
                out = memoryview(bytearray(64))[at : at + 6]
                assert twins.lookup(view[:4], out) is True
                assert bytes(out) == f.mac(f.A_MAC)


def test_off_link_destinations_lead_to_the_gateway():
    with viper():
        twins = announced()
        now = add(START, 4500)
        far = f.ip("8.8.8.8")
        assert twins.same("ask", lambda e: e.query(far, now)) == arp.PENDING
        for engine in twins.engines:
            f.polled(engine, now)
        twins.same("answer", lambda e: e.receive(reply(f.B_MAC, f.GATEWAY), 42, now))
        assert twins.same("query", lambda e: e.query(far, now)) == arp.RESOLVED
        out = bytearray(6)
        assert twins.lookup(far, out) is True
        assert bytes(out) == f.mac(f.B_MAC)
        for ip in ("169.254.1.2", "127.0.0.1", "224.0.0.9", "255.255.255.255", "0.1.2.3"):
            twins.lookup(f.ip(ip), out)
            twins.query(f.ip(ip), now)


def test_a_port_with_viper_has_the_short_way():
    if IS_CPYTHON:
        skip("CPython has the long way alone")
    with viper():
        from arp._hot_viper import bind

        home = arp.short if hasattr(arp.short, "bind") else arp.engine  # bundled, a part of that
        assert home.bind is bind


def test_a_port_without_viper_has_the_long_way_alone():
    from arp._hot import bind

    engine = arp.Engine(f.OWN_MAC, [f.OWN_NET])
    before = engine.receive
    bind(engine, None, None)
    assert engine.receive == before
