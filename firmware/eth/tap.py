"""Tap(nic, on_frame): a NIC in front of another one that shows each frame that passes.

on_frame(direction, buf, n) is called with "rx" after a frame came in and with "tx" after the chip
took one; it runs in the caller's context, must not keep buf, and must not raise.
"""


class Tap:
    """Wraps nic; what is not listed here (stats, promiscuous, ...) is the wrapped NIC's own."""

    def __init__(self, nic, on_frame):
        self.nic = nic
        self.on_frame = on_frame
        self.mac = nic.mac
        self.mtu = nic.mtu

    def __getattr__(self, name):
        return getattr(self.nic, name)

    def recv_into(self, buf):
        n = self.nic.recv_into(buf)
        if n:
            self.on_frame("rx", buf, n)
        return n

    def send(self, buf, n):
        self.nic.send(buf, n)
        self.on_frame("tx", buf, n)

    async def wait(self):
        await self.nic.wait()
