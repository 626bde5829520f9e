"""Rules and formulas mean what arithmetic means, whatever is nested in what, and a malformed one says where."""

from __future__ import annotations

import ast
import operator
from decimal import Context, Decimal, DivisionByZero, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kernel.expressions import DIGITS, LONGEST, ExpressionError, Reference, parse

VALUES = {"1": Decimal(12), "6.1": Decimal(1_711), "6.2": Decimal(35), "13.1": Decimal(0)}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def result(text: str) -> Decimal | None:
    return parse(text).evaluate(lambda reference: VALUES.get(reference.series))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        ("  0.50 ", "0.50"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("24 / 4 / 2", "3"),
        ("-2 * -3", "6"),
        ("2 - -3", "5"),
        ("--2", "2"),
        ("-(1 + 2)", "-3"),
        ("{6.1} + {6.2}", "1746"),
        ("100 * {6.2} / {1}", "291.6666666666666666666666666666667"),
        ("-{1}", "-12"),
    ],
)
def test_the_usual_rules_of_arithmetic_hold(text: str, value: str) -> None:
    assert result(text) == Decimal(value)


def test_what_is_missing_has_no_result() -> None:
    assert result("{6.1} + {nothing}") is None
    assert result("0 * {nothing}") is None


@pytest.mark.parametrize("text", ["{6.1} / {13.1}", "0 / 0", "1 / (2 - 2)", "1 + 1 / 0"])
def test_nothing_is_divided_by_zero(text: str) -> None:
    assert result(text) is None


def test_a_result_depends_on_no_setting_of_the_process() -> None:
    with localcontext() as context:
        context.prec = 3
        context.traps[DivisionByZero] = False
        assert result("{6.1} * 1000 + 0.25") == Decimal("1711000.25")
        assert result("1 / {13.1}") is None


def test_references_name_a_total_a_cell_and_a_period() -> None:
    expression = parse("{6.1} - { 6.1 : weapon = rifle , setting=inland @ previous } * {6.1} + {12.4@baseline}")
    cell = Reference("6.1", (("setting", "inland"), ("weapon", "rifle")), "previous")
    assert expression.references == (Reference("6.1"), cell, Reference("12.4", (), "baseline"))
    assert str(cell) == "{6.1:setting=inland,weapon=rifle@previous}"
    assert parse(str(cell)).references == (cell,)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 1, "missing"),
        ("   ", 4, "missing"),
        ("1 +", 4, "missing"),
        ("1 + * 2", 5, "missing before *"),
        ("+ 1", 1, "missing before +"),
        ("1 2", 3, "operator is missing"),
        ("{1} {6.1}", 5, "operator is missing"),
        ("2 (3)", 3, "operator is missing"),
        ("(1 + 2", 1, "not closed"),
        ("1 + 2)", 6, "closes nothing"),
        ("()", 2, "missing before this"),
        ("1e3", 2, "'e' is not understood"),
        ("1.", 2, "'.' is not understood"),
        ("1 + ٣", 5, "not understood"),
        ("1 ** 2", 4, "missing before *"),
        ("{6.1", 1, "'{' is not understood"),
        ("{}", 1, "not a reference"),
        ("{6.}", 1, "not a reference"),
        ("1 + {6.1@next}", 5, "not a reference"),
        ("{6.1:}", 1, "not a pair"),
        ("{6.1:setting}", 1, "'setting' is not a pair"),
        ("{6.1:setting=inland,setting=border}", 1, "a dimension twice"),
        ("{6.1:setting=}", 1, "not a pair"),
        ("__import__('os')", 1, "not understood"),
        ("1" * (LONGEST + 1), LONGEST + 1, "at most"),
    ],
)
def test_a_malformed_expression_says_where_and_why(text: str, position: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert refused.value.position == position
    assert reason in refused.value.reason


@given(st.text(max_size=60) | st.text(alphabet="0123456789.+-*/(){}:=,@ abnprevious", max_size=60))
def test_any_text_is_either_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError as refused:
        position = refused.position
    else:
        position = 1
        assert all(parse(str(reference)).references == (reference,) for reference in expression.references)
        expression.evaluate(lambda _: Decimal(1))
    assert 1 <= position <= len(text) + 1


numbers = st.integers(0, 10**6).map(str) | st.decimals(0, 1000, places=2).map(str)
expressions = st.recursive(
    numbers,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " / "]), inner).map("".join)
        | inner.map(lambda text: f"({text})")
        | inner.map(lambda text: f"-({text})")
    ),
    max_leaves=25,
)


@given(expressions)
def test_every_expression_means_what_it_means_in_python(text: str) -> None:
    with localcontext(Context(prec=DIGITS)):
        assert parse(text).evaluate(lambda _: None) == _value(ast.parse(text, mode="eval").body, text)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40))
def test_a_sum_over_references_is_the_sum_of_their_values(values: list[int]) -> None:
    expression = parse(" + ".join(f"{{{n}.1}}" for n in range(len(values))))
    assert len(expression.references) == len(values)
    assert expression.evaluate(lambda reference: Decimal(values[int(reference.series[:-2])])) == sum(values)


def test_a_long_or_deep_expression_is_no_trouble() -> None:
    assert parse("+".join(["1"] * 1000)).evaluate(lambda _: None) == 1000
    assert parse("(" * 900 + "1" + ")" * 900).evaluate(lambda _: None) == 1
    assert parse("-" * 1001 + "1").evaluate(lambda _: None) == -1


def _value(node: ast.expr, text: str) -> Decimal | None:
    match node:
        case ast.Constant():
            return Decimal(ast.get_source_segment(text, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _value(operand, text)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right):
            first, second = _value(left, text), _value(right, text)
            if first is None or second is None or (isinstance(op, ast.Div) and second == 0):
                return None
            value: Decimal = OPERATORS[type(op)](first, second)
            return value
    raise AssertionError(ast.dump(node))
