"""What is said of a part of a KPI in a report: a figure and what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from common.kernel.text import ErasableText

Presence = Literal["reported", "not_reported", "not_applicable", "not_available_yet"]
Quality = Literal["final", "estimated", "provisional"]
Dimensions: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a code, sorted; a dimension that is not named is at its total."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a part; `dimensions` () is the grand total. A value of 0 is a reported zero."""

    dimensions: Dimensions
    value: Decimal


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """How far one item is, e.g. a legal instrument."""

    item: str
    status: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is itself what the KPI asks for."""

    title: str
    link: str
    adopted_on: date | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that proves a figure: what it is, its SHA-256, and where it lies. The file itself is not kept here."""

    name: str
    media_type: str
    size: int
    sha256: str
    link: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What a part has in a report. Presence and quality are two things: an estimate is reported, and a zero is a 0.

    `quality` is None unless something is reported. Numeric parts have cells, the others statuses, documents or a text.
    """

    presence: Presence
    quality: Quality | None = None
    cells: tuple[Cell, ...] = ()
    statuses: tuple[ItemStatus, ...] = ()
    documents: tuple[Document, ...] = ()
    text: ErasableText | None = None
    comment: ErasableText | None = None
    evidence: tuple[Evidence, ...] = ()

    def ordered(self) -> Figure:
        """With cells and statuses sorted, so that the order in which they are sent says nothing."""
        return replace(
            self, cells=_ordered(self.cells), statuses=tuple(sorted(self.statuses, key=lambda held: held.item))
        )


@dataclass(frozen=True, slots=True)
class Input:
    """What one institution contributes to a part's cells."""

    cells: tuple[Cell, ...]
    comment: ErasableText | None = None
    evidence: tuple[Evidence, ...] = ()

    def ordered(self) -> Input:
        return replace(self, cells=_ordered(self.cells))


def _ordered(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Sorted; a zero has no sign."""
    signless = [cell if cell.value else replace(cell, value=cell.value.copy_abs()) for cell in cells]
    return tuple(sorted(signless, key=lambda cell: cell.dimensions))


@dataclass(frozen=True, slots=True)
class Narrative:
    """In the original language (BCP 47), and a courtesy translation into English where there is one."""

    language: str
    original: ErasableText
    translation: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report says, as it is digested, accepted and frozen. Sorted by key.

    `figures` by part, `narratives` by section: the number of a goal or target, or challenges, needs, plans.
    """

    figures: tuple[tuple[str, Figure], ...] = ()
    narratives: tuple[tuple[str, Narrative], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What validation found. `id` is stable: "<rule>/<part>[/<dimension>=<code>…]"; `explained` by whoever reports."""

    id: str
    rule: str
    severity: Literal["error", "warning"]
    part: str | None
    message: str
    explanation: ErasableText | None = None
