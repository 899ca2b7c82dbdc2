"""The program of the virtual board, on MicroPython or CPython; tools/vboard.py starts it.

The choices come as JSON, perhaps cut into several arguments. Exit status 0 when it ran and ended
as asked, 1 with one line on stderr otherwise.
"""

import asyncio
import json
import sys

import micropython  # on CPython this gives `time` and `asyncio` what MicroPython has
from json_lines import JsonLines, counters, hexes, ip_text, mac_text

OLDEST = (1, 24)  # of MicroPython
DRAIN_MS = 500  # commands that still run at the end have this long to give their answer
EPIPE = 32
PCAP_FLUSH_MS = 200
CHIP_COUNTS = "transactions bytes rx tx filtered dropped_full dropped_closed tx_refused errors"


class Board:
    """One board from boot to end. Owner of every part, and of the moment when it ends."""

    def __init__(self, chosen):
        self.chosen = chosen
        self.out = JsonLines()
        self.ended = None  # an Event, set when it is time to end
        self.parts = None
        self.service = None
        self.commands = None
        self.pcap = None
        self.problem = None  # what ended it unasked
        self.tasks = []

    async def start(self):
        """Put the parts together and start the firmware; raises what is wrong with the choices."""
        from board_commands import Commands
        from board_parts import Parts

        import arp

        chosen = self.chosen
        self.ended = asyncio.Event()
        self.out.on_closed = self._on_closed
        self.parts = parts = Parts(chosen)
        if chosen["pcap"] is not None:
            from pcap import Pcap

            self.pcap = Pcap(chosen["pcap"])
        if chosen["trace"] or self.pcap is not None:
            parts.watch(self.on_frame)
        self.names = arp.EV_NAMES
        service = arp.Arp(parts.nic, chosen["ip"], gateway=chosen["gateway"], **chosen["settings"])
        service.on_event = self.on_event
        self.commands = Commands(service, self.out, self.report, self.ended.set)
        self.out.event(
            "boot",
            ("runtime", chosen["runtime"]),
            ("runtime_version", ".".join([str(n) for n in sys.implementation.version[:3]])),
            ("nic", chosen["nic"]),
            ("wire", chosen["wire"]),
            ("mac", mac_text(parts.nic.mac)),
            ("ip", chosen["ip"]),
            ("link", parts.nic.link()),
            ("seed", None if parts.lan is None else parts.lan.seed),
            ("version", arp.__version__),
        )
        self.service = service
        await service.start()

    async def live(self):
        """Boot, and run until it is time to end."""
        from board_input import Input, each_line

        await self.start()
        self._spawn(self.service.closed())  # raises what made the protocol stop by itself
        if self.parts.chip is not None:
            self._spawn(self.parts.chip.run())  # takes frames from the wire, so that INT falls
        if self.pcap is not None:
            self._spawn(self._flush())
        self._spawn(each_line(Input(0), self.commands.take))
        if "stop_fd" in self.chosen:
            self._spawn(self._until_stopped(Input(self.chosen["stop_fd"])))
        if self.chosen["seconds"] is not None:
            self._spawn(self._until_late())
        await self.ended.wait()

    async def end(self):
        """Stop everything, say the last line; after a failed start there is nothing to stop."""
        if self.service is not None:
            self.service.kill()
            waited = 0
            while self.commands.running and waited < DRAIN_MS:
                await asyncio.sleep_ms(10)
                waited += 10
            self.out.event("end", ("stats", counters(self.service.stats)), *self.report())
        if self.pcap is not None:
            self.pcap.close()
            self.problem = self.problem or self.pcap.problem
        if self.parts is not None:
            self.parts.close()
        for task in self.tasks:
            task.cancel()

    def report(self):
        """(name, counters) of the NIC, the chip model and the simulated LAN."""
        fields = []
        stats = getattr(self.parts.nic, "stats", None)
        fields.append(("nic", {} if stats is None else counters(stats)))
        if self.parts.chip is not None:
            fields.append(
                ("chip", [(name, getattr(self.parts.chip, name)) for name in CHIP_COUNTS.split()])
            )
        if self.parts.lan is not None:
            counts = self.parts.lan.counts
            fields.append(("lan", [(name, counts[name]) for name in sorted(counts)]))
        return fields

    def on_event(self, event):
        """One line for each event of the protocol."""
        kind, ip, mac, other = event
        fields = [("ip", ip_text(ip)), ("mac", mac_text(mac))]
        if other is not None:
            fields.append(("other", mac_text(other) if isinstance(other, bytes) else other))
        self.out.event(self.names[kind], *fields)

    def on_frame(self, direction, buf, n):
        """A frame passes the NIC."""
        if self.pcap is not None:
            self.pcap.frame(buf, n)
        if self.chosen["trace"]:
            self.out.event(direction, ("frame", hexes(memoryview(buf)[:n])))

    def _spawn(self, coroutine):
        self.tasks.append(asyncio.create_task(self._guard(coroutine)))

    async def _guard(self, coroutine):
        """A part that fails ends the board, with its reason."""
        try:
            await coroutine
        except Exception as e:
            self.problem = e
            self.ended.set()

    def _on_closed(self):
        self.problem = self.problem or OSError(EPIPE, "nobody reads stdout any more")
        self.ended.set()

    async def _until_late(self):
        await asyncio.sleep_ms(int(self.chosen["seconds"] * 1000))
        self.ended.set()

    async def _until_stopped(self, pipe):
        while await pipe.read():
            pass
        self.ended.set()

    async def _flush(self):
        while True:
            await asyncio.sleep_ms(PCAP_FLUSH_MS)
            self.pcap.flush()


def serve(text):
    """On a microcontroller: be the board that the JSON `text` describes."""
    micropython.kbd_intr(-1)
    try:
        status = run(Board(json.loads(text)))
    finally:
        micropython.kbd_intr(3)
    print('{"exit": %d}' % status)


def run(board):
    """The whole life of a board -> the exit status."""
    try:
        _complete(board.live())
    except KeyboardInterrupt:
        pass  # an end as good as any other
    except (OSError, ValueError, TypeError) as e:
        board.problem = e
    _complete(board.end())
    if board.problem is None:
        return 0
    print("vboard: %s" % _sentence(board.problem), file=sys.stderr)
    return 1


def _complete(coroutine):
    if sys.implementation.name == "micropython":
        asyncio.run(coroutine)
    else:
        LOOP.run_until_complete(coroutine)


def _sentence(error):
    """One line that a person understands."""
    if isinstance(error, OSError) and len(error.args) > 1:
        return str(error.args[1])
    if isinstance(error, (OSError, ValueError, TypeError)):
        return str(error)
    return "%s: %s" % (type(error).__name__, error)


def _new_loop():
    """A loop whose selector takes every kind of stdin: epoll refuses files and /dev/null."""
    import selectors

    loop = asyncio.SelectorEventLoop(selectors.PollSelector())
    asyncio.set_event_loop(loop)
    return loop


if __name__ == "__main__":
    if sys.implementation.name == "micropython":
        if sys.implementation.version[:2] < OLDEST:
            print("vboard: MicroPython %d.%d or newer is needed" % OLDEST, file=sys.stderr)
            sys.exit(1)
    else:
        LOOP = _new_loop()
    sys.exit(run(Board(json.loads("".join(sys.argv[1:])))))
