"""Which test shows which line of the acceptance list: reads host_tests/rows.txt and the names of
all tests, and prints the table; --write puts it into host_tests/ROWS.md.

    tools/rows.py [--write | --check]

A test names what it shows: `row_12`, a range as `row_69_to_71`, and W1 Q8 A2 C3 M4 T1 P2 D5 V12
between underscores. rows.txt has a line `identifier | statement` each; a third part is the reason
why no test shows it. Numbers from row_101 on need no test. --check exits with 1 and one line for
each fault.
"""

import ast
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = os.path.join(ROOT, "host_tests")
LIST = os.path.join(TESTS, "rows.txt")
TABLE = os.path.join(TESTS, "ROWS.md")
FIRST_OPTIONAL = 101

_ROWS = re.compile(r"(?<![a-z])row_(\d+)(?:_to_(\d+))?(?![0-9a-z])")
_OTHERS = re.compile(r"(?<![A-Za-z0-9])([WQACMTPDV]\d+)(?![A-Za-z0-9])")

HEAD = """# What the tests show

Made by `tools/rows.py --write` from `rows.txt` and the names of the tests; do not edit it.

"""


class Row:
    """One line of the acceptance list, with the tests that name it."""

    def __init__(self, identifier, statement, reason):
        self.identifier = identifier
        self.statement = statement
        self.reason = reason
        self.tests = []

    def is_optional(self):
        """True for what may be named by a test and need not."""
        kind, _, number = self.identifier.partition("_")
        return kind == "row" and int(number) >= FIRST_OPTIONAL


def read_list(text):
    """The rows of rows.txt by identifier, in their order. ValueError names a line that is none."""
    rows = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) not in (2, 3) or identifiers(parts[0]) != [parts[0]] or not all(parts):
            raise ValueError("rows.txt, line %d: it is not `identifier | statement`" % number)
        if parts[0] in rows:
            raise ValueError("rows.txt, line %d: %s is there twice" % (number, parts[0]))
        rows[parts[0]] = Row(parts[0], parts[1], parts[2] if len(parts) == 3 else None)
    return rows


def identifiers(name):
    """The identifiers in the name of a test, ranges written out."""
    found = []
    for match in _ROWS.finditer(name):
        first = int(match.group(1))
        for number in range(first, int(match.group(2) or first) + 1):
            found.append("row_%d" % number)
    return found + _OTHERS.findall(name)


def tests_in(source):
    """The names of the tests in a file's text, in their order."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse(source).body
    return [node.name for node in body if isinstance(node, kinds) and node.name[:5] == "test_"]


def all_tests(folder=TESTS):
    """(file below the folder, test) of every test, sorted by file."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.startswith("test_") and name.endswith(".py"):
                path = os.path.join(place, name)
                with open(path, encoding="utf-8") as f:
                    source = f.read()
                file = os.path.relpath(path, folder).replace(os.sep, "/")
                found += [(file, test) for test in tests_in(source)]
    return found


def join(rows, tests):
    """Give each row its tests; the faults, a line each."""
    faults = []
    for file, test in tests:
        for identifier in identifiers(test):
            if identifier in rows:
                rows[identifier].tests.append((file, test))
            else:
                faults.append(
                    "%s: %s names %s, which is not in the list" % (file, test, identifier)
                )
    for row in rows.values():
        if not row.tests and not row.reason and not row.is_optional():
            faults.append("%s has neither a test nor a reason" % row.identifier)
        elif row.tests and row.reason:
            faults.append("%s has a reason to have no test, and a test" % row.identifier)
    return faults


def table(rows):
    """ROWS.md as text."""
    parts = [HEAD, "| identifier | what holds | shown by |\n| --- | --- | --- |\n"]
    rest = []
    for row in rows.values():
        if row.reason:
            rest.append("| %s | %s | %s |\n" % (row.identifier, row.statement, row.reason))
        elif row.tests:
            shown = "<br>".join(["[%s](%s)" % (test, file) for file, test in row.tests])
            parts.append("| %s | %s | %s |\n" % (row.identifier, row.statement, shown))
    if rest:
        parts.append("\n## What no test shows\n\n| identifier | what it says | why |\n")
        parts.append("| --- | --- | --- |\n")
    return "".join(parts + rest)


def read():
    """(rows, faults) of this tree."""
    with open(LIST, encoding="utf-8") as f:
        rows = read_list(f.read())
    return rows, join(rows, all_tests())


def main(arguments):
    """Print, write or check the table; the exit status."""
    if arguments not in ([], ["--write"], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    rows, faults = read()
    text = table(rows)
    if arguments == ["--check"]:
        with open(TABLE, encoding="utf-8") as f:
            if f.read() != text:
                faults.append("ROWS.md is stale: run tools/rows.py --write")
        for fault in faults:
            print(fault, file=sys.stderr)
        return 1 if faults else 0
    if arguments:
        with open(TABLE, "w", encoding="utf-8") as f:
            f.write(text)
    else:
        print(text, end="")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
