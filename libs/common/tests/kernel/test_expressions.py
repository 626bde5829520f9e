"""Arithmetic over references."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kernel.expressions import ExpressionError, Reference, parse

KNOWN = {
    Reference("3.1"): Decimal(10),
    Reference("3.3"): Decimal(4),
    Reference("6.1", (("setting", "inland"),)): Decimal(7),
    Reference("6.1", (), "previous"): Decimal(2),
    Reference("0"): Decimal(0),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("-{3.3} + 1", -3),
        ("2 - -3", 5),
        ("100 * {3.3} / {3.1}", 40),
        ("{6.1:setting=inland} - {6.1@previous}", 5),
        ("0.5", Decimal("0.5")),
    ],
)
def test_it_computes(text: str, value: int) -> None:
    assert parse(text).evaluate(KNOWN.get) == value


@pytest.mark.parametrize("text", ["{3.1} / {0}", "{9} + 1", "0 / 0"])
def test_what_is_missing_and_a_division_by_zero_have_no_value(text: str) -> None:
    assert parse(text).evaluate(KNOWN.get) is None


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("1 +", 3),
        ("(1", 0),
        ("1)", 1),
        ("1 2", 2),
        ("{6.1", 0),
        ("{}", 0),
        ("{6.1:setting}", 0),
        ("1 + {6.1@tomorrow}", 4),
        ("{6.1:a=b,a=c}", 0),
        ("__import__('os')", 0),
        ("(" * 60 + "1" + ")" * 60, 50),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert refused.value.position == position


def test_references_are_named_once_in_order() -> None:
    assert parse("{2} + {1:b=x,a=y} - {2}").references == (
        Reference("2"),
        Reference("1", (("a", "y"), ("b", "x"))),
    )


@given(
    st.recursive(
        st.integers(0, 99).map(str),
        lambda below: st.tuples(below, st.sampled_from("+-*"), below).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=12,
    )
)
def test_it_agrees_with_python(text: str) -> None:
    assert parse(text).evaluate(lambda _: None) == eval(text)  # noqa: S307  made of digits and signs alone
