"""What a virtual board is put together from: a wire, perhaps a chip on pins, a NIC, a watcher."""

from json_lines import mac_text

SIM_MAC = "02:00:00:00:00:aa"  # of a board without a chip on the simulated LAN
ASK_EVERY_MS = 5000  # the last simulated host asks for the board's address
KEEP = 100  # records of the simulated LAN's trace: nobody reads it here


class Parts:
    """The parts of one board. `nic` is what the firmware gets; `chip` and `lan` may be None."""

    def __init__(self, chosen):
        self.lan = None
        self.chip = None
        name = chosen["wire"]
        if chosen["runtime"] == "rp2040":  # chip and wire are outside, on real pins
            import board

            self.nic = board.make_nic(None if chosen["mac"] is None else _bytes(chosen["mac"]))
            return
        has_chip = chosen["nic"] != "packet"
        if has_chip:
            import board  # of a Pico with that chip, on the pins of the machine shim

            from eth.wiring import own_mac

            mac = chosen["mac"] or mac_text(own_mac())
        else:
            mac = chosen["mac"] or (SIM_MAC if name == "sim" else None)
        if name == "sim":
            self.lan = make_lan(chosen)
            self.wire = self.lan.port(mac)
        else:
            from eth.packet import PacketSocket

            self.wire = PacketSocket(name, None if has_chip or mac is None else _bytes(mac))
        self.nic = self.wire
        if has_chip:
            import machine

            self.wire.promiscuous(True)  # a chip hears everything and filters for itself
            self.chip = make_chip(chosen["nic"], self.wire)
            machine.connect(
                board.SPI_ID, self.chip, board.PIN_CS, int=board.PIN_INT, rst=board.PIN_RST
            )
            self.nic = board.make_nic(_bytes(mac))

    def watch(self, on_frame):
        """Show every frame at the NIC to on_frame(direction, buf, n)."""
        from eth.tap import Tap

        self.nic = Tap(self.nic, on_frame)

    def close(self):
        """Give everything back."""
        self.nic.close()
        if self.chip is not None:
            self.wire.close()


def make_chip(name, wire, ticks_us=None):
    """The model of that chip."""
    if name == "enc28j60":
        from sim.enc28j60_chip import ENC28J60Chip

        return ENC28J60Chip(wire, ticks_us)
    from sim.w5500_chip import W5500Chip

    return W5500Chip(wire, ticks_us)


def _bytes(mac):
    return bytes([int(part, 16) for part in mac.split(":")])


def make_lan(chosen, now=None):
    """The simulated LAN and its hosts: the gateway or first address, the next two free ones."""
    from sim.lan import Lan, Peer

    faults = chosen["sim"]
    if "delay_ms" in faults:
        faults["delay_ms"] = tuple(faults["delay_ms"])
    lan = Lan(say=None, keep=KEEP, now=now, **faults)
    own, bits = chosen["ip"].split("/")
    peer = None
    for number, ip in enumerate(_hosts(own, int(bits), chosen["gateway"])):
        peer = Peer(lan, ip, "02:00:00:00:01:%02x" % (number + 1))
    if peer is not None:
        peer.resolve_every(ASK_EVERY_MS, own)
    return lan


def _hosts(own, bits, gateway):
    """Up to three addresses of the network `own`/`bits` that are free for simulated hosts."""
    number = 0
    for part in own.split("."):
        number = number << 8 | int(part)
    size = 1 << (32 - bits)
    first = number - number % size
    # The network's own address and the last, its broadcast, are no hosts' where there are others.
    places = range(first + 1, first + size - 1) if size > 2 else range(first, first + size)
    hosts = [gateway] if gateway and gateway != own else []
    for place in places:
        ip = ".".join([str(place >> shift & 255) for shift in (24, 16, 8, 0)])
        if len(hosts) == 3:
            break
        if ip != own and ip not in hosts:
            hosts.append(ip)
    return hosts
