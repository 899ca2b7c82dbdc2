"""`make bench-board`: time of an answer and a query, heap of a board, on the emulated RP2040.

    tools/bench_board.py [--json FILE]

An answer is measured from the fall of INT to the command that makes the chip send, for a frame
soon after another and for one after a second without any. Emulated time is not the time of a real
RP2040 to the cycle (flash is never slow here), but it is the same each time, to the digit: compare
before and after, and one row with another. Each row is the median of COUNT measurements, after a
quiet second of QUIET.
"""

import argparse
import json
import sys

import desk_path  # noqa: F401  before everything that it helps to find
from bench_on_board import ASKED, CALLS, MARK
from emulated_board import BOARDS, EmulatedBoard
from emulator import EmulatorError
from firmware_sources import Missing, version

import firmware
from sim.cable import Cable
from sim.peer import arp_frame, ip_bytes

COUNT = 9
QUIET = 3
QUIET_MS = 1100  # in it each board looks once after its chip
READY_MS = 20_000
ANSWER_MS = 100
PEER_MAC = b"\x02\0\0\0\x01\x01"
OWN_IP = ip_bytes("10.0.0.2")
BROADCAST = b"\xff" * 6
# The asyncio layer from INT to the driver's first call, the driver, arp.Arp around it, the engine.
SHARES = ("asyncio", "driver", "arp.Arp", "engine")
# Of CALLS; the plain one has a dict and no more.
HANDLERS = ("engine", "plain handler")
RATIOS = ("answer", "quiet", "driver : bare SPI")
COLUMNS = ("us", "instructions", "transactions", "bytes")


class Peer(Cable):
    """The cable with a host at its other end, which answers requests for its address."""

    def send(self, buf, n):
        super().send(buf, n)
        frame = self.sent[-1]
        if frame[:6] == BROADCAST and frame[38:42] == ip_bytes(ASKED):
            mac = frame[6:12]
            self.put(arp_frame(mac, PEER_MAC, 2, PEER_MAC, ip_bytes(ASKED), mac, OWN_IP).ljust(60))

    def request(self):
        """Ask for the board's address."""
        ip = ip_bytes(ASKED)
        frame = arp_frame(BROADCAST, PEER_MAC, 1, PEER_MAC, ip, bytes(6), OWN_IP)
        self.put(frame.ljust(60, b"\0"))


class Bench:
    """One board that runs one function of bench_on_board.py."""

    def __init__(self, nic, call):
        name = BOARDS[nic]
        self.board = EmulatedBoard(name, firmware.build(name, firmware.DESK))
        self.emulator = self.board.emulator
        self.peer = Peer()
        self.board.plug(self.peer)
        self.board.boot()
        self.board.repl.start("import bench_on_board\nbench_on_board.%s\n" % call)
        received = self.emulator.serial.received
        self.emulator.run_ms(READY_MS, lambda: b"ready" in received or received.count(4) >= 2)
        if b"ready" not in received:
            raise EmulatorError("the benchmark does not start: %r" % bytes(received[-200:]))

    def lines(self, start):
        """What follows `start` in the lines that the board printed."""
        text = bytes(self.emulator.serial.received).decode()
        return [line[len(start) :] for line in text.splitlines() if line.startswith(start)]

    def answer(self):
        """One request -> its figures, from the fall of INT to the command to send."""
        levels = []
        self.board.on_pins.on_int = levels.append
        sent = len(self.peer.sent)
        self.peer.request()
        self._step(lambda: 0 in levels)
        start = self._now()
        instructions = self._step(lambda: len(self.peer.sent) > sent)
        # What the chip saw before it was asked to send counts; its own sending is no more of it.
        row = [b - a for a, b in zip(start, self._now(instructions))]
        self.emulator.run_ms(20)
        return row

    def quiet(self):
        """The same after a quiet second."""
        self.emulator.run_ms(QUIET_MS)
        return self.answer()

    def shares(self, empty):
        """One request -> the figures of SHARES, by the edges of MARK around each part.

        The driver has two parts. `empty` is what MARK and the functions around them take of both.
        """
        levels = []
        self.board.on_pins.on_int = levels.append
        edges = self._edges()
        sent = len(self.peer.sent)
        self.peer.request()
        self._step(lambda: 0 in levels)
        at = [self._now()]
        instructions = 0
        for _ in range(5):  # two parts with both edges, and the begin of send()
            edges.clear()
            instructions += self._step(lambda: edges)
            at.append(self._now(instructions))
        instructions += self._step(lambda: len(self.peer.sent) > sent)
        at.append(self._now(instructions))
        self.emulator.run_ms(20)
        part = [[b - a for a, b in zip(*pair)] for pair in zip(at, at[1:])]
        driver = _beyond(empty, [a + b for a, b in zip(part[1], part[5])])
        shell = [a + b for a, b in zip(part[2], part[4])]
        return part[0], driver, shell, part[3]

    def calls(self, kinds):
        """Figures of COUNT calls of so many kinds between two edges of MARK, in their order."""
        rows = []
        edges = self._edges()
        for _ in range(kinds * COUNT):
            edges.clear()
            self._step(lambda: len(edges) == 1)
            start = self._now()
            instructions = self._step(lambda: len(edges) == 2)
            rows.append([b - a for a, b in zip(start, self._now(instructions))])
        return rows

    def _edges(self):
        """A list that grows at each edge of MARK."""
        edges = []
        self.emulator.gpio[MARK].add_listener(lambda state, _: edges.append(state))
        return edges

    def _now(self, instructions=0):
        chip = self.board.chip
        return [self.emulator.ns / 1000, instructions, chip.transactions, chip.bytes]

    def _step(self, is_done):
        return self.emulator.step_until(self.emulator.ns + ANSWER_MS * 1_000_000, is_done)


