"""Many hosts that ask for the board's address, and the right answer to each, by scapy."""

from scapy.layers.l2 import ARP, Ether


def asker(number):
    """The n-th of many hosts: its MAC and address."""
    mac = "06:00:00:00:%02x:%02x" % divmod(number, 256)
    return mac, "10.77.0.%d" % (100 + number % 100)


def request_from(number, target):
    """The bytes of a broadcast request by the n-th host."""
    mac, ip = asker(number)
    packet = ARP(op=1, hwsrc=mac, psrc=ip, hwdst="00:00:00:00:00:00", pdst=target)
    return bytes(Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / packet).ljust(60, b"\0")


def answer_to(number, cable):
    """The one right answer, byte for byte."""
    mac, ip = asker(number)
    packet = ARP(op=2, hwsrc=cable.board_mac, psrc=cable.board_ip, hwdst=mac, pdst=ip)
    return bytes(Ether(src=cable.board_mac, dst=mac) / packet).ljust(60, b"\0")


def replies(heard, cable):
    """The frames that the board sent, of those heard."""
    source = bytes.fromhex(cable.board_mac.replace(":", ""))
    return [frame for _, frame in heard if frame[6:12] == source and frame[20:22] == b"\0\2"]
