"""The short way of common frames, cached lookups and queries, in viper: no bytecode runs.

`Protocol.receive`, `Engine.lookup` and `Engine.query` are the specification and the long way: what
is rare (a conflict, another MAC address, a probe, the end of a resolution, a diagnostic to report,
a configured host, a wrong ptype, hlen, plen or oper, a buffer without words) goes there, with
nothing changed before; no flood becomes dearer than one of conflicts is.

The engine's arrays never move; `bind` notes how far from `words` each lies, plus _HALF. Viper
checks no bounds: every index is a slot out of the cache's own arrays, and of a caller's buffer the
length is looked at first. A closure with over five variables and arguments would take heap.

For armv6m no constant has more than 16 bits, unless it is 8 shifted, and no jump 2 KB: mpy-cross
would load those from beside the code, which is right where a function lies at a multiple of 4, and
mpy-tool.py freezes it at one of 2. `if` looks at 0 or not, as comparing takes space.
"""

import micropython
from micropython import const
from uctypes import addressof

_HALF = const(0x20000000)
_NONE = const(0xFFFF)
_LINK_LOCAL = const(0xFEA9)  # 169.254, as a half word
# What `short` keeps in `words`, and then the distances that `bind` adds.
_NOW = const(0)
_POLL_BY = const(1)
_SHUT = const(2)  # for lookups, queries
_SHUT_FRAMES = const(4)
_LEARNS = const(5)
_ONLY_REPLIES = const(6)
_TO_REFRESH = const(7)  # by kind: dynamic, temporary
_LIFETIME = const(8)
_SHIFT = const(9)
_BUCKETS = const(10)
_SEED = const(11)  # 5 words
_MASK = const(16)
_ODD = const(17)  # bits of a buffer's address
_WARM_HEAD = const(18)
_COUNTS = const(19)
_OWN = const(20)
_TX = const(21)
_BUCKET = const(22)
_CHAIN = const(23)
_IP = const(24)
_MAC = const(25)
_STATE = const(26)
_KIND = const(27)
_FLAGS = const(28)
_SOLICITS = const(29)
_SEEN_AT = const(30)
_DUE = const(31)
_KEY = const(32)
_LIST = const(34)
_AFTER = const(35)
_AHEAD = const(36)
_LISTED = const(37)
_IS_QUIET = const(38)
_QUIET_UNTIL = const(39)
_LEFT_OUT = const(40)
_SCRATCH = const(41)
_OTHERS = const(42)  # bytes of further own addresses behind the block of the first
# Counters (stats.py); RX_REQUEST and RX_REPLY are the operation.
_RX_NOT_ARP = const(3)
_RX_SHORT = const(4)
_RX_NOT_OURS = const(5)
_RX_BAD_HTYPE = const(6)
_RX_BAD_SENDER = const(11)
_RX_BAD_TARGET = const(13)
_TX_REPLY = const(16)
_CACHE_HIT = const(22)
# States ^ _GHOST, so that 0 is none; lists and marks (const.py, cache.py).
_GHOST = const(6)
_RESOLVED = const(7)
_PENDING = const(4)
_COLD = const(3)
_WARM = const(4)
_MANUAL = const(5)
_USED = const(0x40)
_BAD_SENDER = const(4)  # EV_BAD_SENDER among the diagnostics


def bind(engine, words, arrays):
    """Let `engine` take the short way; `arrays` in the order above. It needs `words` for good."""
    here = addressof(words)
    words[_ODD] = 0 if here >> 32 else 3  # 64 bits: a word can be read anywhere
    for i, array in enumerate(arrays):
        place = addressof(array) - here + _HALF
        if place >> 31:
            return  # never seen: an array 500 MB away
        words[_COUNTS + i] = place
    engine.receive = _receive(here, (engine.receive, len))
    engine.lookup = _look(here, (engine.lookup,), len)
    engine.query = _look(here + 1, (engine.query, 1, 2), len)


