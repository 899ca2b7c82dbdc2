"""W5500Chip(wire): a register-level model of the W5500, socket 0 in MACRAW mode, on any SPI.

The host drives it byte by byte, select() exchange() ... deselect(), or by whole buffers with
transfer(); on_int(level) is called when the INT output changes. Its Ethernet side is any NIC:
frames that wait on the wire are taken into RX RAM by pump(), which happens at each select, when
the INT pin is read (the machine shim asks for that) and while run() is running. Nothing on the
frame path allocates.

Modelled: chip-select framing, block select, address auto-increment, ring wrap; MR.RST, RSTn, SHAR,
SIR, SIMR, PHYCFGR link, VERSIONR (reads 0 version_late times after reset); OPEN, CLOSE, SEND,
RECV, with CR reading back command_reads times and SR late by status_reads; pointers that OPEN
zeroes, RX_RD taken at RECV, TX_WR reading its old value until SEND; the size in front of a frame;
RECV set per arrival and never for frames already queued; write 1 to clear; INT as a level; the
filters MFEN, BCASTB, MMB, MIP6B; buffer sizes; dropping when RX RAM is full; frames padded to 60
in both directions, as on a cable (unless pads is False). With ticks_us a frame takes its time at
100 Mbit/s to leave, RSTn is timed, and registers answer 1 ms after a reset, when the PLL has
locked. Without a link frames neither arrive nor leave; a SEND then never completes until OPEN
(worst case, as seen by users).

Faults: brown_out(), busy_stuck (CR never reads 0, no command is taken), lose_done (so many frames
leave without SENDOK), stall_tx (so many never leave, until OPEN), spoil_size(), torn_reads (so
many reads of RX_RSR give 0x0010), and with spi_hz below 1 MHz every fifth byte written into TX RAM
arrives inverted (a stand-in: 290 kHz corrupted frames of users).

Not modelled: sockets 1..7 (but for their buffer sizes), TCP, UDP, ICMP, PPPoE, wake-on-LAN, the
SPI clock, INTLEVEL, the time a command takes, PHY modes, RX pointers that change during a read,
the FCS. What wrong use does to a real chip is unknown: here it counts in errors and complaint says
what it was (fixed-length mode, buffer sizes above 16 KB in sum, unknown commands, RX_RD beyond
RX_WR, SEND during a transmission or of an impossible length).
"""

import time

from micropython import const

from .w5500_mac import Mac

_COMMON = const(0)  # blocks
_REGISTERS = const(1)
_TX = const(2)
_SPI_HZ_MIN = const(1_000_000)
_RESET_US = const(500)  # section 5.5.1
_PLL_US = const(1000)
_RX = const(3)


