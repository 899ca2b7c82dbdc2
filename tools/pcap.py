"""Write frames with the time of day to a file that tcpdump and Wireshark read."""

import struct
import time

MAGIC = 0xA1B2C3D4  # classic format, microseconds; from pcap-savefile(5)
LINKTYPE_ETHERNET = 1
SNAPLEN = 65535
FLUSH_BYTES = 4096


class Pcap:
    """One capture file. Frames are gathered: call flush() now and then, and close() at last."""

    def __init__(self, path):
        self._path = path
        self._file = open(path, "wb")  # MicroPython has no buffering= here
        self._waiting = bytearray(
            struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, SNAPLEN, LINKTYPE_ETHERNET)
        )
        self.problem = None  # the OSError that ended the recording, with a line for a person
        self.flush()

    def frame(self, buf, n):
        """Add the first n bytes of buf, seen now."""
        ns = time.time_ns()
        stamp = struct.pack("<IIII", ns // 1000000000, ns // 1000 % 1000000, n, n)
        self._waiting.extend(stamp)
        self._waiting.extend(memoryview(buf)[:n])
        if len(self._waiting) > FLUSH_BYTES:
            self.flush()

    def flush(self):
        """Put what is waiting into the file; a full disk ends the recording, not the board."""
        if self._waiting and self.problem is None:
            try:
                self._file.write(self._waiting)
                self._file.flush()
            except OSError as e:
                self._keep(e)
        self._waiting = bytearray()

    def close(self):
        """Complete the file; like flush() it never raises."""
        self.flush()
        try:
            self._file.close()  # CPython tries once more to write what a full disk refused
        except OSError as e:
            self._keep(e)

    def _keep(self, error):
        if self.problem is None:
            text = "--pcap %s: cannot write (errno %d)" % (self._path, error.errno)
            self.problem = OSError(error.errno, text)
