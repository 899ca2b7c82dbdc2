"""A W5500-EVB-Pico of the shim and a gateway on a simulated LAN: where the README runs."""

import sys

import micropython  # noqa: F401  on CPython it gives `time` and `asyncio` what MicroPython has

import machine
from sim.lan import Lan, Peer
from sim.w5500_chip import W5500Chip

GATEWAY_MAC = "02:42:00:00:00:01"


def run(path, board_folder):
    """Run the Python file `path` as on a board; returns its names."""
    lan = Lan(seed=1, say=None)
    Peer(lan, "192.168.1.1", GATEWAY_MAC)
    wire = lan.port("02:00:00:00:00:10")
    wire.promiscuous(True)
    machine.connect(0, W5500Chip(wire), cs=17, int=21, rst=20)
    sys.path.insert(0, board_folder)
    names = {"__name__": "__main__"}
    with open(path) as source:
        exec(source.read(), names)
    return names


if __name__ == "__main__":
    found = run(sys.argv[1], sys.argv[2])
    if "header" in found:
        print(bytes(found["header"][:6]))
