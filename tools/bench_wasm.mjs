// Run tools/bench_rows.py in MicroPython's WebAssembly build: node bench_wasm.mjs BUILD ROOT FOLDER LIMIT ROW...
// With LIMIT 0 the rows are capacities, and what comes back is tools/bench_scale.py's heap for each.
// 31-bit small ints and 32-bit pointers as on a microcontroller: what counts here is the heap, not the time.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [build, root, folder, limit, ...rows] = process.argv.slice(2);
const { loadMicroPython } = await import(build);
const mp = await loadMicroPython({ heapsize: 16 * 1024 * 1024, linebuffer: true, stdout: (line) => console.log(line) });

function copy(from, to, ending) {
  mp.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(join(from, entry.name), to + "/" + entry.name, ending);
    else if (entry.name.endsWith(ending)) mp.FS.writeFile(to + "/" + entry.name, readFileSync(join(from, entry.name)));
  }
}

copy(join(root, "firmware"), "/firmware", ".py");
for (const name of readdirSync(join(root, "tools")))
  if (name.startsWith("bench_") && name.endsWith(".py")) mp.FS.writeFile("/" + name, readFileSync(join(root, "tools", name)));
const isScale = Number(limit) === 0;
mp.FS.mkdirTree("/rows");
// A record takes at most 44 bytes.
for (const row of isScale ? [] : rows)
  for (const name of [row + ".bin", row + ".setup.bin"])
    if (!name.includes("setup") || row.startsWith("hits_"))
      mp.FS.writeFile("/rows/" + name, readFileSync(join(folder, name)).subarray(0, 64 * Math.max(Number(limit), 2048)));
mp.runPython(`
import sys
sys.path[:0] = ["/", "/firmware"]
import gc, bench_rows, bench_scale
keep = bench_scale.new_engine(8)
`);

// Garbage is collected between two calls from here only.
function used() {
  mp.runPython("gc.collect()");
  mp.runPython("gc.collect()");
  mp.runPython("heap = gc.mem_alloc()");
  return mp.globals.get("heap");
}

if (isScale)
  for (const capacity of rows) {
    mp.runPython("keep = None");
    const before = used();
    mp.runPython(`keep = bench_scale.new_engine(${capacity})`);
    console.log(JSON.stringify({ capacity: Number(capacity), heap: used() - before }));
  }
else {
  mp.globals.set("words", JSON.stringify(["/rows", "1", limit, ...rows]));
  mp.runPython("import json; bench_rows.main(json.loads(words))");
}
