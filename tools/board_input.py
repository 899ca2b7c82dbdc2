"""Read lines from a descriptor inside asyncio: pipes, terminals, files, /dev/null.

Nothing here blocks and nothing changes the mode of a descriptor that other processes share.
"""

import asyncio
import os
import select
import sys

MOST = 256  # bytes read in one go; other tasks wait meanwhile
LONGEST = 4096  # bytes of a line; the rest of a longer one is thrown away
IS_MICROPYTHON = sys.implementation.name == "micropython"


class Input:
    """The bytes of one descriptor. `await read()` -> some bytes, b"" at the end."""

    def __init__(self, fd):
        self._fd = fd
        if IS_MICROPYTHON:
            stream = sys.stdin.buffer if fd == 0 else open("/dev/fd/%d" % fd, "rb")
            self._reader = asyncio.StreamReader(stream)
            self._stream = stream
            self._poll = select.poll()
            self._poll.register(stream, select.POLLIN)
            self._is_at_end = False
        else:
            self._ready = asyncio.Event()

    async def read(self):
        """What is there; waits until there is something."""
        try:
            if IS_MICROPYTHON:
                return await self._read_bytewise()
            loop = asyncio.get_running_loop()
            self._ready.clear()
            loop.add_reader(self._fd, self._ready.set)
            try:
                await self._ready.wait()
            finally:
                loop.remove_reader(self._fd)
            return os.read(self._fd, MOST)
        except OSError:  # a closed descriptor: there is nothing to read
            return b""

    async def _read_bytewise(self):
        # MicroPython: a read of more than a byte blocks until all of it is there (py/stream.c).
        # And beside a waiting ThreadSafeFlag each turn of the loop takes 1 ms, so take many bytes
        # in one.
        if self._is_at_end:
            return b""
        got = byte = await self._reader.read(1)
        while byte and len(got) < MOST and self._poll.poll(0):
            byte = self._stream.read(1)
            got += byte
        self._is_at_end = not byte
        return got


async def each_line(source, take):
    """Call take(text, is_whole) for each line until the end of the input."""
    line = bytearray()
    is_whole = True
    while True:
        got = await source.read()
        for byte in got:
            if byte != 10:
                if len(line) < LONGEST:
                    line.append(byte)
                else:
                    is_whole = False
                continue
            take(_text(line), is_whole)
            line = bytearray()
            is_whole = True
        if not got:
            if line:
                take(_text(line), is_whole)
            return


def _text(line):
    """The line as text; a byte that is no ASCII becomes "?"."""
    return "".join(
        [chr(byte) if 32 <= byte < 127 else "?" if byte > 127 else " " for byte in line]
    ).strip()
