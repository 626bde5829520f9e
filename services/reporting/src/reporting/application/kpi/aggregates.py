"""Answers a question about published KPI figures, in the shape of the other aggregates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import urlencode

from common.kernel.cells import Dimensions
from common.kernel.numbers import change_percent, plain
from common.kernel.periods import Period
from common.reference.pack import Pack
from reporting.application.answers import Coverage, Footnote, Row
from reporting.application.kpi.figures import Shown, shown
from reporting.application.kpi.model import Everything, Part, decode
from reporting.application.kpi.questions import PERIOD, KpiQuestion
from reporting.application.questions import PERIODS

REGIONAL = "regional"

NEVER_ADDED = "Official figures as jurisdictions reported them; figures of the incident feed are never added to them."
SEVERAL = "There is no total: different KPIs, units and shares are never added."
STOCK = "What there is at the end of a period is not added over periods."
STATUSES = "Of legal instruments and the like the value is how many have the most advanced status."
SHARES = "A share of several jurisdictions is worked out from their sums; it is not the mean of their shares."


@dataclass(frozen=True, slots=True)
class KpiAnswer:
    """`period` tells the periods that the answer covers."""

    by: tuple[str, ...]
    periods: tuple[str, ...]
    rows: tuple[Row, ...]
    total: str | None
    coverage: Coverage
    freshness: Mapping[str, Mapping[str, Any]]
    footnotes: tuple[Footnote, ...]
    roadmap: str
    editions: Mapping[str, int]

    def document(self) -> dict[str, Any]:
        spans = [Period.parse(period) for period in self.periods]
        return {
            "measure": "kpi",
            "by": list(self.by),
            "period": {
                "from": min(span.start for span in spans).isoformat() if spans else None,
                "to": max(span.end for span in spans).isoformat() if spans else None,
                "periods": list(self.periods),
            },
            "roadmap": self.roadmap,
            "editions": dict(self.editions),
            "rows": [row.document() for row in self.rows],
            "total": self.total,
            "coverage": self.coverage.document(),
            "freshness": {name: dict(told) for name, told in self.freshness.items()},
            "footnotes": [note.document() for note in self.footnotes],
        }


Read = Callable[[], Awaitable[tuple[str, Mapping[str, Mapping[str, Any]]]]]
"""All that was published as one JSON document, and how fresh it is."""


@dataclass(frozen=True, slots=True)
class KpiAggregates:
    """`kpi_url` is the public address of `kpi`; `publishers` are those whose footnotes are printed; `note` stands below
    every answer."""

    pack: Pack
    read: Read
    kpi_url: str
    publishers: tuple[str, ...] = ()
    note: str | None = None

    async def everything(self) -> tuple[Everything, Mapping[str, Mapping[str, Any]]]:
        document, freshness = await self.read()
        return decode(document), freshness

    def answer(
        self, everything: Everything, question: KpiQuestion, freshness: Mapping[str, Mapping[str, Any]]
    ) -> KpiAnswer:
        return _Answering(self, shown(everything, question.roadmap, question.edition), question).answer(freshness)


def editions_told(figures: Shown, periods: Sequence[str]) -> Iterator[str]:
    """Which edition the figures of each period stand in."""
    for period in periods:
        if period not in figures.editions:
            yield f"{period}: nothing is published yet."
            continue
        round_, edition = figures.editions[period]
        restated = f", which restates edition {edition.edition - 1}" if edition.edition > 1 else ""
        missing = f"; without {', '.join(edition.missing)}" if edition.missing else ""
        newest = round_.editions[-1].edition
        later = f"; edition {newest} has restated it" if newest > edition.edition else ""
        text = f"{period}: edition {edition.edition} of report {round_.number}{restated}, published {edition.on}"
        yield f"{text}{missing}{later}."


class _Answering:
    def __init__(self, aggregates: KpiAggregates, figures: Shown, question: KpiQuestion) -> None:
        self._aggregates = aggregates
        self._figures = figures
        self._question = question
        self._by_period = [key for key in question.by if key == PERIOD or key in PERIODS]
        self._periods = self._asked()

    def answer(self, freshness: Mapping[str, Mapping[str, Any]]) -> KpiAnswer:
        total = self._total()
        return KpiAnswer(
            self._question.by,
            tuple(self._periods),
            tuple(self._rows()),
            None if total is None else plain(total),
            self._coverage(),
            freshness,
            tuple(self._footnotes(total)),
            self._question.roadmap.code,
            {period: self._figures.editions[period][1].edition for period in self._published},
        )

    @property
    def _published(self) -> list[str]:
        return [period for period in self._periods if period in self._figures.editions]

    def _asked(self) -> list[str]:
        """Periods that are asked for, or lie within, and asked ones that are not published; all published ones where
        rows tell them apart; else the latest."""
        known = self._figures.periods
        if self._question.periods is not None:
            names, spans = set(self._question.periods), [Period.parse(name) for name in self._question.periods]
            found = [p for p in known if p in names] or [
                p for p in known if any(_within(Period.parse(p), span) for span in spans)
            ]
            spans_found = [Period.parse(period) for period in found]
            bare = [n for n in names if not any(_within(s, Period.parse(n)) for s in spans_found)]
            return found + sorted(bare, key=lambda name: Period.parse(name).start)
        return known if self._by_period and known else known[-1:] or list(self._figures.awaited[-1:])

    def _rows(self) -> Iterator[Row]:
        for part in self._question.parts:
            for keys, jurisdictions, periods, places in self._groups(part):
                value = self._sum(part, jurisdictions, periods, places)
                if value is None and not self._always:
                    continue  # what occurs nowhere has no row
                yield self._row(part, keys, jurisdictions, periods, places, value)

    def _groups(
        self, part: Part
    ) -> Iterator[tuple[dict[str, str], Sequence[str], Sequence[str], Sequence[Dimensions]]]:
        """What each row of a part adds: its key, whose figures, of which periods, at which cells."""
        for choice in product(*(self._values(part, key) for key in self._question.by)):
            keys = dict(zip(self._question.by, choice, strict=True))
            periods = [p for p in self._periods if all(_named(keys[k], p, k) for k in self._by_period)]
            if not periods:
                continue
            wanted = [keys["jurisdiction"]] if "jurisdiction" in keys else self._whole(part, periods)
            yield keys, wanted, periods, self._places(part, keys)

    def _values(self, part: Part, key: str) -> Sequence[str]:
        """The values of a key, in order."""
        roadmap = self._question.roadmap
        if key == "kpi":
            return (part.number,)
        if key == "goal":
            goals = dict.fromkeys(number.partition(".")[0] for number in roadmap.kpi_of[part.number].goals)
            return [goal for goal in goals if not self._question.goals or goal in self._question.goals]
        if key == "jurisdiction":
            named = "jurisdiction" in self._question.filters
            regional = [] if named or not self._regional(part, self._periods) else [REGIONAL]
            return [*self._jurisdictions(part, self._periods), *regional]
        if key == PERIOD:
            return self._periods
        if key in PERIODS:
            found = [Period.parse(period) for period in self._periods]
            return list(dict.fromkeys(str(Period.containing(p.start, key)) for p in found if _holds(p, key)))
        if key not in part.dimensions:
            return ("_T",)
        codes = [code.code for code in roadmap.lists[key].codes]
        return [code for code in codes if code in self._question.filters.get(key, codes)]

    def _regional(self, part: Part, periods: Sequence[str]) -> bool:
        """Whether somebody who is no commission reported the region as a whole."""
        return any((period, REGIONAL, part.number) in self._figures.figures for period in periods)

    def _whole(self, part: Part, periods: Sequence[str]) -> list[str]:
        """Whose figures make the figure of all: the region's own, where there is one."""
        if "jurisdiction" not in self._question.filters and self._regional(part, periods):
            return [REGIONAL]
        return self._jurisdictions(part, periods)

    def _jurisdictions(self, part: Part, periods: Sequence[str]) -> list[str]:
        """Every member of the roadmap that was asked for, also where it did not choose the KPI."""
        members = dict.fromkeys(j for period in periods for j in self._question.roadmap.members_in(period))
        return [j for j in members if j in self._question.filters.get("jurisdiction", list(members))]

    def _places(self, part: Part, keys: Mapping[str, str]) -> list[Dimensions]:
        """The cells that a row adds: one, or several where a filter names several codes."""
        choices: list[list[tuple[str, str] | None]] = []
        for name in part.dimensions:
            if name in keys and keys[name] != "_T":
                choices.append([(name, keys[name])])
            else:
                wanted = self._question.filters.get(name, ("_T",))
                choices.append([None if code == "_T" else (name, code) for code in wanted])
        return [tuple(sorted(pair for pair in choice if pair)) for choice in product(*choices)]

    def _sum(
        self, part: Part, jurisdictions: Sequence[str], periods: Sequence[str], places: Sequence[Dimensions]
    ) -> Decimal | None:
        found = [self._figures.total(part, jurisdictions, periods, place) for place in places]
        known = [value for value in found if value is not None]
        return sum(known, Decimal(0)) if known else None

    def _row(
        self,
        part: Part,
        keys: dict[str, str],
        jurisdictions: Sequence[str],
        periods: Sequence[str],
        places: Sequence[Dimensions],
        value: Decimal | None,
    ) -> Row:
        previous = self._moved(part, jurisdictions, periods, places, "previous")
        year_before = self._moved(part, jurisdictions, periods, places, "year_before")
        state = None if value is not None else self._state(part, jurisdictions, periods)
        return Row(
            keys,
            None if value is None else plain(value),
            None if previous is None else plain(previous),
            None if year_before is None else plain(year_before),
            change_percent(value, previous),
            {"data": self._link(part, keys, jurisdictions, periods)},
            state,  # type: ignore[arg-type]  # one of the presences
        )

    def _moved(
        self,
        part: Part,
        jurisdictions: Sequence[str],
        periods: Sequence[str],
        places: Sequence[Dimensions],
        comparison: str,
    ) -> Decimal | None:
        """The same of the periods before; None unless all of them are published."""
        if len(periods) != 1:
            return None
        try:
            other = str(getattr(Period.parse(periods[0]), comparison))
        except ValueError:
            return None
        return self._sum(part, jurisdictions, [other], places) if other in self._figures.editions else None

    def _state(self, part: Part, jurisdictions: Sequence[str], periods: Sequence[str]) -> str:
        found = {self._figures.presence(part, j, p) for j in jurisdictions for p in periods} - {"reported"}
        return found.pop() if len(found) == 1 else "not_reported"

    @property
    def _always(self) -> bool:
        """Where jurisdictions are told apart, alone or with KPIs and periods, each has its row; and one row without
        any key."""
        return not self._question.by or ("jurisdiction" in self._question.by and not self._question.dimensions)

    def _total(self) -> Decimal | None:
        if len(self._question.parts) != 1:
            return None
        (part,) = self._question.parts
        if not self._periods:
            return None
        places = self._places(part, {})
        return self._sum(part, self._whole(part, self._periods), self._periods, places)

    def _coverage(self) -> Coverage:
        """Who has reported any of the parts in all of the periods."""
        members: dict[str, None] = {}
        for part in self._question.parts:
            chosen = self._question.roadmap.kpi_of[part.number].members
            asked = self._jurisdictions(part, self._periods)
            members |= dict.fromkeys(code for code in asked if chosen is None or code in chosen)
        reported = [
            jurisdiction
            for jurisdiction in members
            if self._periods
            and all(
                any(self._figures.presence(p, jurisdiction, period) == "reported" for p in self._question.parts)
                for period in self._periods
            )
        ]
        return Coverage(tuple(reported), tuple(members))

    def _footnotes(self, total: Decimal | None) -> Iterator[Footnote]:
        aggregates = self._aggregates
        members = self._coverage().members
        for publisher in aggregates.publishers:
            for code in members:
                known = aggregates.pack.jurisdictions.get(code)
                if known and (text := known.footnotes.get(publisher)):
                    yield Footnote(text, code)
        yield Footnote(NEVER_ADDED)
        if any(part.formula is not None for part in self._question.parts):
            yield Footnote(SHARES)
        if total is None and len(self._question.parts) > 1:
            yield Footnote(SEVERAL)
        elif len(self._periods) > 1 and any(part.stock for part in self._question.parts):
            yield Footnote(STOCK)
        if any(part.kind == "statuses" for part in self._question.parts):
            yield Footnote(STATUSES)
        yield from map(Footnote, editions_told(self._figures, self._periods))
        if aggregates.note:
            yield Footnote(aggregates.note)

    def _link(self, part: Part, keys: Mapping[str, str], jurisdictions: Sequence[str], periods: Sequence[str]) -> str:
        """Exactly the observations that the row adds."""
        wanted = self._question.filters
        cells = {name: keys.get(name) or ",".join(wanted.get(name, ("_T",))) for name in part.dimensions}
        asked = {
            "roadmap": self._question.roadmap.code,
            "c[KPI]": part.number,
            "c[REF_AREA]": ",".join(jurisdictions),
            "c[TIME_PERIOD]": ",".join(periods),
            **{f"c[{name.upper()}]": codes for name, codes in cells.items()},
        }
        return f"{self._aggregates.kpi_url}/v1/data?{urlencode(asked)}"


def _within(period: Period, span: Period) -> bool:
    return span.start <= period.start and period.end <= span.end


def _holds(period: Period, grain: str) -> bool:
    """Whether a period of that length holds the whole of it."""
    return _within(period, Period.containing(period.start, grain))  # type: ignore[arg-type]


def _named(value: str, period: str, key: str) -> bool:
    """Whether the period falls under a key's value."""
    return period == value if key == PERIOD else _within(Period.parse(period), Period.parse(value))
