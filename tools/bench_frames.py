"""The workloads of `make bench`: the rows of mirage/arp's benchmark and more, the same anywhere.

    tools/bench_frames.py FOLDER

A row is one file of records: a big-endian 16-bit head, and below 0x8000 an Ethernet frame of that
many bytes, or for 0x8004 the 4 bytes of an IPv4 address that somebody here wants to know. The own
address is 10.0.0.0 (as in mirage's bench.ml; 10.0.0.0/6 makes it a host's), the own MAC address
00:de:ad:be:ef:00.

    invalid    28 random bytes behind a right Ethernet header
    short      0 to 27 of them
    valid      well-formed ARP, both operations, random addresses
    request    the same, requests alone
    replies    replies to us from 10.0.0.x; half of the senders are group addresses, 1 in 256 is us
    mixed      10 short, 10 requests, 30 requests for us, 30 replies with lookups, 20 valid
    mixed_rx   its frames alone
    queries    a lookup every 50 replies
    answered   requests for us by 50 hosts
    hits_N     lookups among N known hosts, whom hits_N.setup makes known
    flood      65,536 replies to us, each of another host
"""

import os
import random
import struct
import sys
import zlib

COUNT = 100_000
HOSTS = (8, 32, 64, 128, 256, 1024)
OWN_IP = b"\x0a\x00\x00\x00"
OWN_MAC = b"\x00\xde\xad\xbe\xef\x00"
_PEER_IP = b"\x0a\x00\x00\x01"
_PEER_MAC = b"\x00\xde\xad\xbe\xef\x01"
_ALL = b"\xff" * 6
_ARP = b"\x00\x01\x08\x00\x06\x04"
_REQUEST = _ARP + b"\x00\x01"
_REPLY = _ARP + b"\x00\x02"


def _ethernet(payload, dst=_ALL, src=_PEER_MAC):
    return dst + src + b"\x08\x06" + payload


def _byte(rng):
    return rng.randbytes(1)[0]


def _near_ip(rng):
    return b"\x0a\x00\x00" + rng.randbytes(1)


def _short(rng):
    return rng.randbytes(_byte(rng) % 28)


def _valid(rng):
    return _ARP + struct.pack(">H", 1 + _byte(rng) % 2) + rng.randbytes(20)


def _request(rng):
    return _REQUEST + rng.randbytes(20)


def _reply(rng):
    return _REPLY + rng.randbytes(6) + _near_ip(rng) + OWN_MAC + OWN_IP


def _for_us():
    return _REQUEST + _PEER_MAC + _PEER_IP + OWN_MAC + OWN_IP


def _frames(make):
    """A row of `COUNT` frames, each with what `make` returns behind the Ethernet header."""

    def row(rng):
        for _ in range(COUNT):
            yield _ethernet(make(rng))

    return row


def _mixed(rng):
    for i in range(COUNT):
        x = i % 100
        if x < 10:
            payload = _short(rng)
        elif x < 20:
            payload = _request(rng)
        elif x < 50:
            payload = _for_us()
        elif x < 80:
            if x % 2 == 0:
                for _ in range(_byte(rng) + 1):
                    yield _near_ip(rng)
            payload = _reply(rng)
        else:
            payload = _valid(rng)
        yield _ethernet(payload)


def _queries(rng):
    for i in range(COUNT):
        if i % 50 == 0:
            yield _near_ip(rng)
        yield _ethernet(_reply(rng))


def _answered(rng):
    hosts = [(b"\x02" + rng.randbytes(5), bytes([10, 0, 1, i + 1])) for i in range(50)]
    for _ in range(COUNT):
        mac, ip = hosts[rng.randrange(50)]
        yield _ethernet(_REQUEST + mac + ip + bytes(6) + OWN_IP, _ALL, mac)


def _reply_of(mac, ip):
    return _ethernet(_REPLY + mac + ip + OWN_MAC + OWN_IP, OWN_MAC, mac)


def _flood(rng):
    numbers = list(range(65536))
    rng.shuffle(numbers)
    for i in numbers:
        mac = b"\x02" + rng.randbytes(5)
        yield _reply_of(mac, bytes([10, 1, i >> 8, i & 255]))


def _hits(rng, n):
    """(setup, row) of lookups among `n` hosts."""
    ips = [bytes([10, 2, 1 + i // 250, 1 + i % 250]) for i in range(n)]
    setup = []
    for ip in ips:
        setup.append(ip)
        setup.append(_reply_of(b"\x02" + rng.randbytes(5), ip))
    # The MAC addresses are all drawn before the first lookup.
    return setup, [ips[rng.randrange(n)] for _ in range(COUNT)]


def _rng(name):
    return random.Random(0xA7B0 ^ zlib.crc32(name.encode()))


def rows():
    """Yield (name, records) of every row and setup; a record of 4 bytes is a lookup."""
    simple = {
        "invalid": _frames(lambda rng: rng.randbytes(28)),
        "short": _frames(_short),
        "valid": _frames(_valid),
        "request": _frames(_request),
        "replies": _frames(_reply),
    }
    for name, row in simple.items():
        yield name, row(_rng(name))
    mixed = list(_mixed(_rng("mixed")))
    yield "mixed", mixed
    yield "mixed_rx", [record for record in mixed if len(record) != 4]
    yield "queries", _queries(_rng("queries"))
    yield "answered", _answered(_rng("answered"))
    for n in HOSTS:
        setup, row = _hits(_rng("hits_%d" % n), n)
        yield "hits_%d.setup" % n, setup
        yield "hits_%d" % n, row
    yield "flood", _flood(_rng("flood"))


def packed(records):
    """The bytes of a row's file."""
    return b"".join(
        (b"\x80\x04" if len(record) == 4 else struct.pack(">H", len(record))) + record
        for record in records
    )


def write(folder):
    """Write every row as FOLDER/NAME.bin; the last one written is whole when all are."""
    os.makedirs(folder, exist_ok=True)
    for name, records in rows():
        path = os.path.join(folder, name + ".bin")
        with open(path + ".new", "wb") as f:
            f.write(packed(records))
        os.replace(path + ".new", path)


def names():
    """The rows in the order of `rows`, without setups."""
    hits = ["hits_%d" % n for n in HOSTS]
    first = [
        "invalid",
        "short",
        "valid",
        "request",
        "replies",
        "mixed",
        "mixed_rx",
        "queries",
        "answered",
    ]
    return first + hits + ["flood"]


def ready(folder):
    """Write the rows unless they are there."""
    if not os.path.exists(os.path.join(folder, "flood.bin")):
        write(folder)


if __name__ == "__main__":
    write(sys.argv[1])
