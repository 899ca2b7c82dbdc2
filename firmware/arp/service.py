"""The asyncio shell: one NIC, one engine, two tasks, and an answer for every waiter.

The receive task drains the NIC, one frame after the other, whenever it is woken; the timer task
sleeps until the engine's next deadline, and looks after the NIC once a second. Both run the same
`_pump`: send what `poll` yields, then hand out the events. Owner of engine, NIC and waiters: the
event loop that called `start`. A frame costs no allocation here, unless it goes to `on_frame`.
"""

import asyncio
import time

from . import const as c
from .addr import ip_bytes, ip_text
from .engine import Engine
from .frames import FRAME_MAX_BYTES, Frames
from .nic_watch import NicWatch
from .ticks import add, before, diff
from .waiters import Waiters, again, new_error
from .wire import ETH_HEADER_BYTES, MIN_PAYLOAD_BYTES

# Frames taken from the NIC before the timers and other tasks have their turn.
_BURST = c.const(16)
_LOOK_MS = c.const(1000)


class Arp:
    """ARP on `nic`, which is its own, for the addresses `ips`: "a.b.c.d/len", or a list of them.

    Settings are those of `arp.Engine`. Use `async with`, or `start()` and `kill()`. Raises
    MtuTooSmall, ValueError or TypeError at once. `on_frame(ethertype, frame)` gets every frame
    that is not ARP (the memoryview is valid until it returns), `on_event(event)` every event.
    """

    def __init__(self, nic, ips=(), gateway=None, **settings):
        if nic.mtu < MIN_PAYLOAD_BYTES:
            raise new_error("MtuTooSmall", "mtu: %d, below %d" % (nic.mtu, MIN_PAYLOAD_BYTES))
        self.nic = nic
        self.engine = Engine(nic.mac, _as_list(ips), gateway, **settings)
        self.mac = self.engine.mac
        self.stats = self.engine.stats
        self.ask = self.engine.ask
        self.get = self.engine.get
        self.entries = self.engine.entries
        self.on_event = None
        self._on_frame = None
        self._frames = Frames(nic, self.engine)
        self._waiters = Waiters()
        self._tasks = []
        self._is_running = False
        self._session = 0  # counts the starts: a task of an earlier one must not go on
        self._is_pumping = False
        self._is_pump_wanted = False
        self._error = None
        self._watch = NicWatch(nic)
        self._make_flags()
        self._stopped.set()

    async def start(self):
        """Switch the NIC on and begin to listen, probe and announce."""
        if self._is_running:
            return
        self.nic.active(True)
        self._frames.open()
        self._frames.arp_only(self._on_frame is None)
        self._armed_until = time.ticks_ms() & c.TICKS_MASK
        self._watch.start(self._armed_until)
        self._is_running = True
        self._session += 1
        if self._session > 1:  # others may have forgotten us
            self.engine.announce()
        self._error = None
        self._make_flags()
        for loop in (self._receive_loop, self._timer_loop):
            self._tasks.append(asyncio.create_task(self._guard(loop, self._session)))

    def kill(self):
        """Stop at once: no frame is handled any more, every waiter ends as cleared."""
        self._stop(new_error("Cleared", "ARP was stopped"))

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, kind, error, trace):
        self.kill()

    async def query(self, ip):
        """The MAC address (6 bytes) that leads to `ip`, asking the network when it is not known.

        Raises HostDown, HostUnreachable (the gateway), Timeout (with down_ms=0), NoRoute,
        NoBuffers, Cleared. Queries of one address share one request.
        """
        ip = ip_bytes(ip)
        self._hand_out(self.engine)  # what ended before has nothing to do with the new waiter
        self._check_running()  # a callback may have stopped it
        code = self.engine.query(ip, time.ticks_ms())
        if code == c.RESOLVED:
            return self.engine.ask(ip)
        hop = self.engine.next_hop(ip)
        if code == c.PENDING:
            waiter = self._waiters.join(hop)
            self._pump()
            await waiter.event.wait()
            if waiter.error is not None:
                raise waiter.error
            if waiter.mac is not None:
                return waiter.mac
            code = c.DOWN
        from .failure import failure

        raise failure(code, ip, hop, self.engine.settings.down_ms)

    async def ready(self):
        """Wait until the own addresses are probed; AddressLost when none of them can be used."""
        while not self.engine.is_settled():
            self._check_running()
            await self._own_change.wait()
        self._check_running()
        if not self.engine.ips:
            raise new_error("AddressLost", "there is no own address that may be used")

    async def closed(self):
        """Wait until ARP stops: returns after `kill`, raises the exception that stopped it."""
        await self._stopped.wait()
        if self._error is not None:
            raise again(self._error)

    async def send(self, ip, packet):
        """Send an IPv4 packet to `ip`, off-link through the gateway; raises as `query`."""
        packet = bytes(packet)
        n = len(packet)
        if n > min(self.nic.mtu, FRAME_MAX_BYTES - ETH_HEADER_BYTES):
            raise ValueError("packet: %d bytes do not fit an MTU of %d" % (n, self.nic.mtu))
        mac = await self.query(ip)
        self._check_running()
        self._frames.send_packet(mac, packet)

    def set_ips(self, ips):
        """Replace the own addresses; what is pending ends as cleared, new ones are probed."""
        self.engine.set_ips(_as_list(ips))
        self._pump()
        self._wake_ready()

    def set(self, ip, mac, flags=0, kind=c.STATIC):
        """Configure an entry, as `Engine.set`; whoever waits for it is answered."""
        self.engine.set(ip, mac, flags, kind)
        self._pump()

    def delete(self, ip):
        """Remove the entry of `ip`: True when there was one; whoever waits ends as cleared."""
        found = self.engine.delete(ip)
        self._pump()
        return found

    def flush(self):
        """Forget what was learned; what is pending ends as cleared."""
        self.engine.flush()
        self._pump()

    def table(self):
        """The entries as text, in the format of `arp -an`."""
        from .sentences import table

        return table(self.engine.entries())

    @property
    def on_frame(self):
        """f(ethertype, frame) or None; while it is None a chip need not hand over such frames."""
        return self._on_frame

    @on_frame.setter
    def on_frame(self, function):
        self._frames.arp_only(function is None)
        self._on_frame = function

    @property
    def ips(self):
        """The own addresses that may be used now, 4 bytes each."""
        return self.engine.ips

    async def _guard(self, loop, session):
        try:
            await loop(session)
        except asyncio.CancelledError:
            if session == self._session and self._is_running:  # not by us
                self._stop(new_error("Cleared", "ARP was cancelled"))
            raise
        except Exception as error:  # whatever it is, nobody may be left waiting (seed S1 `Exn`)
            self._error = error
            self._stop(error)
            raise error
        except (KeyboardInterrupt, SystemExit) as error:
            # MicroPython leaves the loop as it stands: it may be run again.
            self._stop(new_error("Cleared", "ARP was interrupted"))
            raise error

    async def _receive_loop(self, session):
        frames = self._frames
        engine = self.engine
        while self._is_running and session == self._session:
            flag = frames.signal()
            await (self.nic.wait() if flag is None else flag.wait())
            n = frames.first()
            left = _BURST
            while n:
                if engine.events.count:
                    self._hand_out(engine)
                if n > 0 and self._is_running and self._on_frame is not None:
                    self._on_frame(frames.ethertype(), frames.view[:n])
                left -= 1
                n = frames.take() if left and self._is_running else 0
            self._pump()
            if flag is None:
                await asyncio.sleep_ms(0)  # wait() may return at once for ever: let others run

    async def _timer_loop(self, session):
        look_at = time.ticks_ms() & c.TICKS_MASK
        while self._is_running and session == self._session:
            self._pump()
            now = time.ticks_ms() & c.TICKS_MASK
            if self._is_running and not before(now, look_at):
                look_at = add(now, _LOOK_MS)
                self._look_after_nic(now)
            ms = self.engine.next_deadline(now)
            if not 0 <= ms < diff(look_at, now):
                ms = diff(look_at, now)
            self._kick.clear()
            self._armed_until = add(now, ms)
            try:
                await asyncio.wait_for_ms(self._kick.wait(), ms)
            except asyncio.TimeoutError:
                pass

    def _look_after_nic(self, now):
        if self._watch.look(now):  # others may have forgotten us while the cable was out
            self.engine.announce()
            self._pump()
        self._hand_out(self._watch)

    def _pump(self):
        # Everything that is due, then everything that happened. A callback that changes something
        # comes back here: once more then, from the outermost call.
        self._is_pump_wanted = True
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while self._is_pump_wanted and self._is_running:
                self._is_pump_wanted = False
                now = time.ticks_ms() & c.TICKS_MASK
                while n := self.engine.poll(now):
                    self._frames.transmit(n)
                self._hand_out(self.engine)
        finally:
            self._is_pumping = False
        if self._is_running:
            ms = self.engine.next_deadline(now)
            if ms >= 0 and before(add(now, ms), self._armed_until):
                self._kick.set()  # the timer task sleeps too long

    def _hand_out(self, source):
        while self._is_running and (event := source.next_event()) is not None:
            self._deliver(event)

    def _deliver(self, event):
        kind, ip, mac, _ = event
        if kind in (c.EV_RESOLVED, c.EV_FAILED, c.EV_CLEARED):
            cleared = new_error("Cleared", ip_text(ip)) if kind == c.EV_CLEARED else None
            self._waiters.end(ip, mac, cleared)
        elif kind in (c.EV_USABLE, c.EV_LOST):
            self._wake_ready()
        if self.on_event is not None:
            self.on_event(event)

    def _make_flags(self):
        # CPython's belong to the event loop in which somebody waits for them.
        self._kick = asyncio.Event()
        self._own_change = asyncio.Event()
        self._stopped = asyncio.Event()

    def _stop(self, error):
        self._is_running = False
        for task in self._tasks:
            try:
                task.cancel()
            except RuntimeError:  # MicroPython: the task that calls this ends by itself
                pass
        self._tasks = []
        self._waiters.end_all(error)
        self._wake_ready()
        self._stopped.set()
        self._frames.close()

    def _wake_ready(self):
        self._own_change.set()
        self._own_change.clear()

    def _check_running(self):
        if self._error is not None:
            raise again(self._error)
        if not self._is_running:
            raise new_error("Cleared", "ARP is not running")


async def create(nic, ips=(), gateway=None, **settings):
    """A started Arp; end it with `kill()`."""
    return await Arp(nic, ips, gateway, **settings).__aenter__()


def _as_list(ips):
    return (ips,) if isinstance(ips, str) else ips