def _receive(place, ways):  # `ways`: the long way, and `len`
    @micropython.viper
    def receive(frame, n: int, now: int) -> int:
        long_way, length = ways
        t = ptr32(int(place))
        f = ptr8(frame)  # by bytes, half words and words
        h = ptr16(f)
        w = ptr32(f)
        base = int(t) - _HALF
        o = ptr32(base + t[_OWN])
        oh = ptr16(o)
        now &= t[_MASK]
        what = more = 0  # what is counted; what is not 0 in `rare` leads to the long way
        rare = int(f) & t[_ODD] | t[_SHUT_FRAMES] | int(uint(n) > uint(length(frame)))
        rare |= (now - t[_NOW] | t[_POLL_BY] - now) & _HALF
        if not rare:
            if n > 41:
                other = 0
                if not f[0] & 1:
                    other = (w[0] ^ o[12]) | (h[2] ^ oh[26])
                form = w[4] ^ o[4] | f[20] | f[21] - 1 >> 1  # ptype, hlen, plen; oper is 1 or 2
                what = w[3] ^ o[3] | form | other | f[22] & 1
                if what:
                    # The first fault in the order of `wire.check`, seen from the last.
                    what = _RX_BAD_SENDER
                    if h[7] ^ oh[7]:
                        what = _RX_BAD_HTYPE
                    if other:
                        what = _RX_NOT_OURS
            elif n > 13:
                what = _RX_SHORT
            else:
                rare = 1
            if what:
                if h[6] ^ oh[6]:
                    what = _RX_NOT_ARP
                if not what ^ _RX_BAD_SENDER:
                    # Reported once a second, and else only counted.
                    rare = now - ptr32(base + t[_QUIET_UNTIL])[_BAD_SENDER] & _HALF
                    rare = rare * ptr8(base + t[_IS_QUIET])[_BAD_SENDER] ^ _HALF | form
                    if not rare:
                        rest = ptr16(base + t[_LEFT_OUT])[_BAD_SENDER] + 1
                        ptr16(base + t[_LEFT_OUT])[_BAD_SENDER] = rest - (rest >> 16)
        if not rare | what:
            what = f[21]
            ip = w[7]
            target = h[20] << 16 | h[19]
            away = target ^ o[7]
            rest = t[_OTHERS]
            while rest:
                q = ptr32(int(o) + rest + 44)
                if not ((ip ^ q[0]) and (ip ^ q[1]) and (target ^ q[1])):
                    rare = 1
                if not target ^ q[0]:
                    away = 0
                    rare |= q[2]
                rest -= 12
            more = (what & 1) * _TX_REPLY
            if (away) and (more):
                more = _RX_BAD_TARGET
                rest = f[38]
                rest = rest * (rest ^ 127) * (rest >> 5 ^ 7)  # 0 for 0/8, 127/8 and from 224/4 up
                if (rest) and (target ^ o[10]):
                    more = 0
                    rare |= ptr16(base + t[_LISTED])[_MANUAL]  # it may be for a published entry
            if not ((w[6]) and (w[6] ^ o[6]) and (ip ^ o[7])):
                rare = 1  # the sender is nobody or us, as far as four bytes tell
            if more ^ _RX_BAD_TARGET:
                slot = f[28] * t[_SEED] + f[29] * t[_SEED + 1] + f[30] * t[_SEED + 2]
                slot += f[31] * t[_SEED + 3] + t[_SEED + 4]
                slot = ptr16(base + t[_BUCKET])[slot >> t[_SHIFT] & t[_BUCKETS]]
                ips = ptr32(base + t[_IP])
                state = 0
                while slot ^ _NONE:
                    if not ips[slot] ^ ip:
                        state = ptr8(base + t[_STATE])[slot] ^ _GHOST
                        break
                    slot = ptr16(base + t[_CHAIN])[slot]
                if state:
                    # Known: only the same MAC address again, in time, is common.
                    mac = ptr16(base + t[_MAC] + slot * 6)
                    kind = ptr8(base + t[_KIND])[slot]
                    seen_at = ptr32(base + t[_SEEN_AT])
                    due = now + t[_TO_REFRESH + kind] & t[_MASK]
                    rest = seen_at[slot] + t[_LIFETIME] - now
                    rare |= (
                        (rest | rest - 1 | due - ptr32(base + t[_KEY])[slot]) & _HALF
                        | kind >> 1
                        | (mac[0] ^ h[11])
                        | (mac[1] ^ h[12])
                        | (mac[2] ^ h[13])
                        | (state ^ _RESOLVED)
                        | (t[_ONLY_REPLIES] & what)
                    )
                    if not rare:
                        flags = ptr8(base + t[_FLAGS] + slot)
                        flags[0] = flags[0] & ~_USED
                        ptr8(base + t[_SOLICITS])[slot] = 0
                        ptr32(base + t[_DUE])[slot] = due
                        seen_at[slot] = now
                elif not away:
                    # A stranger speaks to us: from our network, and not to be learned?
                    rare |= t[_LEARNS] | (ip & o[9] ^ o[8]) | int(ip == o[10])
        if rare:
            return int(long_way(frame, n, now))
        t[_NOW] = now
        count = ptr32(base + t[_COUNTS])
        count[0] = count[0] + 1 & t[_MASK]
        count[what] = count[what] + 1 & t[_MASK]
        n = 0
        if more:
            count[more] = count[more] + 1 & t[_MASK]
            if not more ^ _TX_REPLY:
                w = ptr32(base + t[_TX])  # bytes 6 to 27 are always the same
                w[2] = o[2]
                w[3] = o[3]
                w[4] = o[4]
                w[5] = o[5]
                w[6] = o[6]
                w[7] = target
                g = ptr16(w)
                g[3] = oh[3]
                g[0] = g[16] = h[11]
                g[1] = g[17] = h[12]
                g[2] = g[18] = h[13]
                g[19] = h[14]
                g[20] = h[15]
                n = 42
        return n

    return receive


