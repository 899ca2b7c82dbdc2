"""Short names: each is one attribute of its family, and what somebody else may mean stays."""

import ast
import collections
import re

import bundle
import bundle_names
import pytest

FROZEN = {"is_frozen": True}
TWO_FAMILIES = """
class Low:
    _limit = 5
    def __init__(self):
        self._value = 1
        self._other = 2
    def _sum(self):
        return self._value * 10 + self._other

class High(Low):
    def __init__(self):
        super().__init__()
        self._third = 3
    def _sum(self):
        return super()._sum() * 10 + self._third + self._limit * 1000

class Apart:
    def __init__(self, low):
        self._number = low._sum()
        self._held = low

result = Apart(High())._number, Apart(Low())._held._other
"""


def short(text, keep=()):
    """(text, names) of a package of one file."""
    texts, names = bundle_names.shorten({"p/a": text}, keep)
    return texts["p/a"], names


def two_classes(one, other, rest):
    """(text, names) of classes A and B with attributes {name: value}, and the rest."""
    text = ""
    for letter, values in (("A", one), ("B", other)):
        text += "class %s:\n    def __init__(self):\n" % letter
        text += "".join("        self.%s = %d\n" % pair for pair in values.items())
    return short(text + "a, b = A(), B()\n" + rest)


def result(text):
    scope = {"__name__": "p"}
    exec(text, scope)
    return scope["result"]


def test_the_meaning_stays_and_families_share_names():
    text, names = short(TWO_FAMILIES)
    assert result(text) == result(TWO_FAMILIES) == (5123, 2)
    assert set(names) == {"_limit", "_value", "_other", "_sum", "_third", "_number", "_held"}
    family = [names[name] for name in ("_limit", "_value", "_other", "_sum", "_third")]
    assert len(set(family)) == 5
    assert {names["_number"], names["_held"]} < set(family)
    assert not any(name in text for name in names)


def test_what_is_used_most_comes_first_and_the_same_each_time():
    assert short(TWO_FAMILIES) == short(TWO_FAMILIES)
    assert short(TWO_FAMILIES)[1]["_other"] == "_a"


def test_a_name_of_two_families_is_free_in_both():
    rest = "result = a._one, a._two, b._two, b._ten\n"
    text, names = two_classes({"_one": 1, "_two": 2}, {"_two": 3, "_ten": 4}, rest)
    assert result(text) == (1, 2, 3, 4)
    assert len({names["_one"], names["_two"]}) == len({names["_two"], names["_ten"]}) == 2


def test_an_attribute_that_is_set_from_outside_is_nobodys_alone():
    rest = "a._late = b._late = 7\nresult = a._one, b._ten, a._late, b._late\n"
    text, names = two_classes({"_one": 1}, {"_ten": 4}, rest)
    assert result(text) == (1, 4, 7, 7)
    assert names["_late"] not in (names["_one"], names["_ten"]) and names["_one"] == names["_ten"]


@pytest.mark.parametrize(
    "addition",
    (
        "result = getattr(Thing(), '_value')",
        "result = getattr(Thing(), 'no _value of it'.split()[1])",
        "_value = 4\nresult = _value",
        "def f(_value):\n    return _value\nresult = f(_value=1)",
        "def _value():\n    return 1\nresult = _value()",
        "result = dict(_value=1)",
    ),
)
def test_a_name_that_is_anything_else_stays(addition):
    thing = "class Thing:\n    _more = 9\n    def __init__(self):\n        self._value = 1\n"
    text, names = short(thing + addition + "\n")
    assert list(names) == ["_more"], names
    assert result(text) == result(thing + addition + "\n")


@pytest.mark.parametrize("there", ("def _value():\n    pass\n", "from x import y as _value\n"))
def test_so_does_what_another_module_has(there):
    use = "from . import b\nb._value\n"
    texts = {"p/a": "class A:\n    _value = 1\n", "p/b": there, "p/c": use}
    assert bundle_names.shorten(texts)[1] == {}


def test_a_word_of_a_docstring_is_no_use_of_a_name():
    assert "_value" in short('class A:\n    _value = 1\n    def f(self):\n        "_value"\n')[1]


def test_what_stands_above_a_foreign_class_stays():
    text = "class A(OSError):\n    def __init__(self):\n        self._one = 1\n"
    text += "class B(A):\n    def __init__(self):\n        self._two = 1\n"
    assert short(text)[1] == {}


