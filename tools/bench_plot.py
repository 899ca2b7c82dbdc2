"""Draw what tools/bench_scale.py measured, as one PNG; matplotlib is installed only for this."""

import importlib.util
import os
import subprocess
import sys

REQUIREMENT = "matplotlib==3.10.8"


def matplotlib():
    """None when it can be imported, else why not, in one line; installs it once."""
    if importlib.util.find_spec("matplotlib") is None:
        print("set-up: %s" % REQUIREMENT)
        words = [sys.executable, "-m", "pip", "install", "--quiet"]
        words += ["--disable-pip-version-check", REQUIREMENT]
        if subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True).returncode:
            return "pip could not install " + REQUIREMENT
        importlib.invalidate_caches()
    return None


def draw(rows, heap32, title, path):
    """`rows` by capacity as bench_scale prints them; `heap32` {capacity: bytes} or empty."""
    os.environ.setdefault("MPLCONFIGDIR", os.path.dirname(path))
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    figure.suptitle(title)
    (fast, slow), (idle, memory) = figure.subplots(2, 2)
    capacities = [row["capacity"] for row in rows]
    for load in sorted(rows[0]["lookup_ns"], key=int):
        label = load + " % full"
        fast.plot(capacities, [row["lookup_ns"][load] for row in rows], "o-", label=label)
        slow.plot(capacities, [row["insert_ns"][load] / 1000 for row in rows], "o-", label=label)
    slow.plot(capacities, [row["evict_ns"] / 1000 for row in rows], "k.--", label="evicting")
    idle.plot(capacities, [row["tick_ns"] / 1000 for row in rows], "o-")
    if heap32:
        memory.plot(list(heap32), [heap32[n] / 1024 for n in heap32], "o-", label="32 bits")
    memory.plot(capacities, [row["heap"] / 1024 for row in rows], "o-", label="64 bits")
    memory.set_yscale("log", base=2)
    for axes, name in (
        (fast, "lookup, ns"),
        (slow, "insertion, µs"),
        (idle, "poll with nothing due, µs"),
        (memory, "heap of an Engine, KB (hold_slots=0)"),
    ):
        axes.set_title(name)
        axes.set_xscale("log", base=2)
        axes.set_xlabel("capacity")
        if axes is not memory:
            axes.set_ylim(bottom=0)
        if axes is not idle:
            axes.legend()
    figure.savefig(path, dpi=120)
