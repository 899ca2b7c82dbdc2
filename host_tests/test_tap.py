"""Tap: passes everything on and shows what passed."""

import asyncio

from eth.tap import Tap
from sim.cable import Cable


class Nic(Cable):
    """A cable with the optional parts of a NIC."""

    stats = "counters"

    def __init__(self):
        super().__init__()
        self.calls = []

    def promiscuous(self, flag):
        self.calls.append(("promiscuous", flag))

    def active(self, flag):
        self.calls.append(("active", flag))

    def close(self):
        self.calls.append("close")

    async def wait(self):
        self.calls.append("wait")


def tapped():
    nic = Nic()
    seen = []
    tap = Tap(nic, lambda direction, buf, n: seen.append((direction, bytes(buf[:n]))))
    return nic, tap, seen


def test_a_received_frame_is_shown_and_passed_on():
    nic, tap, seen = tapped()
    nic.put(b"a" * 60)
    buf = bytearray(1514)
    assert tap.recv_into(buf) == 60
    assert bytes(buf[:60]) == b"a" * 60
    assert seen == [("rx", b"a" * 60)]


def test_nothing_received_is_not_shown():
    _, tap, seen = tapped()
    assert tap.recv_into(bytearray(60)) == 0
    assert seen == []


def test_a_sent_frame_is_passed_on_and_shown():
    nic, tap, seen = tapped()
    tap.send(bytearray(b"b" * 100), 42)
    assert nic.sent == [b"b" * 42]
    assert seen == [("tx", b"b" * 42)]


def test_a_refused_frame_is_not_shown():
    nic, tap, seen = tapped()
    nic.refuses = True
    try:
        tap.send(bytearray(60), 60)
    except OSError:
        assert seen == []
    else:
        raise AssertionError("sent")


def test_everything_else_is_the_nics_own():
    nic, tap, _ = tapped()
    assert (tap.mac, tap.mtu, tap.stats) == (nic.mac, 1500, "counters")
    assert tap.link() is True
    tap.promiscuous(True)
    tap.active(False)
    asyncio.run(tap.wait())
    tap.close()
    assert nic.calls == [("promiscuous", True), ("active", False), "wait", "close"]
