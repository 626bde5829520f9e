"""The figures of the page: what was published, and what the incident feed says of the same jurisdictions and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from common.kernel.periods import Period
from common.kernel.progress import Progress, assess, for_length
from common.reference.pack import Pack
from reporting.application import aggregates as incidents
from reporting.application.kpi.aggregates import REGIONAL
from reporting.application.kpi.model import Edition, Everything, Part, Round
from reporting.application.questions import BadQuestion, Question
from reporting.dashboard.kpi.asked import Asked

Fresh = Mapping[str, Mapping[str, Any]]

SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Feed:
    """What the incident feed says of one part: by jurisdiction in total (None: not reported), and by setting."""

    total: Mapping[str, Decimal | None]
    by_setting: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page prints of a roadmap. `feed` is by part, of those that can stand beside it."""

    everything: Everything
    asked: Asked
    freshness: Fresh
    feed: Mapping[str, Feed] = field(default_factory=dict)

    @property
    def period(self) -> str:
        assert self.asked.period is not None, "asked only where something is published"
        return self.asked.period

    @property
    def published(self) -> tuple[Round, Edition]:
        """The round and the edition that are shown."""
        return self.asked.shown.editions[self.period]

    @property
    def members(self) -> tuple[str, ...]:
        return self.asked.roadmap.members_in(self.period)

    def value(self, part: Part, jurisdiction: str, period: str | None = None) -> Decimal | None:
        return self.asked.shown.value(part, jurisdiction, period or self.period)

    def region(self, part: Part, period: str | None = None) -> Decimal | None:
        """The region's: its own figure, else the members' together, where adding means something."""
        own = self.value(part, REGIONAL, period)
        if own is not None:
            return own
        return self.asked.shown.total(part, self.members, [period or self.period])

    def reported(self, part: Part) -> Sequence[str]:
        return [code for code in self.members if self.presence(part, code) == "reported"]

    def presence(self, part: Part, jurisdiction: str) -> str:
        return self.asked.shown.presence(part, jurisdiction, self.period)

    def baseline(self, part: Part, jurisdiction: str) -> Decimal | None:
        if part.baseline is None:
            return None
        return (
            self.region(part, part.baseline)
            if jurisdiction == REGIONAL
            else self.value(part, jurisdiction, part.baseline)
        )

    def progress(self, part: Part, jurisdiction: str) -> Progress:
        """By the first target at or after the period, else by the last one."""
        value = self.region(part) if jurisdiction == REGIONAL else self.value(part, jurisdiction)
        baseline = self.baseline(part, jurisdiction) if self.period != part.baseline else None
        whole = self.baseline_for(part, baseline, self.period)
        bands, target = self.asked.roadmap.progress_bands, _target(part, self.period)
        return assess(part.direction, value, whole, target, bands, scaled=whole != baseline)  # type: ignore[arg-type]

    def baseline_for(self, part: Part, baseline: Decimal | None, period: str) -> Decimal | None:
        """Of a flow, as much of it as falls on a period of that length."""
        flow = part.kind in ("number", "quantity") and not part.stock
        return for_length(baseline, part.baseline, period) if flow and part.baseline else baseline


def _target(part: Part, period: str) -> Decimal | None:
    day = Period.parse(period).end
    ahead = [target.value for target in part.targets if Period.parse(target.period).end >= day]
    return next(iter([*ahead, *(target.value for target in reversed(part.targets))]), None)


async def gather(everything: Everything, freshness: Fresh, asked: Asked, feed: incidents.Aggregates) -> Figures:
    """The figures of the feed are of one moment, but of another than those of `kpi`: each says how fresh it is."""
    figures = Figures(everything, asked, freshness)
    if asked.period is None:
        return figures
    parts = [part for part in asked.roadmap.parts.values() if part.comparable_kinds and part.comparable_unit]
    questions: dict[str, list[Question]] = {}
    for part in parts:
        try:
            questions[part.number] = _questions(feed.pack, part, asked.period, figures.members)
        except BadQuestion:  # kinds or members that the incidents' code lists do not know
            continue
    answers = iter(await feed.answers([question for pair in questions.values() for question in pair]))
    told, fresh = {}, dict(freshness)
    for number in questions:
        totals, settings = next(answers), next(answers)
        fresh |= totals.freshness
        by_setting = {(r.key["jurisdiction"], r.key["seizure_setting"]): _amount(r.value) for r in settings.rows}
        told[number] = Feed(
            {row.key["jurisdiction"]: None if row.value is None else _amount(row.value) for row in totals.rows},
            by_setting,
        )
    return Figures(everything, asked, fresh, told)


def _questions(pack: Pack, part: Part, period: str, members: Sequence[str]) -> list[Question]:
    """In total, and by setting. Raises `BadQuestion`."""
    span = Period.parse(period)
    filters = {"jurisdiction": members, "kind": part.comparable_kinds, "unit": [part.comparable_unit or ""]}
    return [
        incidents.ask(
            pack,
            measure="seized_items",
            by=by,
            filters=filters,
            start=span.start,
            end=span.end,
            scope=_scope(pack, members, span),
        )
        for by in (("jurisdiction",), ("jurisdiction", "seizure_setting"))
    ]


def _scope(pack: Pack, members: Sequence[str], span: Period) -> str | None:
    """A programme that all of them belong to; None (the default one) where there is none."""
    known = [pack.jurisdictions[code] for code in members if code in pack.jurisdictions]
    codes = (programme.code for programme in pack.programmes)
    return next((c for c in codes if all(j.belongs_to(c, span.start, span.end) for j in known)), None)


def _amount(value: int | str | None) -> Decimal:
    return Decimal(value or 0)
