"""A bundle means what its sources mean, and what it cannot keep the meaning of is refused.

That every body of the tests also holds on the real bundle is a suite of its own, in run_tests.
"""

import ast
import re

import bundle
import pytest
from bundle import Bundler, Missing

NATIVE = "    @micropython.native\n"

CONST = "from micropython import const\n"
SHARED = {
    "p/const": "try:\n    from micropython import const\nexcept ImportError:\n    pass\n"
    "TWO = const(2)\n",
    "p/low": CONST + "from .const import TWO\n_THREE = const(3)\nFOUR = const(TWO * 2)\n\n\n"
    "def low(x):\n    return x + _THREE + FOUR\n",
}


def files(entries=("p/top",), apart=("p/const",), **texts):
    """The bundle of SHARED and the modules given as name=text."""
    modules = dict(SHARED, **{"p/" + name: text for name, text in texts.items()})
    return Bundler(modules, entries, apart).files()


def value(text, name="result"):
    """What the text binds to `name` when CPython runs it; it may import nothing."""
    scope = {}
    exec(text, scope)
    return scope[name]


def refusal(**texts):
    with pytest.raises(Missing) as caught:
        files(**texts)
    return str(caught.value)


def test_what_an_entry_imports_becomes_a_part_of_it():
    found = files(top="from .low import low\nresult = low(1)\n")
    assert sorted(found) == ["p/const", "p/top"]
    assert value(found["p/top"]) == 8


def test_numbers_are_written_out_and_their_names_gone():
    text = files(top="from .low import FOUR, low\nresult = low(FOUR)\n")["p/top"]
    assert value(text) == 11
    assert not re.search("THREE|FOUR|TWO|const", text)


def test_a_module_that_is_imported_whole_is_resolved():
    text = files(top="from . import const as c\nfrom . import low\nresult = low.low(c.TWO)\n")
    assert value(text["p/top"]) == 9
    assert "import" not in text["p/top"]


def test_another_name_for_an_import_is_its_own():
    text = files(top="from .low import low as lower\nresult = lower(0)\n")["p/top"]
    assert value(text) == 7
    assert "lower" not in text


def test_what_is_used_by_two_modules_is_there_once():
    text = files(
        mid="from .low import low\n\n\ndef mid(x):\n    return low(x) * 10\n",
        top="from .low import low\nfrom .mid import mid\nresult = low(1) + mid(1)\n",
    )["p/top"]
    assert value(text) == 88
    assert text.count("def low") == 1


def test_what_is_imported_late_stays_a_module():
    body = "\n\ndef late():\n    from . import rest\n    from .more import more\n"
    found = files(top=body, rest="x = []\n", more="def more():\n    pass\n")
    assert {"p/rest", "p/more"} <= set(found)
    assert "    from . import rest\n    from .more import more\n" in found["p/top"]


def test_a_late_module_takes_from_the_bundle_what_became_a_part_of_it():
    found = files(
        top="from .low import low\n\n\ndef late():\n    from .rest import rest\n",
        rest="from . import low as l\nfrom .const import TWO\n\n\n"
        "def rest():\n    return l.low(TWO)\n",
    )
    assert ast.unparse(ast.parse(found["p/rest"])) == (
        "from .top import low\n\ndef rest():\n    return low(2)"
    )


def test_an_import_that_may_fail_stays_as_it_is():
    trial = "try:\n    from .low import low\nexcept ImportError:\n    low = None\n"
    found = files(top=trial)
    assert "p/low" in found
    assert found["p/top"] == trial


def test_a_second_entry_takes_from_the_first():
    found = files(
        ("p/top", "p/upper"),
        top="from .low import low\n",
        upper="from .low import low\nfrom .top import low as other\nresult = low(1)\n",
    )
    assert "def low" in found["p/top"]
    assert "from .top import low\n" in found["p/upper"] and "def low" not in found["p/upper"]


def test_entries_that_do_not_import_each_other_have_a_copy_each():
    found = files(("p/a", "p/b"), a="from .low import low\n", b="from .low import low\n")
    assert "def low" in found["p/a"] and "def low" in found["p/b"]


