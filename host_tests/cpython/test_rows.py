"""Every line of the acceptance list has a test or a reason, and ROWS.md is what the tests say."""

import pytest
import rows

LIST = """# a comment
row_1 | one

row_2 | two | it cannot be shown
W1 | three
row_101 | optional
"""


def joined(*names):
    """The rows of LIST with these tests, and the faults."""
    listed = rows.read_list(LIST)
    return listed, rows.join(listed, [("test_a.py", name) for name in names])


def test_every_identifier_has_a_test_or_a_reason_and_no_test_names_an_unknown_one():
    _, faults = rows.read()
    assert faults == []


def test_the_list_holds_every_identifier_and_no_other():
    listed, _ = rows.read()
    last = {"Q": 20, "A": 7, "C": 3, "M": 13, "T": 4, "P": 4, "D": 5, "V": 30, "W": 7}
    expected = {"row_%d" % i for i in list(range(1, 79)) + list(range(101, 147))} | {"D0"}
    for letter, number in last.items():
        expected |= {"%s%d" % (letter, i) for i in range(1, number + 1)}
    assert set(listed) == expected


def test_the_table_beside_the_tests_is_made_from_them():
    listed, _ = rows.read()
    with open(rows.TABLE, encoding="utf-8") as f:
        assert f.read() == rows.table(listed), "stale: run tools/rows.py --write"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("test_row_12_a_thing", ["row_12"]),
        ("test_V3_row_69_to_71_things", ["row_69", "row_70", "row_71", "V3"]),
        ("test_row_3_row_4_Q10", ["row_3", "row_4", "Q10"]),
        ("test_a_row_of_9_things_in_MV5", []),
        ("test_arrow_9_and_policy_b", []),
        ("test_D0_D3_both", ["D0", "D3"]),
    ],
)
def test_a_name_is_read_for_its_identifiers(name, found):
    assert rows.identifiers(name) == found


def test_only_tests_are_read_from_a_file():
    source = (
        "def test_V1_a():\n    def test_V2_b(): pass\ndef row_1(): pass\nasync def test_c(): 0\n"
    )
    assert rows.tests_in(source) == ["test_V1_a", "test_c"]


def test_a_missing_row_an_unknown_row_and_a_reason_too_many_are_faults():
    assert joined("test_row_1", "test_W1")[1] == []
    assert joined("test_row_1")[1] == ["W1 has neither a test nor a reason"]
    assert joined("test_row_1_W1_V9")[1] == [
        "test_a.py: test_row_1_W1_V9 names V9, which is not in the list"
    ]
    assert joined("test_row_1_W1", "test_row_2")[1] == [
        "row_2 has a reason to have no test, and a test"
    ]


def test_the_table_shows_tests_reasons_and_no_optional_row_without_a_test():
    listed, _ = joined("test_row_1_W1", "test_row_1_again")
    text = rows.table(listed)
    assert "| row_1 | one | [test_row_1_W1](test_a.py)<br>[test_row_1_again](test_a.py) |" in text
    assert "| row_2 | two | it cannot be shown |" in text
    assert "row_101" not in text


@pytest.mark.parametrize("line", ["row_1", "row_1 |", "X1 | a", "row_1 | a | b | c", "| a"])
def test_a_line_that_is_no_row_is_named_with_its_number(line):
    with pytest.raises(ValueError, match="line 2"):
        rows.read_list("W1 | one\n%s\n" % line)


def test_a_row_that_is_there_twice_is_named():
    with pytest.raises(ValueError, match="W1 is there twice"):
        rows.read_list("W1 | one\nW1 | two\n")


def test_a_stale_table_fails_the_check(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "ROWS.md"
    stale.write_text("old")
    monkeypatch.setattr(rows, "TABLE", str(stale))
    assert rows.main(["--check"]) == 1
    assert "ROWS.md is stale" in capsys.readouterr().err
    rows.main(["--write"])
    assert stale.read_text() == rows.table(rows.read()[0])


def test_a_wrong_option_shows_the_usage():
    assert rows.main(["--all"]) == 2
