"""The states of a cache entry and of an own address, and what every event does to them: as text.

A block begins with its event, or several between semicolons; below it stand states | the state
after it | frames sent | events. "same" means that the state stays, "-" that there is nothing.
test_states holds the engine to each pair, tools/states.py prints the tables as Markdown.

The entry is that of host A, 400 ms after its state began, with A's MAC address unless "at B" says
that it has another now; whatever is set or changed is set to B's. A time ("6 s") counts from the
beginning of the state, with everything done in between that is due. Settings are the defaults,
with a `capacity` of 4.
"""

CACHE_STATES = (
    "none",  # no entry
    "ghost",  # no entry, but it was asked for less than a second ago
    "PENDING",  # asked once, no answer yet
    "DOWN",  # did not answer: hold-down
    "DYNAMIC",  # learned, not used since
    "USED",  # learned and used since its last validation
    "TEMPORARY",
    "STATIC",
    "PERMANENT",
    "PUBLISHED",  # permanent, and answered to others
)
CACHE_EVENTS = (
    "query",
    "lookup",
    "request from it",
    "reply, same MAC",
    "reply, other MAC",
    "announcement from it",
    "set TEMPORARY",
    "set STATIC",
    "set PERMANENT",
    "set PUBLISHED",
    "delete",
    "flush",
    "set_ips",
    "1 s",  # time-out of the first request
    "6 s",  # time-out of the last request
    "20 s",  # the hold-down is over
    "1170 s",  # the refresh is due
    "1185 s",  # its second step
    "1200 s",  # the lifetime is over
    "others fill the capacity",
)

CACHE = """
query
  none                                       | PENDING        | request | -
  ghost                                      | PENDING        | - | -
  PENDING, DOWN, USED, TEMPORARY, STATIC     | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  DYNAMIC                                    | USED           | - | -
lookup
  none, ghost, PENDING, DOWN, USED           | same           | - | -
  TEMPORARY, STATIC, PERMANENT, PUBLISHED    | same           | - | -
  DYNAMIC                                    | USED           | - | -
request from it
  none, ghost, DYNAMIC, TEMPORARY, STATIC    | same           | reply | -
  PERMANENT, PUBLISHED                       | same           | reply | -
  PENDING                                    | DYNAMIC        | reply | resolved
  DOWN                                       | DYNAMIC        | reply | added
  USED                                       | DYNAMIC        | reply | -
reply, same MAC
  none, ghost, DYNAMIC, TEMPORARY, STATIC    | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  PENDING                                    | DYNAMIC        | - | resolved
  DOWN                                       | DYNAMIC        | - | added
  USED                                       | DYNAMIC        | - | -
reply, other MAC
  none, ghost                                | same           | - | -
  PENDING                                    | DYNAMIC at B   | - | resolved
  DOWN                                       | DYNAMIC at B   | - | added
  DYNAMIC, USED, TEMPORARY, STATIC           | DYNAMIC at B   | - | changed, overwritten
  PERMANENT                                  | same           | - | permanent
  PUBLISHED                                  | same           | - | proxy_problem
announcement from it
  none, ghost, DYNAMIC, TEMPORARY, STATIC    | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  PENDING                                    | DYNAMIC        | - | resolved
  DOWN                                       | DYNAMIC        | - | added
  USED                                       | DYNAMIC        | - | -
set TEMPORARY
  none, ghost, DOWN                          | TEMPORARY at B | - | added
  PENDING                                    | TEMPORARY at B | - | resolved
  DYNAMIC, USED, TEMPORARY, STATIC           | TEMPORARY at B | - | changed
  PERMANENT, PUBLISHED                       | TEMPORARY at B | - | changed
set STATIC
  none, ghost, DOWN                          | STATIC at B    | - | added
  PENDING                                    | STATIC at B    | - | resolved
  DYNAMIC, USED, TEMPORARY, STATIC           | STATIC at B    | - | changed
  PERMANENT, PUBLISHED                       | STATIC at B    | - | changed
set PERMANENT
  none, ghost, DOWN                          | PERMANENT at B | - | added
  PENDING                                    | PERMANENT at B | - | resolved
  DYNAMIC, USED, TEMPORARY, STATIC           | PERMANENT at B | - | changed
  PERMANENT, PUBLISHED                       | PERMANENT at B | - | changed
set PUBLISHED
  none, ghost, DOWN                          | PUBLISHED at B | - | added
  PENDING                                    | PUBLISHED at B | - | resolved
  DYNAMIC, USED, TEMPORARY, STATIC           | PUBLISHED at B | - | changed
  PERMANENT, PUBLISHED                       | PUBLISHED at B | - | changed
delete
  none, ghost                                | same           | - | -
  PENDING                                    | ghost          | - | cleared
  DOWN, TEMPORARY, STATIC, PERMANENT         | none           | - | -
  PUBLISHED                                  | none           | - | -
  DYNAMIC, USED                              | ghost          | - | -
flush
  none, ghost, TEMPORARY, STATIC, PERMANENT  | same           | - | -
  PUBLISHED                                  | same           | - | -
  PENDING                                    | ghost          | - | cleared
  DOWN                                       | none           | - | -
  DYNAMIC, USED                              | ghost          | - | -
set_ips
  none, ghost, TEMPORARY, STATIC, PERMANENT  | same           | - | -
  PUBLISHED                                  | same           | - | -
  PENDING                                    | ghost          | - | cleared
  DOWN                                       | none           | - | -
  DYNAMIC, USED                              | ghost          | - | -
1 s
  none, DOWN, DYNAMIC, USED, TEMPORARY       | same           | - | -
  STATIC, PERMANENT, PUBLISHED               | same           | - | -
  ghost                                      | none           | - | -
  PENDING                                    | same           | request | -
6 s
  none, DOWN, DYNAMIC, USED, TEMPORARY       | same           | - | -
  STATIC, PERMANENT, PUBLISHED               | same           | - | -
  ghost                                      | none           | - | -
  PENDING                                    | DOWN           | 5 x request | failed
20 s
  none, DYNAMIC, USED, TEMPORARY, STATIC     | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  ghost, DOWN                                | none           | - | -
  PENDING                                    | DOWN           | 5 x request | failed
1170 s
  none, DYNAMIC, TEMPORARY, STATIC           | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  ghost, DOWN                                | none           | - | -
  PENDING                                    | none           | 5 x request | failed
  USED                                       | same           | unicast request | -
1185 s
  none, DYNAMIC, TEMPORARY, STATIC           | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  ghost, DOWN                                | none           | - | -
  PENDING                                    | none           | 5 x request | failed
  USED                                       | same           | unicast request, request | -
1200 s
  none, STATIC, PERMANENT, PUBLISHED         | same           | - | -
  ghost, DOWN                                | none           | - | -
  PENDING                                    | none           | 5 x request | failed
  DYNAMIC, TEMPORARY                         | none           | - | expired
  USED                                       | none           | unicast request, request | expired
others fill the capacity
  none, ghost, PENDING, TEMPORARY, STATIC    | same           | - | -
  PERMANENT, PUBLISHED                       | same           | - | -
  DOWN                                       | none           | - | -
  DYNAMIC, USED                              | none           | - | evicted
"""

