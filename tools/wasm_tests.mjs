// Run the tests of one file in MicroPython's WebAssembly build: node wasm_tests.mjs BUILD ROOT FOLDER MODULE.
// It has 31-bit small ints like a microcontroller, and no files of the host: the Python sources are copied into its memory.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [build, root, folder, module] = process.argv.slice(2);
const { loadMicroPython } = await import(build);
const mp = await loadMicroPython({ heapsize: 8 * 1024 * 1024, linebuffer: true, stdout: (line) => console.log(line) });

function copy(from, to) {
  mp.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(join(from, entry.name), to + "/" + entry.name);
    else if (entry.name.endsWith(".py")) mp.FS.writeFile(to + "/" + entry.name, readFileSync(join(from, entry.name)));
  }
}

copy(join(root, "firmware"), "/firmware");
copy(join(root, "host_tests"), "/host_tests");
copy(folder, "/under_test");
mp.FS.writeFile("/mpy_one.py", readFileSync(join(root, "tools", "mpy_one.py")));
mp.globals.set("module_name", module);
mp.runPython(`
import sys
sys.path[:0] = ["/", "/under_test", "/host_tests/shim", "/host_tests", "/firmware"]
import asyncio
from asyncio.event import ThreadSafeFlag  # this build has it, and only forgets to export it
asyncio.ThreadSafeFlag = ThreadSafeFlag
import mpy_one
mpy_one.run(module_name)
`);
