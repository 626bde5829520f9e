"""What was done in 2020. Printed: what, where and how often; days are illustration but where the document has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from embedded.funds.activity import (
    DISARMAMENT,
    GENDER,
    REGION,
    ROADMAP,
    SEVEN,
    SIX,
    UPGRADES,
    Activity,
    Advice,
    Quantity,
    each_in,
    each_on,
)

JUNE_2021, END_OF_2021 = date(2021, 6, 30), date(2021, 12, 31)
OVER_2020 = (date(2020, 1, 1), date(2020, 12, 31))
ALL_GOALS = ("1", "2", "3", "4", "5", "6", "7")
EXPORTERS = ("AL", "BA", "ME", "MK", "RS")
PARTNERS = ("UNRCPD", "UNREC", "UNLIREC")
"""UNODA's regional centres with a gender coach programme each."""


def _held(group: str, kind: str, title: str, project: str, on: date, **more: object) -> Activity:
    like = Activity(group, kind, title, project, REGION, ALL_GOALS, (on, on), on)
    return replace(like, **more)  # type: ignore[arg-type]


def _coordination() -> list[Activity]:
    regional = _held(
        "regional_roadmap_meetings", "meeting", "Regional Roadmap coordination meeting", ROADMAP, date(2020, 1, 1)
    )
    local = replace(regional, group="local_coordination_meetings")
    first = replace(local, title="Local coordination meeting, first round")
    second = replace(local, title="Local coordination meeting, second round")
    informal = replace(
        regional, group="informal_partner_meetings", title="Informal coordination meeting with implementing partners"
    )
    return [
        *each_on(regional, date(2020, 6, 30), date(2020, 11, 26)),
        *each_in(
            first,
            ("AL", date(2020, 5, 12)),
            ("BA", date(2020, 5, 14)),
            ("ME", date(2020, 5, 19)),
            ("MK", date(2020, 5, 21)),
            ("XK", date(2020, 5, 26)),
        ),
        *each_in(
            second,
            ("AL", date(2020, 10, 20)),
            ("BA", date(2020, 10, 22)),
            ("MK", date(2020, 10, 27)),
            ("RS", date(2020, 10, 29)),
        ),
        *each_on(informal, date(2020, 3, 3), date(2020, 6, 9), date(2020, 9, 15), date(2020, 12, 8)),
        _held(
            "funding_window_coordination_meetings",
            "meeting",
            "Coordination meeting of the funding window, Belgrade",
            ROADMAP,
            date(2020, 2, 12),
        ),
        _held("project_board_meetings", "meeting", "Project Board of the funding window", ROADMAP, date(2020, 11, 24)),
    ]


def _networks() -> list[Activity]:
    trafficking = ("2", "3")
    return [
        _held(
            "seefen_meetings",
            "meeting",
            "South East Europe Firearms Experts Network",
            DISARMAMENT,
            date(2020, 10, 7),
            goals=trafficking,
        ),
        _held(
            "regional_border_police_meetings",
            "meeting",
            "Regional border police meeting",
            DISARMAMENT,
            date(2020, 12, 3),
            goals=trafficking,
        ),
        _held(
            "regional_firearms_focal_point_meetings",
            "meeting",
            "Regional meeting of firearms focal points",
            DISARMAMENT,
            date(2020, 11, 10),
            goals=trafficking,
        ),
        _held(
            "gems_regional_meetings",
            "meeting",
            "Regional meeting of gender equality mechanisms",
            GENDER,
            date(2020, 9, 23),
            goals=("2",),
        ),
    ]


def _publications() -> list[Activity]:
    report = _held(
        "regional_monitoring_reports",
        "publication",
        "Regional Roadmap monitoring report",
        ROADMAP,
        date(2020, 1, 1),
        jurisdictions=SIX,
    )
    fast_facts = _held(
        "survey_fast_facts",
        "publication",
        "SALW survey: fast facts",
        DISARMAMENT,
        date(2020, 4, 15),
        goals=("2",),
        kpis=("2",),
    )
    monitor = replace(
        fast_facts, group="armed_violence_monitors", planned=OVER_2020, held=date(2020, 12, 31), jurisdictions=SEVEN
    )
    return [
        *each_on(report, date(2020, 6, 26), date(2020, 11, 18)),
        *each_in(fast_facts, *((place, date(2020, 4, 15)) for place in SEVEN)),
        replace(monitor, title="Armed Violence Monitors, monthly"),
        replace(monitor, title="Armed Violence Monitors, quarterly"),
        _held(
            "arms_export_report",
            "publication",
            "Regional Report on Arms Exports 2018",
            DISARMAMENT,
            date(2020, 6, 15),
            jurisdictions=EXPORTERS,
            goals=("3",),
        ),
    ]


