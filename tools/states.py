"""Print host_tests/state_tables.py as Markdown, from which host_tests/STATES.md is made.

    tools/states.py > host_tests/STATES.md

The tables stand in one place, as the text that the tests are held to; this only sets them.
"""

import os
import sys

HOST_TESTS = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "host_tests"
)

INTRODUCTION = """\
# States and events

Made by `tools/states.py` from `state_tables.py`; `test_states.py` lets every event happen in every
state and holds the engine to these lines, on both interpreters. "same" means that the state stays,
"-" that there is nothing.
"""
ENTRY = """\
## A cache entry

The entry is that of host A, 400 ms after its state began, with A's MAC address unless "at B" says
that it has another now; whatever is set or changed is set to B's. A time counts from the beginning
of the state, with everything done in between that is due: 1 s and 6 s are the time-outs of the
first and the last request, 20 s the hold-down, 1170 s and 1185 s the two steps of a refresh, and
1200 s the lifetime. *ghost* is no entry, but remembers that the address was asked for less than a
second ago; *USED* is a learned entry that was used since its last validation; *PUBLISHED* is
permanent and answered to others.
"""
OWN = """\
## An own address (RFC 5227)

*IDLE* is configured while no call has told the time yet; the number behind *PROBING* counts the
probes sent; *DEFENDING* is *BOUND* with a conflict that was defended a second ago, and cannot be
reached with the policy "cease". With a policy in brackets, the lines hold for it alone. *due* is
the next deadline, or 10 s when there is none.
"""


def table(text):
    """A table of `state_tables` as lines of Markdown."""
    import state_tables

    yield "| event | state | then | sent | events |"
    yield "|---|---|---|---|---|"
    last = None
    for events, policy, cells in state_tables.lines(text):
        name = ", ".join(events) + (" [%s]" % policy if policy else "")
        yield "| %s | %s |" % ("" if name == last else name, " | ".join(cells))
        last = name


def document():
    """The whole document as one string."""
    import state_tables

    parts = [INTRODUCTION, ENTRY, *table(state_tables.CACHE), ""]
    for words, text in (
        (
            'With `learn="rfc826"` only these differ: whoever speaks to us is learned.',
            state_tables.CACHE_RFC826,
        ),
        (
            'With `learn="replies"` only these: a request says nothing about its sender.',
            state_tables.CACHE_REPLIES,
        ),
        (
            "With `down_ms=0` only these: a failure leaves nothing behind.",
            state_tables.CACHE_NO_DOWN,
        ),
    ):
        parts += [words, "", *table(text), ""]
    parts += [OWN, *table(state_tables.ACD), ""]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.path.insert(0, HOST_TESTS)
    sys.stdout.write(document())
