"""`make test`: every suite on every runtime that this machine allows, and one closing line.

A suite that ran no test at all is a failure, unless it says why it could not run: that is counted
as skipped and printed as "not run: ... because ...". Never silently.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

import lab
import wasm_setup
from mpy_tests import OUTCOMES, files

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = os.path.join(ROOT, "host_tests")
TOOLS = os.path.join(ROOT, "tools")
PROTOCOL = os.path.join(ROOT, "firmware", "arp")
MEASURED = os.path.join(ROOT, ".cache", "coverage")
COVERAGE = "--data-file=" + MEASURED
# Hours of virtual time for the drivers: measuring would make them three times as long.
FAULTS = ["test_fault_table.py", "test_storm.py", os.path.join("cpython", "test_faults_doc.py")]


class Suite:
    """What one run of tests came to."""

    def __init__(self, name):
        self.name = name
        self.counts = dict.fromkeys(OUTCOMES, 0)
        self.reasons = {}  # why tests were skipped -> names of them
        self.seconds = 0

    def count(self, outcome, test, reason=""):
        self.counts[outcome] += 1
        if outcome == "skipped":
            self.reasons.setdefault(reason, []).append(test)

    def not_run(self, reason):
        """The whole suite cannot run here."""
        self.count("skipped", "the suite", reason)

    def close(self, status):
        """A suite whose runner failed without a failed test, or that ran nothing, has failed."""
        none_ran = not (self.counts["passed"] or self.counts["failed"])
        if (status != 0 or none_ran) and not self.counts["failed"]:
            self.counts["failed"] += 1
            print(
                "FAILED %s: %s" % (self.name, "no test ran" if none_ran else "status %d" % status)
            )


def run(words):
    """Run a command with its output shown -> its status."""
    sys.stdout.flush()
    return subprocess.call(words, cwd=ROOT, stdin=subprocess.DEVNULL)


def read_json(suite, path):
    """Count what tools/mpy_tests.py wrote."""
    with open(path) as f:
        for row in json.load(f):
            suite.count(row["outcome"], row["file"] + "::" + row["test"], row["reason"])


def read_junit(suite, path):
    """Count what pytest wrote."""
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        name = "%s::%s" % (case.get("classname"), case.get("name"))
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            suite.count("failed", name)
        elif skipped is not None:
            suite.count("skipped", name, skipped.get("message") or "no reason given")
        else:
            suite.count("passed", name)


def run_and_count(name, words, option, read):
    """Run one suite; the runner writes its results to the file named after `option`."""
    print("\n== %s" % name)
    suite = Suite(name)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results")
        status = run(words + option(path))
        if os.path.exists(path):
            read(suite, path)
    suite.seconds = time.monotonic() - start
    suite.close(status)
    return suite


def pytest(name, targets, before=(), python=()):
    """`before` is what starts Python, `python` what stands between it and pytest."""
    words = (
        list(before) + [sys.executable] + list(python) + ["-m", "pytest", "-q", "--durations=3"]
    )
    words += ["-c", os.path.join(TESTS, "pytest.ini")] + targets
    return run_and_count(name, words, lambda path: ["--junitxml=" + path], read_junit)


def micropython(name, extra):
    words = [sys.executable, os.path.join(TOOLS, "mpy_tests.py")] + extra
    return run_and_count(name, words, lambda path: ["--json", path], read_json)


def cpython():
    """The tests on CPython, and which lines and branches of the protocol they ran."""
    if os.path.exists(MEASURED):  # what an earlier run measured proves nothing
        os.remove(MEASURED)
    measure = ["-m", "coverage", "run", "--branch", "--source=" + PROTOCOL, COVERAGE]
    apart = [os.path.join(TESTS, name) for name in FAULTS]
    targets = [path for path in files() + files("cpython") if path not in apart]
    return pytest("cpython", targets, python=measure)


def faults():
    """What the drivers do when something is wrong, on CPython."""
    return pytest("cpython, faults", [os.path.join(TESTS, name) for name in FAULTS])


def coverage():
    """Whether the suite before ran every line and branch of firmware/arp, but for viper code."""
    suite = Suite("coverage of firmware/arp")
    print("\n== " + suite.name)
    words = [sys.executable, "-m", "coverage", "report", COVERAGE]
    words += ["--omit=*/_hot_viper*"]  # the same life on both ways is its test: test_short_way.py
    status = run(words + ["--show-missing", "--skip-covered", "--fail-under=100"])
    suite.count("failed" if status else "passed", "every line and branch")
    return suite


def unable(name, reason):
    """A suite that cannot run here."""
    suite = Suite(name)
    suite.not_run(reason)
    return suite


def webassembly():
    name = "webassembly (31-bit ints)"
    reason = wasm_setup.fetch()
    return micropython(name, ["--wasm"]) if reason is None else unable(name, reason)


def kernel():
    name = "linux kernel"
    reason = lab.why_no_cable()
    if reason is not None:
        return unable(name, "no network namespace here: " + reason)
    inside = [sys.executable, os.path.join(TOOLS, "lab.py")]
    return pytest(name, [os.path.join(TESTS, "kernel")], inside)


def hear_ctrl_c():
    """Of the programs that the tests start: a shell has it ignored in what runs in background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def main():
    hear_ctrl_c()
    suites = [
        cpython(),
        coverage(),
        faults(),
        micropython("micropython", []),
        micropython("micropython, bundled", ["--bundled"]),
        micropython("micropython native", ["--emit", "native"] + files("micropython")),
        webassembly(),
        kernel(),
    ]
    return report(suites)


def report(suites):
    """Print what the suites came to, and the closing line -> the exit status."""
    print("\n%-31s %7s %7s %7s %8s" % (("suite",) + OUTCOMES + ("seconds",)))
    for suite in suites:
        numbers = tuple(suite.counts[word] for word in OUTCOMES)
        print("%-31s %7d %7d %7d %8.1f" % ((suite.name,) + numbers + (suite.seconds,)))
    print()
    for suite in suites:
        for reason, tests in suite.reasons.items():
            what = tests[0] if len(tests) == 1 else "%d tests, %s ..." % (len(tests), tests[0])
            print("not run: %s: %s because %s" % (suite.name, what, reason))
    total = tuple(sum(suite.counts[word] for suite in suites) for word in OUTCOMES)
    print("%d passed, %d failed, %d skipped" % total)
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
