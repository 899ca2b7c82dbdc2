"""`make run`: a virtual board and the Linux kernel resolve each other on a cable of their own.

In a private network namespace the kernel has one end of a veth pair, the virtual board the other;
where namespaces are forbidden the board gets a simulated LAN instead. On a terminal it stays until
Ctrl-C and passes typed commands to the board; else it ends by itself, with status 0 when the two
resolved each other.
"""

import argparse
import math
import select
import signal
import socket
import sys
import threading
import time

import lab
import trace_words
from board_process import BoardError, BoardProcess, is_answer
from demo_screen import Screen, answer_text, event_text

BOARD_IP, PEER_IP = "10.77.0.2", "10.77.0.1"
BOARD_MAC = "02:41:52:50:00:02"
BOARD_END, KERNEL_END = "board0", "kernel0"
USABLE_S = 30  # RFC 5227 takes up to 7 s, and an emulated RP2040 boots before that
REACHABLE_S = 5
LINGER_S = 1  # after the story, where nobody watches
TYPED = (
    "query IP | ask IP | send IP HEX | ips A/L [B/L...] | stats | quit | arp -an | arp IP | "
    "arp -s IP MAC [temp|permanent] [pub] | arp -d IP"
)


class Ended(Exception):
    """The board ended, or somebody asked it to."""


class KernelPeer:
    """The Linux kernel at the other end of a veth pair, and a sniffer on that end."""

    name = "kernel"
    wire = BOARD_END
    options = ()

    def __init__(self, screen):
        from sniffer import Sniffer

        self.screen = screen
        self.lab = lab.Lab()
        self.lab.pair(BOARD_END, KERNEL_END, PEER_IP + "/24")
        self.mac = self.lab.mac(KERNEL_END)
        self.sniffer = Sniffer(KERNEL_END)
        self.names = {bytes_of(BOARD_MAC): "board", bytes_of(self.mac): "kernel"}
        self.ended = False
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def describe(self):
        return "the Linux kernel  %s on %s  %s" % (PEER_IP, KERNEL_END, self.mac)

    def _listen(self):
        while not self.ended:
            if select.select([self.sniffer], [], [], 0.1)[0]:
                for at, frame in self.sniffer.frames():
                    self.screen.frame(trace_words.words(frame, self.names), at)

    def on_line(self, line):
        """The board's own trace is not needed: the sniffer hears more."""

    def resolve_board(self):
        """Make the kernel resolve the board; show what its neighbor table then says.

        True when it is right.
        """
        self.screen.step(
            "The kernel forgets the board, then sends it a datagram: it must resolve it"
        )
        self.lab.forget(KERNEL_END, BOARD_IP)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello", (BOARD_IP, 9))
        until = time.monotonic() + REACHABLE_S
        row = None
        while row != ("REACHABLE", BOARD_MAC) and time.monotonic() < until:
            time.sleep(0.05)
            row = self.lab.neighbor(KERNEL_END, BOARD_IP)
        state, mac = row or ("no entry", None)
        text = "kernel's neighbor table: %s dev %s lladdr %s %s"
        self.screen.timed(text % (BOARD_IP, KERNEL_END, mac, state), "event")
        return row == ("REACHABLE", BOARD_MAC)

    def close(self):
        self.ended = True
        self.thread.join()
        self.sniffer.close()
        self.lab.remove(BOARD_END)
        self.lab.close()


class SimulatedPeer:
    """A host of the board's own simulated LAN; the board's trace is all there is to see."""

    name = "simulated host"
    wire = "sim"
    options = ("--trace",)

    def __init__(self, screen):
        self.screen = screen
        self.names = {bytes_of(BOARD_MAC): "board"}
        for number in (1, 2, 3):
            self.names[bytes((2, 0, 0, 0, 1, number))] = "host%d" % number
        self.asked = threading.Event()

    def describe(self):
        return "three simulated hosts  %s and the next free addresses" % PEER_IP

    def on_line(self, line):
        """Show a frame of the board's trace."""
        if "frame" not in line:
            return
        frame = bytes.fromhex(line["frame"])
        self.screen.frame(trace_words.words(frame, self.names))
        if line["event"] == "tx" and frame[12:14] == trace_words.ARP and frame[20:22] == b"\0\2":
            self.asked.set()

    def resolve_board(self):
        """One of the hosts asks for the board every few seconds. True when the board answered."""
        self.screen.step("A simulated host asks for the board")
        answered = self.asked.wait(REACHABLE_S + 2)
        words = "the board answered" if answered else "the board never answered"
        self.screen.timed(words, "event" if answered else "trouble")
        return answered

    def close(self):
        """Nothing here outlives the board."""


