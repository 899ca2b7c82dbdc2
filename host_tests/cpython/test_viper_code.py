"""What mpy-cross makes of the viper file: nothing that is right at some addresses only.

For armv6m it loads a word that stands beside the code for a long constant, and adds one to pc for
a long jump. Both take for granted that the function lies at a multiple of 4, and MicroPython's own
mpy-tool.py freezes it at one of 2.
"""

import os
import subprocess

import bundle
import mpy_build
import pytest

import firmware

PATH = os.path.join(bundle.ROOT, "firmware", "arp", "_hot_viper.py")
LIMIT = 5376  # bytes of .mpy for armv6m
# Each function has one load more: it is told what it wants when the number of arguments is wrong.
LOAD = [bytes([0, 0x48 | register, 1, 0xE0]) for register in range(8)]  # ldr rX, [pc]; b
JUMP = bytes([0, 0x49, 0x8F, 0x44])  # ldr r1, [pc]; add pc, r1
CANARY = """
@micropython.viper
def f(a: int) -> int:
    while a:
        %s
        if a == 7:
            break
    return a
"""


def compiled(path, march, folder):
    """The bytes of the .mpy file."""
    target = os.path.join(str(folder), march + ".mpy")
    words = [firmware.mpy_cross(), "-O3", "-march=" + march, "-s", "x.py", "-o", target, str(path)]
    subprocess.run(words, check=True)
    with open(target, "rb") as f:
        return f.read()


def loads_and_jumps(code):
    """How many words are loaded from beside the code, and how many of them to jump."""
    return sum(code.count(load) for load in LOAD), code.count(JUMP)


def test_no_word_is_loaded_from_beside_the_code(tmp_path):
    with open(PATH) as f:
        functions = f.read().count("@micropython.viper")
    assert functions == 2
    assert loads_and_jumps(compiled(PATH, "armv6m", tmp_path)) == (functions, 0)


def test_this_sees_long_constants_and_long_jumps(tmp_path):
    path = tmp_path / "canary.py"
    for body, found in (("a += 5", (1, 0)), ("a += 0x12345", (2, 0))):
        path.write_text(CANARY % body)
        assert loads_and_jumps(compiled(path, "armv6m", tmp_path)) == found
    path.write_text(CANARY % ("if a:\n" + "            a += a * a\n" * 200))
    assert loads_and_jumps(compiled(path, "armv6m", tmp_path))[1] > 0


def test_it_stays_small(tmp_path):
    assert len(compiled(PATH, "armv6m", tmp_path)) <= LIMIT


@pytest.mark.parametrize("march", mpy_build.MARCHES)
def test_it_compiles_for(march, tmp_path):
    assert compiled(PATH, march, tmp_path)[:1] == b"M"
