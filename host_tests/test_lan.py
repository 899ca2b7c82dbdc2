"""The simulated LAN: each fault really happens and is counted."""

from lans import ALL, A, B, C, Time, drain, quiet

from sim.lan import Lan, XorShift


def _frame(dst=ALL, number=0, size=60):
    return dst + A + b"\x12\x34" + bytes([number >> 8, number & 255]) + b"\x55" * (size - 16)


def _send_many(lan, count):
    """count numbered broadcasts from one port to another -> the numbers that arrive."""
    a, b = lan.port(A), lan.port(B)
    for number in range(count):
        a.send(_frame(number=number), 60)
    if lan.delay_ms[1]:
        lan.now.pass_ms(lan.delay_ms[1])
    return [frame[14] << 8 | frame[15] for frame in drain(b)]


def test_a_broadcast_reaches_every_other_port_and_not_its_sender():
    lan = quiet()
    a, b, c = lan.port(A), lan.port(B), lan.port(C)
    a.send(_frame(), 60)
    assert drain(b) == [_frame()]
    assert drain(c) == [_frame()]
    assert drain(a) == []
    assert lan.counts["sent"] == 1
    assert lan.counts["delivered"] == 2


def test_a_unicast_frame_is_heard_by_its_host_and_by_promiscuous_ports():
    lan = quiet()
    a, b, c, d = lan.port(A), lan.port(B), lan.port(C), lan.port("02:00:00:00:00:0d")
    d.promiscuous(True)
    a.send(_frame(B), 60)
    assert len(drain(b)) == 1
    assert drain(c) == []
    assert len(drain(d)) == 1


def test_a_multicast_frame_is_heard():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    a.send(_frame(b"\x01\0\x5e\0\0\x01"), 60)
    assert len(drain(b)) == 1


def test_a_short_frame_arrives_with_zeros_up_to_60_bytes():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    a.send(_frame(size=42), 42)
    assert drain(b) == [_frame(size=42) + bytes(18)]


def test_send_refuses_lengths_that_are_no_frame():
    port = quiet().port(A)
    for n, ok in ((13, False), (14, True), (1514, True), (1515, False)):
        try:
            port.send(bytearray(1600), n)
            got = True
        except OSError as e:
            got = False
            assert e.args[0] == 90
        assert got == ok, n


def test_send_copies_the_frame():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    buf = bytearray(_frame())
    a.send(buf, 60)
    buf[20] = 0
    assert drain(b) == [_frame()]


def test_a_frame_longer_than_the_buffer_is_counted_and_dropped():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    a.send(_frame(size=100), 100)
    a.send(_frame(number=1), 60)
    buf = bytearray(64)
    assert b.recv_into(buf) == 60
    assert (buf[15], b.too_long) == (1, 1)


def test_an_unplugged_port_has_no_link_hears_nothing_and_refuses():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    b.is_plugged = False
    a.send(_frame(), 60)
    assert (b.link(), drain(b)) == (False, [])
    try:
        b.send(_frame(), 60)
        refused = False
    except OSError:
        refused = True
    assert refused


def test_a_closed_port_has_left_the_hub():
    lan = quiet()
    a, b = lan.port(A), lan.port(B)
    b.close()
    a.send(_frame(), 60)
    assert (lan.ports, drain(b)) == ([a], [])


def test_no_fault_happens_unasked():
    lan = quiet()
    assert _send_many(lan, 200) == list(range(200))
    assert lan.counts == {
        "sent": 200, "delivered": 200, "lost": 0, "duplicated": 0,
        "delayed": 0, "reordered": 0, "corrupted": 0, "overrun": 0,
    }  # fmt: skip


def test_loss_loses_that_share_and_counts_it():
    lan = quiet(loss=0.3)
    got = _send_many(lan, 200)
    assert 40 <= lan.counts["lost"] <= 80
    assert len(got) == 200 - lan.counts["lost"]
    assert got == sorted(got)


