"""What must be known to read the figures: who has reported, how fresh they are, what counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reporting.dashboard import wording
from reporting.dashboard.figures import Figures, Told
from reporting.dashboard.names import Names

STATES = {"verified": "verified", "unverified": "not yet verified", "disputed": "disputed"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """`missing` names the members that have not declared the whole period complete."""

    reported: int
    of: int
    missing: str


def coverage(figures: Figures, names: Names) -> Coverage:
    told = figures.jurisdictions.answer.coverage
    missing = [names.jurisdiction(code) for code in told.members if code not in told.reported]
    return Coverage(len(told.reported), len(told.members), ", ".join(missing))


def remarks(figures: Figures, notice: str | None) -> list[str]:
    """The aggregates' own footnotes, each once, without those of names and the notice, which have their own places."""
    told = [figures.jurisdictions, figures.verification, figures.items]
    notes = [note.text for each in told for note in each.answer.footnotes if note.jurisdiction is None]
    kept = [note for note in dict.fromkeys(notes) if note != notice]
    return [*kept, *_verification(figures.verification), *told_freshness(figures.jurisdictions.answer.freshness)]


def _verification(told: Told) -> Iterator[str]:
    counts = {row.key["verification"]: row.value for row in told.rows}
    parts = [f"{wording.number(counts[state])} {name}" for state, name in STATES.items() if counts.get(state)]
    if parts:
        yield f"Of the incidents shown: {', '.join(parts)}."


def told_freshness(freshness: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """How far the events of each publisher were read."""
    if not freshness:
        yield "Nothing has been read from any publisher yet."
    for publisher, fresh in freshness.items():
        told = f"event {wording.number(fresh['position'])} of {publisher}"
        late = fresh["lag_events"]
        if fresh.get("rebuilding"):
            yield f"The events of {publisher} were replaced: these are the earlier figures, until all are read again."
            continue
        yield f"Up to {told}; {wording.number(late)} more are on their way." if late else f"Up to date: {told}."
