"""firmware/package.json, the list of files that `mpremote mip install` copies onto a board.

    tools/mip_package.py [--write]

Without --write: print it.
"""

import json
import os
import re
import sys

from bundle import ROOT, places

PATH = os.path.join(ROOT, "firmware", "package.json")


def version():
    """The package's version, from where it is written."""
    with open(os.path.join(ROOT, "firmware", "arp", "__init__.py"), encoding="utf-8") as f:
        return re.search(r'__version__ = "(.+)"', f.read()).group(1)


def text():
    """The file's content: every module, a line each."""
    urls = ",\n".join("    " + json.dumps([place + ".py"] * 2) for place in places())
    return '{\n  "urls": [\n%s\n  ],\n  "deps": [],\n  "version": "%s"\n}\n' % (urls, version())


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        with open(PATH, "w", encoding="utf-8") as f:
            f.write(text())
    else:
        sys.stdout.write(text())
