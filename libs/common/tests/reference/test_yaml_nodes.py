from __future__ import annotations

import pytest

from common.reference.yaml_nodes import Unreadable, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("Y", "Y"),
        ("19_35", "19_35"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("2019-02-12", "2019-02-12"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("12", 12),
        ("-0.5", -0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
    ],
)
def test_only_plain_numbers_and_truths_are_more_than_text(text: str, value: object) -> None:
    read_value = read(f"key: {text}").value["key"]
    assert (type(read_value), read_value) == (type(value), value)


def test_every_value_knows_its_line() -> None:
    document = read("a: 1\nlist:\n  - code: x\n    label: >-\n      long\n      text\n  - {code: y}\n")
    assert document.line_of(("list", 0, "label")) == 4
    assert document.line_of(("list", 1, "code")) == 7
    assert document.line_of(("list", 1, "missing", "deeper")) == 7
    assert document.line_of(("nowhere",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a stands here twice; it stood in line 1"),
        ("a: &x 1\nb: *x\n", 2, "aliases are not read"),
        ("a: !!python/object:os.system 1\n", 1, "leave out the tag"),
        ("a: 1\n[1, 2]: x\n", 2, "a key is a plain text"),
        ("a: 1\nb: [1\n", 3, "expected"),
        ("a: 1\n\tb: 2\n", 2, "cannot start any token"),
        ("", 1, "empty"),
        ("a: \x00", 1, "special characters"),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read(text)
    assert refused.value.line == line