class W5500Chip(Mac):
    def __init__(self, wire, ticks_us=None):
        super().__init__(wire, ticks_us)
        self.on_int = None
        self.int_level = 1
        self.version = 4
        self.version_late = 0
        self.busy_stuck = False
        self.torn_reads = 0
        self.spi_hz = None  # of the bus, None = not known
        self.slow_writes = 0  # bytes that arrived inverted
        self.command_reads = 0
        self.transactions = 0
        self.bytes = 0
        self._phase = 0  # bytes of the header seen; 3: the rest is values
        self._address = 0
        self._block = 0
        self._socket = 0
        self._is_write = False
        self._is_reset = False  # RSTn is low
        self._low_at = 0
        self._ready_at = None  # until then the PLL has not locked
        self._reset()

    def brown_out(self):
        """As after a dip of the supply: registers as at reset, garbage in the memories."""
        for i in range(len(self.rx_ram)):
            self.rx_ram[i] = (i * 37 + 11) & 0xFF
            self.tx_ram[i] = (i * 41 + 7) & 0xFF
        self._reset()

    def spoil_size(self, value):
        """Overwrite the size in front of the oldest frame that waits."""
        self.rx_ram[self.rx_rd & self.rx_mask] = value >> 8
        self.rx_ram[(self.rx_rd + 1) & self.rx_mask] = value & 0xFF

    def _reset(self):
        for registers in (self.common, self.socket):
            for i in range(len(registers)):
                registers[i] = 0
        self.common[0x19], self.common[0x1A], self.common[0x1B] = 0x07, 0xD0, 8  # RTR, RCR
        self.socket[0x2C] = 0xFF  # Sn_IMR
        for i in range(16):
            self._resize(i, 2)
        if self._ticks_us is not None:
            self._ready_at = time.ticks_add(self._ticks_us(), _PLL_US)
        self._late = self.version_late
        self._status_left = 0
        self._cr_left = 0
        self._zero_pointers()
        self._update_int()

    # --- The pins ---

    def select(self):
        self._phase = 0
        self.transactions += 1
        self.pump()

    def deselect(self):
        """Nothing is left to do: values count as they arrive, and select() starts anew."""

    def reset_pin(self, level):
        now = 0 if self._ticks_us is None else self._ticks_us()
        if level and self._ticks_us is not None:
            if time.ticks_diff(now, self._low_at) < _RESET_US:
                self._complain("RSTn low for less than 500 us")
        self._low_at = now
        self._is_reset = level == 0
        self._reset()

    def exchange(self, byte):
        """One byte each way, for a host that clocks single bytes."""
        self.bytes += 1
        if self._phase < 3:
            self._header(byte)
            return 0
        address = self._address
        self._address = (address + 1) & 0xFFFF
        if self._is_reset:
            return 0xFF
        if self._ready_at is not None and not self._is_locked():
            return 0
        if self._is_write:
            self._store(address, byte)
            return 0
        return self._fetch(address)

    def transfer(self, tx, rx, n):
        """n bytes each way; tx None sends zeros, rx None ignores what comes back."""
        i = 0
        while i < n and (
            self._phase < 3
            or self._block < _TX
            or self._is_reset
            or self._ready_at is not None
            or self._is_slow()
        ):
            value = self.exchange(tx[i] if tx is not None else 0)
            if rx is not None:
                rx[i] = value
            i += 1
        if i == n:
            return
        self.bytes += n - i
        at = self._address - i  # from here on a burst into or out of RAM
        self._address = (at + n) & 0xFFFF
        is_rx = self._block == _RX
        ram = self.rx_ram if is_rx else self.tx_ram
        mask = self.rx_mask if is_rx else self.tx_mask
        if self._socket:
            mask = -1
        if not self._is_write and rx is not None and mask >= 0:
            while i < n:
                rx[i] = ram[(at + i) & mask]
                i += 1
        elif self._is_write and tx is not None and not is_rx and mask >= 0:
            while i < n:
                ram[(at + i) & mask] = tx[i]
                i += 1
        while rx is not None and i < n:
            rx[i] = 0
            i += 1

    def _is_locked(self):
        if time.ticks_diff(self._ticks_us(), self._ready_at) < 0:
            return False
        self._ready_at = None
        return True

    def _is_slow(self):
        return self.spi_hz is not None and self.spi_hz < _SPI_HZ_MIN

    def _header(self, byte):
        if self._phase == 0:
            self._address = byte << 8
        elif self._phase == 1:
            self._address |= byte
        else:
            if byte & 3:
                self._complain("fixed-length mode")
            self._is_write = byte & 4 != 0
            self._socket = byte >> 5
            self._block = byte >> 3 & 3
        self._phase += 1

    def _update_int(self):
        pending = self.socket[2] & self.socket[0x2C] and self.common[0x18] & 1
        level = 0 if pending else 1
        if level != self.int_level:
            self.int_level = level
            if self.on_int is not None:
                self.on_int(level)

    # --- The memory map ---

    def _fetch(self, address):
        block = self._block
        if block == _COMMON:
            return self._fetch_common(address)
        if self._socket:
            return 0
        if block == _RX:
            return self.rx_ram[address & self.rx_mask]
        if block == _TX:
            return self.tx_ram[address & self.tx_mask]
        if 0x20 <= address < 0x2C:
            return self._fetch_pointer(address)
        return self._fetch_socket(address)

    def _fetch_common(self, address):
        if address == 0x39:
            if self._late:
                self._late -= 1
                return 0
            return self.version
        if address == 0x17:  # SIR
            return 1 if self.socket[2] & self.socket[0x2C] else 0
        if address == 0x2E:  # PHYCFGR: 100 Mbit/s and full duplex when there is a link
            return 0xBF if self._wire.link() else 0xB8
        return self.common[address] if address < 0x39 else 0

    def _fetch_socket(self, address):
        if address == 1:
            if self.busy_stuck:
                return self.socket[1] or 0x40
            if self._cr_left == 0:
                return 0
            self._cr_left -= 1
        elif address == 2:
            self._finish_send()
        elif address == 3 and self._status_left:
            self._status_left -= 1
            return self._old_status
        elif address == 0x1E or address == 0x1F:
            return self.sizes[address - 0x1E]
        return self.socket[address] if address < 0x30 else 0

    def _fetch_pointer(self, address):
        self._finish_send()
        if address < 0x22:  # TX_FSR
            value = self.tx_mask + 1 - ((self.tx_wr - self.tx_rd) & 0xFFFF)
        elif address < 0x24:
            value = self.tx_rd
        elif address < 0x26:
            value = self.tx_wr
        elif address < 0x28:  # RX_RSR
            value = self.rx_size()
            if self.torn_reads:
                self.torn_reads -= address & 1
                value = 0x0010
        elif address < 0x2A:
            value = self.rx_rd_next
        else:
            value = self.rx_wr
        return value & 0xFF if address & 1 else value >> 8

    def _store(self, address, value):
        block = self._block
        if block == _COMMON:
            if address == 0 and value & 0x80:
                self._reset()
            elif address < 0x39 and address != 0x17 and address != 0x2E:
                self.common[address] = value
                self._update_int()
        elif block == _REGISTERS and (address == 0x1E or address == 0x1F):
            self._resize(2 * self._socket + address - 0x1E, value)
        elif self._socket == 0 and block == _TX:
            if self._is_slow() and address % 5 == 0:
                self.slow_writes += 1
                value ^= 0xFF
            self.tx_ram[address & self.tx_mask] = value
        elif self._socket == 0 and block == _REGISTERS:
            self._store_socket(address, value)

    def _store_socket(self, address, value):
        if address == 1:
            self.socket[1] = value
            self._cr_left = self.command_reads
            if not self.busy_stuck:
                self._command(value)
        elif address == 2:
            self.socket[2] &= ~value & 0xFF
        elif address == 0x24:
            self.tx_wr_next = self.tx_wr_next & 0x00FF | value << 8
        elif address == 0x25:
            self.tx_wr_next = self.tx_wr_next & 0xFF00 | value
        elif address == 0x28:
            self.rx_rd_next = self.rx_rd_next & 0x00FF | value << 8
        elif address == 0x29:
            self.rx_rd_next = self.rx_rd_next & 0xFF00 | value
        elif address < 0x30 and address != 3 and not 0x20 <= address < 0x2C:
            self.socket[address] = value
        self._update_int()
