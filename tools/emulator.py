"""An RP2040 that runs a firmware: rp2040py, run to a moment of emulated time, with a USB serial.

Nothing happens beside run_until(): whoever owns the emulator decides when the board lives, and how
emulated time follows real time. What happens between two calls happens at that emulated moment, so
a program that looks at no other clock sees the same board each time, to the nanosecond.

Two things of rp2040py 0.3.6 are exchanged here:
- Its USB host answers the board's every offer to read at once with nothing, where a real one waits
  until there is something: the board then does little else (a loop takes three times as long) and
  never sleeps.
- Each memory access of the compiled core makes and compares a bound method, to see whether Python
  overrides it; the state machines of the PIO are asked at each instruction. Without both a busy
  board runs 3.4 times as fast (measured: 7.5 instead of 2.2 million cycles a second). So PIO does
  not work here, and nothing may override those methods.
"""

import dataclasses
import functools

from rp2040py.boards import BOARDS
from rp2040py.device.base_device import BaseDevice, ResetCause
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS

NS_PER_MS = 1_000_000
NS_PER_CYCLE = 8  # at the 125 MHz that rp2040py has
PERIPHERAL_HZ = 48_000_000  # to which MicroPython sets it since 1.24; rp2040py has it fixed at 125
BOOT_MS = 3000  # emulated; a board that has no USB by then will never have
MEMORY = "read_uint8 read_uint16 read_uint32 write_uint8 write_uint16 write_uint32"


class EmulatorError(Exception):
    """The firmware does not do what a firmware does; the text says what is missing."""


class Emulator:
    """One chip with its flash. Owner of emulated time. Its parts: mcu, clock, spi, gpio."""

    def __init__(self, uf2):
        device = BaseDevice(board=dataclasses.replace(BOARDS["pico"], image=uf2))
        self._device = device
        self._simulator = device.simulator
        self._simulator.stopped = False
        self.mcu = device.mcu
        self.clock = device.simulator.clock
        self.mcu.clk_peri = PERIPHERAL_HZ
        self.gpio = self.mcu.gpio
        self.spi = self.mcu.spi
        self._pio = list(self.mcu.pio)
        self._execute = _quicken(self.mcu)
        self.mcu.watchdog.on_watchdog_trigger = lambda: self._reset(ResetCause.WATCHDOG)
        self.serial = Serial(device.cdc)
        self._end = self.clock.create_alarm(self._stop)
        device.cdc.on_device_connected = self.serial.plug
        self.mcu.core.pc = FLASH_START_ADDRESS

    @property
    def ns(self):
        """Emulated time since power-on."""
        return self.clock.nanos

    @property
    def cycles(self):
        """Clock cycles in which the core ran and did not sleep."""
        return self.mcu.core.cycles

    def run_until(self, ns, is_done=None):
        """Live until that moment, or until is_done(), asked each emulated millisecond -> is it?"""
        while self.clock.nanos < ns:
            if is_done is not None and is_done():
                return True
            step = ns if is_done is None else min(ns, self.clock.nanos + NS_PER_MS)
            while self.clock.nanos < step:
                self.run_slice(step)
        return is_done is not None and is_done()

    def run_slice(self, ns):
        """Live until that moment, at most for 5 ms of real time."""
        self._end.schedule(max(0, ns - self.clock.nanos))
        self._simulator.stopped = False
        execute_batch(self._simulator, 1)
        self._end.cancel()

    def run_ms(self, ms, is_done=None):
        """As run_until, from now."""
        return self.run_until(self.clock.nanos + ms * NS_PER_MS, is_done)

    def step_until(self, ns, is_done):
        """Live by single instructions until is_done() -> how many. Slow; the same otherwise."""
        core, clock = self.mcu.core, self.clock
        execute = self._execute
        count = 0
        while not is_done():
            if clock.nanos > ns:
                raise EmulatorError("what was waited for did not happen")
            if core.waiting:
                clock.tick(clock.nanos_to_next_alarm)
            else:
                clock.tick(execute(core) * NS_PER_CYCLE)
                count += 1
        return count

    def boot(self):
        """From power-on or a reset until the USB serial is there."""
        if not self.run_ms(BOOT_MS, lambda: self.serial.is_plugged):
            raise EmulatorError("the firmware does not come up on USB")

    def hard_reset(self):
        """The RUN pin pulled low and released; flash and what is on the pins stay as they are."""
        self._reset(ResetCause.RUN_PIN)

    def _reset(self, cause):
        """Reset the chip, the two idle PIO blocks with it."""
        self.serial.unplug()
        self.mcu.pio.extend(self._pio)
        self._device.hard_reset(cause=cause)
        self.mcu.pio.clear()

    def every_ms(self, act):
        """Call act() each emulated millisecond from now on."""

        def ring():
            act()
            alarm.schedule(NS_PER_MS)

        alarm = self.clock.create_alarm(ring)
        alarm.schedule(NS_PER_MS)

    def _stop(self):
        self._simulator.stopped = True


class Serial:
    """The board's USB serial port, seen from the host; bytes wait here until the board reads."""

    def __init__(self, cdc):
        self._cdc = cdc
        self._usb = cdc.usb
        self._read = cdc.usb.on_endpoint_read
        self._offers = []  # lengths that the board is ready to read
        self._waiting = bytearray()
        self.is_plugged = False
        self.received = bytearray()  # what nobody has taken yet
        self.on_received = self.received.extend
        cdc.usb.on_endpoint_read = self._offer
        cdc.on_serial_data = lambda data: self.on_received(data)

    def plug(self):
        self.is_plugged = True

    def unplug(self):
        """What a reset does: both sides forget what was on its way."""
        self.is_plugged = False
        self._offers.clear()
        self._waiting.clear()

    def send(self, data):
        self._waiting += data
        self._feed()

    @property
    def unsent(self):
        """Bytes that the board has not taken yet."""
        return len(self._waiting)

    def take(self):
        """What the board sent since the last call."""
        data = bytes(self.received)
        self.received.clear()
        return data

    def _offer(self, endpoint, size):
        if endpoint != self._cdc._out_endpoint:
            self._read(endpoint, size)
            return
        self._offers.append(size)
        self._feed()

    def _feed(self):
        while self._offers and self._waiting:
            size = self._offers.pop(0)
            piece = bytes(self._waiting[:size])
            del self._waiting[:size]
            self._usb.endpoint_read_done(self._cdc._out_endpoint, piece)


class _Bus:
    """The chip as its DMA sees it: the methods that _quicken() took away from Python."""

    def __init__(self, mcu, methods):
        self._mcu = mcu
        for name, method in methods.items():
            setattr(self, name, functools.partial(method, mcu))

    def __getattr__(self, name):
        return getattr(self._mcu, name)


def _quicken(mcu):
    """See above; a static method is the same C function without the bound method around it.

    -> the function that executes an instruction of a core. Where rp2040py is not compiled nothing
    is exchanged.
    """
    if ".native." not in type(mcu).__module__:
        return type(mcu.core).execute_instruction
    methods = {}
    for kind, names in ((type(mcu), MEMORY.split()), (type(mcu.core), ["execute_instruction"])):
        for name in names:
            method = kind.__dict__[name]
            if isinstance(method, staticmethod):  # by an emulator before this one
                method = method.__func__
            else:
                setattr(kind, name, staticmethod(method))
            methods[name] = method
    bus = _Bus(mcu, methods)
    for channel in mcu.dma.channels:
        channel.rp2040 = bus
    mcu.pio.clear()
    return methods["execute_instruction"]
