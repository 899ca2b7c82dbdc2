"""Say in words what an Ethernet frame is: `words(frame, names)`.

Written against the header layouts of IEEE 802.3 and RFC 826 alone, so that it is a second opinion
on what the firmware under test sends.
"""

ARP = b"\x08\x06"
IPV4 = b"\x08\x00"
IPV6 = b"\x86\xdd"
PROTOCOLS = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP"}


def mac_text(mac):
    """Six bytes as aa:bb:cc:dd:ee:ff."""
    return ":".join("%02x" % byte for byte in mac)


def ip_text(ip):
    """Four bytes as a.b.c.d."""
    return ".".join(str(byte) for byte in ip)


def station(mac, names):
    """The name of a MAC: "all", what `names` (6 bytes -> name) says, or else the address."""
    if mac == b"\xff" * 6:
        return "all"
    return names.get(bytes(mac)) or mac_text(mac)


def words(frame, names):
    """One line for one frame: who -> whom: what."""
    if len(frame) < 14:
        return "a frame of %d bytes, too short for an Ethernet header" % len(frame)
    head = "%s -> %s: " % (station(frame[6:12], names), station(frame[0:6], names))
    ethertype = frame[12:14]
    if ethertype == ARP:
        return head + arp_words(frame[14:], names)
    if ethertype == IPV4 and len(frame) >= 34:
        protocol = PROTOCOLS.get(frame[23], "protocol %d" % frame[23])
        return head + "IPv4 %s to %s, %s" % (
            ip_text(frame[26:30]),
            ip_text(frame[30:34]),
            protocol,
        )
    if ethertype == IPV6:
        return head + "IPv6"
    return head + "ethertype 0x%04x, %d bytes" % (int.from_bytes(ethertype, "big"), len(frame))


def arp_words(packet, names):
    """The ARP part of the line."""
    if len(packet) < 28:
        return "a cut-off ARP packet of %d bytes" % len(packet)
    if packet[0:6] != b"\x00\x01\x08\x00\x06\x04":
        return "ARP, not Ethernet and IPv4"
    oper = int.from_bytes(packet[6:8], "big")
    sha, spa, tpa = packet[8:14], packet[14:18], packet[24:28]
    if oper == 1:
        if spa == b"\0\0\0\0":
            return "who has %s? probe (is it free?)" % ip_text(tpa)
        if spa == tpa:
            return "%s is mine, announcement" % ip_text(spa)
        return "who has %s? tell %s" % (ip_text(tpa), ip_text(spa))
    if oper == 2:
        owner = names.get(bytes(sha))
        text = "%s is at %s" % (ip_text(spa), mac_text(sha))
        return text + (" (%s)" % owner if owner else "")
    return "ARP operation %d" % oper
