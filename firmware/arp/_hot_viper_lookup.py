"""The short way of cached lookups and queries, in viper; what `_hot_viper` says holds here too.

`Engine.lookup` and `Engine.query` are the specification and the long way. An entry of the address
itself comes first, then its own network, then the gateway, as `Routes.to` has it.

Unix port, 2.8 GHz Xeon, ns: an empty viper call 53; closure, address and cast +24; `len` +20; find
and copy +35, the caller's buffer +26; in bytecode 11,000.
"""

import micropython
from micropython import const

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_LONGEST_MS = const(172800000)

# Words, as in `_hot_viper`.
_NOW = const(0)
_POLLED_AT = const(1)
_OPEN = const(2)
_HAS_GATEWAY = const(4)
_LIFETIME = const(5)
_SHIFT = const(7)
_N = const(8)
_SEED = const(9)
_BELOW = const(14)
_COUNTS = const(15)
_OWN = const(16)
_BUCKET = const(18)
_CHAIN = const(19)
_IP = const(20)
_MAC = const(21)
_STATE = const(22)
_KIND = const(23)
_FLAGS = const(24)
_SEEN_AT = const(26)
_LIST = const(30)
_AFTER = const(31)
_AHEAD = const(32)
_LISTED = const(33)

_LOOKUPS = const(2)
_QUERIES = const(4)
_CACHE_HIT = const(22)
_RESOLVED = const(1)
_PENDING = const(2)
_GHOST = const(6)
_TEMPORARY = const(1)
_COLD = const(3)
_WARM = const(4)
_USED = const(0x40)
_NONE = const(0xFFFF)


def bind_lookup(place, long_way, length):
    """`Engine.lookup` for the words at `place`."""

    @micropython.viper
    def lookup(ip, out) -> bool:
        t = ptr32(int(place))
        if not t[_OPEN] & _LOOKUPS or int(length(ip)) != 4:
            return bool(long_way(ip, out))
        a = ptr8(ip)
        base = int(t) - t[_BELOW]
        own = ptr8(base + t[_OWN])
        if a[3] == own[31] and a[2] == own[30] and a[1] == own[29] and a[0] == own[28]:
            return bool(long_way(ip, out))
        if a[3] == own[43] and a[2] == own[42] and a[1] == own[41] and a[0] == own[40]:
            return bool(long_way(ip, out))
        slot = _NONE
        while True:
            bucket = (
                a[0] * t[_SEED]
                + a[1] * t[_SEED + 1]
                + a[2] * t[_SEED + 2]
                + a[3] * t[_SEED + 3]
                + t[_SEED + 4]
            ) & 0xFFFFF
            slot = ptr16(base + t[_BUCKET])[bucket >> t[_SHIFT]]
            while slot != _NONE:
                key = ptr8(base + t[_IP] + slot * 4)
                if key[3] == a[3] and key[2] == a[2] and key[1] == a[1] and key[0] == a[0]:
                    break
                slot = ptr16(base + t[_CHAIN])[slot]
            if slot != _NONE and ptr8(base + t[_STATE])[slot] != _GHOST:
                break
            if int(a) == int(own) + 44:
                return False  # the gateway is not known either
            if a[0] == 0 or a[0] > 223 or a[0] == 127:
                return bool(long_way(ip, out))
            if not (
                (a[0] & own[36] ^ own[32])
                | (a[1] & own[37] ^ own[33])
                | (a[2] & own[38] ^ own[34])
                | (a[3] & own[39] ^ own[35])
            ):
                return False  # it would be a neighbor
            if not t[_HAS_GATEWAY] or (a[0] == 169 and a[1] == 254):
                return bool(long_way(ip, out))
            a = ptr8(int(own) + 44)
        if ptr8(base + t[_STATE])[slot] != _RESOLVED:
            return False
        out[5] = 0  # raises where nothing can be written
        to = ptr8(out)
        mac = ptr8(base + t[_MAC] + slot * 6)
        to[0] = mac[0]
        to[1] = mac[1]
        to[2] = mac[2]
        to[3] = mac[3]
        to[4] = mac[4]
        to[5] = mac[5]
        # `Neighbors.use`: marked, and the last to be evicted.
        flags = ptr8(base + t[_FLAGS])
        flags[slot] = flags[slot] | _USED
        which = ptr8(base + t[_LIST])[slot]
        after = ptr16(base + t[_AFTER])
        head = t[_N] + _WARM
        if (which == _WARM or which == _COLD) and after[head] != slot:
            ahead = ptr16(base + t[_AHEAD])
            listed = ptr16(base + t[_LISTED])
            ahead[after[slot]] = ahead[slot]
            after[ahead[slot]] = after[slot]
            listed[which] = listed[which] - 1
            listed[_WARM] = listed[_WARM] + 1
            ahead[slot] = head
            after[slot] = after[head]
            ahead[after[head]] = slot
            after[head] = slot
            ptr8(base + t[_LIST])[slot] = _WARM
        return True

    return lookup


