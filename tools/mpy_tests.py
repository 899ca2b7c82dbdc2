"""Run test files on real MicroPython, one interpreter process a file, and count what happened.

    tools/mpy_tests.py [--emit native | --wasm | --bundled | --march MARCH] [--json FILE]
                       [--self-test] [FILE...]

Without files: every host_tests/test_*.py and host_tests/micropython/test_*.py. With --wasm the
interpreter is the WebAssembly build under node (31-bit ints), without files then those that say
`WASM = True`. With --bundled the packages are as a board gets them (tools/bundle.py), with --march
also compiled for that instruction set, which has to be the interpreter's (MICROPYTHON=PROGRAM is
another one than make setup's). --self-test runs files that must fail and succeeds when they do.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import bundle
import mpy_build
import vboard

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT_S = 180  # for one file
PATHS = ("host_tests", "host_tests/shim")
FIRMWARE = os.path.join(ROOT, "firmware")
OUTCOMES = ("passed", "failed", "skipped")
CANARIES = {
    "a failing assert": "def test_a():\n    assert 1 + 1 == 3\n",
    "an import error": "import no_such_module\ndef test_a():\n    pass\n",
    "a syntax error": "def test_a(:\n",
    "an early exit": "import sys\ndef test_a():\n    sys.exit(0)\n",
    "no test at all": "x = 1\n",
    "an unending test": "def test_a():\n    while True:\n        pass\n",
}


def files(*folder):
    """The test files of host_tests, or of a folder in it, sorted."""
    place = os.path.join(ROOT, "host_tests", *folder)
    names = sorted(os.listdir(place))
    return [
        os.path.join(place, name)
        for name in names
        if name.startswith("test_") and name.endswith(".py")
    ]


def discover(wasm):
    """The files to run, sorted."""
    return [path for path in files() + files("micropython") if not wasm or has_wasm_mark(path)]


def has_wasm_mark(path):
    """True when the file says that its tests also hold on the WebAssembly build."""
    with open(path, encoding="utf-8") as f:
        return any(line.split("#")[0].strip() == "WASM = True" for line in f)


def micropython():
    """The interpreter, as tools/vboard.py finds it; without one this is the end, in one line."""
    try:
        return vboard.find_micropython()
    except vboard.Refused as e:
        sys.exit("mpy_tests: %s" % e)


def command_for(path, emit, wasm):
    """The command line that runs one file."""
    folder, name = os.path.split(path)
    module = name[: -len(".py")]
    if wasm:
        import wasm_setup

        script = os.path.join(ROOT, "tools", "wasm_tests.mjs")
        return [wasm_setup.node(), script, wasm_setup.module(), ROOT, folder, module]
    words = [micropython()] + (["-X", "emit=" + emit] if emit else [])
    return words + [os.path.join(ROOT, "tools", "mpy_one.py"), folder, module]


def run_file(path, emit=None, wasm=False, limit_s=LIMIT_S, packages=FIRMWARE):
    """Run one file -> list of {"test", "outcome", "ms", "reason"}; tracebacks are in "text"."""
    search = ":".join([packages] + [os.path.join(ROOT, place) for place in PATHS] + [".frozen"])
    try:
        got = subprocess.run(
            command_for(path, emit, wasm),
            env=dict(os.environ, MICROPYPATH=search),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_s,
        )
        output, status = got.stdout, got.returncode
    except subprocess.TimeoutExpired as e:
        output, status = e.stdout or b"", "none: stopped after %d s" % limit_s
    return verdicts(output.decode("utf-8", "replace"), status)


def verdicts(output, status):
    """Read what mpy_one.py printed; an interpreter that dies on the way is a failure itself."""
    rows = []
    text = []
    announced = None
    for line in output.splitlines():
        fields = line.split("\t")
        if fields[0] != "RESULT":
            text.append(line)
        elif fields[1] == "END":
            announced = int(fields[2])
        else:
            outcome, name, ms, reason = fields[1:5]
            row = {"test": name, "outcome": outcome, "ms": int(ms), "reason": reason}
            row["text"] = "\n".join(text) if outcome == "failed" else ""
            rows.append(row)
            text = []
    trouble = None
    if announced is None or status != 0:
        trouble = "the interpreter did not come to its end (status %s)" % status
    elif not rows:
        trouble = "the file has no test"
    if trouble:
        tail = "\n".join(text[-30:])
        rows.append(
            {"test": "(file)", "outcome": "failed", "ms": 0, "reason": trouble, "text": tail}
        )
    return rows


def show(path, rows):
    """Print one line for each test of a file."""
    name = os.path.relpath(path, ROOT)
    for row in rows:
        reason = "  " + row["reason"] if row["reason"] else ""
        print("%-7s %5d ms  %s  %s%s" % (row["outcome"], row["ms"], name, row["test"], reason))
        if row["text"]:
            print("    " + row["text"].replace("\n", "\n    "))
    sys.stdout.flush()


def run_files(paths, emit, wasm, packages):
    """Run and show files, as many at once as there are cores -> all rows."""
    every = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        runs = pool.map(lambda path: run_file(path, emit, wasm, LIMIT_S, packages), paths)
        for path, rows in zip(paths, runs):
            show(path, rows)
            every += [dict(row, file=os.path.relpath(path, ROOT)) for row in rows]
    return every


def self_test():
    """True when every canary is seen to fail."""
    seen = True
    with tempfile.TemporaryDirectory() as folder:
        for number, (what, body) in enumerate(sorted(CANARIES.items())):
            path = os.path.join(folder, "test_canary%d.py" % number)
            with open(path, "w") as f:
                f.write(body)
            failed = any(row["outcome"] == "failed" for row in run_file(path, limit_s=2))
            print("%s %s" % ("seen to fail:" if failed else "NOT seen to fail:", what))
            seen = seen and failed
    return seen


def private_names():
    """The attributes of one leading underscore that the tests use, which so cannot be short."""
    found = set()
    for path in glob.glob(os.path.join(ROOT, "host_tests", "**", "*.py"), recursive=True):
        with open(path, encoding="utf-8") as f:
            for pair in re.findall(r'(?<!\bself)\.(_[a-z]\w*)|"(_[a-z]\w*)"', f.read()):
                found.update(pair)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--emit", choices=("bytecode", "native"))
    parser.add_argument("--wasm", action="store_true")
    parser.add_argument("--bundled", action="store_true")
    parser.add_argument("--march", choices=mpy_build.MARCHES)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("files", nargs="*", metavar="FILE")
    args = parser.parse_args()
    if args.self_test:
        return 0 if self_test() else 1
    paths = [os.path.abspath(path) for path in args.files] or discover(args.wasm)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        packages = folder if args.bundled or args.march else FIRMWARE
        if args.march:
            mpy_build.build(folder, args.march, with_parts=True, keep=private_names())
        elif args.bundled:
            bundle.write(folder, with_parts=True, keep=private_names())
        rows = run_files(paths, args.emit, args.wasm, packages)
    counts = {word: sum(row["outcome"] == word for row in rows) for word in OUTCOMES}
    print(", ".join("%d %s" % (counts[word], word) for word in OUTCOMES), end=" ")
    print("in %.1f s" % (time.monotonic() - start))
    if args.json:
        with open(args.json, "w") as f:
            json.dump(rows, f)
    return 1 if counts["failed"] or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
