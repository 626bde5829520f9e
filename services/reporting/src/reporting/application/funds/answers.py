"""An answer about the funds, in the shape of the other aggregates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reporting.application.answers import Figure, Footnote, Row


@dataclass(frozen=True, slots=True)
class FundsAnswer:
    """`names` say by key what its values are called. There is no coverage: money is known or is not there."""

    measure: str
    by: tuple[str, ...]
    start: date | None
    end: date | None
    rows: tuple[Row, ...]
    total: Figure
    names: Mapping[str, Mapping[str, str]]
    freshness: Mapping[str, Mapping[str, Any]]
    footnotes: tuple[Footnote, ...]

    def document(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "by": list(self.by),
            "period": {"from": _iso(self.start), "to": _iso(self.end)},
            "rows": [row.document() for row in self.rows],
            "total": self.total,
            "coverage": None,
            "names": {key: dict(names) for key, names in self.names.items()},
            "freshness": {publisher: dict(fresh) for publisher, fresh in self.freshness.items()},
            "footnotes": [note.document() for note in self.footnotes],
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
