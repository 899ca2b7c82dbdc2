"""Solder a chip model onto the pins of the emulated RP2040: SPI, chip select, INT and RST.

The model is the one that the machine shim connects for the other runtimes (see there for what it
must have). Each byte takes its time on the wire, by the rate that the firmware set, and is
complete only then: a transfer by DMA needs that. A chip whose pins the firmware did not switch to
SPI hears nothing and says nothing (0xFF), as one that is wired wrong.
"""

from rp2040py.gpio_pin import GPIOPinState

BITS = 8
FUNCTION_SPI = 1
IRQ_EDGE_LOW = 4
NS_PER_S = 1_000_000_000


class ChipOnPins:
    """One chip on one emulator. `on_int` and `on_select(level)` are for whoever measures."""

    def __init__(self, emulator, chip, board):
        """`board` is a board.py: the numbers of its bus and pins."""
        self.chip = chip
        self.on_int = None
        self.on_select = None
        self._spi = emulator.spi[board.SPI_ID]
        self._gpio = emulator.gpio
        self._wires = (board.PIN_SCK, board.PIN_MOSI, board.PIN_MISO)
        self._is_selected = False
        self._is_wired = False
        self._ns_per_byte = 0
        self._answer = 0xFF
        self._done = emulator.clock.create_alarm(self._complete)
        self._spi.on_transmit = self._transmit
        self._gpio[board.PIN_CS].add_listener(self._on_cs)
        if board.PIN_INT is not None:
            self._int = self._gpio[board.PIN_INT]
            chip.on_int = self._on_int
            self._int.set_input_value(bool(chip.int_level))
        if board.PIN_RST is not None:
            self._gpio[board.PIN_RST].add_listener(self._on_rst)
        emulator.every_ms(chip.pump)

    def _transmit(self, byte):
        """The SPI block clocks a byte out."""
        if self._is_selected and self._is_wired:
            self._answer = self.chip.exchange(byte)
        else:
            self._answer = 0xFF
        self._done.schedule(self._ns_per_byte)

    def _complete(self):
        self._spi.complete_transmit(self._answer)

    def _on_cs(self, state, _):
        level = _level(state)
        if self._is_selected == (level == 0):
            return
        self._is_selected = level == 0
        if self._is_selected:
            gpio = self._gpio
            self._is_wired = all(gpio[n].function_select == FUNCTION_SPI for n in self._wires)
            hz = self._spi.clock_frequency
            self._ns_per_byte = BITS * NS_PER_S / hz if hz else 0
            self.chip.spi_hz = hz or None
            self.chip.select()
        else:
            self.chip.deselect()
        if self.on_select is not None:
            self.on_select(level)

    def _on_int(self, level, is_heard=True):
        self._int.set_input_value(bool(level))
        if not is_heard:
            self._int.update_irq_value(IRQ_EDGE_LOW)
        if self.on_int is not None:
            self.on_int(level)

    def _on_rst(self, state, _):
        self.chip.reset_pin(_level(state))


def _level(state):
    """A pin that nobody drives is held up by a resistor."""
    return 0 if state == GPIOPinState.LOW else 1
