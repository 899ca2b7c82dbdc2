"""Two engines on one machine notice that their wires are joined."""

import frames as f
from engines import at, resolve

import arp
from arp import Engine, Group

OTHER_MAC = "02:00:00:00:00:02"


def pair(second_net="10.0.0.1/24", **settings):
    engines = []
    for mac, net in ((f.OWN_MAC, f.OWN_NET), (OTHER_MAC, second_net)):
        eng = Engine(mac, [net], probe=False, hold_slots=0, seed=2, **settings)
        f.polled(eng, at(0))
        f.polled(eng, at(2000))
        f.events(eng)
        engines.append(eng)
    Group(engines)
    return engines


def test_row_72_an_entry_of_the_other_interface_is_reported_and_not_taken_over():
    first, second = pair(second_net="192.168.1.11/24", learn="rfc826")
    resolve(first, 3000)
    f.events(first)
    f.receive(second, f.request(f.B_MAC, f.A_IP, "192.168.1.11"), at(3001))
    assert f.events(second) == ["wrong_interface"]
    assert second.get(f.A_IP) is None
    assert first.ask(f.A_IP) == f.mac(f.A_MAC)


def test_row_76_an_address_of_the_other_interfaces_network_is_reported_and_not_learned():
    first, second = pair(learn="rfc826")
    answer = f.receive(second, f.request(f.A_MAC, f.A_IP, "10.0.0.1"), at(3000))
    assert answer is not None
    event = second.next_event()
    assert event == (arp.EV_WRONG_INTERFACE, f.ip(f.A_IP), f.mac(f.A_MAC), 0)
    assert "192.168.1.20" in arp.describe(event) and "interface" in arp.describe(event)
    assert second.get(f.A_IP) is None


def test_V19_joined_wires_are_reported_once_a_second():
    first, second = pair()
    for ms in range(0, 3000, 10):
        f.receive(second, f.request(f.A_MAC, f.A_IP, "10.0.0.1"), at(3000 + ms))
    assert f.events(second) == ["wrong_interface"] * 3


def test_each_interface_keeps_working_for_its_own_neighbors():
    first, second = pair(learn="rfc826")
    f.receive(second, f.request(f.B_MAC, "10.0.0.9", "10.0.0.1"), at(3000))
    assert second.ask("10.0.0.9") == f.mac(f.B_MAC)
    resolve(first, 3000)
    assert f.events(second) == ["added"]


def test_a_probe_has_no_sender_address_to_report():
    first, second = pair()
    f.receive(second, f.probe(f.A_MAC, "10.0.0.1"), at(3000))
    assert f.events(second) == []


def test_the_other_interfaces_own_address_is_not_learned():
    first, second = pair(second_net="192.168.1.11/24", learn="rfc826")
    f.receive(second, f.request(f.OWN_MAC, f.OWN_IP, "192.168.1.11"), at(3000))
    assert f.events(second) == ["wrong_interface"]
    assert second.get(f.OWN_IP) is None


def test_what_the_other_interface_only_asked_for_may_live_here():
    first, second = pair(second_net="192.168.1.11/24", learn="rfc826")
    first.query(f.A_IP, at(3000))
    f.receive(second, f.request(f.A_MAC, f.A_IP, "192.168.1.11"), at(3000))
    assert second.ask(f.A_IP) == f.mac(f.A_MAC)


def test_link_local_hosts_may_live_on_either_wire():
    first = Engine(f.OWN_MAC, link_local=True, hold_slots=0, seed=1)
    second = Engine(OTHER_MAC, ["10.0.0.1/24"], probe=False, hold_slots=0, seed=2)
    Group((first, second))
    f.polled(second, at(0))
    f.events(second)
    f.receive(second, f.request(f.A_MAC, "169.254.9.9", "10.0.0.1"), at(3000))
    assert "wrong_interface" not in f.events(second)
