"""PacketSocket: a Linux network interface as a NIC, through an AF_PACKET socket.

For MicroPython's unix port and CPython alike. It receives every frame on the interface, whoever it
is for (a network card's filter is not repeated here), but none that this host sends. Needs root,
CAP_NET_RAW or a network namespace of one's own. Interface number, address and state come from
rtnetlink, not from /sys, which shows another namespace than the socket's when only the network was
unshared.
"""

import asyncio
import socket
import struct
import sys

from micropython import const

_IS_MICROPYTHON = sys.implementation.name == "micropython"
_ORDER = "<" if sys.byteorder == "little" else ">"  # MicroPython's struct has no "="

# <linux/if_packet.h>, <linux/if_ether.h>, <asm-generic/socket.h>
_AF_PACKET = const(17)
_SOCK_RAW = const(3)
_SOL_PACKET = const(263)
_PACKET_ADD_MEMBERSHIP = const(1)
_PACKET_DROP_MEMBERSHIP = const(2)
_PACKET_MR_PROMISC = const(1)
_PACKET_IGNORE_OUTGOING = const(23)
_ETH_P_ALL = const(3)
_SOL_SOCKET = const(1)
_SO_RCVBUF = const(8)
_SO_RCVBUFFORCE = const(33)
# A burst waits in the socket while nobody reads; the kernel gives less where this is too much.
_RECEIVE_BYTES = const(4194304)
# <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if.h>
_AF_NETLINK = const(16)
_NLMSG_ERROR = const(2)
_RTM_GETLINK = const(18)
_NLM_F_REQUEST = const(1)
_IFLA_ADDRESS = const(1)
_IFLA_IFNAME = const(3)
_IFLA_MTU = const(4)
_IFF_LOWER_UP = const(0x10000)

_EPERM = const(1)
_EAGAIN = const(11)
_EACCES = const(13)
_ENODEV = const(19)
_ENETDOWN = const(100)

_FRAME_MIN = const(60)
_FRAME_MAX = const(1514)
_WAIT_MS = const(1000)


class PacketSocket:
    """A NIC (see the package). mac None: the interface's own; any other makes it promiscuous."""

    def __init__(self, ifname, mac=None):
        self._ifname = ifname
        self._index, _, own_mac, self.mtu = _ask_link(ifname)
        self.mac = own_mac if mac is None else bytes(mac)
        self._is_active = True
        self._tx_buf = self._tx_view = None
        self._tx_n = -1
        self._short = bytearray(_FRAME_MIN)
        try:
            # protocol 0 until bound: else frames of every interface would arrive in between
            self._socket = socket.socket(_AF_PACKET, _SOCK_RAW, 0)
        except OSError as e:
            if e.errno not in (_EPERM, _EACCES):
                raise
            why = "no permission for raw frames on %s: needs root or CAP_NET_RAW" % ifname
            raise OSError(_EPERM, why)
        try:
            self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            self._enlarge()
            if self.mac != own_mac:
                self.promiscuous(True)
            self._bind()
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)

    def _enlarge(self):
        for option in (_SO_RCVBUF, _SO_RCVBUFFORCE):
            try:
                self._socket.setsockopt(_SOL_SOCKET, option, _RECEIVE_BYTES)
            except OSError as e:
                if e.errno != _EPERM:  # only root may go beyond net.core.rmem_max
                    raise

    def _bind(self):
        if _IS_MICROPYTHON:  # struct sockaddr_ll
            network_order = struct.pack(">H", _ETH_P_ALL)
            place = struct.pack(
                _ORDER + "H2siHBB8s", _AF_PACKET, network_order, self._index, 0, 0, 0, b""
            )
            self._socket.bind(place)
        else:
            self._socket.bind((self._ifname, _ETH_P_ALL))

    def recv_into(self, buf):
        """One frame into buf -> its length, 0 = none. A longer one is cut to the buffer."""
        try:
            n = _receive(self._socket, buf)
        except OSError as e:
            if e.errno in (_EAGAIN, _ENETDOWN):  # the latter once, when the interface goes down
                return 0
            raise
        return n if self._is_active else 0

    def send(self, buf, n):
        """Send the first n bytes of buf, padded with zeros to 60."""
        if n < 14 or n > _FRAME_MAX or n > len(buf):
            raise ValueError("n is %d, not 14 to 1514 or beyond the buffer" % n)
        if not self._is_active:
            raise OSError(_ENETDOWN, "%s: not active" % self._ifname)
        if n < _FRAME_MIN:
            short = self._short
            for i in range(n):
                short[i] = buf[i]
            for i in range(n, _FRAME_MIN):
                short[i] = 0
            self._socket.send(short)
            return
        if buf is not self._tx_buf or n != self._tx_n:
            self._tx_view = memoryview(buf)[:n]
            self._tx_buf = buf
            self._tx_n = n
        self._socket.send(self._tx_view)

    def link(self):
        """True while the interface is up and has a carrier."""
        return bool(_ask_link(self._ifname)[1] & _IFF_LOWER_UP)

    async def wait(self):
        """Return when a frame can be read, or after a second."""
        try:
            await asyncio.wait_for_ms(_readable(self._socket), _WAIT_MS)
        except asyncio.TimeoutError:
            return  # the bound: the caller looks at its own clock now and then

    def active(self, flag):
        """False drops what arrives and refuses what is to be sent."""
        self._is_active = bool(flag)

    def promiscuous(self, flag):
        """Make the interface take in frames for other addresses than its own, or not."""
        option = _PACKET_ADD_MEMBERSHIP if flag else _PACKET_DROP_MEMBERSHIP
        request = struct.pack(_ORDER + "iHH8s", self._index, _PACKET_MR_PROMISC, 0, b"")
        self._socket.setsockopt(_SOL_PACKET, option, request)

    def close(self):
        self._is_active = False
        self._socket.close()