def _look(place, ways, length):
    # For the words at `place` a lookup, one further a query. `ways`: the long one, for a query
    # also RESOLVED and PENDING.
    @micropython.viper
    def look(ip, out):
        p = int(place)
        asks = p & 1
        t = ptr32(p ^ asks)
        base = p - _HALF - asks
        state = 0
        rare = t[_SHUT + asks] | (int(length(ip)) ^ 4)
        if asks:
            now = int(out) & t[_MASK]
            rare |= (now - t[_NOW] | t[_POLL_BY] - now) & _HALF
        if not rare:
            a = ptr8(ip)
            if int(a) & t[_ODD]:
                to = ptr8(int(t) + 4 * _SCRATCH)
                to[0] = a[0]
                to[1] = a[1]
                to[2] = a[2]
                to[3] = a[3]
                a = to
            ips = ptr32(base + t[_IP])
            while True:
                key = ptr32(a)[0]
                slot = a[0] * t[_SEED] + a[1] * t[_SEED + 1] + a[2] * t[_SEED + 2]
                slot += a[3] * t[_SEED + 3] + t[_SEED + 4]
                slot = ptr16(base + t[_BUCKET])[slot >> t[_SHIFT] & t[_BUCKETS]]
                while slot ^ _NONE:
                    if not ips[slot] ^ key:
                        state = ptr8(base + t[_STATE])[slot] ^ _GHOST
                        break
                    slot = ptr16(base + t[_CHAIN])[slot]
                if state:
                    break
                o = ptr32(base + t[_OWN])
                if key & o[9] ^ o[8]:
                    p = int(ip[0])  # raises for text
                    a = ptr8(int(o) + 44)
                    if (o[11]) and (p * (p ^ 127) * (p >> 5 ^ 7)) and (key & _NONE ^ _LINK_LOCAL):
                        continue  # through the gateway, which is on our network
                elif not asks | t[_OTHERS] and (key ^ o[7]) and (key ^ o[10]):
                    return ip is out  # False, which no call has to make: an unknown neighbor
                break
            rare = state ^ _RESOLVED
            if asks:
                rare *= state ^ _PENDING
                if not rare:
                    # Over? Only what is resolved, and dynamic or temporary.
                    p = ptr32(base + t[_SEEN_AT])[slot] + t[_LIFETIME] - now
                    rare = (p | p - 1) & ptr8(base + t[_KIND])[slot] - 2 & (state & 1) * _HALF
            elif not rare:
                mac = ptr8(base + t[_MAC] + slot * 6)
                out[5] = mac[5]  # raises where nothing can be written
                to = ptr8(out)
                to[0] = mac[0]
                to[1] = mac[1]
                to[2] = mac[2]
                to[3] = mac[3]
                to[4] = mac[4]
            if not rare:
                # `Neighbors.use`: the last to be evicted, and marked.
                p = ptr8(base + t[_LIST])[slot]
                if p ^ _WARM:
                    rare = int(p == _COLD)
                else:
                    ahead = ptr16(base + t[_AHEAD])
                    head = t[_WARM_HEAD]
                    p = ahead[slot]
                    if p ^ head:
                        after = ptr16(base + t[_AFTER])
                        q = after[slot]
                        after[p] = q
                        ahead[q] = p
                        p = after[head]
                        ahead[slot] = head
                        after[slot] = p
                        ahead[p] = slot
                        after[head] = slot
        if rare:
            return ways[0](ip, out)
        to = ptr8(base + t[_FLAGS] + slot)
        to[0] = to[0] | _USED
        if not asks:
            return ip is ip
        t[_NOW] = now
        count = ptr32(base + t[_COUNTS])
        count[_CACHE_HIT] = count[_CACHE_HIT] + 1 & t[_MASK]
        return ways[2 - (state & 1)]

    return look
