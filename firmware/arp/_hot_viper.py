"""The short way of common frames, in viper: no Python object is looked at, no bytecode runs.

`Protocol.receive` is the specification and the long way: whatever is not common (a conflict, a
changed MAC address, a probe, the end of a resolution, a diagnostic that is to be reported) goes
there, with nothing changed before. test_short_way.py holds the two together.

The engine's arrays stay where and what they are. `bind` writes down where they lie: distances in
bytes from the lowest of them, in `words`; MicroPython never moves what it allocated, and the
closures hold the engine. Viper checks no bounds: every index here is a slot out of the cache's own
arrays, and of the caller's buffers the length is looked at first. This is no leaf only in that it
calls `len` and the long way; they come in a tuple, because a closure with more than two variables
and three arguments would take heap.

Unix port, 2.8 GHz Xeon, one frame again and again, ns: an empty viper call 56; closure, address
and cast +24; `len` +35; a bad header +6, a frame for others +25, a reply +50; all of it in
bytecode 4,700 to 25,700.
"""

import sys

import micropython
from micropython import const
from uctypes import addressof

from ._hot_viper_lookup import bind_lookup, bind_query

# Shown to be right on x86-64 only: on an emulated RP2040 (MicroPython 1.25, compiled by mpy-cross
# 1.27) a query that takes the long way from here never returns, for a reason not yet found.
_X64 = const(2)  # as in py/persistentcode.h
if getattr(sys.implementation, "_mpy", _X64 << 10) >> 10 & 15 != _X64:
    raise ImportError("the short way is for x86-64")

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_LONGEST_MS = const(172800000)

# What `short` keeps in `words`, and then what `bind` adds: _BELOW, and the distances.
_NOW = const(0)
_POLLED_AT = const(1)
_OPEN = const(2)
_LEARN = const(3)
_LIFETIME = const(5)
_TO_REFRESH = const(6)
_SHIFT = const(7)
_SEED = const(9)  # 5 words
_BELOW = const(14)
_PLACES = const(15)
_COUNTS = const(15)
_OWN = const(16)
_TX = const(17)
_BUCKET = const(18)
_CHAIN = const(19)
_IP = const(20)
_MAC = const(21)
_STATE = const(22)
_KIND = const(23)
_FLAGS = const(24)
_SOLICITS = const(25)
_SEEN_AT = const(26)
_DUE = const(27)
_KEY = const(28)
_POS = const(29)
_LISTED = const(33)
_IS_QUIET = const(34)
_QUIET_UNTIL = const(35)
_LEFT_OUT = const(36)

# Counters (stats.py).
_RX = const(0)
_RX_REQUEST = const(1)
_RX_REPLY = const(2)
_RX_NOT_ARP = const(3)
_RX_SHORT = const(4)
_RX_NOT_OURS = const(5)
_RX_BAD_HTYPE = const(6)
_RX_BAD_PTYPE = const(7)
_RX_BAD_HLEN = const(8)
_RX_BAD_PLEN = const(9)
_RX_BAD_OPER = const(10)
_RX_BAD_SENDER = const(11)
_RX_BAD_TARGET = const(13)
_TX_REPLY = const(16)

# States, kinds, lists and marks (const.py, cache.py).
_RESOLVED = const(1)
_GHOST = const(6)
_DYNAMIC = const(0)
_TEMPORARY = const(1)
_MANUAL = const(5)
_USED = const(0x40)
_NONE = const(0xFFFF)
_FRAMES = const(1)  # a bit of _OPEN
_BAD_SENDER = const(4)  # EV_BAD_SENDER among the diagnostics


def bind(engine, words, arrays):
    """Let `engine` take the short way; `arrays` in the order above. It needs `words` for good."""
    places = [addressof(array) for array in arrays]
    here = addressof(words)
    low = min(here, min(places))
    if max(here, max(places)) - low >= 0x7FFFFFFF:
        return  # never seen: a heap of 2 GB
    words[_BELOW] = here - low
    for i in range(len(places)):
        words[_PLACES + i] = places[i] - low
    engine.receive = _receive(here, (engine.receive, len))
    engine.lookup = bind_lookup(here, engine.lookup, len)
    engine.query = bind_query(here, engine.query, len)


