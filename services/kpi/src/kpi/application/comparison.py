"""The jurisdictions beside each other: every one's figure, how it moved, how far it has come, and the region's total.

Adding is done where it means something: one part, one unit. A share of the region is its sums' share, not the mean of
shares. A total always comes with its coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from common.kernel.numbers import change_percent
from common.kernel.periods import Period
from common.kernel.progress import Progress, ProgressBand, assess, for_length
from kpi.application.observations import sources_of
from kpi.domain.commands import History
from kpi.domain.derived import Lookup, rounded
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.values import Content, Figure

Percent = float | Literal["n/a"]


@dataclass(frozen=True, slots=True)
class Change:
    """Against another period; None where that one has no value."""

    period: str | None
    value: Decimal | None
    absolute: Decimal | None
    percent: Percent


@dataclass(frozen=True, slots=True)
class Row:
    """One part of one jurisdiction in one period. `value` is the grand total of a numeric part; `statuses` counts items
    by status."""

    jurisdiction: str
    part: Part
    period: str
    presence: str
    quality: str | None
    value: Decimal | None
    previous: Change
    baseline: Change
    progress: Progress
    statuses: Mapping[str, int]
    documents: int


@dataclass(frozen=True, slots=True)
class Regional:
    """The region in one period, over those that have reported. `why` says why there is no total."""

    part: Part
    period: str
    total: Decimal | None
    why: str | None
    reported: tuple[str, ...]
    members: tuple[str, ...]
    counts: Mapping[str, int]
    change: Change

    @property
    def phrases(self) -> dict[str, str]:
        """Each count as reports phrase it."""
        return {name: phrase(count, len(self.members)) for name, count in self.counts.items()}


Contents = Mapping[tuple[str, str], Content]
"""What stands in an edition (or now), by period and jurisdiction."""


def joined(contents: Iterable[tuple[str, str, Content]]) -> Contents:
    """A jurisdiction's own report and what the secretariat's says of it, together."""
    found: dict[tuple[str, str], Content] = {}
    for period, jurisdiction, content in contents:
        known = found.get((period, jurisdiction), Content())
        found[period, jurisdiction] = Content(
            (*known.figures, *content.figures), (*known.narratives, *content.narratives)
        )
    return found


def rows(definitions: Definitions, part: Part, period: str, contents: Contents, members: Sequence[str]) -> list[Row]:
    """One per member, in the roadmap's order."""
    return [_row(definitions, part, period, jurisdiction, contents) for jurisdiction in members]


def _row(definitions: Definitions, part: Part, period: str, jurisdiction: str, contents: Contents) -> Row:
    content = contents.get((period, jurisdiction), Content())
    figure = dict(content.figures).get(part.number)
    value = value_of(definitions, part, content)
    baseline = value_of(definitions, part, contents.get((part.baseline or "", jurisdiction), Content()))
    before = previous_period(part, period)
    earlier = value_of(definitions, part, contents.get((before or "", jurisdiction), Content()))
    return Row(
        jurisdiction,
        part,
        period,
        _presence(definitions, part, content, value),
        figure.quality if figure else None,
        value,
        change(before, value, earlier),
        change(part.baseline, value, baseline),
        progress(definitions, part, period, value, baseline),
        _statuses(part, figure),
        len(figure.documents) if figure else 0,
    )


def value_of(definitions: Definitions, part: Part, content: Content) -> Decimal | None:
    """The grand total of a numeric part; of one that tells of items or documents, how many are done."""
    if part.numeric:
        return Lookup(definitions, content, History()).total(part)
    figure = dict(content.figures).get(part.number)
    if figure is None or figure.presence != "reported":
        return None
    if part.kind == "statuses":
        best = part.statuses[-1].code
        return Decimal(sum(held.status == best for held in figure.statuses))
    return Decimal(len(figure.documents)) if part.kind == "documents" else None


def regional(definitions: Definitions, part: Part, period: str, contents: Contents, members: Sequence[str]) -> Regional:
    found = rows(definitions, part, period, contents, members)
    reported = tuple(row.jurisdiction for row in found if row.presence == "reported")
    summed, why = _total(definitions, part, period, contents, members)
    before = previous_period(part, period)
    earlier, _ = _total(definitions, part, before or "", contents, members)
    counts = {
        "reported": len(reported),
        "increased": sum(_moved(row) > 0 for row in found),
        "decreased": sum(_moved(row) < 0 for row in found),
        **{
            status.code: sum(row.statuses.get(status.code, 0) == len(part.items) > 0 for row in found)
            for status in part.statuses
        },
    }
    return Regional(part, period, summed, why, reported, tuple(members), counts, change(before, summed, earlier))


