"""An answer and its rows, as callers get them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

Figure: TypeAlias = int | str | None
"""An integer; a plain decimal as text for quantities and rates; None where nothing is known."""

State: TypeAlias = Literal["not_reported", "not_available", "not_applicable", "not_available_yet"]


@dataclass(frozen=True, slots=True)
class Row:
    """`state` says why `value` is None: nobody declared it complete, or no population is known for a rate; of a KPI it
    is what the jurisdiction said instead."""

    key: Mapping[str, str]
    value: Figure
    previous: Figure
    year_before: Figure
    change_percent: float | Literal["n/a"]
    links: Mapping[str, str]
    state: State | None = None

    def document(self) -> dict[str, Any]:
        return {
            "key": dict(self.key),
            "value": self.value,
            "previous": self.previous,
            "year_before": self.year_before,
            "change_percent": self.change_percent,
            **({"state": self.state} if self.state else {}),
            "links": dict(self.links),
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which of the members have declared the whole of the span complete."""

    reported: tuple[str, ...]
    members: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {"reported": len(self.reported), "of": len(self.members), "members": list(self.members)}


@dataclass(frozen=True, slots=True)
class Footnote:
    """`jurisdiction` is the code whose name it belongs to, None where it belongs to the whole."""

    text: str
    jurisdiction: str | None = None

    def document(self) -> dict[str, Any]:
        return {"jurisdiction": self.jurisdiction, "text": self.text}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows are sorted by their keys, `unknown` last. `total` counts each incident or person once; it is None where
    there would be different units to add."""

    measure: str
    by: tuple[str, ...]
    start: date | None
    end: date | None
    rows: Sequence[Row]
    total: Figure
    coverage: Coverage
    freshness: Mapping[str, Mapping[str, Any]]
    footnotes: Sequence[Footnote]

    def document(self) -> dict[str, Any]:
        """The answer on the wire."""
        return {
            "measure": self.measure,
            "by": list(self.by),
            "period": {"from": _iso(self.start), "to": _iso(self.end)},
            "rows": [row.document() for row in self.rows],
            "total": self.total,
            "coverage": self.coverage.document(),
            "freshness": {publisher: dict(fresh) for publisher, fresh in self.freshness.items()},
            "footnotes": [note.document() for note in self.footnotes],
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
