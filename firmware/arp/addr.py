"""Addresses as a person writes them, to bytes and back: the only place where text is parsed."""

from .wire import is_host_ip


def ip_bytes(ip, name="ip"):
    """4 bytes from "a.b.c.d" or any 4-byte buffer; ValueError or TypeError names the argument."""
    if isinstance(ip, str):
        parts = ip.split(".")
        if len(parts) == 4 and all(p.isdigit() and len(p) < 4 and int(p) < 256 for p in parts):
            return bytes([int(p) for p in parts])
        raise ValueError("%s: %r is not an IPv4 address" % (name, ip))
    return _buffer(ip, 4, name)


def mac_bytes(mac, name="mac"):
    """6 bytes from "aa:bb:cc:dd:ee:ff" or any 6-byte buffer; an error names the argument."""
    if isinstance(mac, str):
        parts = mac.split(":")
        if len(parts) == 6 and all(len(p) in (1, 2) and _is_hex(p) for p in parts):
            return bytes([int(p, 16) for p in parts])
        raise ValueError("%s: %r is not a MAC address" % (name, mac))
    return _buffer(mac, 6, name)


def unicast_mac_bytes(mac, name="mac"):
    """As `mac_bytes`, refusing group addresses and all zeros, which no host may have."""
    mac = mac_bytes(mac, name)
    if mac[0] & 1 or mac == bytes(6):
        raise ValueError("%s: %s is not the MAC address of a host" % (name, mac_text(mac)))
    return mac


def net_bytes(net, name="ips"):
    """(4 bytes, prefix length) from "a.b.c.d/len", "a.b.c.d" (24 bits) or 4 bytes (24 bits)."""
    prefix = 24
    if isinstance(net, str) and "/" in net:
        net, bits = net.split("/", 1)
        if not bits.isdigit() or len(bits) > 2 or not 1 <= int(bits) <= 32:
            raise ValueError("%s: /%s is not a prefix length from 1 to 32" % (name, bits))
        prefix = int(bits)
    ip = ip_bytes(net, name)
    if not is_host_ip(ip, 0):
        raise ValueError("%s: %s cannot be the address of a host" % (name, ip_text(ip)))
    return ip, prefix


def ip_text(ip):
    """ "a.b.c.d" of 4 bytes."""
    return "%d.%d.%d.%d" % (ip[0], ip[1], ip[2], ip[3])


def mac_text(mac):
    """ "aa:bb:cc:dd:ee:ff" of 6 bytes."""
    return ":".join(["%02x" % b for b in mac])


def _is_hex(text):
    return all(c in "0123456789abcdefABCDEF" for c in text)


def _buffer(value, size, name):
    try:
        value = bytes(memoryview(value))
    except TypeError:
        raise TypeError("%s: a string or %d bytes are needed, not %r" % (name, size, value))
    if len(value) != size:
        raise ValueError("%s: %d bytes are needed, not %d" % (name, size, len(value)))
    return value
