"""STATES.md says what state_tables.py says."""

import os

import states


def test_the_table_in_the_documentation_is_the_one_that_the_tests_hold():
    with open(os.path.join(states.HOST_TESTS, "STATES.md"), encoding="utf-8") as f:
        assert f.read() == states.document(), (
            "make it anew: tools/states.py > host_tests/STATES.md"
        )


def test_each_line_of_a_table_has_five_cells():
    for line in states.document().split("\n"):
        if line.startswith("|"):
            assert line.count("|") == 6, line
