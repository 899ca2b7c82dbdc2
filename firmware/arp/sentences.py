"""Events and entries as text: the sentences of the seeds' manual pages, and `arp -an`."""

from . import const as c
from .addr import ip_text, mac_text

# AerieBSD arp(4) and Solaris arp(7P); %i = IP address, %m = MAC address, %o = the old MAC address.
_SENTENCES = {
    c.EV_RESOLVED: "%i is at %m",
    c.EV_FAILED: "%i does not answer",
    c.EV_CLEARED: "resolution of %i was cleared",
    c.EV_ADDED: "%i added at %m",
    c.EV_CHANGED: "%i moved from %o to %m",
    c.EV_EXPIRED: "entry for %i expired",
    c.EV_EVICTED: "entry for %i evicted",
    c.EV_USABLE: "own address %i may be used",
    c.EV_CONFLICT: "own address %i is also used by %m",
    c.EV_DEFENDED: "own address %i defended against %m",
    c.EV_LOST: "own address %i lost to %m",
    c.EV_DUPLICATE_IP: "duplicate IP address %i sent from ethernet address %m",
    c.EV_OVERWRITTEN: "arp info overwritten for %i by %m",
    c.EV_PERMANENT: "attempt to overwrite permanent entry for %i by %m",
    c.EV_WRONG_INTERFACE: "attempt to overwrite entry for %i by %m on another interface",
    c.EV_OFF_NET: "arplookup: unable to enter address for %i",
    c.EV_PROXY_PROBLEM: "IP: Proxy ARP problem? Hardware address '%m' thinks it is '%i'",
    c.EV_TABLE_FULL: "no room to resolve %i",
}


def describe(event):
    """The sentence for an event (kind, ip, mac, other)."""
    kind, ip, mac, other = event
    if kind == c.EV_NIC:
        return "network interface: " + other.replace("_", " ")
    if kind == c.EV_BAD_SENDER:
        what = "multicast" if mac[0] & 1 else "zero"
        if mac == b"\xff\xff\xff\xff\xff\xff":
            what = "broadcast"
        text = "ether address is %s for IP address %s!" % (what, ip_text(ip))
    else:
        text = _SENTENCES[kind].replace("%i", ip_text(ip))
        if mac:
            text = text.replace("%m", mac_text(mac))
    if isinstance(other, int):
        return "%s (and %d more)" % (text, other) if other else text
    return text.replace("%o", mac_text(other)) if other else text


def table(entries):
    """The entries as `arp -an` prints them, a line each."""
    lines = []
    for ip, mac, flags, kind, _state, _age_ms in entries:
        where = "%s [ether]" % mac_text(mac) if mac else "<incomplete>"
        marks = " PERM" if kind == c.PERMANENT else ""
        if flags & c.ATF_PUBL:
            marks += " PUB"
        if flags & c.ATF_USETRAILERS:
            marks += " TRAILERS"
        lines.append("? (%s) at %s%s on arp0" % (ip_text(ip), where, marks))
    return "\n".join(lines)
