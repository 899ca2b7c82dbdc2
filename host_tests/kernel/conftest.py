"""The tests against the Linux kernel run inside a private network namespace only."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def pytest_collection_modifyitems(items):
    """Skip everything outside a namespace: these tests must never touch the real network."""
    import lab

    if not lab.is_inside():
        outside = pytest.mark.skip(reason="not inside tools/lab.py")
        for item in items:
            item.add_marker(outside)


@pytest.fixture(scope="module")
def cable():
    """One cable for all tests of a file."""
    from cable import Cable

    with Cable() as made:
        yield made