def _stockpiles() -> list[Activity]:
    upgrade = _held(
        "storages_secured",
        "storage_upgrade",
        "Security of weapons and ammunition storages enhanced",
        UPGRADES,
        date(2020, 11, 5),
        jurisdictions=("AL",),
        goals=("7",),
        kpis=("13",),
        results=(Quantity("storages secured", 2, "storages"),),
    )
    ongoing = replace(
        upgrade,
        group="storage_upgrades_ongoing",
        results=(),
        held=None,
        planned=(date(2020, 9, 1), date(2021, 6, 30)),
    )
    machines = _held(
        "laser_marking_machines_delivered_to",
        "equipment_delivery",
        "Laser marking machines, with training on their use",
        DISARMAMENT,
        date(2020, 9, 1),
        goals=("3",),
    )
    return [
        upgrade,
        replace(ongoing, title="Security upgrade of the storage at Mullet"),
        replace(ongoing, title="Security upgrade of the storage at Duvaniste", jurisdictions=("RS",)),
        *each_in(machines, *((place, date(2020, 9, 3)) for place in ("AL", "MD", "ME", "RS", "XK"))),
        _held(
            "destruction",
            "destruction",
            "Destruction of SALW, parts and components",
            DISARMAMENT,
            date(2020, 12, 15),
            jurisdictions=("BA",),
            goals=("6",),
            kpis=("12",),
            results=(
                Quantity("SALW destroyed", 1_076, "pieces"),
                Quantity("parts and components destroyed", 763, "pieces"),
            ),
        ),
    ]


def _law_and_assessment() -> list[Activity]:
    gaps = _held("gap_analyses", "gap_analysis", "", DISARMAMENT, date(2020, 7, 1), goals=("1",), kpis=("1",))
    screening = _held(
        "gender_screening_of_legislation_initiated",
        "gender_screening",
        "Gender screening of legislation",
        DISARMAMENT,
        date(2020, 10, 1),
        goals=("1", "2"),
        kpis=("1",),
    )
    begun = (date(2020, 10, 1), date(2021, 9, 30))
    advice = replace(
        gaps,
        group="legal_advice_on_harmonisation",
        kind="legal_advice",
        title="Advice on the harmonisation of the legal framework with the EU Acquis",
    )
    return [
        _held(
            "needs_assessment_border_police",
            "assessment",
            "Needs assessment of the border police",
            DISARMAMENT,
            date(2020, 11, 17),
            jurisdictions=("AL", "XK", "ME", "MK", "RS"),
            goals=("3",),
            recommendations=(
                Advice("Illustrative recommendation: standard procedures at borders.", "Border police", JUNE_2021),
                Advice("Illustrative recommendation: equipment and its training.", "SEESAC", END_OF_2021),
            ),
        ),
        *each_in(replace(gaps, title="Gap analysis: firearms, explosives and precursors"), ("MK", date(2020, 7, 22))),
        *each_in(replace(gaps, title="Gap analysis: firearms"), ("XK", date(2020, 8, 26))),
        *(replace(screening, jurisdictions=(place,), planned=begun, held=None) for place in ("MK", "BA")),
        *each_in(advice, *((place, date(2020, 12, 10)) for place in ("BA", "MK", "RS"))),
    ]


def _coaching() -> list[Activity]:
    ministries = _held(
        "gender_coach_programmes",
        "training",
        "Gender coach programme for ministries of defence",
        GENDER,
        date(2020, 1, 1),
        goals=("2",),
    )
    centres = [
        replace(
            ministries, title=f"Gender coach programme for a regional centre of UNODA: {centre}", partners=(centre,)
        )
        for centre in PARTNERS
    ]
    days = (date(2020, 5, 28), date(2020, 8, 20), date(2020, 11, 12))
    return [
        *each_on(ministries, date(2020, 9, 9), date(2020, 12, 2)),
        *(replace(each, planned=(day, day), held=day) for each, day in zip(centres, days, strict=True)),
    ]


def _campaigns() -> list[Activity]:
    like = _held("campaigns", "campaign", "", DISARMAMENT, date(2020, 7, 7), goals=("4",), kpis=("14",))
    suicide, activism = date(2020, 9, 10), date(2020, 12, 10)
    return [
        replace(like, title="International Gun Destruction Day"),
        replace(like, title="World Suicide Prevention Day", planned=(suicide, suicide), held=suicide),
        replace(like, title="16 Days of Activism", planned=(date(2020, 11, 25), activism), held=activism),
    ]


ACTIVITIES: tuple[Activity, ...] = (
    *_coordination(),
    *_networks(),
    *_publications(),
    *_stockpiles(),
    *_law_and_assessment(),
    *_coaching(),
    *_campaigns(),
)
