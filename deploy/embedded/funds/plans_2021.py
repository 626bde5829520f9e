"""What was planned for 2021 on the day of the presentation, and what had kept activities of 2020 from being held.

Printed: what and how often. Spans within the year, and which activity which challenge delayed, are illustration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from embedded.funds.activities_2020 import ALL_GOALS
from embedded.funds.activity import (
    DISARMAMENT,
    GENDER,
    REGION,
    ROADMAP,
    UPGRADES,
    Activity,
    Quantity,
    each_planned,
)

YEAR = (date(2021, 1, 1), date(2021, 12, 31))
_FIRST, _SECOND = (date(2021, 4, 1), date(2021, 6, 30)), (date(2021, 9, 1), date(2021, 12, 15))


def _planned(group: str, kind: str, title: str, project: str, **more: object) -> Activity:
    return replace(Activity(group, kind, title, project, REGION, ALL_GOALS, YEAR), **more)  # type: ignore[arg-type]


def _twice(group: str, kind: str, title: str, project: str, **more: object) -> list[Activity]:
    return each_planned(_planned(group, kind, title, project, **more), _FIRST, _SECOND)


def _screenings() -> list[Activity]:
    like = _planned(
        "gender_screening",
        "gender_screening",
        "Gender screening of legislation",
        DISARMAMENT,
        goals=("1", "2"),
        kpis=("1",),
    )
    return [replace(like, jurisdictions=(place,)) for place in ("ME", "AL", "XK")]


PLANS: tuple[Activity, ...] = (
    *_twice("seefen_meetings", "meeting", "South East Europe Firearms Experts Network", DISARMAMENT, goals=("2", "3")),
    *_twice("salw_commission_meetings", "meeting", "Regional meeting of SALW commissions", DISARMAMENT),
    *_twice("regional_coordination_meetings", "meeting", "Regional Roadmap coordination meeting", ROADMAP),
    *_twice("local_coordination_rounds", "meeting", "Round of local coordination meetings", ROADMAP),
    *_twice("contributions_reports", "publication", "Report on the contributions of organisations", ROADMAP),
    *_twice("regional_monitoring_reports", "publication", "Regional Roadmap monitoring report", ROADMAP),
    _planned("mid_term_evaluation", "assessment", "Mid-term evaluation of the Roadmap", ROADMAP),
    _planned(
        "storage_locations_secured",
        "storage_upgrade",
        "Security of storage locations enhanced",
        UPGRADES,
        goals=("7",),
        kpis=("13",),
        targets=(Quantity("storages secured", 2, "storages"),),
    ),
    _planned(
        "police_evidence_rooms_secured_at_least",
        "storage_upgrade",
        "Security of police evidence rooms enhanced",
        DISARMAMENT,
        goals=("7",),
        targets=(Quantity("evidence rooms secured, at least", 6, "evidence rooms"),),
    ),
    _planned(
        "jurisdictions_supported_in_destruction_at_least",
        "destruction",
        "Support to the destruction of SALW",
        DISARMAMENT,
        goals=("6",),
        kpis=("12",),
        targets=(Quantity("jurisdictions supported, at least", 1, "jurisdictions"),),
    ),
    *_twice(
        "gems_regional_meetings", "meeting", "Regional meeting of gender equality mechanisms", GENDER, goals=("2",)
    ),
    *_screenings(),
)
"""The third call for proposals is a call, no activity."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """An activity of 2020 that was not held then: its first span and, where it was only postponed, the later one."""

    activity: Activity
    told: date
    until: tuple[date, date] | None


_TOLD = date(2020, 10, 5)
_AUTUMN = (date(2020, 9, 1), date(2020, 11, 30))
FIELD_VISITS = Delayed(
    _planned(
        "delayed",
        "assessment",
        "Field visits for the needs assessment of the criminal police",
        DISARMAMENT,
        goals=("3",),
        planned=_AUTUMN,
    ),
    _TOLD,
    _FIRST,
)
PARLIAMENTARIANS = Delayed(
    _planned(
        "delayed",
        "workshop",
        "Workshop of parliamentarians and SALW commissions",
        DISARMAMENT,
        goals=("1", "2"),
        planned=_AUTUMN,
    ),
    _TOLD,
    _SECOND,
)
STOCKPILE_TRAINING = Delayed(
    _planned(
        "delayed",
        "training",
        "Training on stockpile management",
        DISARMAMENT,
        jurisdictions=("RS",),
        goals=("7",),
        planned=_AUTUMN,
    ),
    _TOLD,
    _SECOND,
)
COMMISSIONS = Delayed(
    _planned("delayed", "meeting", "Regional meeting of SALW commissions", DISARMAMENT, planned=_AUTUMN, goals=("2",)),
    _TOLD,
    None,
)
DELAYED = (FIELD_VISITS, PARLIAMENTARIANS, STOCKPILE_TRAINING, COMMISSIONS)
"""All four stand in the plans for 2021 (lines 372, 376, 419, 432); that they were due in 2020 is illustration."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Printed (lines 131 to 143); since when, and what it delayed, is illustration."""

    text: str
    start: date
    jurisdictions: tuple[str, ...]
    delayed: tuple[Delayed, ...]


CHALLENGES = (
    Challenge(
        "COVID-19: activities postponed, cancelled or limited", date(2020, 3, 11), REGION, (FIELD_VISITS, COMMISSIONS)
    ),
    Challenge(
        "Online meetings: limited digital capacities, strict security requirements",
        date(2020, 3, 16),
        REGION,
        (COMMISSIONS,),
    ),
    Challenge("Elections and government formation", date(2020, 6, 1), REGION, (PARLIAMENTARIANS,)),
    Challenge(
        "A ministry of defence's temporary withdrawal from military cooperation",
        date(2020, 9, 9),
        ("RS",),
        (STOCKPILE_TRAINING,),
    ),
)