def test_loss_1_loses_everything():
    lan = quiet(loss=1)
    assert _send_many(lan, 50) == []
    assert lan.counts["lost"] == 50


def test_duplicates_arrive_twice_and_are_counted():
    lan = quiet(duplicate=0.25)
    got = _send_many(lan, 100)
    assert 10 <= lan.counts["duplicated"] <= 40
    assert len(got) == 100 + lan.counts["duplicated"]
    assert sorted(set(got)) == list(range(100))


def test_corruption_turns_one_bit_and_is_counted():
    lan = quiet(corrupt=0.5)
    a, b = lan.port(A), lan.port(B)
    b.promiscuous(True)
    for _ in range(100):
        a.send(_frame(), 60)
    damaged = 0
    for frame in drain(b):
        bits = sum([bin(x ^ y).count("1") for x, y in zip(frame, _frame())])
        assert bits in (0, 1)
        damaged += bits
    assert 25 <= damaged <= 75
    assert lan.counts["corrupted"] == damaged


def test_a_delayed_frame_arrives_at_its_time_and_not_before():
    lan = quiet(delay_ms=(10, 10))
    a, b = lan.port(A), lan.port(B)
    a.send(_frame(), 60)
    assert (b.due_ms(), drain(b)) == (10, [])
    lan.now.pass_ms(9)
    assert (b.due_ms(), drain(b)) == (1, [])
    lan.now.pass_ms(1)
    assert (b.due_ms(), len(drain(b))) == (0, 1)
    assert lan.counts["delayed"] == 1


def test_differing_delays_reorder_and_are_counted():
    lan = quiet(delay_ms=(0, 20))
    got = _send_many(lan, 100)
    assert sorted(got) == list(range(100))
    assert got != sorted(got)
    assert lan.counts["reordered"] > 10


def test_equal_delays_keep_the_order():
    lan = quiet(delay_ms=(5, 5))
    assert _send_many(lan, 50) == list(range(50))
    assert lan.counts["reordered"] == 0


def test_a_full_queue_drops_the_newcomer_and_counts_it():
    lan = quiet(queue=10)
    assert _send_many(lan, 15) == list(range(10))
    assert lan.counts["overrun"] == 5
    assert lan.ports[1].dropped == 5


def test_the_same_seed_gives_the_same_faults_and_another_does_not():
    faults = {"loss": 0.2, "duplicate": 0.2, "corrupt": 0.2, "delay_ms": (0, 9), "say": None}
    runs = [_send_many(Lan(seed=seed, now=Time(), **faults), 100) for seed in (5, 5, 6)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_generator_gives_the_same_numbers_on_every_runtime():
    random = XorShift(1)
    assert [random.below(1000) for _ in range(5)] == [29, 932, 299, 943, 842]


def test_the_seed_is_said_at_the_start_and_in_the_report():
    said = []
    lan = Lan(seed=42, loss=0.5, now=Time(), say=said.append)
    assert said == [lan]
    assert "seed 42, loss 0.5" in str(lan)


def test_without_a_seed_each_lan_has_its_own():
    assert len({Lan(now=Time(), say=None).seed for _ in range(4)}) > 1


def test_impossible_faults_are_refused():
    for faults in ({"loss": 1.5}, {"corrupt": -1}, {"delay_ms": (5, 1)}):
        try:
            quiet(**faults)
            refused = False
        except ValueError:
            refused = True
        assert refused, faults


def test_the_trace_tells_the_fate_of_each_frame():
    lan = quiet(loss=1)
    a, _ = lan.port(A), lan.port(B)
    a.send(_frame(), 60)
    assert lan.trace == [
        (2**30 - 3, "sent", A, None, _frame()),
        (2**30 - 3, "lost", A, B, _frame()),
    ]


def test_the_trace_is_bounded():
    lan = quiet()
    a = lan.port(A)
    for number in range(2100):
        a.send(_frame(number=number), 60)
    assert len(lan.trace) == 2000
    assert lan.trace[0][4] == _frame(number=100)
