"""The machine shim: pins, edges, interrupts, and buses with chips on them."""

import machine
from machine import SPI, Pin


class Echo:
    """A chip that answers each byte with its successor."""

    def __init__(self):
        self.int_level = 1
        self.on_int = None
        self.events = []

    def select(self):
        self.events.append("select")

    def deselect(self):
        self.events.append("deselect")

    def reset_pin(self, level):
        self.events.append("reset %d" % level)

    def pump(self):
        self.events.append("pump")

    def transfer(self, tx, rx, n):
        if rx is not None:
            for i in range(n):
                rx[i] = ((tx[i] if tx is not None else 0) + 1) & 0xFF


def raises(kind, function, *arguments):
    """The text of the exception that must come."""
    try:
        function(*arguments)
    except kind as e:
        return str(e)
    raise AssertionError("no %s" % kind)


def test_a_pin_is_one_object_per_id():
    machine.reset_board()
    assert Pin(17) is Pin(17, Pin.OUT)
    assert Pin(17) is not Pin(18)


def test_a_pin_keeps_its_level_when_it_is_configured_again():
    machine.reset_board()
    pin = Pin(17, Pin.OUT, value=0)
    assert Pin(17)() == 0
    assert Pin(17, Pin.OUT, value=1) is pin
    assert pin() == 1


def test_a_pin_is_set_in_every_way_that_micropython_has():
    machine.reset_board()
    pin = Pin(1, Pin.OUT)
    pin(0)
    assert pin.value() == 0
    pin.value(1)
    assert pin() == 1
    pin.off()
    assert pin() == 0
    pin.on()
    assert pin() == 1


def test_listeners_hear_edges_and_nothing_else():
    machine.reset_board()
    pin = Pin(1, Pin.OUT, value=1)
    heard = []
    pin.listen(heard.append)
    for level in (1, 0, 0, 1):
        pin(level)
    assert heard == [0, 1]


def test_an_interrupt_comes_at_the_edges_asked_for_with_the_pin():
    machine.reset_board()
    pin = Pin(21, Pin.IN, Pin.PULL_UP)
    calls = []
    pin.irq(handler=lambda p: calls.append((p.id, p())), trigger=pin.IRQ_FALLING)
    for level in (0, 0, 1, 0):
        pin.drive(level)
    assert calls == [(21, 0), (21, 0)]
    pin.irq(handler=None)
    pin.drive(1)
    pin.drive(0)
    assert len(calls) == 2


def test_reset_board_forgets_pins_and_buses():
    machine.reset_board()
    pin = Pin(1)
    machine.connect(0, Echo(), cs=17)
    machine.reset_board()
    assert Pin(1) is not pin
    assert SPI(0).read(1) == b"\xff"


def test_the_selected_chip_answers():
    machine.reset_board()
    echo = Echo()
    machine.connect(0, echo, cs=17, rst=20)
    spi, cs = SPI(0, baudrate=24_000_000), Pin(17, Pin.OUT, value=1)
    cs(0)
    rx = bytearray(3)
    spi.write_readinto(b"\x01\x02\xff", rx)
    assert bytes(rx) == b"\x02\x03\x00"
    spi.write(b"\x00")
    rx = bytearray(2)
    spi.readinto(rx)
    assert bytes(rx) == b"\x01\x01"
    assert spi.read(1) == b"\x01"
    cs(1)
    Pin(20)(0)
    assert echo.events == ["select", "deselect", "reset 0"]


def test_without_a_selected_chip_the_bus_reads_ff_and_counts():
    machine.reset_board()
    machine.connect(0, Echo(), cs=17)
    assert SPI(0).read(4) == b"\xff\xff\xff\xff"
    assert machine._bus(0).unselected_bytes == 4


def test_two_chips_selected_at_once_is_an_error():
    machine.reset_board()
    machine.connect(0, Echo(), cs=17)
    machine.connect(0, Echo(), cs=18)
    Pin(17)(0)
    assert raises(RuntimeError, Pin(18), 0) == "SPI(0): two chips selected at once"


def test_two_buses_are_two():
    machine.reset_board()
    machine.connect(0, Echo(), cs=17)
    machine.connect(1, Echo(), cs=18)
    Pin(17)(0)
    Pin(18)(0)
    assert (SPI(0).read(1), SPI(1).read(1)) == (b"\x01", b"\x01")


def test_different_lengths_are_refused():
    machine.reset_board()
    text = raises(ValueError, SPI(0).write_readinto, bytes(2), bytearray(3))
    assert text == "buffers must be the same length"


def test_a_chip_drives_its_interrupt_pin_and_is_asked_before_it_is_read():
    machine.reset_board()
    echo = Echo()
    echo.int_level = 0
    machine.connect(0, echo, cs=17, int=21)
    assert Pin(21)() == 0
    assert echo.events == ["pump"]
    echo.on_int(1)
    assert Pin(21)() == 1


def test_unique_id_is_8_bytes():
    assert len(machine.unique_id()) == 8
