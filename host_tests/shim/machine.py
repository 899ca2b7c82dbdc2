"""machine.SPI and machine.Pin for a computer: pins and buses with chip models wired to them.

The same file serves CPython and MicroPython's unix port. Firmware uses Pin and SPI as on a board;
the test or launcher plays the outside world: connect() wires a chip model, pin.drive() drives a
pin from outside, pin.listen() hears the edges that firmware makes.

A chip model is any object with select(), deselect(), transfer(tx, rx, n), reset_pin(level), pump()
and the attributes spi_hz, set to the bus's rate at each select, and on_int, which it calls with
the level of its INT output whenever that changes; on_int(level, False): no handler sees the edge.

Not modelled: the mode of the clock (accepted, ignored), electrical limits, open drain, pull
resistors other than that a pin nobody drives reads 1, interrupts that arrive between two bytecodes
(a handler runs inside the call that made the edge), hard=, wake=, alternate functions.
"""

_pins = {}
_buses = {}
board_id = b"\xe6\x61\x40\x00\x76\x62\x00\x01"


def unique_id():
    """Eight bytes; a launcher of several boards assigns board_id first."""
    return board_id


def reset_board():
    """Forget all pins and buses, and what is wired to them."""
    _pins.clear()
    _buses.clear()


def connect(spi_id, chip, cs, int=None, rst=None):
    """Wire a chip model to a bus and pins, all by their ids."""
    bus = _bus(spi_id)
    pin = Pin(cs)
    pin.listen(bus.selector(chip))
    if pin() == 0:
        bus.select(chip)
    if int is not None:
        pin = Pin(int)
        pin.before_read = chip.pump
        chip.on_int = pin.drive
        pin.drive(chip.int_level)
    if rst is not None:
        Pin(rst).listen(chip.reset_pin)


class Pin:
    """One object per id. pin() and pin(v), value(), on(), off(), irq() as in MicroPython."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __new__(cls, id, mode=-1, pull=-1, value=None):
        pin = _pins.get(id)
        if pin is None:
            pin = object.__new__(cls)
            pin.id = id
            pin.level = 1
            pin.mode = -1
            pin.before_read = None
            pin._listeners = []
            pin._handler = None
            pin._trigger = 0
            _pins[id] = pin
        return pin

    def __init__(self, id, mode=-1, pull=-1, value=None):
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode != -1:
            self.mode = mode
        if value is not None:
            self(value)

    def __call__(self, value=None):
        if value is None:
            if self.before_read is not None:
                self.before_read()
            return self.level
        level = 1 if value else 0
        if level != self.level:
            self.level = level
            for hear in self._listeners:
                hear(level)
        return None

    def value(self, value=None):
        return self(value)

    def on(self):
        self(1)

    def off(self):
        self(0)

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING):
        """handler(pin) runs at the edges named by trigger; None switches it off."""
        self._handler = handler
        self._trigger = trigger

    def drive(self, level, is_heard=True):
        """The outside world sets the pin; if not heard, no handler learns of the edge."""
        if level == self.level:
            return
        self.level = level
        edge = self.IRQ_RISING if level else self.IRQ_FALLING
        if is_heard and self._handler is not None and self._trigger & edge:
            self._handler(self)

    def listen(self, hear):
        """hear(level) is called at each edge that firmware makes."""
        self._listeners.append(hear)


class SPI:
    """The bus of that id; who is on it is decided by connect()."""

    MSB = 0
    LSB = 1

    def __init__(
        self,
        id,
        baudrate=1_000_000,
        polarity=0,
        phase=0,
        bits=8,
        firstbit=MSB,
        sck=None,
        mosi=None,
        miso=None,
    ):
        self._bus = _bus(id)
        self.init(baudrate)

    def init(self, baudrate=1_000_000, polarity=0, phase=0):
        self._bus.hz = baudrate

    def __repr__(self):
        return "SPI(%s, baudrate=%d)" % (self._bus.id, self._bus.hz)

    def write(self, buf):
        self._bus.transfer(buf, None, len(buf))

    def readinto(self, buf, write=0):
        # the byte that fills MOSI matters to no chip model here
        self._bus.transfer(None, buf, len(buf))

    def read(self, n, write=0):
        buf = bytearray(n)
        self.readinto(buf)
        return bytes(buf)

    def write_readinto(self, tx, rx):
        if len(tx) != len(rx):
            raise ValueError("buffers must be the same length")
        self._bus.transfer(tx, rx, len(tx))


class SoftSPI(SPI):
    """The bus on any three pins: its id is SCK's pin."""

    def __init__(
        self,
        baudrate=500_000,
        polarity=0,
        phase=0,
        bits=8,
        firstbit=0,
        sck=None,
        mosi=None,
        miso=None,
    ):
        super().__init__("soft%s" % sck.id, baudrate)


class _Bus:
    """Who hears a transfer: the chip that is selected."""

    def __init__(self, id):
        self.id = id
        self.hz = None  # before there is an SPI object
        self.selected = None
        self.unselected_bytes = 0

    def selector(self, chip):
        def hear(level):
            if level == 0:
                self.select(chip)
            else:
                self.deselect(chip)

        return hear

    def select(self, chip):
        if self.selected is not None:
            raise RuntimeError("SPI(%s): two chips selected at once" % self.id)
        self.selected = chip
        chip.spi_hz = self.hz
        chip.select()

    def deselect(self, chip):
        if self.selected is chip:
            self.selected = None
            chip.deselect()

    def transfer(self, tx, rx, n):
        if self.selected is not None:
            self.selected.transfer(tx, rx, n)
            return
        self.unselected_bytes += n  # MISO floats
        if rx is not None:
            for i in range(n):
                rx[i] = 0xFF


def _bus(id):
    if id not in _buses:
        _buses[id] = _Bus(id)
    return _buses[id]
