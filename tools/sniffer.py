"""Hear every frame that crosses a Linux interface, both ways, with the kernel's time of each.

A Sniffer is used by one thread; nothing is read before `frames` is called, the kernel's buffer
holds what came.
"""

import socket
import struct

# ETH_P_ALL of <linux/if_ether.h>: the only kind of socket that hears outgoing frames too.
EVERY_PROTOCOL = 3
SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>; the socket module does not name it


class Sniffer:
    def __init__(self, interface):
        self.socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL)
        )
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((interface, EVERY_PROTOCOL))
        self.socket.setblocking(False)

    def fileno(self):
        """For select."""
        return self.socket.fileno()

    def frames(self):
        """Yield (seconds since the epoch, frame) of what has come since the last call."""
        while True:
            try:
                frame, ancillary, _, _ = self.socket.recvmsg(65536, 64)
            except BlockingIOError:
                return
            for level, kind, value in ancillary:
                if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                    seconds, nanoseconds = struct.unpack("@qq", value[:16])
                    yield seconds + nanoseconds / 1e9, frame

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
