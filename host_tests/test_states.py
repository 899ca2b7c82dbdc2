"""Every state of an entry and of an own address meets every event; state_tables says what follows.

A test fails when a pair is missing from its table, stands there twice, or does something else.
"""

import frames as f
import state_tables as tables
from engines import at, engine
from intact import intact

import arp
from arp import acd
from arp.cache import GHOST_STATE, USED

OTHERS = tuple("192.168.1.%d" % (30 + i) for i in range(4))  # as many as fill the capacity
KINDS = {"TEMPORARY": arp.TEMPORARY, "STATIC": arp.STATIC, "PERMANENT": arp.PERMANENT}
MACS = {f.mac(f.A_MAC): "", f.mac(f.B_MAC): " at B"}
ACD_STATES = {
    acd.IDLE: "IDLE",
    acd.PROBE_WAIT: "PROBE_WAIT",
    acd.PROBING: "PROBING",
    acd.ANNOUNCE_WAIT: "ANNOUNCE_WAIT",
    acd.ANNOUNCING: "ANNOUNCING",
    acd.BOUND: "BOUND",
}


class Sight:
    """What a test sees of one engine: frames about the address A or its own, and events of it."""

    def __init__(self, eng, ip):
        self.eng = eng
        self.ip = f.ip(ip)
        self.frames = []

    def receive(self, frame, ms):
        """Take in a frame and note the answer; then what became due with it."""
        answer = f.receive(self.eng, frame, at(ms))
        if answer:
            self.frames.append(answer)
        self.poll(ms)

    def poll(self, ms):
        """Note what is due."""
        self.frames += f.polled(self.eng, at(ms))

    def wait(self, start, end):
        """Poll whenever something is due, from `start` until `end`."""
        ms = start
        while ms < end:
            self.poll(ms)
            wait = self.eng.next_deadline(at(ms))
            ms = min(end, ms + wait) if wait >= 0 else end
        self.poll(end)

    def sent(self):
        """The kinds of the frames about the address, oldest first, as a table names them."""
        kinds = []
        for frame in self.frames:
            if self.ip in (frame[28:32], frame[38:42]):
                kind = kind_of(frame)
                if kinds and kinds[-1][1] == kind:
                    kinds[-1][0] += 1
                else:
                    kinds.append([1, kind])
        return ", ".join([k if n == 1 else "%d x %s" % (n, k) for n, k in kinds]) or "-"

    def events(self):
        """The names of the events about the address, oldest first, as a table names them."""
        names = []
        event = self.eng.next_event()
        while event is not None:
            if event[1] == self.ip:
                names.append(arp.const.EV_NAMES[event[0]])
            event = self.eng.next_event()
        return ", ".join(names) or "-"


def kind_of(frame):
    """A frame in the words of the tables."""
    if frame[21] == 2:
        return "reply"
    if frame[28:32] == frame[38:42]:
        return "announcement"
    if frame[28:32] == bytes(4):
        return "probe"
    return "request" if frame[0] & 1 else "unicast request"


# --- the cache entry ---


def entry_state(eng):
    """The state of the entry for A in the words of the table."""
    slot = eng._cache.find(f.ip(f.A_IP), 0)
    if slot < 0:
        return "none"
    if eng._cache.state[slot] == GHOST_STATE:
        return "ghost"
    entry = eng.get(f.A_IP)
    if entry.state != arp.RESOLVED:
        return "PENDING" if entry.state == arp.PENDING else "DOWN"
    name = ("DYNAMIC", "TEMPORARY", "STATIC", "PERMANENT")[entry.kind]
    if entry.flags & arp.ATF_PUBL:
        assert entry.kind == arp.PERMANENT
        name = "PUBLISHED"
    if entry.kind == arp.DYNAMIC and eng._cache.flags[slot] & USED:
        name = "USED"
    return name + MACS[entry.mac]