def bind_query(place, long_way, length):
    """`Engine.query` for the words at `place`."""

    @micropython.viper
    def query(ip, now: int) -> int:
        t = ptr32(int(place))
        now &= _MASK
        if now != t[_NOW]:
            if (now - t[_NOW]) & _HALF or (now - t[_POLLED_AT]) & _MASK > _LONGEST_MS:
                return int(long_way(ip, now))
        if not t[_OPEN] & _QUERIES or int(length(ip)) != 4:
            return int(long_way(ip, now))
        a = ptr8(ip)
        base = int(t) - t[_BELOW]
        own = ptr8(base + t[_OWN])
        if a[3] == own[31] and a[2] == own[30] and a[1] == own[29] and a[0] == own[28]:
            return int(long_way(ip, now))
        if a[3] == own[43] and a[2] == own[42] and a[1] == own[41] and a[0] == own[40]:
            return int(long_way(ip, now))
        slot = _NONE
        while True:
            bucket = (
                a[0] * t[_SEED]
                + a[1] * t[_SEED + 1]
                + a[2] * t[_SEED + 2]
                + a[3] * t[_SEED + 3]
                + t[_SEED + 4]
            ) & 0xFFFFF
            slot = ptr16(base + t[_BUCKET])[bucket >> t[_SHIFT]]
            while slot != _NONE:
                key = ptr8(base + t[_IP] + slot * 4)
                if key[3] == a[3] and key[2] == a[2] and key[1] == a[1] and key[0] == a[0]:
                    break
                slot = ptr16(base + t[_CHAIN])[slot]
            if slot != _NONE and ptr8(base + t[_STATE])[slot] != _GHOST:
                break
            if int(a) == int(own) + 44 or not t[_HAS_GATEWAY]:
                return int(long_way(ip, now))
            if a[0] == 0 or a[0] > 223 or a[0] == 127 or (a[0] == 169 and a[1] == 254):
                return int(long_way(ip, now))
            if not (
                (a[0] & own[36] ^ own[32])
                | (a[1] & own[37] ^ own[33])
                | (a[2] & own[38] ^ own[34])
                | (a[3] & own[39] ^ own[35])
            ):
                return int(long_way(ip, now))
            a = ptr8(int(own) + 44)
        state = ptr8(base + t[_STATE])[slot]
        if state == _RESOLVED:
            left = (ptr32(base + t[_SEEN_AT])[slot] + t[_LIFETIME] - now) & _MASK
            if ptr8(base + t[_KIND])[slot] <= _TEMPORARY and (left == 0 or left >= _HALF):
                return int(long_way(ip, now))
        elif state != _PENDING:
            return int(long_way(ip, now))
        t[_NOW] = now
        count = ptr32(base + t[_COUNTS])
        count[_CACHE_HIT] = (count[_CACHE_HIT] + 1) & _MASK
        # `Neighbors.use`: marked, and the last to be evicted.
        flags = ptr8(base + t[_FLAGS])
        flags[slot] = flags[slot] | _USED
        which = ptr8(base + t[_LIST])[slot]
        after = ptr16(base + t[_AFTER])
        head = t[_N] + _WARM
        if (which == _WARM or which == _COLD) and after[head] != slot:
            ahead = ptr16(base + t[_AHEAD])
            listed = ptr16(base + t[_LISTED])
            ahead[after[slot]] = ahead[slot]
            after[ahead[slot]] = after[slot]
            listed[which] = listed[which] - 1
            listed[_WARM] = listed[_WARM] + 1
            ahead[slot] = head
            after[slot] = after[head]
            ahead[after[head]] = slot
            after[head] = slot
            ptr8(base + t[_LIST])[slot] = _WARM
        return state

    return query