def _receive(place, ways):
    @micropython.viper
    def receive(frame, n: int, now: int) -> int:
        t = ptr32(int(place))
        now &= _MASK
        while True:  # left for the long way, and before anything is changed
            if now != t[_NOW]:
                if (now - t[_NOW]) & _HALF or (now - t[_POLLED_AT]) & _MASK > _LONGEST_MS:
                    break
            if not t[_OPEN] & _FRAMES or n > int(ways[1](frame)):
                break
            f = ptr8(frame)
            base = int(t) - t[_BELOW]
            count = ptr32(base + t[_COUNTS])
            own = ptr8(base + t[_OWN])  # our reply, and our network from byte 32 on
            # What is wrong with it, in the order of `wire.check`.
            fault = 0
            if n < 42:
                fault = _RX_SHORT
                if n >= 14 and (f[12] != 0x08 or f[13] != 0x06):
                    fault = _RX_NOT_ARP
            elif f[12] != 0x08 or f[13] != 0x06:
                fault = _RX_NOT_ARP
            elif not f[0] & 1 and (
                (f[0] ^ own[6])
                | (f[1] ^ own[7])
                | (f[2] ^ own[8])
                | (f[3] ^ own[9])
                | (f[4] ^ own[10])
                | (f[5] ^ own[11])
            ):
                fault = _RX_NOT_OURS
            elif f[14] | (f[15] ^ 1) | (f[16] ^ 8) | f[17] | (f[18] ^ 6) | (f[19] ^ 4) | f[20]:
                if f[14] | (f[15] ^ 1):
                    fault = _RX_BAD_HTYPE
                elif f[18] ^ 6:
                    fault = _RX_BAD_HLEN
                elif (f[16] ^ 8) | f[17]:
                    fault = _RX_BAD_PTYPE
                elif f[19] ^ 4:
                    fault = _RX_BAD_PLEN
                else:
                    fault = _RX_BAD_OPER
            elif f[21] == 0 or f[21] > 2:
                fault = _RX_BAD_OPER
            elif f[22] & 1:
                # Reported once a second, and else only counted.
                quiet = ptr8(base + t[_IS_QUIET])
                until = ptr32(base + t[_QUIET_UNTIL])
                if not quiet[_BAD_SENDER] or not (now - until[_BAD_SENDER]) & _HALF:
                    break
                left_out = ptr16(base + t[_LEFT_OUT])
                if left_out[_BAD_SENDER] != 0xFFFF:
                    left_out[_BAD_SENDER] = left_out[_BAD_SENDER] + 1
                fault = _RX_BAD_SENDER
            if fault:
                t[_NOW] = now
                count[_RX] = (count[_RX] + 1) & _MASK
                count[fault] = (count[fault] + 1) & _MASK
                return 0
            # The sender's MAC address is zero or ours, or its IP address is.
            if (
                f[22] == 0
                and f[23] == 0
                and f[24] == 0
                and f[25] == 0
                and f[26] == 0
                and f[27] == 0
            ):
                break
            if f[27] == own[27] and f[26] == own[26] and f[25] == own[25] and f[24] == own[24]:
                break
            if f[31] == own[31] and f[30] == own[30] and f[29] == own[29] and f[28] == own[28]:
                break
            is_request = int(f[21] == 1)
            kind_of = _RX_REPLY - is_request
            if is_request and (
                f[38] == 0
                or f[38] > 223
                or f[38] == 127
                or (
                    f[41] == own[43] and f[40] == own[42] and f[39] == own[41] and f[38] == own[40]
                )
            ):
                t[_NOW] = now
                count[_RX] = (count[_RX] + 1) & _MASK
                count[kind_of] = (count[kind_of] + 1) & _MASK
                count[_RX_BAD_TARGET] = (count[_RX_BAD_TARGET] + 1) & _MASK
                return 0
            is_for_us = int(
                f[41] == own[31] and f[40] == own[30] and f[39] == own[29] and f[38] == own[28]
            )
            if is_for_us:
                # A probe, no host's address, off our network, or one to be learned.
                if f[28] == 0 or f[28] > 223 or f[28] == 127:
                    break
                if f[31] == own[43] and f[30] == own[42] and f[29] == own[41] and f[28] == own[40]:
                    break
            elif is_request and ptr16(base + t[_LISTED])[_MANUAL]:
                break  # it may be for a published entry
            # The sender's entry.
            bucket = (
                f[28] * t[_SEED]
                + f[29] * t[_SEED + 1]
                + f[30] * t[_SEED + 2]
                + f[31] * t[_SEED + 3]
                + t[_SEED + 4]
            ) & 0xFFFFF
            slot = ptr16(base + t[_BUCKET])[bucket >> t[_SHIFT]]
            while slot != _NONE:
                ip = ptr8(base + t[_IP] + slot * 4)
                if ip[3] == f[31] and ip[2] == f[30] and ip[1] == f[29] and ip[0] == f[28]:
                    break
                slot = ptr16(base + t[_CHAIN])[slot]
            if slot != _NONE and ptr8(base + t[_STATE])[slot] == _GHOST:
                slot = _NONE
            if slot != _NONE:
                # Known: only the same MAC address again, in time, is common.
                mac = ptr8(base + t[_MAC] + slot * 6)
                seen_at = ptr32(base + t[_SEEN_AT])
                kind = ptr8(base + t[_KIND])[slot]
                if ptr8(base + t[_STATE])[slot] != _RESOLVED or (t[_LEARN] == 2 and is_request):
                    break
                if (
                    (mac[0] ^ f[22])
                    | (mac[1] ^ f[23])
                    | (mac[2] ^ f[24])
                    | (mac[3] ^ f[25])
                    | (mac[4] ^ f[26])
                    | (mac[5] ^ f[27])
                ):
                    break
                if kind <= _TEMPORARY:
                    left = (seen_at[slot] + t[_LIFETIME] - now) & _MASK
                    due = (now + t[_LIFETIME]) & _MASK
                    if kind == _DYNAMIC:
                        due = (now + t[_TO_REFRESH]) & _MASK
                    if left == 0 or left >= _HALF or ptr16(base + t[_POS])[slot] == _NONE:
                        break
                    if (due - ptr32(base + t[_KEY])[slot]) & _HALF:
                        break
                    flags = ptr8(base + t[_FLAGS])
                    flags[slot] = flags[slot] & (0xFF ^ _USED)
                    ptr8(base + t[_SOLICITS])[slot] = 0
                    ptr32(base + t[_DUE])[slot] = due
                    seen_at[slot] = now
            elif is_for_us:
                if t[_LEARN] == 1:
                    break
                if (
                    (f[28] & own[36] ^ own[32])
                    | (f[29] & own[37] ^ own[33])
                    | (f[30] & own[38] ^ own[34])
                    | (f[31] & own[39] ^ own[35])
                ):
                    break
            t[_NOW] = now
            count[_RX] = (count[_RX] + 1) & _MASK
            count[kind_of] = (count[kind_of] + 1) & _MASK
            if not is_request or not is_for_us:
                return 0
            # The reply: bytes 8 to 31 are always the same.
            count[_TX_REPLY] = (count[_TX_REPLY] + 1) & _MASK
            tx = ptr8(base + t[_TX])
            tx_words = ptr32(base + t[_TX])
            own_words = ptr32(base + t[_OWN])
            tx_words[2] = own_words[2]
            tx_words[3] = own_words[3]
            tx_words[4] = own_words[4]
            tx_words[5] = own_words[5]
            tx_words[6] = own_words[6]
            tx_words[7] = own_words[7]
            tx[6] = own[6]
            tx[7] = own[7]
            tx[0] = tx[32] = f[22]
            tx[1] = tx[33] = f[23]
            tx[2] = tx[34] = f[24]
            tx[3] = tx[35] = f[25]
            tx[4] = tx[36] = f[26]
            tx[5] = tx[37] = f[27]
            tx[38] = f[28]
            tx[39] = f[29]
            tx[40] = f[30]
            tx[41] = f[31]
            return 42
        return int(ways[0](frame, n, now))

    return receive
