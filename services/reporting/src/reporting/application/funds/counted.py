"""What a measure comes to in a window, and what money, projects and results have in common when they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Protocol, TypeAlias

from common.kernel.money import MINOR_UNITS, written
from reporting.application.funds.model import Share
from reporting.application.funds.windows import Window
from reporting.application.questions import UNKNOWN

Key: TypeAlias = tuple[str, ...]
Weights: TypeAlias = Mapping[str, Decimal]

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Counted:
    """By key, and in total: each thing once. No total is told where different units or currencies would be added."""

    rows: Mapping[Key, Decimal]
    total: Decimal | None


class Counting(Protocol):
    """A measure, asked of one moment."""

    def count(self, window: Window) -> Counted:
        """Keys that do not occur are missing."""

    def write(self, value: Decimal, key: Mapping[str, str]) -> int | str: ...

    def remarks(self) -> Iterable[str]:
        """What a reader must know of the figures."""


def weights(shares: Sequence[Share]) -> Weights:
    """Of what nothing is told about, all is unknown."""
    told = {share.key: share.percent for share in shares if share.percent > 0}
    return told or {UNKNOWN: Decimal(100)}


def every_key(by: Sequence[str], values: Mapping[str, Sequence[str]]) -> list[Key]:
    """Of something that has several values in a dimension, perhaps."""
    return list(product(*(values[name] for name in by)))


def in_currency(amount: Decimal, currency: str) -> str:
    return written(amount, currency if currency in MINOR_UNITS else DOLLAR)
