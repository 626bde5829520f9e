"""The figures of the page: the questions it asks, and the answers to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from common.kernel.periods import Grain, Period, periods_between, year_before
from reporting.application.aggregates import Aggregates, ask
from reporting.application.answers import Answer, Row
from reporting.application.questions import Question
from reporting.dashboard.asked import Asked

SEIZURE = "weapon_seizure"
HEADLINES: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]] = {
    "Incidents": ("incidents", {}),
    "Killed": ("killed", {}),
    "Suicides": ("suicides", {}),
    "Deaths": ("deaths", {}),
    "Injured": ("injured", {}),
    "Seizures": ("incidents", {"category": (SEIZURE,)}),
}
CASUALTIES: Mapping[str, str] = {"killed": "Killed", "suicides": "Suicides", "injured": "Injured"}
TREND = ("by_category", "by_jurisdiction", "totals", "past_by_category", "past_totals")
PER = 100_000


@dataclass(frozen=True, slots=True)
class Told:
    """A question and its answer."""

    question: Question
    answer: Answer

    @property
    def rows(self) -> Sequence[Row]:
        return self.answer.rows

    @property
    def only(self) -> Row:
        """The row of a question without `by`."""
        return self.answer.rows[0]

    @property
    def address(self) -> str:
        """Where a program reads the same figures."""
        asked = self.question
        parameters = [("measure", asked.measure), *(("by", name) for name in asked.by)]
        parameters += [(name, value) for name, values in asked.filters.items() for value in values]
        parameters += [(name, day.isoformat()) for name, day in (("from", asked.start), ("to", asked.end)) if day]
        parameters += [("per", str(asked.per))] if asked.per else []
        return f"/v1/aggregates/incidents?{urlencode(parameters)}"


@dataclass(frozen=True, slots=True)
class Trend:
    """Incidents by category and `grain`, by jurisdiction and `grain`, and by category alone, over whole periods, which
    may be more than was asked for. By category also a year earlier, for what occurs no more has no row."""

    grain: Grain
    start: date
    end: date
    by_category: Told
    by_jurisdiction: Told
    totals: Told
    past_by_category: Told
    past_totals: Told

    @property
    def periods(self) -> list[Period]:
        return periods_between(self.start, self.end, self.grain)


@dataclass(frozen=True, slots=True)
class Figures:
    """`headlines` and `casualties` have the keys of the tables above."""

    headlines: Mapping[str, Told]
    jurisdictions: Told
    rates: Told
    trend: Trend
    categories: Told
    casualties: Mapping[str, Told]
    seizures: Told
    items: Told
    verification: Told


async def gather(aggregates: Aggregates, asked: Asked) -> Figures:
    """Everything that the page prints, all of one moment."""
    start, end, grain = trend_span(asked)
    longer = replace(asked, start=start, end=end)
    past_start, past_end = year_before(start, end)
    past = replace(asked, start=past_start, end=past_end)
    seizures = {"category": (SEIZURE,)}
    questions = {
        **{f"headline {name}": _ask(aggregates, asked, of, (), only) for name, (of, only) in HEADLINES.items()},
        **{f"casualty {measure}": _ask(aggregates, asked, measure, ("sex",)) for measure in CASUALTIES},
        "jurisdictions": _ask(aggregates, asked, "incidents", ("jurisdiction",)),
        "rates": _ask(aggregates, asked, "incidents", ("jurisdiction",), per=PER),
        "categories": _ask(aggregates, asked, "incidents", ("category",)),
        "seizures": _ask(aggregates, asked, "incidents", ("jurisdiction",), seizures),
        "items": _ask(aggregates, asked, "seized_items", ("kind", "unit")),
        "verification": _ask(aggregates, asked, "incidents", ("verification",)),
        "by_category": _ask(aggregates, longer, "incidents", ("category", grain)),
        "totals": _ask(aggregates, longer, "incidents", ("category",)),
        "by_jurisdiction": _ask(aggregates, longer, "incidents", ("jurisdiction", grain)),
        "past_by_category": _ask(aggregates, past, "incidents", ("category", grain)),
        "past_totals": _ask(aggregates, past, "incidents", ("category",)),
    }
    answers = await aggregates.answers(list(questions.values()))
    told = {
        name: Told(*pair) for name, pair in zip(questions, zip(questions.values(), answers, strict=True), strict=True)
    }
    return Figures(
        headlines={name: told[f"headline {name}"] for name in HEADLINES},
        casualties={measure: told[f"casualty {measure}"] for measure in CASUALTIES},
        trend=Trend(grain, start, end, **{name: told[name] for name in TREND}),
        **{name: told[name] for name in ("jurisdictions", "rates", "categories", "seizures", "items", "verification")},
    )


async def recorded_years(aggregates: Aggregates) -> list[int]:
    """The years of which incidents are known, latest first."""
    answer = await aggregates.answer(ask(aggregates.pack, by=("year",)))
    years = {int(row.key["year"]) for row in answer.rows if row.key["year"].isdigit() and row.value}
    return sorted(years, reverse=True)


def default_period(years: Sequence[int], today: date) -> Period:
    """The latest year that is over among those recorded; else the latest recorded; else the last that is over."""
    over = [year for year in years if year < today.year]
    return Period("year", next(iter([*over, *years]), today.year - 1))


def trend_span(asked: Asked) -> tuple[date, date, Grain]:
    """Whole months, of a short period at least the twelve to its end, for a trend needs length; of a long one longer
    steps."""
    months = (asked.end.year - asked.start.year) * 12 + asked.end.month - asked.start.month + 1
    grain: Grain = "month" if months <= 36 else "quarter" if months <= 120 else "year"
    first, last = Period.containing(asked.start, grain), Period.containing(asked.end, grain)
    return (last.shifted(-11).start if months < 12 else first.start), last.end, grain


def _ask(
    aggregates: Aggregates,
    asked: Asked,
    measure: str,
    by: Sequence[str],
    only: Mapping[str, Sequence[str]] | None = None,
    per: int | None = None,
) -> Question:
    filters = {**(only or {}), "jurisdiction": asked.jurisdictions}
    return ask(aggregates.pack, measure=measure, by=by, filters=filters, start=asked.start, end=asked.end, per=per)