if _IS_MICROPYTHON:

    def _receive(s, buf):
        """Not s.readinto: that goes on reading until buf is full and joins frames that wait."""
        frame = s.recv(len(buf))
        n = len(frame)
        memoryview(buf)[:n] = frame
        return n

    def _readable(s):
        yield asyncio.core._io_queue.queue_read(s)  # as asyncio.Stream does

else:

    def _receive(s, buf):
        return s.recv_into(buf)

    async def _readable(s):
        loop = asyncio.get_running_loop()
        is_readable = loop.create_future()
        loop.add_reader(s, _wake, is_readable)
        try:
            await is_readable
        finally:
            loop.remove_reader(s)

    def _wake(future):
        if not future.done():
            future.set_result(None)


def _ask_link(ifname):
    """Ask the kernel about an interface -> (number, flags, mac, mtu)."""
    name = ifname.encode()
    attribute = struct.pack(_ORDER + "HH", 4 + len(name) + 1, _IFLA_IFNAME) + name
    attribute += bytes(4 - len(name) % 4)  # NUL, then up to a multiple of four
    body = struct.pack(_ORDER + "BBHiII", 0, 0, 0, 0, 0, 0) + attribute
    head = struct.pack(_ORDER + "IHHII", 16 + len(body), _RTM_GETLINK, _NLM_F_REQUEST, 1, 0)
    s = socket.socket(_AF_NETLINK, _SOCK_RAW, 0)
    try:
        s.settimeout(1)
        s.send(head + body)
        answer = s.recv(16384)
    finally:
        s.close()
    length, kind = struct.unpack_from(_ORDER + "IH", answer, 0)
    if kind == _NLMSG_ERROR:
        raise OSError(_ENODEV, "no network interface %s" % ifname)
    index, flags = struct.unpack_from(_ORDER + "iI", answer, 20)
    mac = bytes(6)
    mtu = 1500
    at = 32
    while at + 4 <= length:
        size, kind = struct.unpack_from(_ORDER + "HH", answer, at)
        if kind == _IFLA_ADDRESS and size == 10:
            mac = answer[at + 4 : at + 10]
        elif kind == _IFLA_MTU:
            mtu = struct.unpack_from(_ORDER + "I", answer, at + 4)[0]
        at += (size + 3) & ~3
    return index, flags, mac, mtu
