"""The README's examples run as they stand, on both interpreters."""

import os
import re
import subprocess
import sys
import tempfile

import deploy
import mpy_tests

GATEWAY = repr(b"\x02\x42\x00\x00\x00\x01")
PLACES = ("firmware", "host_tests", "host_tests/shim")


def examples():
    """The Python blocks of the README."""
    with open(os.path.join(mpy_tests.ROOT, "README.md")) as readme:
        return re.findall(r"^```python\n(.*?)^```", readme.read(), re.M | re.S)


def test_the_boards_of_the_readme_are_those_of_the_tree():
    with open(os.path.join(mpy_tests.ROOT, "README.md")) as readme:
        named = re.findall(r"^\| `(\w+)` \|", readme.read(), re.M)
    assert sorted(named) == deploy.boards()


def start(path, interpreter):
    """The running interpreter, on a simulated board with a gateway."""
    places = [os.path.join(mpy_tests.ROOT, place) for place in PLACES]
    env = dict(os.environ, MICROPYPATH=":".join(places + [".frozen"]))
    env["PYTHONPATH"] = ":".join(places + [os.path.join(places[2], "cpython")])
    words = [interpreter, os.path.join(places[1], "readme_board.py"), path]
    words.append(os.path.join(mpy_tests.ROOT, "boards", "w5500_evb_pico"))
    return subprocess.Popen(
        words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_both_examples_print_the_gateways_mac_on_both_interpreters():
    blocks = examples()
    assert len(blocks) == 2
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number, block in enumerate(blocks):
            path = os.path.join(folder, "example%d.py" % number)
            with open(path, "w") as example:
                example.write(block)
            for interpreter in (sys.executable, mpy_tests.micropython()):
                running.append(start(path, interpreter))
        try:
            answers = [one.communicate(timeout=60)[0].strip() for one in running]
        finally:
            for one in running:
                one.kill()
    assert answers == [GATEWAY] * 4
