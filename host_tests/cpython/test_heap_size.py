"""How much heap an Engine takes on a 32-bit port; the README's figures come from here."""

import json
import os
import subprocess

import pytest
import wasm_setup

LIMIT = 6 * 1024


def sizes():
    """{label: bytes} from the WebAssembly build, less what measuring itself takes."""
    reason = wasm_setup.fetch()
    if reason is not None:
        pytest.skip("no WebAssembly build: " + reason)
    script = os.path.join(wasm_setup.ROOT, "tools", "heap_size.mjs")
    words = [wasm_setup.node(), script, wasm_setup.module(), wasm_setup.ROOT]
    got = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert got.returncode == 0, got.stderr
    found = json.loads(got.stdout)
    nothing = found.pop("nothing")
    return {label: size - nothing for label, size in found.items()}


def test_an_engine_with_default_settings_takes_less_than_6_kb_without_its_hold_pool():
    found = sizes()
    print("heap of an Engine, 32-bit:", found)
    assert 3000 < found["hold_slots=0"] < LIMIT
    assert found["default"] - found["hold_slots=0"] > 4 * 1514
    assert 0 < (found["capacity=64"] - found["hold_slots=0"]) / 32 < 64
    assert found["capacity=4"] < found["hold_slots=0"]