class Demo:
    """The story, told once, and what comes after it."""

    def __init__(self, args, screen, peer):
        self.args = args
        self.screen = screen
        self.peer = peer
        self.told = False  # the story's own questions are over: answers belong to the person
        words = ["--runtime", args.runtime, "--nic", args.nic, "--wire", peer.wire]
        words += ["--ip", BOARD_IP + "/24", "--mac", BOARD_MAC]
        self.board = BoardProcess(words + list(peer.options), self.on_line)

    def on_line(self, line):
        """Show what the board says; called from the thread that reads it."""
        self.peer.on_line(line)
        if is_answer(line):
            if self.told and line.get("cmd") == "stats" and "reply" in line:
                self.screen.counters(counter_groups(line))
            elif self.told:
                self.screen.line(answer_text(line), "answer")
        elif "frame" not in line and line.get("event") not in ("boot", "end", None):
            self.screen.timed(event_text(line), "event")

    def tell(self):
        """Both sides resolve each other -> True when they did."""
        screen, board = self.screen, self.board
        boot = board.wait_event("boot", USABLE_S)
        words = "board: up, link %s, %s %s" % (
            "up" if boot.get("link") else "down",
            boot.get("runtime"),
            boot.get("runtime_version"),
        )
        screen.timed(words, "event")
        screen.step("The board probes its address, then announces it (RFC 5227: 4 to 7 s)")
        board.wait_event("usable", USABLE_S, ip=BOARD_IP)
        screen.step("The board resolves the %s's address: query %s" % (self.peer.name, PEER_IP))
        answer = board.ask("query " + PEER_IP)
        screen.timed("board: %s is at %s" % (PEER_IP, answer_text(answer)), "event")
        resolved = "reply" in answer
        resolved = self.peer.resolve_board() and resolved
        self.summary()
        return resolved

    def summary(self):
        """The board's table and counters."""
        self.screen.step("The board's table: arp -an")
        self.screen.table(self.board.ask("arp -an").get("reply") or "")
        self.screen.step("The counters that are not zero: stats")
        self.screen.counters(counter_groups(self.board.ask("stats")))
        self.told = True

    def stay(self, seconds, terminal):
        """Go on showing frames for so long (None: until the end), passing on what is typed."""
        until = None if seconds is None else time.monotonic() + seconds
        if terminal:
            self.screen.step("It goes on until Ctrl-C. Commands: " + TYPED)
        else:
            self.screen.step("It goes on:")
        while until is None or time.monotonic() < until:
            if self.board.closed:
                raise Ended()
            wait = 0.2 if until is None else min(0.2, max(until - time.monotonic(), 0))
            if terminal and select.select([sys.stdin], [], [], wait)[0]:
                typed = sys.stdin.readline()
                if not typed:
                    return
                if typed.strip():
                    self.board.type(typed.strip())
            elif not terminal:
                time.sleep(wait)


def counter_groups(answer):
    """(title, {name: value}) of each part of the board, from its answer to `stats`."""
    groups = [("arp", answer.get("reply", {}))]
    return groups + [(name, answer[name]) for name in ("nic", "chip", "lan") if answer.get(name)]


def bytes_of(mac):
    """Six bytes of aa:bb:cc:dd:ee:ff."""
    return bytes.fromhex(mac.replace(":", ""))


class Parser(argparse.ArgumentParser):
    """Ends with status 1 and one line, as everything else here."""

    def error(self, message):
        sys.exit("make run: %s (--help tells more)" % message)


def arguments():
    """The choices, checked as far as the board does not check them itself."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", default="", help="end by itself after so many seconds")
    parser.add_argument("--nic", default="w5500")
    parser.add_argument("--runtime", default="micropython")
    parser.add_argument("--sim", action="store_true", help="the simulated LAN, even here")
    args = parser.parse_args()
    text = args.seconds
    try:
        args.seconds = float(text) if text else None
    except ValueError:
        sys.exit("make run: SECONDS=%s is not a number" % text)
    if args.seconds is not None and not 0 < args.seconds < math.inf:
        sys.exit("make run: SECONDS=%s is not a time to run for" % text)
    return args


def choose_peer(args, screen):
    """The kernel where that is allowed, else the simulated LAN.

    For the kernel, this process is replaced by one inside a namespace.
    """
    if args.sim:
        return SimulatedPeer(screen)
    if not lab.is_inside():
        reason = lab.why_not()
        if reason is None:
            lab.enter([sys.executable] + sys.argv)
    else:
        try:
            return KernelPeer(screen)
        except Exception as e:  # a kernel without veth, or one that forbids it even here
            reason = str(e)
    screen.line("No network namespace here (%s): the LAN is simulated." % reason)
    return SimulatedPeer(screen)


def run(args, screen, peer):
    """The demo from start to end -> exit status."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    screen.line("A virtual board (%s, %s) and its peer:" % (args.runtime, args.nic), "step")
    screen.line("  board  %s  %s" % (BOARD_IP, BOARD_MAC))
    screen.line("  peer   " + peer.describe())
    demo = Demo(args, screen, peer)
    resolved = False
    try:
        resolved = demo.tell()
        spent = time.time() - screen.start
        left = None if terminal else LINGER_S
        demo.stay(left if args.seconds is None else args.seconds - spent, terminal)
    except KeyboardInterrupt:
        resolved = resolved or terminal
        screen.line("")
    except Ended:
        pass
    except BoardError as e:
        screen.trouble(str(e))
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        demo.told = False
        demo.board.stop()
        peer.close()
    words = "ended after %.1f s, %d frames seen" % (time.time() - screen.start, screen.frames)
    screen.line(words + ("" if resolved else "; the two did NOT resolve each other"), "step")
    return 0 if resolved else 1


def interrupt(*_):
    """End the demo in order, as Ctrl-C does, from any thread."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def main():
    args = arguments()
    # A shell has it ignored in what it starts in the background, and `interrupt` needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for end in (signal.SIGTERM, signal.SIGHUP):  # the board must not outlive the demo
        signal.signal(end, interrupt)
    screen = Screen(interrupt)
    try:
        status = run(args, screen, choose_peer(args, screen))
    finally:
        screen.close()
    return 1 if screen.broken else status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
