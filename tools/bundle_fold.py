"""How a module reads inside a bundle: its imports resolved, numbers written out.

Refused is what would change its meaning: an imported module used as a value or written to, an
imported name that is bound once more in whatever scope, a text that looks for names, and
`a, b = c, d`, which takes no heap in MicroPython only as long as nobody writes it with
parentheses. So is a large number in a tuple, which MicroPython's tools make costly.
"""

import ast

from firmware_sources import Missing

# What is true of a module, or finds its names, and would see the whole file.
_OF_A_MODULE = ("__name__", "__file__", "globals", "eval", "exec")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_SCOPES += (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# mpy-tool.py makes a big integer of a larger number in a constant tuple; it takes heap when used.
_FROZEN_MAX = 0x1FFF


class Folder(ast.NodeTransformer):
    """Rewrites the module `place` as a part of the file `here`; None: only its numbers."""

    def __init__(self, bundler, place, here):
        self._bundler = bundler
        self._place = place
        self._here = here
        self.numbers = {}  # name here -> number
        self._modules = {}  # name here -> module
        self._renamed = {}  # name here -> its name where it comes from
        self._added = []  # imports that the module itself did not need
        self._inserted = set()
        self._tree = bundler.tree(place)
        for node in ast.walk(self._tree):
            for other, there, name in relatives(node, place):
                if there is None:
                    if node in self._tree.body:
                        self._modules[name] = other
                elif there in self._numbers_of(other):
                    self.numbers[name] = self._numbers_of(other)[there]
                elif there != name:
                    self._renamed[name] = there
        self._taken = set(self.numbers) | set(self._modules) | set(self._renamed)
        self._taken.update(self._renamed.values())
        if here is not None:
            self.numbers.update(bundler.numbers(place))

    def module(self):
        """The statements of the module, without docstring and what is a number elsewhere."""
        own = self._bundler.numbers(self._place)
        names = bindings(self._tree)
        tree = self.visit(self._tree)
        hidden = (self._taken | self._inserted).intersection(names)
        if hidden:
            raise Missing("%s: %s is a local name, too" % (self._place, min(hidden)))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        statements = []
        for node in self._added + tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            name = getattr(target, "id", None)
            if name in own and (self._place != self._here or name[0] == "_"):
                continue
            if isinstance(node, ast.ImportFrom):
                node.names = [a for a in node.names if a.name != "const" or "const" in used]
            if not _is_docstring(node) and getattr(node, "names", True):
                statements.append(ast.fix_missing_locations(node))
        return statements

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in self.numbers:
            return _written(self.numbers[node.id])
        if node.id in _OF_A_MODULE and self._bundler.is_joined(self._here):
            raise Missing("%s: %s would mean the whole file" % (self._place, node.id))
        if node.id in self._renamed:
            node.id = self._renamed[node.id]
        elif node.id in self._modules and self._here is not None:
            other = self._modules[node.id]
            if self._bundler.home_of(other, self._here) != other or other == self._here:
                raise Missing("%s: the module %s is used as a value" % (self._place, other))
            self._import(None, other.split("/")[1], node.id)
        return node

    def visit_Attribute(self, node):
        other = self._modules.get(getattr(node.value, "id", None))
        if other is None:
            self.generic_visit(node)
            return node
        home = other if self._here is None else self._bundler.home_of(other, self._here)
        is_number = node.attr in self._numbers_of(other)
        if not isinstance(node.ctx, ast.Load) and (is_number or home != other):
            raise Missing("%s: %s is written to" % (self._place, ast.unparse(node)))
        if is_number:
            return _written(self._numbers_of(other)[node.attr])
        if self._here is None:
            return node
        if home == other and home != self._here:  # a module of its own stays one
            self._import(None, other.split("/")[1], node.value.id)
            return node
        if home != self._here:
            self._import(home.split("/")[1], node.attr, node.attr)
        self._inserted.add(node.attr)
        return ast.Name(node.attr, node.ctx)

    def visit_Tuple(self, node):
        self.generic_visit(node)
        numbers = [part.value for part in node.elts if isinstance(part, ast.Constant)]
        if any(type(number) is int and abs(number) > _FROZEN_MAX for number in numbers):
            raise Missing("%s: %s would be frozen with big integers" % (self._place, numbers))
        return node

    def visit_Assign(self, node):
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            raise Missing("%s: %s needs two statements" % (self._place, ast.unparse(node)))
        self.generic_visit(node)
        return node

    def visit_Call(self, node):
        home = getattr(getattr(node.func, "value", None), "id", None)
        is_const = getattr(node.func, "id", None) == "const"
        if home in self._modules or home == "micropython":
            is_const = node.func.attr == "const"
        if is_const and len(node.args) == 1:
            number = number_of(self.visit(node.args[0]))
            if number is not None:
                return _written(number)
        self.generic_visit(node)
        return node

    def visit_Import(self, node):
        for alias in node.names:
            if self._bundler.knows(alias.name.replace(".", "/")):
                raise Missing("%s: %s needs a relative import" % (self._place, alias.name))
        return node

    def visit_ImportFrom(self, node):
        if self._here is None:
            return node
        if node.level > 1 or (node.level and node.names[0].name == "*"):
            raise Missing("%s: %s cannot be followed" % (self._place, ast.unparse(node)))
        if not node.level:
            if self._bundler.knows(node.module.replace(".", "/")):
                raise Missing("%s: %s needs a relative import" % (self._place, node.module))
            return node
        kept = []
        for other, there, name in relatives(node, self._place):
            home = self._bundler.home_of(other, self._here)
            if there is None and name not in self._modules:  # inside a function
                if home != other:
                    raise Missing("%s: %s is no module any more" % (self._place, other))
                kept.append(ast.ImportFrom(None, [ast.alias(name)], 1))
            elif name not in self.numbers and name not in self._modules and home != self._here:
                kept.append(ast.ImportFrom(home.split("/")[1], [ast.alias(there)], 1))
        return kept or (None if node in self._tree.body else ast.Pass())

    def _numbers_of(self, place):
        return self._bundler.numbers(place) if self._bundler.knows(place) else {}

    def _import(self, module, there, name):
        alias = ast.alias(there, None if name == there else name)
        self._added.append(ast.ImportFrom(module, [alias], 1))


def relatives(node, place):
    """(module, its name there, its name here) of what a relative import brings in.

    The name there is None for the module itself.
    """
    if not isinstance(node, ast.ImportFrom) or node.level != 1:
        return []
    package = place.split("/")[0] + "/"
    found = []
    for alias in node.names:
        name = alias.asname or alias.name
        if node.module:
            found.append((package + node.module, alias.name, name))
        else:
            found.append((package + alias.name, None, name))
    return found


def tops(tree):
    """The names that a module's top binds but by imports of its own, sorted."""
    names = set()
    inner = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    while inner:
        node = inner.pop()
        names.update(_bound(node))
        if not isinstance(node, _SCOPES):
            inner += ast.iter_child_nodes(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return sorted(names)


def bindings(tree):
    """Every name bound anywhere in the tree, as often as it is, but by relative imports."""
    names = []
    for node in ast.walk(tree):
        if not getattr(node, "level", 0):
            names += _bound(node)
    return names


def _bound(node):
    # The names that this one node binds, takes away, or declares to be another scope's.
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [name_of(alias) for alias in node.names]
    if isinstance(node, ast.alias):
        return []
    name = getattr(node, "name", None)  # functions, classes, `except ... as`, patterns
    return [name] if isinstance(name, str) else []


def name_of(alias):
    """The name that a part of an import binds."""
    return alias.asname or alias.name.split(".")[0]


def hidden(tree):
    """The private constants at a module's top, which the compiler keeps to itself."""
    names = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if getattr(node.value.func, "id", "") == "const":
                names += [target.id for target in node.targets if target.id[0] == "_"]
    return names


def number_of(node):
    """The value of an expression of whole numbers, or None."""
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Call, ast.Attribute)):
            return None
    try:
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "", "eval")
        value = eval(code, {})  # literals and operators, nothing else
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return value if type(value) is int else None


def _written(number):
    # A negative number is no literal: in `-5 ** 2` the minus comes last.
    if number < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-number))
    return ast.Constant(number)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
