"""Arithmetic over references, for the sides of rules and for formulas that stand in data files.

    100 * {3.3} / {3.1}          the grand totals of two series
    {6.1:setting=inland}         a cell; several dimensions are separated by commas
    {11.1@previous}              what the period before said; @baseline: the baseline period

Numbers, + - * /, parentheses and a minus before a value. Decimals throughout; nothing is ever executed. An expression
is kept as its steps in postfix order, so that neither reading nor evaluating a long or nested one goes deep.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Literal, TypeAlias, cast

LONGEST = 2_000
DIGITS = 34

When = Literal["previous", "baseline"]


class ExpressionError(ValueError):
    """`position` counts the characters of the text from 1."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"at character {position}: {reason}")
        self.position = position
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of a series: its grand total, or the cell with those dimensions (sorted); of now, or of another time."""

    series: str
    dimensions: tuple[tuple[str, str], ...] = ()
    when: When | None = None

    def __str__(self) -> str:
        cell = ",".join(f"{dimension}={code}" for dimension, code in self.dimensions)
        return "{" + self.series + (f":{cell}" if cell else "") + (f"@{self.when}" if self.when else "") + "}"


Step: TypeAlias = "Decimal | Reference | Literal['+', '-', '*', '/', 'negate']"
Lookup: TypeAlias = Callable[[Reference], "Decimal | None"]


@dataclass(frozen=True, slots=True)
class Expression:
    """`text` as it was written."""

    text: str
    steps: tuple[Step, ...]

    @property
    def references(self) -> tuple[Reference, ...]:
        """Each once, in the order of the text."""
        return tuple(dict.fromkeys(step for step in self.steps if isinstance(step, Reference)))

    def evaluate(self, lookup: Lookup) -> Decimal | None:
        """None where a reference has no value, and where there is no result: nothing is divided by zero.

        Results have 34 digits, whatever the process uses elsewhere.
        """
        stack: list[Decimal] = []
        for step in self.steps:
            value = lookup(step) if isinstance(step, Reference) else _applied(step, stack)
            if value is None:
                return None
            stack.append(value)
        return stack.pop()


_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<reference>\{[^{}]*\})|(?P<sign>[-+*/()]))", re.ASCII)
_REFERENCE = re.compile(
    r"\{\s*(?P<series>[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)\s*(?::(?P<cell>[^@]*))?(?:@\s*(?P<when>previous|baseline)\s*)?\}",
    re.ASCII,
)
_PAIR = re.compile(r"\s*([A-Za-z0-9_]+)\s*=\s*([A-Za-z0-9_]+)\s*", re.ASCII)
_BINDS: Mapping[str, int] = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2, "negate": 3}
_APPLY: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def parse(text: str) -> Expression:
    """Raises `ExpressionError`."""
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST + 1, f"an expression has at most {LONGEST} characters")
    reading = _Reading()
    for position, token in _tokens(text):
        reading.take(position, token)
    return Expression(text, reading.finish(len(text) + 1))


def _applied(step: Decimal | str, stack: list[Decimal]) -> Decimal | None:
    if isinstance(step, Decimal):
        return step
    right = stack.pop()
    with localcontext(Context(prec=DIGITS)):
        try:
            return -right if step == "negate" else _APPLY[step](stack.pop(), right)
        except ArithmeticError:
            return None


class _Reading:
    """Dijkstra's shunting yard: signs wait until what binds tighter has been written out."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.waiting: list[tuple[int, str]] = []
        self.wants_value = True

    def take(self, position: int, token: Decimal | Reference | str) -> None:
        match token:
            case Decimal() | Reference():
                self._value(position, token)
            case "(":
                self._opening(position, "(")
            case "-" if self.wants_value:
                self._opening(position, "negate")
            case ")":
                self._closing(position)
            case _:
                self._operator(position, token)

    def finish(self, end: int) -> tuple[Step, ...]:
        if self.wants_value:
            raise ExpressionError(end, "a number, a reference or ( is missing")
        self._write_out(0)
        if self.waiting:
            raise ExpressionError(self.waiting[-1][0], "this ( is not closed")
        return tuple(self.steps)

    def _value(self, position: int, value: Decimal | Reference) -> None:
        if not self.wants_value:
            raise ExpressionError(position, "an operator is missing before this")
        self.steps.append(value)
        self.wants_value = False

    def _opening(self, position: int, sign: str) -> None:
        if not self.wants_value:
            raise ExpressionError(position, "an operator is missing before this")
        self.waiting.append((position, sign))

    def _closing(self, position: int) -> None:
        if self.wants_value:
            raise ExpressionError(position, "a number, a reference or ( is missing before this")
        self._write_out(0)
        if not self.waiting:
            raise ExpressionError(position, "this ) closes nothing")
        self.waiting.pop()

    def _operator(self, position: int, sign: str) -> None:
        if self.wants_value:
            raise ExpressionError(position, f"a number, a reference or ( is missing before {sign}")
        self._write_out(_BINDS[sign] - 1)
        self.waiting.append((position, sign))
        self.wants_value = True

    def _write_out(self, above: int) -> None:
        while self.waiting and _BINDS[self.waiting[-1][1]] > above:
            self.steps.append(cast("Step", self.waiting.pop()[1]))


def _tokens(text: str) -> Iterator[tuple[int, Decimal | Reference | str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            position = len(text) - len(text[at:].lstrip()) + 1
            raise ExpressionError(position, f"{text[position - 1]!r} is not understood here")
        kind = cast("str", found.lastgroup)
        position, word = found.start(kind) + 1, found[kind]
        match kind:
            case "number":
                yield position, Decimal(word)
            case "reference":
                yield position, _reference(position, word)
            case _:
                yield position, word
        at = found.end()


def _reference(position: int, word: str) -> Reference:
    found = _REFERENCE.fullmatch(word)
    if found is None:
        raise ExpressionError(position, f"{word} is not a reference; write {{6.1}}, {{6.1:setting=inland@previous}}")
    pairs = [_pair(position, pair) for pair in found["cell"].split(",")] if found["cell"] is not None else []
    if len(dict(pairs)) < len(pairs):
        raise ExpressionError(position, f"{word} names a dimension twice")
    return Reference(found["series"], tuple(sorted(pairs)), cast("When | None", found["when"]))


def _pair(position: int, text: str) -> tuple[str, str]:
    found = _PAIR.fullmatch(text)
    if found is None:
        raise ExpressionError(position, f"{text.strip()!r} is not a pair; write setting=inland")
    return found[1], found[2]