def test_a_late_module_cannot_choose_between_copies():
    texts = {"a": "from .low import low\n", "b": "from .low import low\n"}
    with pytest.raises(Missing, match="more than one file"):
        files(("p/a", "p/b"), rest="from .low import low\nresult = low(1)\n", **texts)


def test_a_number_that_changes_is_none():
    text = files(
        mid="COUNT = 0\n\n\n"
        "def count():\n    global COUNT\n    COUNT = COUNT + 1\n    return COUNT\n",
        top="from .mid import count\nresult = count() + count()\n",
    )["p/top"]
    assert value(text) == 3


def test_public_numbers_of_an_entry_stay_private_ones_go():
    text = files(top=CONST + "_A = const(5)\nB = const(_A + 1)\nresult = _A + B\n")["p/top"]
    assert text == "B = 6\nresult = 5 + 6\n"


def test_two_things_of_one_name_are_refused():
    wrong = refusal(
        mid="def low():\n    pass\n", top="from .low import low\nfrom .mid import low as other\n"
    )
    assert wrong == "p/top: low is there twice"


def test_a_local_name_that_hides_an_import_is_refused():
    wrong = refusal(top="from . import low as l\n\n\ndef f(low):\n    return l.low(low)\n")
    assert wrong == "p/top: low is a local name, too"


def test_a_module_as_a_value_is_refused():
    assert refusal(top="from . import low\nresult = low\n") == (
        "p/top: the module p/low is used as a value"
    )


LOW = "from . import low as l\n"
TOP_HIDES = {
    "a local name is what an import is called at home": "from .low import low as m\n\n\n"
    "def f(low):\n    return m(low)\n",
    "a comprehension": LOW + "result = [l.low(low) for low in (1, 2)]\n",
    "a loop": LOW + "for low in (1, 2):\n    l.low(low)\n",
    "a class body": LOW + "class C:\n    low = 3\n    x = l.low(low)\n",
    "a function in a function": LOW + "def f():\n    def low():\n        pass\n    l.low(low)\n",
    "an import in a function": LOW + "def f():\n    from z import low\n    l.low(low)\n",
    "an exception": LOW + "try:\n    pass\nexcept OSError as low:\n    l.low(low)\n",
    "a global": "from .low import low as m\n\n\ndef low():\n    global m\n    m = 1\n",
}


@pytest.mark.parametrize("case", TOP_HIDES)
def test_what_hides_an_import_is_refused_in_every_scope(case):
    assert "is a local name, too" in refusal(top=TOP_HIDES[case])


@pytest.mark.parametrize(
    "line", ("TWO += 1", "TWO = 3", "class C:\n    TWO = 3\n    x = TWO", "del TWO")
)
def test_an_imported_number_that_changes_is_refused(line):
    assert refusal(top="from .const import TWO\n%s\n" % line) == "p/top: TWO is a local name, too"


def test_writing_to_an_imported_module_is_refused():
    for name in ("low", "FOUR"):
        assert refusal(top="from . import low\nlow.%s = 5\n" % name).endswith("is written to")


@pytest.mark.parametrize(
    "mid, top",
    (
        ("from array import array as x\n", "x = []\n"),
        ("from a import x\n", "from b import x\n"),
        ("import a as x\n", "import b as x\n"),
        ("try:\n    x = 1\nexcept OSError:\n    x = 2\n", "x = []\n"),
        ("x: list = []\n", "x = []\n"),
        ("x, y = z\n", "for y in z:\n    pass\n"),
        ("def f():\n    global x\n    x = 1\n", "def g():\n    global x\n    x = 2\n"),
        ("from .errors import x\n", "from .const import x\n"),
    ),
)
def test_one_name_for_two_things_is_refused_however_it_is_bound(mid, top):
    assert "is there twice" in refusal(mid=mid, top="from . import mid\n" + top, errors="x = []\n")


def test_a_name_that_would_hide_a_builtin_elsewhere_is_refused():
    wrong = refusal(mid="def max():\n    pass\n", top="from . import mid\nx = max(1, 2)\n")
    assert wrong == "p/top: max would hide Python's own"