def entry_in(state, **settings):
    """(engine, when the state began, a little later): an engine whose entry for A is in it."""
    eng = engine(capacity=len(OTHERS), **settings)
    began = 10_000
    if state in ("PENDING", "ghost", "DYNAMIC", "USED"):
        assert eng.query(f.A_IP, at(began)) == arp.PENDING
        f.polled(eng, at(began))
    if state == "ghost":
        eng.delete(f.A_IP)
    elif state in ("DYNAMIC", "USED"):
        f.receive(eng, f.reply(), at(began))
        if state == "USED":
            eng.query(f.A_IP, at(began))
    elif state == "DOWN":
        eng.query(f.A_IP, at(began - 6000))
        Sight(eng, f.A_IP).wait(began - 6000, began)
    elif state == "PUBLISHED":
        f.polled(eng, at(began))
        eng.set(f.A_IP, f.A_MAC, arp.ATF_PUBL, arp.PERMANENT)
    elif state in KINDS:
        f.polled(eng, at(began))
        eng.set(f.A_IP, f.A_MAC, kind=KINDS[state])
    f.polled(eng, at(began + 400))
    f.events(eng)
    assert entry_state(eng) == state
    return eng, began, began + 400


def happen(sight, event, began, ms):
    """Let one event of the cache table happen."""
    eng = sight.eng
    words = event.split(" ")
    if event == "query":
        eng.query(f.A_IP, at(ms))
    elif event == "lookup":
        eng.lookup(f.A_IP, bytearray(6))
    elif event == "request from it":
        sight.receive(f.request(), ms)
    elif event == "reply, same MAC":
        sight.receive(f.reply(), ms)
    elif event == "reply, other MAC":
        sight.receive(f.reply(f.B_MAC, f.A_IP), ms)
    elif event == "announcement from it":
        sight.receive(f.announcement(), ms)
    elif event == "set PUBLISHED":
        eng.set(f.A_IP, f.B_MAC, arp.ATF_PUBL, arp.PERMANENT)
    elif words[0] == "set":
        eng.set(f.A_IP, f.B_MAC, kind=KINDS[words[1]])
    elif event == "delete":
        eng.delete(f.A_IP)
    elif event == "flush":
        eng.flush()
    elif event == "set_ips":
        eng.set_ips([f.OWN_NET])
    elif event == "others fill the capacity":
        for i, ip in enumerate(OTHERS):
            eng.query(ip, at(ms))
            sight.receive(f.reply("02:00:00:00:01:%02x" % i, ip), ms)
    else:
        assert words[1] == "s", event
        sight.wait(ms, began + int(words[0]) * 1000)
        return
    sight.poll(ms)


def check_cache(rows, **settings):
    """Let every event of the rows happen in every state of the rows."""
    for (state, event), expected in sorted(rows.items()):
        eng, began, ms = entry_in(state, **settings)
        sight = Sight(eng, f.A_IP)
        happen(sight, event, began, ms)
        intact(eng._cache)
        got = (entry_state(eng), sight.sent(), sight.events())
        assert got == expected, "%s, %s: %s and not %s" % (state, event, got, expected)


def check_complete(rows, states, events):
    """Every pair stands in the table."""
    for event in events:
        missing = [state for state in states if (state, event) not in rows]
        assert not missing, "%s: nothing is said for %s" % (event, missing)
    assert len(rows) == len(states) * len(events)


def test_the_cache_table_names_every_pair_of_state_and_event():
    rows = tables.read(tables.CACHE, tables.CACHE_STATES)
    check_complete(rows, tables.CACHE_STATES, tables.CACHE_EVENTS)


def test_every_event_in_every_state_of_a_cache_entry_does_what_the_table_says():
    check_cache(tables.read(tables.CACHE, tables.CACHE_STATES))


def test_row_107_learn_rfc826_differs_where_its_table_says_and_nowhere_else():
    rows = tables.read(tables.CACHE, tables.CACHE_STATES)
    changed = tables.read(tables.CACHE_RFC826, tables.CACHE_STATES)
    assert all(rows[pair] != changed[pair] for pair in changed)
    rows.update(changed)
    check_cache(rows, learn="rfc826")


