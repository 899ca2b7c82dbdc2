"""One module out of several, for boards: what is always loaded together becomes one file.

    tools/bundle.py FOLDER

The sources are many small files, for readers. A board pays for each: a module, a dict, the names
it imports and their text again. So `engine` and what its top imports become one module arp.engine,
and likewise for the other ENTRIES; bundle_fold writes whole numbers where their names stood.
What is imported inside a function, or in a `try`, stays a module of its own. Nothing else changes
but this: a board keeps an .mpy file's code and names in RAM, so private names become short
(bundle_names; FOLDER/names.txt says which is which). Frozen code lies in flash: there they stay,
and the functions of NATIVE become machine code, which is faster and larger.
"""

import ast
import builtins
import os
import shutil
import sys

import bundle_names
from bundle_fold import Folder, bindings, hidden, name_of, number_of, relatives, tops
from firmware_sources import ROOT, Missing

PACKAGES = ("arp", "eth")
ENTRIES = ("arp/engine", "arp/service", "eth/w5500", "eth/enc28j60")
# Modules of their own, for users too; of these only the numbers go elsewhere.
APART = ("arp/const", "arp/errors")
# All that runs in bytecode between INT and the command to send an answer.
NATIVE = {
    "arp/frames": ("take",),
    "eth/w5500": ("recv_into", "send"),
    "eth/enc28j60": ("recv_into", "send"),
}


def places():
    """Every firmware module, as "arp/wire", sorted."""
    found = []
    for package in PACKAGES:
        for name in sorted(os.listdir(os.path.join(ROOT, "firmware", package))):
            if name.endswith(".py"):
                found.append(package + "/" + name[: -len(".py")])
    return found


def path_of(place):
    """The source of "arp/wire"."""
    return os.path.join(ROOT, "firmware", *place.split("/")) + ".py"


def read(place):
    """The text of "arp/wire"."""
    with open(path_of(place), encoding="utf-8") as f:
        return f.read()


class Bundler:
    """{place: text} of modules -> {place: text} of the files that a board gets."""

    def __init__(self, texts, entries=ENTRIES, apart=APART, native=()):
        self._native = native
        self._trees = {place: ast.parse(text, place) for place, text in texts.items()}
        self._texts = texts
        self._apart = apart
        self._numbers = {}
        self._held = {}  # entry -> the modules in it, each after what it imports
        for entry in entries:
            self._held[entry] = self._closure(entry, (), [])
        for entry, held in self._held.items():  # what an imported entry has is taken from there
            for other in self._held:
                if other != entry and other in held:
                    rest = [p for p in self._held[entry] if p not in self._held[other]]
                    self._held[entry] = rest

    @classmethod
    def of_firmware(cls, is_frozen=False):
        """The bundler of the packages as they are."""
        texts = {place: read(place) for place in places()}
        return cls(texts, native=NATIVE if is_frozen else ())

    def files(self):
        """What goes onto a board, sorted."""
        parts = {place for entry, held in self._held.items() for place in held if place != entry}
        return {place: self._file(place) for place in sorted(self._texts) if place not in parts}

    def stand_ins(self):
        """Modules that hand out what became a part of another file: for tests of the parts."""
        found = {}
        for entry, held in self._held.items():
            for place in held:
                if place != entry:
                    own = self.numbers(place)
                    gone = list(own) + hidden(self._trees[place])
                    rest = [name for name in tops(self._trees[place]) if name not in gone]
                    lines = ["%s = %d\n" % item for item in own.items()]
                    if rest:
                        names = ", ".join(rest)
                        lines.append("from .%s import %s\n" % (entry.split("/")[1], names))
                    found[place] = "".join(lines)
        return found

    def tree(self, place):
        """A fresh syntax tree of a module."""
        return ast.parse(self._texts[place], place)

    def knows(self, place):
        """True for one of the modules."""
        return place in self._texts

    def numbers(self, place):
        """{name: value} of the whole numbers that the module's top gives a name for good."""
        if place not in self._numbers:
            found = self._numbers[place] = {}
            folder = Folder(self, place, None)
            names = bindings(self._trees[place])
            for node in self.tree(place).body:
                targets = node.targets if isinstance(node, ast.Assign) else ()
                if len(targets) == 1 and isinstance(targets[0], ast.Name):
                    name = targets[0].id
                    number = number_of(folder.visit(node.value))
                    if number is not None and names.count(name) == 1:
                        found[name] = folder.numbers[name] = number
        return self._numbers[place]

    def is_joined(self, here):
        """True for a file that is made of several modules."""
        return len(self._held.get(here, ())) > 1

    def home_of(self, place, here):
        """The file that holds a module, seen from the file `here`."""
        if place in self._held.get(here, ()):
            return here
        homes = [entry for entry, held in self._held.items() if place in held]
        if len(homes) > 1:
            raise Missing("%s: %s is in more than one file" % (here, place))
        return homes[0] if homes else place

    def _closure(self, place, above, found):
        above += (place,)
        for node in self._trees[place].body:
            for other, _, _ in relatives(node, place):
                if other in above:
                    raise Missing("%s: %s imports it, too" % (place, other))
                if self.knows(other) and other not in self._apart and other not in found:
                    self._closure(other, above, found)
        found.append(place)
        return found

    def _file(self, here):
        """The text of one file: all its imports, then the rest of its modules."""
        imports, rest, names = {}, [], {}
        for place in self._held.get(here, [here]):
            nodes = Folder(self, place, here).module()
            if place in self._native:
                nodes = compiled(nodes, self._native[place], place)
            for node in nodes:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    origin = _origin(node)
                    imports.setdefault(origin, {}).update(_texts(node.names))
                    for alias in node.names:
                        self._own(here, names, name_of(alias), origin + ast.unparse(alias))
                else:
                    rest.append(ast.unparse(node) + "\n")
            for name in tops(ast.Module(nodes, [])):
                self._own(here, names, name, place)
        return "".join([a + ", ".join(b) + "\n" for a, b in imports.items()] + rest)

    def _own(self, here, names, name, owner):
        # One name of a file is one thing, for each of its modules the same.
        if names.setdefault(name, owner) != owner:
            raise Missing("%s: %s is there twice" % (here, name))
        if self.is_joined(here) and hasattr(builtins, name):
            raise Missing("%s: %s would hide Python's own" % (here, name))


