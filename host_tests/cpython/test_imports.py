"""Who may import whom, and how long a file may be: the shape of the tree, enforced."""

import ast
import concurrent.futures
import os
import subprocess
import sys

import mpy_tests

ROOT = mpy_tests.ROOT
LONGEST = 320
DESK = {"boards", "board", "host_tests", "tools", "sim", "support"}
# The asyncio shell: the only files of the package with a clock or an await.
SHELL = {"service", "frames", "waiters", "__init__"}
# The core's parts build on leaves only, never on each other or on what joins them.
PARTS = {"cache", "acd", "hold", "events", "timers"}
LEAVES = {"const", "errors", "ticks", "stats", "addr", "chance", "wire", "timers"}
NEEDS_MACHINE = "eth.wiring"
CORE_FOREIGN = {"micropython", "array", "struct", "collections"}


def sources(*folder):
    """Every Python file below a folder, as (path from the root, path)."""
    found = []
    for place, folders, names in os.walk(os.path.join(ROOT, *folder)):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".mjs")):
                path = os.path.join(place, name)
                found.append((os.path.relpath(path, ROOT), path))
    return found


def imports(path):
    """Yield (module, name) of every import, however deep; `from .` counts from its package."""
    with open(path, encoding="utf-8") as f:
        tree = ast.parse(f.read(), path)
    package = os.path.basename(os.path.dirname(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                module = package + ("." + module if module else "")
            for alias in node.names:
                yield module, alias.name


def tops(path):
    """The top-level packages that a file imports."""
    return {module.split(".")[0] for module, _ in imports(path)}


def siblings(path):
    """The modules of its own package that a file imports."""
    package = os.path.basename(os.path.dirname(path))
    found = set()
    for module, name in imports(path):
        parts = module.split(".")
        if parts[0] == package:
            found.add(parts[1] if len(parts) > 1 else name)
    return found - {None}


def os_uses(path):
    """What a file takes from the module os."""
    with open(path, encoding="utf-8") as f:
        tree = ast.parse(f.read(), path)
    used = {name for module, name in imports(path) if module == "os" and name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "os":
                used.add(node.attr)
    return used


def modules(package):
    """(module name, path) of every file of a firmware package."""
    rows = sources("firmware", package)
    assert rows, "no file in firmware/" + package
    return [(os.path.basename(path)[: -len(".py")], path) for _, path in rows]


def calls(path, names):
    """The attributes or names out of `names` that a file uses."""
    with open(path, encoding="utf-8") as f:
        tree = ast.parse(f.read(), path)
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            used.update(alias.name for alias in node.names)
    return used & set(names)


def test_the_protocol_knows_no_device_no_pin_and_no_desk():
    for name, path in modules("arp"):
        assert not tops(path) & ({"eth", "machine", "socket"} | DESK), name


def test_the_devices_know_no_protocol_and_only_the_wiring_knows_the_machine():
    for name, path in modules("eth"):
        assert not tops(path) & ({"arp"} | DESK), name
        assert ("machine" in tops(path)) == (name == NEEDS_MACHINE[4:]), name


def test_only_the_shell_has_asyncio_or_a_clock():
    for name, path in modules("arp"):
        if name not in SHELL:
            assert "asyncio" not in tops(path), name
            assert not calls(path, ("ticks_ms", "ticks_us", "sleep", "sleep_ms")), name


def test_the_core_uses_nothing_foreign_but_arrays_and_random_bytes():
    for name, path in modules("arp"):
        if name in SHELL:
            continue
        foreign = tops(path) - {"arp"} - CORE_FOREIGN
        if name == "chance":  # the one place where randomness comes from
            assert os_uses(path) == {"urandom"}, name
            foreign -= {"os", "random"}
        if name.startswith("_hot_viper"):  # where an array lies, and for which machine
            foreign -= {"uctypes", "sys"}
        assert not foreign, "%s imports %s" % (name, sorted(foreign))


def test_the_core_never_imports_the_shell():
    for name, path in modules("arp"):
        if name not in SHELL:
            assert "service" not in siblings(path), name


def test_the_parts_do_not_know_each_other_or_the_engine():
    for name, path in modules("arp"):
        if name in PARTS:
            assert siblings(path) <= LEAVES, name


def test_the_frame_format_stands_on_numbers_alone():
    for name, path in modules("arp"):
        if name == "wire":
            assert siblings(path) <= {"const", "errors", "stats"}


def test_nothing_in_the_package_but_the_shell_stands_above_the_engine():
    for name, path in modules("arp"):
        if name not in SHELL:
            assert "engine" not in siblings(path), name


def test_the_packages_have_no_import_cycle():
    for package in ("arp", "eth"):
        above = {name: siblings(path) for name, path in modules(package) if name != "__init__"}
        while above:
            free = [name for name in above if not above[name] & set(above)]
            assert free, "a cycle among: " + ", ".join(sorted(above))
            for name in free:
                del above[name]


def test_a_board_imports_its_device_and_the_wiring_only():
    rows = [row for row in sources("boards") if row[0].endswith("board.py")]
    assert rows
    for name, path in rows:
        assert tops(path) == {"eth"}, name


def test_each_firmware_module_imports_alone_on_both_interpreters():
    names = []
    for package in ("arp", "eth"):
        for name, _ in modules(package):
            names.append(package if name == "__init__" else package + "." + name)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        assert [trouble for trouble in pool.map(import_trouble, names) if trouble] == []


def import_trouble(module):
    """What a fresh interpreter of either kind prints when it cannot import the module."""
    places = [os.path.join(ROOT, "firmware")]
    shim = os.path.join(ROOT, "host_tests", "shim")
    if module == NEEDS_MACHINE:
        places.append(shim)
    on_cpython = places + [os.path.join(shim, "cpython")]
    on_cpython = "import sys; sys.path[:0] = %r; import %s" % (on_cpython, module)
    path = dict(os.environ, MICROPYPATH=":".join(places + [".frozen"]))
    runs = [([mpy_tests.micropython(), "-c", "import " + module], path)]
    if "_hot_viper" not in module:  # viper is MicroPython's alone
        runs.append(([sys.executable, "-c", on_cpython], None))
    for words, env in runs:
        got = subprocess.run(words, env=env, capture_output=True, text=True)
        if got.returncode != 0:
            return module + ": " + got.stdout + got.stderr
    return None


def test_no_file_is_longer_than_a_reader_can_hold():
    rows = [row for top in ("firmware", "boards", "tools", "host_tests") for row in sources(top)]
    assert len(rows) > 20
    for name, path in rows:
        with open(path, encoding="utf-8") as f:
            assert len(f.readlines()) <= LONGEST, name


def test_every_python_file_says_what_it_is_for():
    for top in ("firmware", "boards", "tools", "host_tests"):
        for name, path in sources(top):
            if path.endswith(".py"):
                with open(path, encoding="utf-8") as f:
                    assert ast.get_docstring(ast.parse(f.read())), name
