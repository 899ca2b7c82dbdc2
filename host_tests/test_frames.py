"""arp.frames: what the event loop takes, how large the buffer is, where packets are built."""

import asyncio

import frames as f
from services import clock

import arp
from arp.frames import Frames
from sim.enc28j60_board import ENC28J60Board
from sim.w5500_board import W5500Board, arp_frame


class Nic:
    """Hands out `waiting`, keeps `sent`; a bell like the chips' where `flag` is one."""

    mac = f.mac(f.OWN_MAC)
    mtu = 1500

    def __init__(self):
        self.waiting = []
        self.sent = []
        self.sizes = []
        self.flag = asyncio.ThreadSafeFlag()
        self.error = None

    def recv_into(self, buf):
        self.sizes.append(len(buf))
        if self.error is not None:
            raise self.error
        if not self.waiting:
            return 0
        frame = self.waiting.pop(0)
        buf[: len(frame)] = frame
        return len(frame)

    def send(self, buf, n):
        self.sent.append((buf, bytes(buf[:n])))

    def signal(self):
        return None if self.waiting else self.flag

    def link(self):
        return True

    async def wait(self):
        await asyncio.sleep(0)

    def look_again(self):
        self.flag.set()

    def active(self, flag):
        pass

    def ring(self, *frames):
        """INT: as MicroPython's loop does it, before the task that waits."""
        self.waiting += frames
        self.flag.first()
        self.flag.set()


class Filter(Nic):
    """One that drops what is not ARP."""

    def arp_only(self, flag):
        self.is_arp_only = flag


OTHER = b"\xff" * 6 + f.mac(f.A_MAC) + b"\x08\x00" + bytes(46)
REQUEST = f.request()


def run(nic, body):
    async def main():
        async with arp.Arp(nic, f.OWN_NET, probe=False) as service:
            await asyncio.sleep(0.1)
            return await body(service)

    return clock.run(main)


def scenario(nic, body):
    async def after(service):
        del nic.sent[:]
        return await body(service)

    return run(nic, after)


def test_the_answer_leaves_before_any_task_runs():
    nic = Nic()

    async def body(service):
        nic.ring(REQUEST, REQUEST)
        at_once = len(nic.sent)
        await asyncio.sleep(0.1)
        return at_once, len(nic.sent), service.stats.tx_reply

    assert scenario(nic, body) == (1, 2, 2)


def test_a_frame_that_is_not_arp_waits_for_the_task_and_keeps_its_place():
    nic = Nic()
    seen = []

    async def body(service):
        service.on_frame = lambda ethertype, frame: seen.append((ethertype, bytes(frame)))
        nic.ring(OTHER, REQUEST, OTHER[:-1])
        assert seen == [] and nic.sent == []
        await asyncio.sleep(0.1)
        return len(nic.sent)

    assert scenario(nic, body) == 1
    assert seen == [(0x0800, OTHER), (0x0800, OTHER[:-1])]


def test_an_error_there_is_raised_by_the_task_and_ends_every_waiter():
    nic = Nic()

    async def body(service):
        query = asyncio.create_task(service.query(f.B_IP))
        await asyncio.sleep(0.1)
        nic.error = KeyError("broken")
        nic.ring()
        nic.error = None
        errors = []
        for waiting in (query, service.closed()):
            try:
                await waiting
            except KeyError as error:
                errors.append(error)
        return errors

    assert [error.args for error in scenario(nic, body)] == [("broken",)] * 2


def test_nothing_is_taken_after_the_end():
    nic = Nic()

    async def body(service):
        service.kill()
        nic.ring(REQUEST)
        await asyncio.sleep(0.1)
        return nic.waiting, nic.sent

    assert scenario(nic, body) == ([REQUEST], [])


def test_a_full_buffer_is_made_when_somebody_wants_more_than_arp():
    nic = Filter()

    async def body(service):
        assert nic.is_arp_only and set(nic.sizes) == {64}
        service.on_frame = print
        del nic.sizes[:]
        await asyncio.sleep(2)
        return nic.is_arp_only, set(nic.sizes)

    assert scenario(nic, body) == (False, {1514})


def test_what_was_taken_into_the_small_buffer_is_not_handed_out_of_the_large_one():
    nic = Filter()
    seen = []

    async def body(service):
        for waits in ((OTHER,), (REQUEST, OTHER)):  # a NIC may filter, or not
            nic.ring(*waits)
            service.on_frame = lambda ethertype, frame: seen.append((ethertype, bytes(frame)))
            await asyncio.sleep(0.1)
        return len(nic.sent)

    assert scenario(nic, body) == 1
    assert seen == [(0x0800, OTHER)]


def test_a_stopped_service_leaves_a_nic_that_hands_over_everything():
    nic = Filter()

    async def body(service):
        assert nic.is_arp_only
        service.kill()
        assert not nic.is_arp_only
        nic.is_arp_only = "somebody else's"
        service.kill()
        assert nic.is_arp_only == "somebody else's"
        await service.start()
        return nic.is_arp_only

    assert scenario(nic, body) is True


def test_a_nic_that_refuses_to_does_not_keep_kill_from_its_end():
    class Refusing(Filter):
        def arp_only(self, flag):
            if not flag:
                raise OSError(5)

    async def body(service):
        service.kill()
        await service.closed()
        return True

    assert scenario(Refusing(), body)


def test_the_chips_hand_over_what_is_not_arp_after_the_end():
    for board in (W5500Board(with_int=True), ENC28J60Board(with_int=True)):

        async def body(service, board=board):
            service.kill()
            board.cable.put(OTHER)
            board.chip.pump()
            return board.receive()

        board.cable.keeps = False
        assert run(board.nic, body) == OTHER


def test_a_packet_is_built_where_answers_are_unless_it_is_too_long():
    nic = Nic()
    frames = Frames(nic, arp.Engine(nic.mac, hold_slots=0))
    for text in (b"a" * 46, b"b" * 47, b"c" * 3):
        frames.send_packet(f.mac(f.A_MAC), text)
        assert nic.sent[-1][1] == f.mac(f.A_MAC) + nic.mac + b"\x08\x00" + text
    assert nic.sent[0][0] is nic.sent[2][0] is not nic.sent[1][0]


def test_of_a_long_arp_frame_a_small_buffer_gets_the_begin_where_only_arp_is_wanted():
    for board in (W5500Board(), ENC28J60Board()):
        board.nic.arp_only(True)
        for size in (60, 64, 124, 200):
            small = bytearray(size)
            board.cable.put(arp_frame(1514))
            board.cable.put(arp_frame(60, fill=7))
            assert board.nic.recv_into(small) == size
            assert bytes(small) == arp_frame(1514)[:size]
            assert board.nic.recv_into(small) == 60
            assert bytes(small[:60]) == arp_frame(60, fill=7)
        assert board.counted() == {}