# With learn="rfc826", only these differ: whoever speaks to us is learned.
CACHE_RFC826 = """
request from it
  none, ghost                                | DYNAMIC        | reply | added
reply, same MAC
  none, ghost                                | DYNAMIC        | - | added
reply, other MAC
  none, ghost                                | DYNAMIC at B   | - | added
"""

# With learn="replies", only these: a request says nothing about its sender, but ends a hold-down.
CACHE_REPLIES = """
request from it
  PENDING, USED                              | same           | reply | -
"""

# With down_ms=0, only these: a failure leaves nothing behind.
CACHE_NO_DOWN = """
6 s
  PENDING                                    | none           | 5 x request | failed
20 s
  PENDING                                    | none           | 5 x request | failed
"""

# IDLE: configured, and no call has told the time yet. DEFENDING: BOUND, and a conflict was
# defended a second ago. The number behind PROBING counts the probes sent.
ACD_STATES = (
    "none",  # never configured, taken away, or lost
    "IDLE",
    "PROBE_WAIT",
    "PROBING 1",
    "PROBING 2",
    "ANNOUNCE_WAIT",
    "ANNOUNCING",
    "BOUND",
    "DEFENDING",
)
ACD_EVENTS = (
    "configured",  # also again
    "due",  # the next deadline, or 10 s when there is none
    "request for it",
    "probe for it",
    "request with it as sender",
    "reply with it as sender",
    "own probe comes back",
    "own announcement comes back",
    "taken away",
)

