"""Cable: a wire endpoint with the test at its other end: put() what arrives, see what was sent."""


class Cable:
    def __init__(self):
        self.mac = bytes(6)
        self.mtu = 1500
        self.waiting = []  # frames for recv_into(), oldest first
        self.sent = []  # frames of send()
        self.keeps = True  # False: only count and remember the last one, without allocating
        self.count = 0
        self.last = bytearray(1514)
        self.has_link = True
        self.refuses = False

    def put(self, frame):
        self.waiting.append(frame)

    def recv_into(self, buf):
        if not self.waiting:
            return 0
        frame = self.waiting.pop(0)
        n = len(frame)
        for i in range(n):
            buf[i] = frame[i]
        return n

    def send(self, buf, n):
        if self.refuses:
            raise OSError(100)
        self.count += 1
        for i in range(n):
            self.last[i] = buf[i]
        if self.keeps:
            self.sent.append(bytes(self.last[:n]))

    def link(self):
        return self.has_link
