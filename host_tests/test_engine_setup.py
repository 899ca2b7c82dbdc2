"""Own addresses, settings, counters and the clock of an engine."""

import frames as f
from engines import at, engine

from arp import Engine


def test_Q16_deleting_flushing_and_new_addresses_end_a_pending_query_as_cleared():
    for end in (
        lambda eng: eng.delete(f.A_IP),
        lambda eng: eng.flush(),
        lambda eng: eng.set_ips(["192.168.1.11/24"]),
    ):
        eng = engine()
        eng.query(f.A_IP, at(3000))
        f.polled(eng, at(3000))
        end(eng)
        assert "cleared" in f.events(eng)
        assert eng.get(f.A_IP) is None


def test_row_16_set_ips_replaces_the_addresses_and_announces_the_new_one():
    eng = engine()
    eng.set_ips([f.OWN_NET, "192.168.1.77/24"])
    assert eng.ips == [f.ip(f.OWN_IP), f.ip("192.168.1.77")]
    assert f.polled(eng, at(3000)) == [f.announcement(f.OWN_MAC, "192.168.1.77")]
    assert f.receive(eng, f.request(tpa="192.168.1.77"), at(3001)) is not None
    eng.set_ips(["192.168.1.77/24"])
    assert f.receive(eng, f.request(), at(3002)) is None


def test_next_deadline_is_the_time_until_poll_has_work():
    eng = engine(retries=0)
    assert eng.next_deadline(at(3000)) == -1
    eng.query(f.A_IP, at(3000))
    assert eng.next_deadline(at(3000)) == 0
    f.polled(eng, at(3000))
    assert eng.next_deadline(at(3400)) == 600


def test_a_clock_that_steps_back_a_little_stands_still():
    eng = engine(retries=0)
    eng.query(f.A_IP, at(3000))
    f.polled(eng, at(3000))
    assert f.polled(eng, at(2500)) == []
    assert eng.next_deadline(at(2500)) == 1000


def test_a_length_beyond_the_buffer_reads_nothing_behind_it():
    eng = engine()
    assert eng.receive(f.request()[:30], 42, at(3000)) == 0
    assert eng.stats.rx_short == 1


def test_row_13_wrong_settings_are_refused_by_name():
    for name, value in (
        ("timeout_ms", 0),
        ("retries", -1),
        ("capacity", 3),
        ("capacity", 4097),
        ("capacity", "many"),
        ("learn", "everything"),
        ("conflict", "ignore"),
        ("probe", 3),
        ("refresh_ms", 1_200_000),
        ("seed", "x"),
        ("colour", 1),
    ):
        try:
            Engine(f.OWN_MAC, [f.OWN_NET], **{name: value})
        except (ValueError, TypeError) as error:
            assert str(error).startswith(name), (name, str(error))
        else:
            raise AssertionError("%s=%r was accepted" % (name, value))


def test_a_wrong_own_address_leaves_the_old_ones_in_place():
    eng = engine()
    for ips in (["192.168.1.300/24"], [f.OWN_NET, f.OWN_NET], ["192.168.1.255/24"], "10.0.0.1/8"):
        try:
            eng.set_ips(ips)
        except (ValueError, TypeError) as error:
            assert str(error).startswith("ips"), str(error)
        else:
            raise AssertionError("%r was accepted" % (ips,))
    assert eng.ips == [f.ip(f.OWN_IP)]


def test_stats_count_and_print_like_netstat():
    eng = engine()
    f.receive(eng, f.request(), at(3000))
    f.receive(eng, f.request()[:20], at(3000))
    assert (eng.stats.rx, eng.stats.rx_short, eng.stats.tx_reply) == (2, 1, 1)
    assert "    1 rx short\n" in str(eng.stats)
    try:
        raise AssertionError("rx_nonsense is %r" % eng.stats.rx_nonsense)
    except AttributeError:
        pass


def test_a_subclass_that_overrides_a_method_is_asked_for_everything():
    class Counting(Engine):
        frames = 0

        def receive(self, frame, n, now):
            self.frames += 1
            return super().receive(frame, n, now)

    eng = Counting(f.OWN_MAC, [f.OWN_NET], probe=False)
    f.polled(eng, at(0))
    for i in range(3):
        assert f.receive(eng, f.request(), at(i))[:6] == f.mac(f.A_MAC)
    assert eng.frames == 3