def test_learn_replies_differs_where_its_table_says_and_nowhere_else():
    rows = tables.read(tables.CACHE, tables.CACHE_STATES)
    changed = tables.read(tables.CACHE_REPLIES, tables.CACHE_STATES)
    assert all(rows[pair] != changed[pair] for pair in changed)
    rows.update(changed)
    check_cache(rows, learn="replies")


def test_row_58_without_hold_down_the_table_differs_where_its_own_says_and_nowhere_else():
    states = [state for state in tables.CACHE_STATES if state != "DOWN"]
    rows = tables.read(tables.CACHE, tables.CACHE_STATES)
    rows.update(tables.read(tables.CACHE_NO_DOWN, states))
    check_cache({pair: rows[pair] for pair in rows if pair[0] in states}, down_ms=0)


# --- the own address ---


def own_state(eng, ms):
    """The state of the own address in the words of the table."""
    address = eng._own.at(f.ip(f.OWN_IP), 0)
    if address is None:
        return "none"
    name = ACD_STATES[address.state]
    assert address.usable == (name in ("ANNOUNCING", "BOUND"))
    if name == "PROBING":
        name += " %d" % address._count
    address.keep_house(at(ms))
    return "DEFENDING" if address.is_defending and name == "BOUND" else name


def own_in(state, policy):
    """(engine, ms): an engine whose own address is in that state then."""
    eng = arp.Engine(f.OWN_MAC, (), hold_slots=0, seed=5, conflict=policy)
    f.polled(eng, at(0))
    if state == "none":
        return eng, 0
    eng.set_ips([f.OWN_NET])
    if state == "IDLE":
        return eng, 0
    ms = 0
    f.polled(eng, at(ms))
    while own_state(eng, ms) not in (state, "BOUND"):
        ms += eng.next_deadline(at(ms))
        f.polled(eng, at(ms))
    if state == "DEFENDING":
        f.receive(eng, f.announcement(f.B_MAC, f.OWN_IP), at(ms))
        ms += 1000
    f.events(eng)
    assert own_state(eng, ms) == state
    return eng, ms


def happen_to_own(sight, event, ms):
    """Let one event of the conflict detection table happen; returns the time after it."""
    frames = {
        "probe for it": f.probe(f.B_MAC),
        "request with it as sender": f.request(f.B_MAC, f.OWN_IP, f.A_IP),
        "reply with it as sender": f.reply(f.B_MAC, f.OWN_IP),
        "own probe comes back": f.probe(f.OWN_MAC),
        "own announcement comes back": f.announcement(f.OWN_MAC, f.OWN_IP),
        "request for it": f.request(),
    }
    if event in frames:
        sight.receive(frames[event], ms)
    elif event == "configured":
        sight.eng.set_ips([f.OWN_NET])
        sight.poll(ms)
    elif event == "taken away":
        sight.eng.set_ips([])
        sight.poll(ms)
    else:
        assert event == "due", event
        wait = sight.eng.next_deadline(at(ms))
        ms += 10_000 if wait < 0 else wait
        sight.poll(ms)
    return ms


def check_own(policy):
    """Every event in every state that this policy can reach."""
    states = [state for state in tables.ACD_STATES if (policy, state) != ("cease", "DEFENDING")]
    rows = tables.read(tables.ACD, tables.ACD_STATES, policy)
    check_complete(rows, states, tables.ACD_EVENTS)
    for (state, event), expected in sorted(rows.items()):
        eng, ms = own_in(state, policy)
        sight = Sight(eng, f.OWN_IP)
        ms = happen_to_own(sight, event, ms)
        got = (own_state(eng, ms), sight.sent(), sight.events())
        assert got == expected, "%s, %s: %s and not %s" % (state, event, got, expected)


def test_D1_every_event_in_every_state_of_an_own_address_with_policy_defend():
    check_own("defend")


def test_D2_every_event_in_every_state_of_an_own_address_with_policy_cease():
    check_own("cease")


def test_D0_every_event_in_every_state_of_an_own_address_with_policy_insist():
    check_own("insist")
