"""Make the feed: every incident of 2019 and 2020, to the planned sums, the same on every machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embedded.sample_feed.agencies import DESKS, MONITOR
from embedded.sample_feed.arms import put_weapons
from embedded.sample_feed.drafts import Draft, apportion, dice
from embedded.sample_feed.people import put_people
from embedded.sample_feed.plan import CATEGORY_SHARES, INCIDENTS, SHARES, YEARS
from embedded.sample_feed.telling import MARK, put_date, put_place, put_tags, tell

_MONITOR_SHARE = 0.18
_ORDER = (
    "external_id", "occurred_on", "date_precision", "jurisdiction", "place", "category", "tags", "weapons", "persons",
    "casualties", "seizure", "sources", "narrative",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a partner's feed: the agency that pushes it, and the body as the API takes it."""

    agency: str
    body: dict[str, Any]

    @property
    def external_id(self) -> str:
        return str(self.body["external_id"])


def generate() -> tuple[Line, ...]:
    """Every line but the retracted one, by agency and date. The same lines on every call."""
    return tuple(line for year in YEARS for line in _year(year))


def retracted_line() -> Line:
    """The line that its agency later withdraws: it carries nothing but its own count of one."""
    body = {
        "external_id": "RS-2020-90001",
        "occurred_on": "2020-10-17",
        "date_precision": "day",
        "jurisdiction": "RS",
        "place": {
            "name": "Kragujevac",
            "admin": ["Šumadija and Western Serbia", "Šumadija"],
            "precision": "settlement",
        },
        "category": "undetermined_shooting",
        "narrative": f"{MARK}: shots heard, Kragujevac. Later withdrawn: the report could not be confirmed.",
    }
    return Line(MONITOR.code, body)


def _year(year: int) -> list[Line]:
    drafts = [
        Draft(year, category, jurisdiction)
        for category, total in INCIDENTS[year].items()
        for jurisdiction, count in apportion(total, CATEGORY_SHARES.get(category, SHARES)).items()
        for _ in range(count)
    ]
    put_people(drafts, year)
    put_weapons(drafts, year)
    _put_the_rest(drafts, year)
    return _numbered(drafts, year)


def _put_the_rest(drafts: Sequence[Draft], year: int) -> None:
    rng = dice("the rest", year)
    for draft in drafts:
        draft.body |= {"jurisdiction": draft.jurisdiction, "category": draft.category}
        put_date(draft, rng)
        put_place(draft, rng)
        put_tags(draft, rng)


def _numbered(drafts: Sequence[Draft], year: int) -> list[Line]:
    """Each agency numbers its own lines by date: two agencies use the same number for different incidents."""
    rng = dice("agencies", year)
    numbers: Counter[tuple[str, str]] = Counter()
    lines = []
    for draft in sorted(drafts, key=lambda each: str(each.body["occurred_on"])):
        agency = MONITOR if rng.random() < _MONITOR_SHARE else DESKS[draft.jurisdiction]
        numbers[agency.code, draft.jurisdiction] += 1
        number = numbers[agency.code, draft.jurisdiction]
        draft.body["external_id"] = f"{draft.jurisdiction}-{year}-{number:05d}"
        tell(draft)
        lines.append(Line(agency.code, {name: draft.body[name] for name in _ORDER if draft.body.get(name)}))
    return lines
