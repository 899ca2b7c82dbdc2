"""Ethernet II and ARP on the wire: offsets, validation, and builders into the caller's buffer.

    0 eth_dst   6 eth_src   12 ethertype   14 htype   16 ptype   18 hlen   19 plen   20 oper
    22 sha      28 spa      32 tha         38 tpa     42 the end             (RFC 826)

Contract: after `check(frame, n, mac)` returned 0, bytes 0 to 41 of `frame` are a well-formed ARP
request or reply for us or for a group. Builders write every one of the 42 bytes, so that a reused
buffer cannot leak what it held before. Nothing here allocates (no slices: storing one does before
MicroPython 1.26).
"""

from .const import const
from .stats import (
    RX_BAD_HLEN,
    RX_BAD_HTYPE,
    RX_BAD_OPER,
    RX_BAD_PLEN,
    RX_BAD_PTYPE,
    RX_BAD_SENDER,
    RX_NOT_ARP,
    RX_NOT_OURS,
    RX_OWN_ECHO,
    RX_SHORT,
)

ETH_SRC = const(6)
SHA = const(22)
SPA = const(28)
TPA = const(38)
FRAME_BYTES = const(42)
ETH_HEADER_BYTES = const(14)
MIN_PAYLOAD_BYTES = const(28)

REQUEST = const(1)
REPLY = const(2)

BROADCAST = b"\xff\xff\xff\xff\xff\xff"
ZERO = bytes(6)
# ethertype 0x0806, htype 1, ptype 0x0800, hlen 6, plen 4, and the first byte of oper
_FIXED = b"\x08\x06\x00\x01\x08\x00\x06\x04\x00"


def check(frame, n, mac, ptype_high=0x08):
    """0 when the frame is a valid ARP request or reply, else the counter of its first fault.

    The order is: what is cheap and common first, then RFC 826's; nothing past byte n - 1 is read.
    `ptype_high` is the first byte of the ptype to be accepted.
    """
    if n < ETH_HEADER_BYTES:
        return RX_SHORT
    if frame[12] != 0x08 or frame[13] != 0x06:
        return RX_NOT_ARP
    if n < FRAME_BYTES:
        return RX_SHORT
    if not frame[0] & 1 and not same(frame, 0, mac, 0, 6):
        return RX_NOT_OURS
    if frame[14] != 0 or frame[15] != 1:
        return RX_BAD_HTYPE
    if frame[18] != 6:
        return RX_BAD_HLEN
    if frame[16] != ptype_high or frame[17] != 0x00:
        return RX_BAD_PTYPE
    if frame[19] != 4:
        return RX_BAD_PLEN
    if frame[20] != 0 or not 1 <= frame[21] <= 2:
        return RX_BAD_OPER
    if frame[22] & 1 or (not frame[22] and same(frame, SHA, ZERO, 0, 6)):
        return RX_BAD_SENDER
    if frame[27] == mac[5] and same(frame, SHA, mac, 0, 6):
        return RX_OWN_ECHO
    return 0


def build(tx, eth_dst, eth_src, oper, sha, sha_at, spa, spa_at, tha, tha_at, tpa, tpa_at):
    """Write one ARP frame into `tx` and return its length, 42.

    The ARP fields are taken at an offset of any buffer, so that an answer copies them from the
    frame that it answers, and a request from the cache.
    """
    for i in range(9):
        tx[12 + i] = _FIXED[i]
    tx[21] = oper
    for i in range(6):
        tx[i] = eth_dst[i]
        tx[6 + i] = eth_src[i]
        tx[22 + i] = sha[sha_at + i]
        tx[32 + i] = tha[tha_at + i]
    for i in range(4):
        tx[28 + i] = spa[spa_at + i]
        tx[38 + i] = tpa[tpa_at + i]
    return FRAME_BYTES


def copy(to, to_at, source, source_at, count):
    """Copy `count` bytes between buffers without a slice."""
    for i in range(count):
        to[to_at + i] = source[source_at + i]


def same(a, a_at, b, b_at, count):
    """True when `count` bytes at both places are equal."""
    for i in range(count):
        if a[a_at + i] != b[b_at + i]:
            return False
    return True


def is_zero_ip(frame, at):
    """True for 0.0.0.0, the sender of an ARP Probe."""
    return not (frame[at] or frame[at + 1] or frame[at + 2] or frame[at + 3])


def is_host_ip(frame, at):
    """False for 0/8, 127/8 and from 224/4 up, where no host lives (RFC 1122, 3.2.1.3)."""
    return 0 < frame[at] < 224 and frame[at] != 127


def is_link_local(frame, at):
    """True for 169.254/16: such a sender broadcasts every ARP frame (RFC 3927, 2.5)."""
    return frame[at] == 169 and frame[at + 1] == 254
