#!/usr/bin/env python3
"""The virtual board: run the firmware on a chosen runtime, behind a chosen chip, on a chosen wire.

Checks what was asked for, then starts tools/board_main.py on that runtime with stdin and stdout
passed on. The board runs in a session of its own and ends when the pipe from here closes: Ctrl-C,
SIGTERM, SIGHUP and even the death of this process all end it in order, with its "end" line.
"""

import argparse
import ipaddress
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys

TOOLS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TOOLS)
PATHS = ("firmware", "host_tests", "host_tests/shim", "boards")
BOARDS = {"w5500": "boards/w5500_evb_pico", "enc28j60": "boards/pico_enc28j60"}
# MicroPython's unix port ends with "uncaught NLR" on an argument of more than 255 bytes.
PIECE = 200
GRACE_S = 5  # the board has this long to end when asked

EXAMPLES = """
commands on stdin, one a line:
  query IP | ask IP | send IP HEX | ips A/L [B/L...] | stats | quit
  arp -an | arp IP | arp -s IP MAC [temp|permanent] [pub] | arp -d IP

the simulated LAN (--wire sim) has three hosts in the board's network: the gateway (without
--gateway the first address), and the next two free ones. The last of them asks for the board every
5 seconds. Every other address is silent.

examples:
  tools/vboard.py --wire sim --ip 10.0.0.2/24 --seconds 10
  echo 'query 10.0.0.1' | tools/vboard.py --wire sim --ip 10.0.0.2/24 --set probe=False --seconds 2
  tools/vboard.py --wire sim --sim loss=0.3,delay=0-20,seed=7 --ip 10.0.0.2/24 --trace
  tools/vboard.py --runtime cpython --nic packet --wire eth1 --ip 192.168.7.2/24 --pcap board.pcap
"""


class Refused(Exception):
    """What was asked for cannot be had; the text says why, in one line."""


class Parser(argparse.ArgumentParser):
    """Ends with status 1 and one line, as everything else here."""

    def error(self, message):
        raise Refused("%s (--help tells more)" % message)


def parser():
    p = Parser(
        prog="vboard.py",
        description="Run the firmware on a virtual board; events and answers are JSON lines.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    p.add_argument(
        "--runtime", choices=("micropython", "cpython", "rp2040"), default="micropython",
        help="what the firmware runs on (micropython)",
    )  # fmt: skip
    p.add_argument(
        "--nic", choices=("w5500", "enc28j60", "packet"), default="w5500",
        help="a chip model behind its driver, or the wire itself (w5500)",
    )  # fmt: skip
    p.add_argument("--wire", required=True, metavar="IFACE|sim", help="a Linux interface, or sim")
    p.add_argument("--ip", required=True, metavar="A.B.C.D/LEN", help="the board's own address")
    p.add_argument("--gateway", metavar="G", help="the router of that network")
    p.add_argument("--mac", metavar="M", help="the board's MAC address")
    p.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help="a setting of the protocol, as timeout_ms=500; may be repeated",
    )  # fmt: skip
    p.add_argument("--seconds", type=float, metavar="S", help="end by itself after this time")
    p.add_argument("--pcap", metavar="FILE", help="record every frame at the NIC, for tcpdump")
    p.add_argument("--trace", action="store_true", help="print every frame at the NIC, in hex")
    p.add_argument(
        "--sim", metavar="NAME=VALUE,...",
        help="faults of the LAN: loss, duplicate, corrupt (0 to 1), delay (ms, or A-B), seed",
    )  # fmt: skip
    return p


def check_ip(text):
    """a.b.c.d/len of a host."""
    if not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", text):
        raise Refused("--ip: %r is not of the form a.b.c.d/len, as 10.0.0.2/24" % text)
    try:
        ip = ipaddress.IPv4Interface(text)
    except ValueError as e:
        raise Refused("--ip: %s" % e) from None
    if ip.ip.is_multicast or ip.ip.is_loopback or ip.ip.packed[0] in (0, *range(240, 256)):
        raise Refused("--ip: %s cannot be the address of a host" % ip.ip)
    if ip.network.prefixlen == 0:
        raise Refused("--ip: a network of length 0 holds everything; use 1 to 32")
    return text


def check_gateway(text, own):
    """a.b.c.d of another host; `own` is the board's a.b.c.d/len."""
    try:
        gateway = ipaddress.IPv4Address(text)
    except ValueError as e:
        raise Refused("--gateway: %s" % e) from None
    own = ipaddress.IPv4Interface(own)
    if gateway == own.ip:
        raise Refused("--gateway: %s is the board's own address" % gateway)
    # Networks of length 31 and 32 have no broadcast address (RFC 3021).
    if own.network.prefixlen < 31 and gateway == own.network.broadcast_address:
        raise Refused("--gateway: %s is the broadcast address of %s" % (gateway, own.network))
    return str(gateway)


def check_mac(text):
    """aa:bb:cc:dd:ee:ff of a host."""
    if not re.fullmatch(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}", text):
        raise Refused("--mac: %r is not of the form 02:00:00:00:00:0a" % text)
    if int(text[:2], 16) & 1 or not int(text.replace(":", ""), 16):
        raise Refused("--mac: %s is not the address of a single host" % text)
    return text.lower()


def check_settings(pairs):
    """{name: value}; whether there is such a setting the protocol itself will say."""
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise Refused("--set: %r is not of the form name=value" % pair)
        if name in ("mac", "gateway"):
            raise Refused("--set: %s is no setting; use --%s" % (name, name))
        if name in ("nic", "ips", "self"):
            raise Refused("--set: %s is no setting" % name)
        if value.lower() in ("true", "false", "none"):
            settings[name] = {"true": True, "false": False, "none": None}[value.lower()]
        elif re.fullmatch(r"-?[0-9][0-9_]*", value):
            settings[name] = int(value)
        else:
            settings[name] = value
    return settings


