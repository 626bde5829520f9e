"""The words that incidents are described with, as a pack lists them."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from common.reference.jurisdictions import CodeText, Part, Text

UNREPORTED = "unreported"
OPEN_END = 1_000  # above every age


class Code(Part):
    code: CodeText
    label: Text


class SeizedKind(Code):
    units: Annotated[tuple[Literal["piece", "kg", "round"], ...], Field(min_length=1)]


class AgeGroup(Code):
    """Completed years, both inclusive; without `low` it holds those of unknown age, without `high` all above."""

    low: Annotated[int, Field(ge=0)] | None = None
    high: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and (self.low is None or self.low > self.high):
            raise ValueError("high needs a low that is not above it")
        return self


class CodeLists(Part):
    categories: Annotated[tuple[Code, ...], Field(min_length=1)]
    tags: tuple[Code, ...]
    weapon_types: Annotated[tuple[Code, ...], Field(min_length=1)]
    seized_kinds: Annotated[tuple[SeizedKind, ...], Field(min_length=1)]
    age_groups: Annotated[tuple[AgeGroup, ...], Field(min_length=1)]
    relations: tuple[Code, ...]

    @model_validator(mode="after")
    def _ages_lie_in_one_group(self) -> Self:
        bounded = sorted((g for g in self.age_groups if g.low is not None), key=lambda group: group.low or 0)
        for lower, upper in pairwise(bounded):
            if (OPEN_END if lower.high is None else lower.high) >= (upper.low or 0):
                raise ValueError(f"the age groups {lower.code} and {upper.code} overlap")
        if not any(group.code == UNREPORTED and group.low is None for group in self.age_groups):
            raise ValueError(f"age_groups needs {UNREPORTED!r}, without bounds: an unknown age is a value")
        return self
