"""const.py on a CPython without the shim, where there is no `micropython`."""

import os
import sys

import arp.const


def test_the_core_needs_no_micropython_module():
    path = arp.const.__file__
    with open(path, encoding="utf-8") as f:
        code = compile(f.read(), path, "exec")
    names = {"__name__": "const_alone"}
    there = sys.modules["micropython"]
    sys.modules["micropython"] = None  # an import of it fails now
    try:
        exec(code, names)
    finally:
        sys.modules["micropython"] = there
    assert os.path.basename(path) == "const.py"
    for name, value in vars(arp.const).items():
        if name.isupper():
            assert names[name] == value, name