def test_public_names_and_those_of_python_stay():
    text = "class A:\n    one = 1\n    _ = 2\n    __slots__ = ()\n"
    assert short(text + "    def two(self):\n        pass\n")[1] == {}


def test_what_is_to_be_kept_stays_and_its_place_is_not_given_away():
    names = short(TWO_FAMILIES, keep=("_sum", "_a"))[1]
    assert "_sum" not in names and "_a" not in names.values()


def test_a_name_that_is_short_already_stays_and_is_not_given_to_another():
    names = short("class A:\n    _a = 1\n    _long = 2\n")[1]
    assert names == {"_long": "_b"}


def test_after_62_names_of_a_family_come_longer_ones():
    body = "".join("    _name%02d = %d\n" % (i, i) for i in range(70))
    check = "result = [getattr(A, n) for n in dir(A) if n[0] == '_' and n[1] != '_']\n"
    text, names = short("class A:\n" + body + check)
    assert sorted(result(text)) == list(range(70))
    assert sorted(map(len, names.values())) == [2] * 62 + [3] * 8


def test_the_files_of_a_package_agree():
    texts = {
        "p/a": "class A:\n    def __init__(self):\n        self._value = 1\n",
        "p/b": "from .a import A\n"
        "class B(A):\n    def f(self):\n        self._more = self._value\n",
    }
    texts, names = bundle_names.shorten(texts)
    assert names["_value"] != names["_more"]
    assert "self.%s = self.%s" % (names["_more"], names["_value"]) in texts["p/b"]


@pytest.mark.parametrize("package", bundle.PACKAGES)
def test_in_the_firmware_nothing_but_attributes_changes_and_none_meets_another(package):
    """Seen from what comes out, side by side with what went in."""
    files = bundle.Bundler.of_firmware().files()
    before = {place: files[place] for place in files if place.startswith(package)}
    after, names = bundle_names.shorten(before)
    assert len(names) > 100 and len(set(names.values())) < len(names)
    told = collections.defaultdict(set)  # class -> (name, its short name)
    above = {}
    for place in before:
        trees = ast.parse(before[place]), ast.parse(after[place])
        for old, new in zip(*map(ast.walk, trees), strict=True):
            assert type(old) is type(new)
            for field in old._fields:
                name, other = getattr(old, field), getattr(new, field)
                if isinstance(name, str) and name != other:
                    assert field in ("attr", "name", "id") and names[name] == other, (place, name)
            if isinstance(old, ast.ClassDef):
                above.setdefault(old.name, [ast.unparse(base) for base in old.bases])
                told[old.name].update(own(old, new))
    assert len(above) > 5
    for name in above:
        pairs = set().union(*[told[each] for each in family(name, above)])
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), name


def own(old, new):
    """What a class calls its own in both texts: its functions, values, and self's attributes."""
    for a, b in zip(old.body, new.body):
        if isinstance(a, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield a.name, b.name
        elif isinstance(a, ast.Assign):
            yield a.targets[0].id, b.targets[0].id
    for a, b in zip(ast.walk(old), ast.walk(new)):
        if isinstance(a, ast.Attribute) and ast.unparse(a.value) == "self":
            yield a.attr, b.attr


def family(name, above):
    """A class with all that it inherits from."""
    return [name] + [each for base in above.get(name, ()) for each in family(base, above)]


def test_what_stands_for_what_is_written_beside_the_files(tmp_path):
    files = {}
    for kind, options in (("short", {}), ("kept", {"keep": ("_cache",)}), ("frozen", FROZEN)):
        place = tmp_path / kind
        paths = bundle.write(str(place), **options)
        files[kind] = {}
        for name, path in paths.items():
            with open(path, encoding="utf-8") as f:
                files[kind][name] = f.read()
        assert (place / "names.txt").exists() == (kind != "frozen"), "there nothing is short"
    lines = (tmp_path / "short" / "names.txt").read_text().splitlines()
    told = [line.split() for line in lines]
    assert ["arp", "_cache"] in [[package, name] for package, _, name in told]
    assert "_cache" not in (tmp_path / "kept" / "names.txt").read_text().split()
    for package, short, name in told:
        texts = [text for place, text in files["short"].items() if place.startswith(package + "/")]
        assert "." + name not in re.findall(r"\.\w+", "".join(texts)), name
        assert re.search(r"\b%s\b" % short, "".join(texts)), short
    assert "self._cache." in files["kept"]["arp/engine"]
    assert "self._cache." in files["frozen"]["arp/engine"]