def check_sim(text):
    """{name: value} for the simulated LAN."""
    faults = {}
    for pair in text.split(","):
        name, _, value = pair.partition("=")
        try:
            if name == "seed":
                faults[name] = int(value)
            elif name in ("loss", "duplicate", "corrupt"):
                faults[name] = float(value)
                if not 0 <= faults[name] <= 1:
                    raise ValueError
            elif name == "delay":
                least, _, most = value.partition("-")
                faults["delay_ms"] = (int(least), int(most or least))
                if not 0 <= int(least) <= int(most or least):
                    raise ValueError
            else:
                raise Refused("--sim: there is no %r" % name)
        except ValueError:
            raise Refused("--sim: %r is no value for %s" % (value, name)) from None
    return faults


def check_wire(name):
    """An interface that exists and may be opened here."""
    if not hasattr(socket, "AF_PACKET"):
        raise Refused("--wire %s: packet sockets are a feature of Linux; use --wire sim" % name)
    try:
        socket.if_nametoindex(name)
    except OSError:
        there = ", ".join(sorted(n for _, n in socket.if_nameindex())) or "none"
        raise Refused(
            "--wire: there is no interface %r here (there is: %s)" % (name, there)
        ) from None
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except PermissionError:
        raise Refused(
            "--wire %s: no permission to open a packet socket; be root, or use --wire sim" % name
        ) from None


def configuration(arguments):
    """All that board_main.py needs to know, checked as far as it can be from here."""
    a = parser().parse_args(arguments)
    if a.runtime == "rp2040" and a.nic == "packet":
        raise Refused("--runtime rp2040: that board has no packet socket; use --nic w5500")
    if a.seconds is not None and not 0 < a.seconds < 2**20:
        raise Refused("--seconds: %s is not a time to run for" % a.seconds)
    chosen = {
        "runtime": a.runtime,
        "nic": a.nic,
        "wire": a.wire,
        "ip": check_ip(a.ip),
        "gateway": check_gateway(a.gateway, a.ip) if a.gateway is not None else None,
        "mac": check_mac(a.mac) if a.mac is not None else None,
        "settings": check_settings(a.settings),
        "seconds": a.seconds,
        "pcap": a.pcap,
        "trace": a.trace,
        "sim": check_sim(a.sim) if a.sim is not None else {},
    }
    if a.wire != "sim":
        if a.sim is not None:
            raise Refused("--sim: only with --wire sim")
        check_wire(a.wire)
    if a.pcap is not None:
        try:
            open(a.pcap, "wb").close()
        except OSError as e:
            raise Refused("--pcap %s: %s" % (a.pcap, e.strerror)) from None
    return chosen


def find_micropython():
    """The command of MicroPython's unix port."""
    named = os.environ.get("MICROPYTHON")
    places = (
        [named] if named else [os.path.join(ROOT, ".venv", "bin", "micropython"), "micropython"]
    )
    for place in places:
        found = shutil.which(place)
        if found:
            return found
    if named:
        raise Refused("MICROPYTHON=%s: not a program that can be run" % named)
    raise Refused(
        "there is no micropython here: `make setup` gets it, or name one in MICROPYTHON="
    )


def start(chosen, stop_fd):
    """The board's process."""
    names = [*PATHS, BOARDS.get(chosen["nic"], BOARDS["w5500"])]
    paths = [os.path.join(ROOT, *name.split("/")) for name in names]
    environment = dict(os.environ)
    script = "board_main.py"
    if chosen["runtime"] != "micropython":
        program = sys.executable
        if chosen["runtime"] == "rp2040":
            script = "rp2040_board.py"
            chosen = dict(chosen, board=os.path.basename(names[-1]))
        paths.append(os.path.join(ROOT, "host_tests", "shim", "cpython"))
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    else:
        program = find_micropython()
        environment["MICROPYPATH"] = ":".join([*paths, TOOLS, ".frozen"])
    text = json.dumps(chosen)
    pieces = [text[i : i + PIECE] for i in range(0, len(text), PIECE)]
    command = [program, os.path.join(TOOLS, script), *pieces]
    try:
        return subprocess.Popen(
            command, env=environment, pass_fds=[stop_fd], start_new_session=True
        )
    except OSError as e:
        raise Refused("%s: %s" % (program, e.strerror)) from None


def listen():
    """A socket that receives a byte for each signal from now on; nothing else happens then."""
    wake, wakened = socket.socketpair()
    for end in (wake, wakened):
        end.setblocking(False)
    signal.set_wakeup_fd(wakened.detach())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return wake


def watch(board, stop, wake):
    """Wait for the board's end, and ask for it when a signal comes -> its exit status."""
    asked = False
    while board.poll() is None:
        ready, _, _ = select.select([wake], [], [], GRACE_S if asked else None)
        if not ready:
            board.kill()
            board.wait()
            raise Refused("the board did not end within %d s, killed" % GRACE_S)
        if set(wake.recv(100)) - {signal.SIGCHLD} and not asked:
            asked = True
            os.close(stop)
    return board.returncode


def complete_standard_files():
    """Open what the caller closed of stdin, stdout, stderr: no pipe may take their place."""
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is fd


def main():
    complete_standard_files()
    try:
        chosen = configuration(sys.argv[1:])
        wake = listen()
        chosen["stop_fd"], stop = os.pipe()
        status = watch(start(chosen, chosen["stop_fd"]), stop, wake)
        if status not in (0, 1):
            raise Refused("the board ended with status %d" % status)
        return status
    except Refused as e:
        print("vboard: %s" % e, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
