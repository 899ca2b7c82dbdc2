"""The short way with other own addresses than one: of odd networks, several, a link-local one."""

import frames as f
from twins import IS_BOARD, MANY, START, STEPS, Life, Twins, announced, reply, viper

import arp
from arp.addr import ip_text
from arp.ticks import add


def test_random_lives_with_several_own_addresses():
    with viper():
        frames = taken_long = 0
        for number in range(1 if IS_BOARD else 4):
            twins = Twins({"link_local": number == 1, "learn": "rfc826" if number else "cautious"})
            twins.set_ips(MANY[number])
            life = Life(twins, 200 + number, MANY)
            for _ in range(STEPS):
                life.step()
            frames += twins.short.stats.rx
            taken_long += twins.taken_long
        assert taken_long * 10 < frames * 9, "this test saw too little"


def test_each_own_address_is_answered_on_the_short_way_but_a_link_local_one():
    with viper():
        for link_local in (False, True):
            twins = announced({"link_local": link_local, "seed": 3})
            twins.set_ips([f.OWN_NET, "192.168.1.11/24", "10.0.0.5/8"])
            now = add(START, 5000)
            for ms in range(0, 15_000, 200):
                while twins.poll(add(now, ms)):
                    pass
            now = add(now, 15_000)
            ips = [bytes(ip) for ip in twins.short.ips]
            assert len(ips) == 3 + link_local
            for ip in ips:
                before = twins.taken_long
                assert twins.receive(f.request(tpa=ip_text(ip)), 42, now) == 42
                assert bytes(twins.short.tx[28:32]) == ip
                is_link_local = ip[:2] == b"\xa9\xfe"
                assert twins.taken_long == before + is_link_local
                assert (bytes(twins.short.tx[:6]) == b"\xff" * 6) == is_link_local


def test_a_further_own_address_is_answered_once_it_is_probed():
    with viper():
        twins = announced({"probe": True})
        for ms in range(4500, 12_000, 500):
            twins.poll(add(START, ms))
        twins.set_ips([f.OWN_NET, "192.168.1.11/24"])
        answers = []
        for ms in range(12_000, 26_000, 1000):
            twins.receive(f.request(), 42, add(START, ms))
            answers.append(twins.receive(f.request(tpa="192.168.1.11"), 42, add(START, ms)))
            twins.poll(add(START, ms))
        assert answers[0] == 0 and answers[-1] == 42


def test_the_broadcast_of_a_further_network_is_no_host_of_the_first():
    with viper():
        twins = announced()
        twins.set_ips([f.OWN_NET, "192.168.1.29/28"])
        twins.receive(f.request(), 42, add(START, 5000))  # the first one starts its claim
        before = twins.short.stats.rx_bad_sender
        assert twins.receive(f.request(spa="192.168.1.31"), 42, add(START, 5000)) == 0
        assert twins.receive(f.request(tpa="192.168.1.31"), 42, add(START, 5000)) == 0
        assert twins.short.stats.rx_bad_sender == before + 1


def test_more_own_addresses_than_it_has_room_for_close_the_short_way():
    with viper():
        twins = announced()
        nets = [f.OWN_NET] + ["192.168.1.%d/24" % i for i in range(11, 15)]
        for count, is_shut in ((4, 0), (5, 1), (1, 0), (0, 1)):
            twins.short.set_ips(nets[:count])
            twins.long.set_ips(nets[:count])
            assert twins.short._words[2] == is_shut
            now = add(START, 5000)
            assert twins.receive(f.request(tpa="192.168.1.14"), 42, now) == 42 * (count == 5)


def test_the_gateway_is_found_on_the_short_way_with_one_network():
    with viper():
        out = bytearray(6)
        far = f.ip("8.8.8.8")
        for more, asked_long in (
            ([], 0),  # and a link-local one
            (["192.168.1.11/24"], 0),
            (["192.168.1.29/28"], 0),
            (["192.168.1.29/16"], 2),
            (["8.8.8.1/28"], 1),  # a neighbor, and pending
            (["192.168.1.11/24", "10.0.0.5/8"], 2),
            (["10.0.0.5/8", "192.168.1.11/24"], 2),
        ):
            twins = announced({"link_local": not more})
            now = add(START, 5000)
            twins.set_ips([f.OWN_NET] + more)
            for ip in (f.ip(f.GATEWAY), far):
                twins.query(ip, now)
                twins.poll(now)
                now = add(now, 5)
            twins.receive(reply(f.B_MAC, f.GATEWAY), 42, now)
            before = twins.asked_long
            is_there = twins.lookup(far, out)
            assert twins.query(far, now) == (arp.RESOLVED if is_there else arp.PENDING)
            assert is_there == (more != ["8.8.8.1/28"])
            assert twins.asked_long == before + asked_long, more


def test_an_entry_of_what_became_a_further_own_address_or_its_broadcast_is_none():
    with viper():
        twins = announced()
        for net, last, mac in (("12/24", "12", twins.short.mac), ("12/28", "15", b"\xff" * 6)):
            ip = "192.168.1." + last
            for engine in twins.engines:
                engine.set_ips([f.OWN_NET])
                engine.set(ip, f.B_MAC)
                engine.set_ips([f.OWN_NET, "192.168.1." + net])
            assert twins.query(f.ip(ip), add(START, 4500)) == arp.RESOLVED
            for engine in twins.engines:
                out = bytearray(6)
                assert engine.lookup(f.ip(ip), out) is True
                assert bytes(out) == mac
                engine.delete(ip)


def test_a_net_with_addresses_of_no_host_has_the_long_way_alone():
    with viper():
        for net in ("10.0.0.1/1", "126.0.0.1/7", "1.0.0.5/7"):
            twins = Twins({})
            assert not twins.short._words[2]
            twins.set_ips([net])
            assert twins.short._words[2], net
            twins.set_ips(["9.0.0.1/6"])
            assert not twins.short._words[2]


def test_an_entry_of_what_became_an_own_address_is_none():
    with viper():
        twins = announced()
        twins.same("set", lambda e: e.set("192.168.1.11", f.B_MAC))
        twins.set_ips(["192.168.1.11/24"])
        now = add(START, 4500)
        assert twins.query(f.ip("192.168.1.11"), now) == arp.RESOLVED
        out = bytearray(6)
        assert twins.lookup(f.ip("192.168.1.11"), out) is True
        assert bytes(out) == twins.short.mac
        twins.same("delete", lambda e: e.delete("192.168.1.11"))
