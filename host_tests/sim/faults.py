"""Faults(chip): stands between the bus and a chip model and spoils what passes, on demand.

It is what machine.connect() gets in the chip's place. Each fault happens only when armed, and
`counts` says how often it did: "miso", "flip_read", "flip_write", "reset", "int_stuck" and
"lost_edge". Passing through allocates nothing.

    miso = 0x00 or 0xff        what the host reads, whatever the chip says; None = the chip
    flip_read(after, bit)      after so many more bytes one bit of one byte is turned, once, on its
    flip_write(after, bit)     way to the host or to the chip
    reset_after(n)             the chip loses its registers after n more bytes, whatever goes on
    hold_int(level)            what the INT pin shows, whatever the chip drives; None = the chip
    lose_edges = n             the next n falling edges move the pin but reach no handler
"""


class Faults:
    def __init__(self, chip):
        self.chip = chip
        self.on_int = None
        self.miso = None
        self.lose_edges = 0
        self.spi_hz = None
        self.counts = {}
        for name in ("miso", "flip_read", "flip_write", "reset", "int_stuck", "lost_edge"):
            self.counts[name] = 0
        self._held_int = None
        self._flip_read = self._flip_write = self._reset = -1  # bytes to go
        self._read_mask = self._write_mask = 0
        self._one = bytearray(1)
        self._back = bytearray(1)
        chip.on_int = self._hear_int

    def flip_read(self, after, bit):
        self._flip_read, self._read_mask = after, 1 << bit

    def flip_write(self, after, bit):
        self._flip_write, self._write_mask = after, 1 << bit

    def reset_after(self, n):
        self._reset = n

    def hold_int(self, level):
        self._held_int = level
        if level is not None:
            self.counts["int_stuck"] += 1
        if self.on_int is not None:
            self.on_int(self.int_level)

    @property
    def int_level(self):
        return self.chip.int_level if self._held_int is None else self._held_int

    @property
    def is_armed(self):
        """Does something wait for its byte?"""
        return self._flip_read >= 0 or self._flip_write >= 0 or self._reset >= 0

    def select(self):
        self.chip.spi_hz = self.spi_hz
        self.chip.select()

    def deselect(self):
        self.chip.deselect()

    def reset_pin(self, level):
        self.chip.reset_pin(level)

    def pump(self):
        self.chip.pump()

    def transfer(self, tx, rx, n):
        if not self.is_armed:
            self.chip.transfer(tx, rx, n)
        else:
            for i in range(n):
                value = self._exchange(tx[i] if tx is not None else 0)
                if rx is not None:
                    rx[i] = value
        if self.miso is not None and rx is not None:
            self.counts["miso"] += 1
            for i in range(n):
                rx[i] = self.miso

    def _exchange(self, byte):
        if self._reset >= 0:
            self._reset -= 1
            if self._reset < 0:
                self.counts["reset"] += 1
                self.chip.brown_out()
        if self._flip_write >= 0:
            self._flip_write -= 1
            if self._flip_write < 0:
                self.counts["flip_write"] += 1
                byte ^= self._write_mask
        self._one[0] = byte
        self.chip.transfer(self._one, self._back, 1)
        value = self._back[0]
        if self._flip_read >= 0:
            self._flip_read -= 1
            if self._flip_read < 0:
                self.counts["flip_read"] += 1
                value ^= self._read_mask
        return value

    def _hear_int(self, level):
        if self._held_int is not None or self.on_int is None:
            return
        is_lost = level == 0 and self.lose_edges > 0
        if is_lost:
            self.lose_edges -= 1
            self.counts["lost_edge"] += 1
        self.on_int(level, not is_lost)
