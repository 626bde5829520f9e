"""A small arithmetic over references, for the sides of rules and for formulas that stand in data files.

    100 * {3.3} / {3.1}          the grand totals of two series
    {6.1:setting=inland}         a cell; several dimensions are separated by commas
    {11.1@previous}              what the period before said; @baseline: the baseline period

Numbers, + - * /, parentheses and a sign. Decimals throughout; nothing is ever executed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import Literal, TypeAlias, cast

When = Literal["previous", "baseline"]

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|\{(?P<reference>[^{}]*)\}|(?P<sign>[-+*/()]))", re.ASCII)
_REFERENCE = re.compile(
    r"(?P<series>[A-Za-z0-9][A-Za-z0-9.\-]*)(?::(?P<cell>[\w\-]+=[\w\-]+(?:,[\w\-]+=[\w\-]+)*))?(?:@(?P<when>previous|baseline))?",
    re.ASCII,
)
_DEEPEST = 50
_BINARY: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class ExpressionError(ValueError):
    """`position` counts characters from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"character {position + 1}: {reason}")
        self.position = position
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of a series: its grand total, or the cell with those dimensions (sorted); of now, or of another time."""

    series: str
    dimensions: tuple[tuple[str, str], ...] = ()
    when: When | None = None


@dataclass(frozen=True, slots=True)
class _Operation:
    sign: str
    left: _Node
    right: _Node


_Node: TypeAlias = "Decimal | Reference | _Operation"
Lookup: TypeAlias = Callable[[Reference], "Decimal | None"]


@dataclass(frozen=True, slots=True)
class Expression:
    """`text` as it was written."""

    text: str
    root: _Node

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every reference once, in the order of the text."""
        return tuple(dict.fromkeys(_references(self.root)))

    def evaluate(self, lookup: Lookup) -> Decimal | None:
        """None where a reference has no value, and for a division by zero."""
        with localcontext(prec=50) as context:
            context.traps[DivisionByZero] = context.traps[InvalidOperation] = True
            try:
                return _value(self.root, lookup)
            except (DivisionByZero, InvalidOperation):
                return None


def parse(text: str) -> Expression:
    """Raises `ExpressionError`."""
    return Expression(text, _Parser(text).whole())


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0
        self._end = len(text)

    def whole(self) -> _Node:
        node = self._sum()
        if self._next < len(self._tokens):
            position, what = self._tokens[self._next]
            raise ExpressionError(position, f"{_shown(what)} is not expected here")
        return node

    def _sum(self) -> _Node:
        node = self._product()
        while (sign := self._taken("+-")) is not None:
            node = _Operation(sign, node, self._product())
        return node

    def _product(self) -> _Node:
        node = self._factor()
        while (sign := self._taken("*/")) is not None:
            node = _Operation(sign, node, self._factor())
        return node

    def _factor(self) -> _Node:
        if self._next == len(self._tokens):
            raise ExpressionError(self._end, "a number, a reference in braces or ( is missing")
        position, what = self._tokens[self._next]
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(position, "it is nested too deeply")
        self._next += 1
        try:
            return self._signed_or_nested(what, position) if isinstance(what, str) else what
        finally:
            self._depth -= 1

    def _signed_or_nested(self, sign: str, position: int) -> _Node:
        if sign == "-":
            return _Operation("-", Decimal(0), self._factor())
        if sign != "(":
            raise ExpressionError(position, f"{sign} is not expected here")
        node = self._sum()
        if self._taken(")") is None:
            raise ExpressionError(position, "this ( is not closed")
        return node

    def _taken(self, signs: str) -> str | None:
        if self._next == len(self._tokens):
            return None
        _, what = self._tokens[self._next]
        if not isinstance(what, str) or what not in signs:
            return None
        self._next += 1
        return what


def _tokens(text: str) -> Iterator[tuple[int, Decimal | Reference | str]]:
    position = 0
    end = len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise ExpressionError(position, f"{text[position:].strip()[:20]!r} cannot be read")
        start = found.end() - len(found[0].lstrip())
        if found["number"]:
            yield start, Decimal(found["number"])
        elif found["sign"]:
            yield start, found["sign"]
        else:
            yield start, _reference(found["reference"], start)
        position = found.end()


def _reference(text: str, position: int) -> Reference:
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise ExpressionError(
            position, f"{{{text}}} is no reference; write {{6.1}}, {{6.1:setting=inland}} or {{6.1@previous}}"
        )
    pairs = [tuple(pair.split("=")) for pair in (found["cell"] or "").split(",") if pair]
    if len({name for name, _ in pairs}) < len(pairs):
        raise ExpressionError(position, f"{{{text}}} names a dimension twice")
    return Reference(
        found["series"], tuple(sorted((name, code) for name, code in pairs)), cast("When | None", found["when"])
    )


def _references(node: _Node) -> Iterator[Reference]:
    if isinstance(node, Reference):
        yield node
    elif isinstance(node, _Operation):
        yield from _references(node.left)
        yield from _references(node.right)


def _value(node: _Node, lookup: Lookup) -> Decimal | None:
    match node:
        case Decimal():
            return node
        case Reference():
            return lookup(node)
    left, right = _value(node.left, lookup), _value(node.right, lookup)
    return None if left is None or right is None else _BINARY[node.sign](left, right)


def _shown(what: Decimal | Reference | str) -> str:
    return f"{{{what.series}}}" if isinstance(what, Reference) else str(what)