def _total(
    definitions: Definitions, part: Part, period: str, contents: Contents, members: Sequence[str]
) -> tuple[Decimal | None, str | None]:
    """A sum, a share of sums, or why there is none."""
    theirs = [contents[period, member] for member in members if (period, member) in contents]
    if part.kind in ("number", "quantity"):
        return summed(definitions, part, theirs), None
    if part.derived:
        sources = [definitions.parts[number] for number in sources_of(definitions, part)]
        whole = [c for c in theirs if all(value_of(definitions, source, c) is not None for source in sources)]
        sums = {source.number: summed(definitions, source, whole) for source in sources}
        return _of_sums(definitions, part, sums), None
    if part.kind == "percent":
        return None, "Shares are not added, and what they are shares of is not reported."
    return None, "It is no quantity; the counts say how many."


def summed(definitions: Definitions, part: Part, contents: Sequence[Content]) -> Decimal | None:
    values = [value_of(definitions, part, content) for content in contents]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _of_sums(definitions: Definitions, part: Part, sums: Mapping[str, Decimal | None]) -> Decimal | None:
    def lookup(reference: Any) -> Decimal | None:
        below = definitions.parts.get(reference.series)
        if below is None or reference.when is not None or reference.dimensions:
            return None
        return _of_sums(definitions, below, sums) if below.derived else sums.get(below.number)

    value = definitions.formula(part).evaluate(lookup)
    return None if value is None else rounded(value, part.decimals)


def change(period: str | None, value: Decimal | None, other: Decimal | None) -> Change:
    absolute = None if value is None or other is None else value - other
    return Change(period, other, absolute, change_percent(value, other))


def progress(
    definitions: Definitions, part: Part, period: str, value: Decimal | None, baseline: Decimal | None
) -> Progress:
    """By the first target at or after the period, else by the last one. A flow is compared with as much of the
    baseline period's as falls on a period of its length."""
    bands = [ProgressBand(band.code, band.label, band.from_percent) for band in definitions.roadmap.bands]
    target = _target(part, period)
    if not part.numeric and part.kind != "statuses":
        return Progress("neutral", "Not assessed", None, "It is no quantity.")
    flow = part.kind in ("number", "quantity") and not part.stock
    whole = for_length(baseline, part.baseline, period) if flow and part.baseline else baseline
    return assess(part.direction, value, whole, target, bands, scaled=whole != baseline)


def _target(part: Part, period: str) -> Decimal | None:
    day = Period.parse(period).end
    ahead = [target.value for target in part.targets if Period.parse(target.period).end >= day]
    if ahead:
        return ahead[0]
    return part.targets[-1].value if part.targets else None


def previous_period(part: Part, period: str) -> str | None:
    """The one before, of the same length; before the first half-year after a baseline year that year is not it."""
    try:
        return str(Period.parse(period).previous)
    except ValueError:
        return None


def phrase(count: int, of: int) -> str:
    """As regional reports count jurisdictions."""
    if count == 0:
        return f"none of {of} jurisdictions"
    if count == of:
        return f"all {of} jurisdictions"
    if count == 1:
        return f"one of {of} jurisdictions"
    return f"most ({count} of {of}) jurisdictions" if count * 2 > of else f"{count} of {of} jurisdictions"


def _presence(definitions: Definitions, part: Part, content: Content, value: Decimal | None) -> str:
    figures = dict(content.figures)
    if part.derived:
        return "reported" if value is not None else "not_reported"
    return figures[part.number].presence if part.number in figures else "not_reported"


def _statuses(part: Part, figure: Figure | None) -> dict[str, int]:
    if figure is None or part.kind != "statuses":
        return {}
    found = [held.status for held in figure.statuses]
    return {status.code: found.count(status.code) for status in part.statuses}


def _moved(row: Row) -> int:
    if row.previous.absolute is None:
        return 0
    return (row.previous.absolute > 0) - (row.previous.absolute < 0)
