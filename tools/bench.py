"""`make bench`: what a frame costs, beside an empty call and beside a handler in plain bytecode.

    tools/bench.py [--json FILE] [--plot] [--rounds N] [--rows NAME...] [--capacities N...]

Every row of tools/bench_frames.py goes through the public `Engine.receive` and `Engine.lookup` on
MicroPython and on CPython; a column "x" is a ratio within one run. Heap per frame is counted again
on the WebAssembly build, where ints have 31 bits. No time is held against a limit here: machines
differ, and this one may be busy.
"""

import argparse
import json
import os
import platform
import subprocess
import sys

import bench_frames
import vboard
import wasm_setup

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, "tools")
CAPACITIES = [8 << i for i in range(10)]
FRAMES = os.path.join(ROOT, ".cache", "bench")
ROWS = os.path.join(TOOLS, "bench_rows.py")
HEAP = "heapsize=32m"  # the plain handler's table grows with every host
# How many records of each row are read, 0 = all.
MICROPYTHON_LIMIT = 0
CPYTHON_LIMIT = 20_000
WASM_LIMIT = 2048
HEADER = "%-10s %9s %17s %7s %5s %9s %6s %9s %6s %6s %8s" % (
    "row",
    "records",
    "ns (spread)",
    "floor",
    "x",
    "bytecode",
    "x",
    "M/s",
    "heap",
    "heap32",
    "replies",
)

SCALE_HEADER = (
    "capacity",
    "lookup",
    "(full)",
    "insert",
    "evict",
    "poll",
    "heap",
    "32 bits",
)


def machine():
    """The machine's name, as its owner would say it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            for line in f:
                if line.startswith("model name"):
                    return "%s, %d cores" % (line.split(":")[1].strip(), os.cpu_count())
    except OSError:
        pass
    return "%s %s" % (platform.machine(), platform.processor())


def lines(words, env=None):
    """Run a measuring program and yield its JSON lines as they come."""
    process = subprocess.Popen(
        words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    with process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        sys.exit("bench: status %d: %s" % (process.returncode, " ".join(words)))


def search(names):
    """The module search path of a measuring program."""
    return os.pathsep.join([os.path.join(ROOT, name) for name in names])


def on_micropython(rounds, rows):
    """The figures of the unix port, row by row."""
    env = dict(os.environ, MICROPYPATH=search(["firmware", "tools"]) + ":.frozen")
    words = [vboard.find_micropython(), "-X", HEAP, ROWS, FRAMES, str(rounds)]
    words.append(str(MICROPYTHON_LIMIT))
    return lines(words + rows, env)


def on_cpython(rounds, rows):
    """The figures of CPython, row by row."""
    shim = os.path.join("host_tests", "shim", "cpython")
    env = dict(os.environ, PYTHONPATH=search(["firmware", "tools", shim]))
    words = [sys.executable, ROWS, FRAMES, str(rounds), str(CPYTHON_LIMIT)]
    return lines(words + rows, env)


def on_wasm(rows):
    """{row: heap per frame} with 31-bit ints, or {} with the reason printed."""
    reason = wasm_setup.fetch()
    if reason is not None:
        print("not run: heap on 32 bits because " + reason)
        return {}
    script = os.path.join(TOOLS, "bench_wasm.mjs")
    words = [wasm_setup.node(), script, wasm_setup.module(), ROOT, FRAMES, str(WASM_LIMIT)]
    return {figures["row"]: figures["alloc"] for figures in lines(words + rows)}


def show(figures):
    """One row of the table."""
    ns = figures["ns"]
    low, high = figures["spread_ns"]
    heap32 = figures.get("alloc_32bit")
    print(
        "%-10s %9d %7.1f %9s %7.1f %5.2f %9.1f %6.1f %9.2f %6.1f %6s %8d"
        % (
            figures["row"],
            figures["records"],
            ns,
            "%.0f-%.0f" % (low, high),
            figures["floor_ns"],
            ns / figures["floor_ns"],
            figures["bytecode_ns"],
            figures["bytecode_ns"] / ns,
            1000 / ns,
            figures["alloc"],
            "-" if heap32 is None else "%.1f" % heap32,
            figures["replies"],
        )
    )
    sys.stdout.flush()


def table(title, rows, heap32):
    """Print the rows as they come -> {row: figures}."""
    print("\n== %s\n%s" % (title, HEADER))
    found = {}
    for figures in rows:
        name = figures["row"]
        if name in heap32:
            figures["alloc_32bit"] = heap32[name]
        show(figures)
        figures["frames_per_s"] = 1e9 / figures["ns"]
        found[name] = figures
    return found


def scale(capacities):
    """Print cost by capacity and load -> (figures by capacity, {capacity: heap on 32 bits})."""
    print("\n== by capacity; ns, where nothing else is said when the cache is full")
    print("%8s %7s %7s %9s %9s %7s %9s %9s" % SCALE_HEADER)
    heap32 = {}
    if wasm_setup.fetch() is None:
        script = os.path.join(TOOLS, "bench_wasm.mjs")
        words = [wasm_setup.node(), script, wasm_setup.module(), ROOT, FRAMES, "0"]
        heap32 = {row["capacity"]: row["heap"] for row in lines(words + capacities)}
    rows = []
    env = dict(os.environ, MICROPYPATH=search(["firmware", "tools"]) + ":.frozen")
    words = [vboard.find_micropython(), "-X", HEAP, os.path.join(TOOLS, "bench_scale.py")]
    for row in lines(words + capacities, env):
        rows.append(row)
        figures = (row["lookup_ns"]["50"], row["lookup_ns"]["100"], row["insert_ns"]["100"])
        figures += (row["evict_ns"], row["tick_ns"], row["heap"])
        heap = heap32.get(row["capacity"], "-")
        print(
            "%8d %7.0f %7.0f %9.0f %9.0f %7.0f %9d %9s" % ((row["capacity"],) + figures + (heap,))
        )
        sys.stdout.flush()
    return rows, heap32


def plot(rows, heap32, title):
    """Draw what `scale` found; where the picture is."""
    import bench_plot

    reason = bench_plot.matplotlib()
    if reason is not None:
        print("not run: the plot because " + reason)
        return
    path = os.path.join(FRAMES, "scale.png")
    bench_plot.draw(rows, heap32, title, path)
    print("plot: " + path)


def arguments(words):
    parser = argparse.ArgumentParser(description="What a frame costs.")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--plot", action="store_true", help="draw cost and memory by capacity")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--capacities", nargs="*", default=CAPACITIES)
    parser.add_argument("--rows", nargs="*", default=bench_frames.names())
    return parser.parse_args(words)


def main(words=None):
    args = arguments(words)
    bench_frames.ready(FRAMES)
    version = subprocess.run(
        [vboard.find_micropython(), "-c", "import sys; print(sys.version.split('; ')[1])"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    runtime = "%s, unix port" % version
    print("%s\n%s; ns per record: median of %d rounds" % (machine(), runtime, args.rounds))
    heap32 = on_wasm(args.rows)
    result = {
        "machine": machine(),
        "runtime": runtime,
        "rows": table("MicroPython", on_micropython(args.rounds, args.rows), heap32),
        "cpython": table("CPython %s" % platform.python_version(), on_cpython(2, args.rows), {}),
    }
    result["scale"], heap32 = scale([str(n) for n in args.capacities])
    if args.plot:
        plot(result["scale"], heap32, "%s\n%s" % (result["machine"], runtime))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted")
