// Print {"step": bytes of heap} of a default board from .mpy files, on MicroPython's WebAssembly build: node size_heap.mjs BUILD ROOT MPY.
// The chip's model is in memory before the first step. Without viper: this build has none.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [build, root, mpy] = process.argv.slice(2);
const { loadMicroPython } = await import(build);
const mp = await loadMicroPython({ heapsize: 1024 * 1024, linebuffer: true, stdout: () => {} });

function copy(from, to, ending) {
  mp.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(join(from, entry.name), to + "/" + entry.name, ending);
    else if (entry.name.endsWith(ending) && !entry.name.startsWith("_hot_viper"))
      mp.FS.writeFile(to + "/" + entry.name, readFileSync(join(from, entry.name)));
  }
}

function used() {
  mp.runPython("gc.collect()");
  mp.runPython("gc.collect()");
  mp.runPython("heap = gc.mem_alloc()");
  return mp.globals.get("heap");
}

copy(mpy, "/mpy", ".mpy");
copy(join(root, "host_tests"), "/host_tests", ".py");
mp.runPython(`
import sys
sys.path[:0] = ["/mpy", "/host_tests/shim", "/host_tests"]
import asyncio
from asyncio.event import ThreadSafeFlag
asyncio.ThreadSafeFlag = ThreadSafeFlag
import gc, machine
from sim.cable import Cable
from sim.w5500_chip import W5500Chip
machine.reset_board()
machine.connect(0, W5500Chip(Cable()), cs=17, int=None)
nic = a = heap = None
`);

const steps = {
  nothing: "pass",
  "import arp, Arp": "import arp; arp.Arp",
  "import eth.w5500": "import eth.w5500",
  "a W5500": "nic = eth.w5500.W5500(machine.SPI(0), machine.Pin(17), mac=b'\\x02' + bytes(5))",
  "a default Arp, hold_slots=0": "a = arp.Arp(nic, '192.168.1.10/24', gateway='192.168.1.1', hold_slots=0)",
};
const result = {};
let total = 0;
let base = 0;
for (const [label, step] of Object.entries(steps)) {
  const before = used();
  mp.runPython(step);
  const grown = used() - before;
  if (label === "nothing") base = grown;
  else total += result[label] = grown - base;
}
result["together"] = total;
console.log(JSON.stringify(result));
