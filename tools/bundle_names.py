"""Short names for private attributes: a board keeps every name of an .mpy file in its RAM.

There a name costs its length and 9 bytes more, and what comes after the 127th of a file takes a
byte more wherever it is used. An attribute of one leading underscore is nobody's business but its
package's, and has to differ only from those of its family: the classes that inherit from each
other. So families share names: `_a` is another attribute in each.

Left alone is what may be meant by somebody else: a name that is a word in some text, a keyword
argument, or the name of something other than an attribute; and families with a foreign base.
"""

import ast
import collections
import re
import string

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SIGNS = string.ascii_letters + string.digits


def shorten(texts, keep=()):
    """{place: text} of one package -> the same with short names, and {name: short name}."""
    trees = {place: ast.parse(text, place) for place, text in texts.items()}
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    homes = _homes(nodes, classes)
    used = collections.Counter(node.attr for node in nodes if isinstance(node, ast.Attribute))
    spared = _others(nodes, classes).union(keep)
    names = [name for name in homes if re.match("_[^_]", name) and name not in spared]
    names.sort(key=lambda name: (-used[name], name))
    names = _share({name: homes[name] for name in names}, spared.union(used, homes))
    for node in nodes:
        if isinstance(node, ast.Attribute):
            node.attr = names.get(node.attr, node.attr)
    for member in _members(classes):
        if isinstance(member, _FUNCTIONS):
            member.name = names.get(member.name, member.name)
        else:
            member.id = names.get(member.id, member.id)
    return {place: ast.unparse(tree) + "\n" for place, tree in trees.items()}, names


def _share(homes, known):
    """{name: families} -> {name: short name}, each new to `known` and once in a family."""
    signs = [sign + more for more in ("", *_SIGNS) for sign in _SIGNS]
    shorts = ["_" + sign for sign in signs if "_" + sign not in known]
    names = {}
    taken = collections.defaultdict(set)  # short name -> families
    for name, families in homes.items():
        short = next(short for short in shorts if not taken[short] & families)
        if len(short) < len(name):
            names[name] = short
            taken[short] |= families
    return names


def _homes(nodes, classes):
    """{attribute: the families that have it}, without those of families with a foreign base."""
    families = {node.name: {node.name} for node in classes}
    foreign = set()
    for node in classes:
        for base in node.bases:
            if getattr(base, "id", None) in families:
                joined = families[node.name] | families[base.id]
                families.update(dict.fromkeys(joined, joined))
            else:
                foreign.add(node.name)
    found = collections.defaultdict(set)
    for node in classes:
        mine = min(families[node.name])
        for member in _members([node]):
            found[getattr(member, "name", None) or member.id].add(mine)
        for part in ast.walk(node):
            if isinstance(getattr(part, "ctx", None), ast.Store) and _is_own(part):
                found[part.attr].add(mine)
    everywhere = {min(family) for family in families.values()}
    for node in nodes:
        if isinstance(getattr(node, "ctx", None), ast.Store) and isinstance(node, ast.Attribute):
            if not _is_own(node):  # whose it is cannot be seen
                found[node.attr] |= everywhere
    alien = {min(families[name]) for name in foreign}
    return {name: homes for name, homes in found.items() if not homes & alien}


def _is_own(node):
    return isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "self"


def _members(classes):
    """The functions and the bound names right inside classes."""
    for node in classes:
        for part in node.body:
            if isinstance(part, _FUNCTIONS):
                yield part
            elif isinstance(part, ast.Assign):
                yield from [target for target in part.targets if isinstance(target, ast.Name)]


def _others(nodes, classes):
    """Every name that is, or may be, something other than an attribute."""
    found = set()
    members = {id(member) for member in _members(classes)}
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            if id(node) not in docstrings:
                text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                found.update(re.findall(r"\w+", text))
        elif id(node) not in members and not isinstance(node, ast.Attribute):
            for field in ("id", "arg", "name", "asname"):
                found.add(getattr(node, field, None))
    return found
