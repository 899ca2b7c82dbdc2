// Print {"label": bytes of heap} for an Engine by its settings, on MicroPython's WebAssembly build: node heap_size.mjs BUILD ROOT.
// 32-bit pointers, 31-bit ints and 16-byte blocks as on a microcontroller. Garbage is collected between two calls from here only.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [build, root] = process.argv.slice(2);
const { loadMicroPython } = await import(build);
const mp = await loadMicroPython({ heapsize: 1024 * 1024, linebuffer: true, stdout: () => {} });

function copy(from, to) {
  mp.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(join(from, entry.name), to + "/" + entry.name);
    else if (entry.name.endsWith(".py")) mp.FS.writeFile(to + "/" + entry.name, readFileSync(join(from, entry.name)));
  }
}

function used() {
  mp.runPython("gc.collect()");
  mp.runPython("gc.collect()");
  mp.runPython("heap = gc.mem_alloc()");
  return mp.globals.get("heap");
}

copy(join(root, "firmware"), "/firmware");
mp.runPython(`
import sys
sys.path[:0] = ["/firmware"]
import gc, arp
def build(**settings):
    engine = arp.Engine(b"\\x02\\0\\0\\0\\0\\1", ["192.168.1.10/24"], **settings)
    engine.poll(1)
    return engine
build(link_local=True, trailers=True)
keep = None
heap = 0
`);

const without = "hold_slots=0";
const rows = {
  nothing: null,
  default: "",
  "hold_slots=0": without,
  "capacity=64": without + ", capacity=64",
  "capacity=4": without + ", capacity=4",
  "manual=0": without + ", manual=0",
  "pending=1": without + ", pending=1",
  "event_slots=32": without + ", event_slots=32",
  "trailers=True": without + ", trailers=True",
  "link_local=True": without + ", link_local=True",
};
const result = {};
for (const [label, settings] of Object.entries(rows)) {
  mp.runPython("keep = None");
  const before = used();
  mp.runPython(settings === null ? "keep = None" : `keep = build(${settings})`);
  result[label] = used() - before;
}
console.log(JSON.stringify(result));