@pytest.mark.parametrize(
    "line, why",
    (
        ("from .low import *", "cannot be followed"),
        ("from ..p import low", "cannot be followed"),
        ("import p.low", "needs a relative import"),
        ("from p.low import low", "needs a relative import"),
        ("x = __name__", "would mean the whole file"),
        ("x = globals()", "would mean the whole file"),
    ),
)
def test_what_cannot_be_followed_is_refused(line, why):
    assert why in refusal(top="from . import low as l\n%s\n" % line)


def test_modules_that_import_each_other_are_refused():
    wrong = refusal(mid="from . import top\n", top="from . import mid\n")
    assert wrong == "p/mid: p/top imports it, too"


def test_a_third_entry_takes_from_both_others():
    found = files(
        ("p/a", "p/b", "p/top"),
        a="A = []\n",
        b="B = []\n",
        top="from .a import A\nfrom .b import B\n",
    )
    assert found["p/top"] == "from .a import A\nfrom .b import B\n"


def test_a_call_at_a_modules_top_stays():
    assert value(files(top="from . import low\nresult = []\nresult.append(low.FOUR)\n")["p/top"])


def test_a_negative_number_keeps_its_sign():
    text = "from . import mid\nresult = [mid.M**2, mid.M.bit_length(), 1 - mid.M]\n"
    assert value(files(mid="M = -5\n", top=text)["p/top"]) == [25, 3, 6]


@pytest.mark.parametrize(
    "text, result",
    (
        ("A = B = 5\nresult = A + B\n", 10),
        ("A = 1\n\n\ndef A():\n    return 2\n\n\nresult = A()\n", 2),
        ("A = 5\nresult = [A for A in (1, 2)]\n", [1, 2]),
        (
            "class T:\n    def const(self, x):\n        return 2 * x\n\n\nresult = T().const(5)\n",
            10,
        ),
        (
            "from .const import TWO\n\n\ndef f():\n    from .const import TWO\n\n\nresult = TWO\n",
            2,
        ),
        ("A = [1, 2][1] or 1 // 0\nresult = f'{A:{A}}'\n", " 2"),
    ),
)
def test_what_looks_like_a_number_and_is_none_means_what_it_did(text, result):
    assert value(files(top=text)["p/top"]) == result


def test_an_assignment_that_parentheses_make_cost_heap_is_refused():
    assert "a, b = (b, a)" in refusal(top="a = b = 1\na, b = b, a\n")


def test_a_number_that_would_be_frozen_as_a_big_integer_is_refused():
    assert "frozen" in refusal(top=CONST + "_LONG = const(8192)\nresult = (1, _LONG)\n")
    assert files(top="result = (1, 8191)\n")["p/top"] == "result = (1, 8191)\n"


def test_a_part_that_is_imported_as_a_module_later_is_refused():
    wrong = refusal(top="from .low import low\n\n\ndef f():\n    from . import low\n")
    assert wrong == "p/top: p/low is no module any more"


def test_stand_ins_hand_out_every_name_of_a_part():
    modules = dict(SHARED, **{"p/top": "from .low import low\n"})
    made = Bundler(modules, ("p/top",), ("p/const",)).stand_ins()
    assert made == {"p/low": "_THREE = 3\nFOUR = 4\nfrom .top import low\n"}


def test_the_methods_named_become_machine_code_and_no_others():
    text = "class Low:\n\n    def a(self):\n        pass\n\n    def b(self):\n        pass\n"
    modules = {"p/low": text, "p/top": "from .low import Low\nimport os\n"}
    made = Bundler(modules, ("p/top",), (), {"p/low": ("b",)}).files()["p/top"]
    assert "import micropython" in made
    assert made.endswith(text.replace("    def b", NATIVE + "    def b"))
    with pytest.raises(Missing, match="p/low: no class there has c"):
        Bundler(modules, ("p/top",), (), {"p/low": ("b", "c")}).files()


def test_the_packages_lose_nothing(tmp_path):
    there = bundle.write(str(tmp_path / "out"), with_parts=True)
    assert sorted(there) == bundle.places()
    merged = bundle.write(str(tmp_path / "out"))
    assert set(merged) < set(there)
    for entry in bundle.ENTRIES:
        assert entry in merged
