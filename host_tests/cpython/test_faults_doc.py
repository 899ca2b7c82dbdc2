"""FAULTS.md says what the fault scenarios give."""

import os

import faults


def test_the_table_of_faults_is_what_the_scenarios_give():
    with open(os.path.join(faults.HOST_TESTS, "FAULTS.md"), encoding="utf-8") as f:
        assert f.read() == faults.document(), "make it anew: make tables"
