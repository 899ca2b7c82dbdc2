"""Frames for tests, built from the RFC 826 layout by hand and not by the code under test."""

BROADCAST = "ff:ff:ff:ff:ff:ff"
ZERO = "00:00:00:00:00:00"

OWN_MAC = "02:00:00:00:00:01"
OWN_IP = "192.168.1.10"
OWN_NET = "192.168.1.10/24"
GATEWAY = "192.168.1.1"
A_IP = "192.168.1.20"
A_MAC = "02:00:00:00:00:20"
B_IP = "192.168.1.21"
B_MAC = "02:00:00:00:00:21"


def mac(text):
    """6 bytes of "aa:bb:cc:dd:ee:ff"."""
    return bytes([int(part, 16) for part in text.split(":")])


def ip(text):
    """4 bytes of "a.b.c.d"."""
    return bytes([int(part) for part in text.split(".")])


def arp(oper, sha, spa, tha, tpa, eth_dst=BROADCAST, eth_src=None):
    """An ARP frame of 42 bytes; addresses as text."""
    return (
        mac(eth_dst)
        + mac(eth_src or sha)
        + bytes([8, 6, 0, 1, 8, 0, 6, 4, 0, oper])
        + mac(sha)
        + ip(spa)
        + mac(tha)
        + ip(tpa)
    )


def request(sha=A_MAC, spa=A_IP, tpa=OWN_IP):
    """A broadcast request."""
    return arp(1, sha, spa, ZERO, tpa)


def reply(sha=A_MAC, spa=A_IP, tha=OWN_MAC, tpa=OWN_IP):
    """A unicast reply."""
    return arp(2, sha, spa, tha, tpa, tha)


def probe(sha=A_MAC, tpa=OWN_IP):
    """An ARP Probe (RFC 5227)."""
    return arp(1, sha, "0.0.0.0", ZERO, tpa)


def announcement(sha=A_MAC, spa=A_IP):
    """An ARP Announcement (RFC 5227)."""
    return arp(1, sha, spa, ZERO, spa)


def receive(engine, frame, now):
    """What the engine answers to a frame: the frame, or None."""
    n = engine.receive(frame, len(frame), now)
    return bytes(engine.tx[:n]) if n else None


def polled(engine, now):
    """All frames that are due, in order."""
    frames = []
    n = engine.poll(now)
    while n:
        frames.append(bytes(engine.tx[:n]))
        assert len(frames) < 1000, "poll does not end"
        n = engine.poll(now)
    return frames


def events(engine):
    """The names of all waiting events, oldest first."""
    from arp.const import EV_NAMES

    names = []
    event = engine.next_event()
    while event is not None:
        names.append(EV_NAMES[event[0]])
        event = engine.next_event()
    return names