def heap():
    """{step: bytes of heap} of a default board, frozen."""
    lines = Bench("w5500", "heap()").lines("heap ")
    return {label: int(size) for size, label in (line.split(" ", 1) for line in lines)}


def median(rows):
    """The middle of each column."""
    return [sorted(column)[len(rows) // 2] for column in zip(*rows)]


def measure():
    """{row name: {column: value}}"""
    rows = {}
    empty = Bench("w5500", "empty(%d)" % COUNT).calls(3)
    pair, both, begin = [median(empty[i * COUNT : (i + 1) * COUNT]) for i in range(3)]
    # Of send() only the begin is marked: the call, without the edge at its end.
    empty = [a + b for a, b in zip(both, _beyond(pair, begin))]
    for nic in ("w5500", "enc28j60"):
        for what in ("service", "engine", "plain"):
            bench = Bench(nic, what + "()")
            rows["%s answer, %s" % (nic, what)] = median([bench.answer() for _ in range(COUNT)])
            rows["%s quiet, %s" % (nic, what)] = median([bench.quiet() for _ in range(QUIET)])
        found = Bench(nic, "bare_%s(%d)" % (nic, COUNT)).calls(2)
        floor = median(found[:COUNT])
        rows[nic + " bare SPI"] = _beyond(floor, median(found[COUNT:]))
        bench = Bench(nic, "service(True)")
        for name, part in zip(SHARES, zip(*[bench.shares(empty) for _ in range(COUNT)])):
            rows["%s share, %s" % (nic, name)] = median(part)
    names = ["%s, %s" % (who, call) for who in HANDLERS for call in CALLS]
    found = Bench("w5500", "calls(%d)" % COUNT).calls(1 + len(names))
    floor = median(found[:COUNT])
    for number, name in enumerate(names, 1):
        rows[name] = _beyond(floor, median(found[number * COUNT : (number + 1) * COUNT]))
    return {name: dict(zip(COLUMNS, _rounded(row))) for name, row in rows.items()}


def ratios(rows):
    """{chip: {ratio: value}}: RATIOS, of which the first two are to the plain handler's time."""
    found = {}
    for nic in ("w5500", "enc28j60"):
        us = {name[len(nic) + 1 :]: row["us"] for name, row in rows.items() if nic in name}
        answer, quiet = [us[what + ", service"] / us[what + ", plain"] for what in RATIOS[:2]]
        found[nic] = dict(zip(RATIOS, (answer, quiet, us["share, driver"] / us["bare SPI"])))
    return found


def gains(rows):
    """{call: how many times the plain handler's time is the engine's}"""
    pairs = {call: [rows["%s, %s" % (who, call)]["us"] for who in HANDLERS] for call in CALLS}
    return {call: plain / engine for call, (engine, plain) in pairs.items()}


def _beyond(floor, row):
    return [value - least for value, least in zip(row, floor)]


def _rounded(row):
    return [round(row[0], 3)] + row[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", default="", metavar="FILE")
    args = parser.parse_args()
    try:
        rows = measure()
        sizes = heap()
        if args.json:
            machine = "RP2040 at 125 MHz, emulated by rp2040py"
            told = {"machine": machine, "runtime": "MicroPython " + version(), "rows": rows}
            told["ratios"] = ratios(rows)
            told["gains"] = gains(rows)
            told["heap"] = sizes
            with open(args.json, "w", encoding="utf-8") as f:
                json.dump(told, f, indent=1)
                f.write("\n")
    except (Missing, EmulatorError, OSError) as e:
        sys.exit("bench_board: %s" % e)
    print("%-26s %12s %12s %12s %8s" % (("emulated RP2040",) + COLUMNS))
    for name, row in rows.items():
        print("%-26s %12.3f %12d %12d %8d" % ((name,) + tuple(row[c] for c in COLUMNS)))
    for nic, found in ratios(rows).items():
        told = "answer / plain handler %.3f, after a quiet second %.3f, driver / bare SPI %.3f"
        print("%s: %s" % (nic, told % tuple(found.values())))
    for call, times in gains(rows).items():
        print("%s: plain handler / engine %.1f" % (call, times))
    print("\nbytes of heap, everything frozen, added by")
    for label, size in sizes.items():
        print("%-26s %12d" % (label, size))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("bench_board: interrupted")