# A policy in brackets behind the event: the block holds for it alone; "cease" never
# is DEFENDING.
ACD = """
configured
  none, IDLE                     | PROBE_WAIT    | - | -
  PROBE_WAIT, PROBING 1          | same          | - | -
  PROBING 2, ANNOUNCE_WAIT       | same          | - | -
  ANNOUNCING, BOUND, DEFENDING   | same          | - | -
due
  none, BOUND                    | same          | - | -
  IDLE, PROBE_WAIT               | PROBING 1     | probe | -
  PROBING 1                      | PROBING 2     | probe | -
  PROBING 2                      | ANNOUNCE_WAIT | probe | -
  ANNOUNCE_WAIT                  | ANNOUNCING    | announcement | usable
  ANNOUNCING                     | BOUND         | announcement | -
  DEFENDING                      | BOUND         | - | -
request for it
  none, PROBE_WAIT, PROBING 1    | same          | - | -
  PROBING 2, ANNOUNCE_WAIT       | same          | - | -
  IDLE                           | PROBE_WAIT    | - | -
  ANNOUNCING, BOUND, DEFENDING   | same          | reply | -
probe for it
  none                           | same          | - | -
  IDLE, PROBE_WAIT, PROBING 1    | none          | - | duplicate_ip, conflict, lost
  PROBING 2, ANNOUNCE_WAIT       | none          | - | duplicate_ip, conflict, lost
  ANNOUNCING, BOUND, DEFENDING   | same          | reply | -
request with it as sender; reply with it as sender [defend]
  none                           | same          | - | -
  IDLE, PROBE_WAIT, PROBING 1    | none          | - | duplicate_ip, conflict, lost
  PROBING 2, ANNOUNCE_WAIT       | none          | - | duplicate_ip, conflict, lost
  DEFENDING                      | none          | - | duplicate_ip, conflict, lost
  ANNOUNCING                     | same          | announcement | duplicate_ip, conflict, defended
  BOUND                          | DEFENDING     | announcement | duplicate_ip, conflict, defended
request with it as sender; reply with it as sender [cease]
  none                           | same          | - | -
  IDLE, PROBE_WAIT, PROBING 1    | none          | - | duplicate_ip, conflict, lost
  PROBING 2, ANNOUNCE_WAIT       | none          | - | duplicate_ip, conflict, lost
  ANNOUNCING, BOUND              | none          | - | duplicate_ip, conflict, lost
request with it as sender; reply with it as sender [insist]
  none                           | same          | - | -
  IDLE, PROBE_WAIT, PROBING 1    | none          | - | duplicate_ip, conflict, lost
  PROBING 2, ANNOUNCE_WAIT       | none          | - | duplicate_ip, conflict, lost
  ANNOUNCING                     | same          | announcement | duplicate_ip, conflict, defended
  BOUND                          | DEFENDING     | announcement | duplicate_ip, conflict, defended
  DEFENDING                      | same          | - | duplicate_ip
own probe comes back
  none, PROBE_WAIT, PROBING 1    | same          | - | -
  PROBING 2, ANNOUNCE_WAIT       | same          | - | -
  ANNOUNCING, BOUND, DEFENDING   | same          | - | -
  IDLE                           | PROBE_WAIT    | - | -
own announcement comes back
  none, PROBE_WAIT, PROBING 1    | same          | - | -
  PROBING 2, ANNOUNCE_WAIT       | same          | - | -
  ANNOUNCING, BOUND, DEFENDING   | same          | - | -
  IDLE                           | PROBE_WAIT    | - | -
taken away
  none                           | same          | - | -
  IDLE, PROBE_WAIT, PROBING 1    | none          | - | -
  PROBING 2, ANNOUNCE_WAIT       | none          | - | -
  ANNOUNCING, BOUND, DEFENDING   | none          | - | -
"""


def read(text, states, policy=None):
    """The table as {(state, event): (next state, frames, events)}, for one policy.

    AssertionError when a pair stands there twice or a state is none of `states`.
    """
    rows = {}
    for events, only, cells in lines(text):
        if only is not None and only != policy:
            continue
        pairs = [(state, event) for state in cells[0].split(", ") for event in events]
        for state, event in pairs:
            if state == "DEFENDING" and policy == "cease":
                continue
            assert state in states, "%s: what is %s?" % (event, state)
            assert (state, event) not in rows, "%s, %s: twice" % (state, event)
            rows[(state, event)] = (state if cells[1] == "same" else cells[1], cells[2], cells[3])
    return rows


def lines(text):
    """Yield (events of the block, policy or None, cells) of each line of a table."""
    events = []
    only = None
    for line in text.strip().split("\n"):
        if line[0] == " ":
            yield events, only, [cell.strip() for cell in line.split("|")]
        else:
            names, _, only = line.partition(" [")
            events = names.split("; ")
            only = only[:-1] or None
