"""What viper code sees of memory, for CPython: `addressof`, and pointers that know their bounds.

    with viper_memory.installed():
        from arp import _hot_viper

Each buffer gets an address of its own, 16 bytes from the next. A pointer made of a number works
inside that buffer alone: beyond its end every access is an IndexError, where a board would read
whatever lies there. Not modelled: words that wrap at 32 bits, alignment, and time.
"""

import builtins
import contextlib
import sys
import types

_GAP = 16
_buffers = []  # (address, number of bytes, buffer)


def addressof(buffer):
    """The address of the buffer's first byte."""
    for address, _, known in _buffers:
        if known is buffer:
            return address
    address, size, _ = _buffers[-1] if _buffers else (0x1000, 0, None)
    address += (size + 2 * _GAP) & -_GAP
    _buffers.append((address, memoryview(buffer).nbytes, buffer))
    return address


def forget():
    """Give all addresses up."""
    _buffers.clear()


class Pointer:
    """An address in a buffer, read and written in items of 1, 2 or 4 bytes."""

    def __init__(self, what, code):
        self._code = code
        if isinstance(what, Pointer):
            what = int(what) if what._address is not None else what._buffer
        self._address = None
        self._buffer = what
        self._at = 0
        if isinstance(what, int):
            self._address = what
            for address, size, buffer in _buffers:
                if address <= what < address + size:
                    self._buffer = buffer
                    self._at = what - address
                    return
            raise IndexError("no buffer at %#x" % what)

    def __int__(self):
        return addressof(self._buffer) if self._address is None else self._address

    def _items(self):
        view = memoryview(self._buffer).cast("B")[self._at :]
        whole = view.nbytes - view.nbytes % _SIZES[self._code]
        return view[:whole].cast(self._code)

    def __getitem__(self, i):
        if i < 0:
            raise IndexError(i)
        return self._items()[i]

    def __setitem__(self, i, value):
        if i < 0:
            raise IndexError(i)
        self._items()[i] = value


_SIZES = {"B": 1, "H": 2, "I": 4}


@contextlib.contextmanager
def installed():
    """Let viper code be imported and run."""
    names = ("ptr8", "ptr16", "ptr32", "uint")
    before = {name: getattr(builtins, name, None) for name in names}
    module = types.ModuleType("uctypes")
    module.addressof = addressof
    sys.modules["uctypes"] = module
    for name, code in zip(names, "BHI"):
        setattr(builtins, name, lambda what, code=code: Pointer(what, code))
    builtins.uint = lambda number: number & 0xFFFFFFFF
    try:
        yield
    finally:
        del sys.modules["uctypes"]
        for name in names:
            setattr(builtins, name, before[name])
        forget()