def compiled(nodes, names, place):
    """The statements of a module with those methods given to MicroPython's native emitter."""
    missing = set(names)
    for node in nodes:
        for part in getattr(node, "body", ()):
            if isinstance(part, ast.FunctionDef) and part.name in names:
                part.decorator_list.append(ast.parse("micropython.native").body[0].value)
                missing.discard(part.name)
    if missing:
        raise Missing("%s: no class there has %s" % (place, min(missing)))
    return [ast.Import([ast.alias("micropython")])] + nodes


def _origin(node):
    if isinstance(node, ast.Import):
        return "import "
    return "from %s%s import " % ("." * node.level, node.module or "")


def _texts(aliases):
    return dict.fromkeys(ast.unparse(alias) for alias in aliases)


def write(folder, with_parts=False, is_frozen=False, keep=()):
    """Lay out the packages in a new `folder` -> {place: path}, sorted.

    `with_parts` adds the stand-ins for the modules that became part of another; `is_frozen` makes
    machine code of the functions of NATIVE, and leaves private names as they are; else all become
    short but those in `keep`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    bundler = Bundler.of_firmware(is_frozen)
    texts = bundler.files()
    if not is_frozen:
        texts = _with_short_names(texts, folder, keep)
    if with_parts:
        texts.update(bundler.stand_ins())
    found = {}
    for place in sorted(texts):
        found[place] = os.path.join(folder, *place.split("/")) + ".py"
        os.makedirs(os.path.dirname(found[place]), exist_ok=True)
        with open(found[place], "w", encoding="utf-8") as f:
            f.write(texts[place])
    return found


def _with_short_names(texts, folder, keep):
    """The same files with short private names; folder/names.txt tells them."""
    found = {}
    with open(os.path.join(folder, "names.txt"), "w", encoding="utf-8") as f:
        for package in PACKAGES:
            part = {place: texts[place] for place in texts if place.startswith(package + "/")}
            part, names = bundle_names.shorten(part, keep)
            found.update(part)
            for short, name in sorted((short, name) for name, short in names.items()):
                f.write("%s %s %s\n" % (package, short, name))
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.split("\n\n")[1].strip())
    if os.path.exists(sys.argv[1]):
        sys.exit("bundle: %s is there already" % sys.argv[1])
    try:
        print("%d modules in %s" % (len(write(sys.argv[1])), sys.argv[1]))
    except (Missing, OSError) as e:
        sys.exit("bundle: %s" % e)
