"""Published KPI figures: which are shown, how they are added, and what is said where they are not."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from common.reference.pack import Pack
from reporting.application.kpi.aggregates import NEVER_ADDED, SEVERAL, STOCK, KpiAggregates
from reporting.application.kpi.model import Everything, decode
from reporting.application.kpi.questions import ask
from reporting.application.questions import BadQuestion

MEMBERS = ("AL", "RS", "XK")


def part(number: str, kind: str = "quantity", **more: Any) -> dict[str, Any]:
    return {"number": number, "name": f"Part {number}", "kind": kind, **more}


ROADMAP = {
    "code": "test",
    "version": "1",
    "title": "Test",
    "goals": [{"number": "1", "title": "One"}, {"number": "2", "title": "Two"}],
    "code_lists": [
        {
            "code": "setting",
            "label": "Setting",
            "codes": [{"code": "inland", "label": "Inland"}, {"code": "border", "label": "Border"}],
            "parts_make_total": True,
        }
    ],
    "kpis": [
        {
            "number": "1",
            "name": "Seized",
            "goals": ["1", "2"],
            "collector": "commission",
            "level": "regional",
            "parts": [
                part("1.1", unit="piece", dimensions=["setting"]),
                part("1.2", unit="kilogram"),
                part("1.3", "percent", decimals=1, formula="100 * {2} / {1.1}"),
            ],
        },
        {
            "number": "2",
            "name": "Registered",
            "goals": ["2"],
            "collector": "commission",
            "level": "regional",
            "parts": [part("2", unit="piece", stock=True)],
        },
    ],
    "bands": [],
    "members": [{"jurisdiction": code} for code in MEMBERS],
}
REPORTS = {code: UUID(int=n) for n, code in enumerate(MEMBERS, start=1)}
ROUNDS = {"2020-S1": UUID(int=101), "2020-S2": UUID(int=102)}


def figure(jurisdiction: str, number: str, cells: dict[str, str] | None, presence: str = "reported") -> dict[str, Any]:
    told = [{"dimensions": {"setting": at} if at else {}, "value": value} for at, value in (cells or {}).items()]
    return {"jurisdiction": jurisdiction, "part": number, "presence": presence, "cells": told}


def everything(figures: dict[tuple[str, str, int], list[dict[str, Any]]], *, late: bool = False) -> Everything:
    """`figures` by period, jurisdiction and edition; with `late` the last of them has not arrived."""
    rounds, frozen = [], []
    for n, (period, stream) in enumerate(ROUNDS.items(), start=1):
        own = {key: value for key, value in figures.items() if key[0] == period}
        editions = []
        for edition in sorted({e for _, _, e in own}):
            listed = {
                code: max(e for _, c, e in own if c == code and e <= edition)
                for _, code, _ in own
                if any(c == code and e <= edition for _, c, e in own)
            }
            reports = [
                {
                    "report": str(_report(period, code)),
                    "kind": "jurisdiction",
                    "jurisdiction": code,
                    "version": 1,
                    "published_in": e,
                }
                for code, e in listed.items()
            ]
            missing = [code for code in MEMBERS if code not in listed]
            editions.append({"edition": edition, "on": f"2021-0{edition}-01", "missing": missing, "reports": reports})
        rounds.append(
            {
                "id": str(stream),
                "roadmap": "test",
                "roadmap_version": "1",
                "number": n,
                "period": period,
                "values_period": period,
                "due": "2020-09-30",
                "members": list(MEMBERS),
                "editions": editions,
            }
        )
        frozen += [
            {"report": str(_report(period, code)), "edition": e, "figures": told} for (_, code, e), told in own.items()
        ]
    document = {
        "roadmaps": [ROADMAP],
        "rounds": rounds,
        "reports": [],
        "frozen": frozen[:-1] if late else frozen,
        "discrepancies": [],
    }
    return decode(msgspec.json.encode(document).decode())


def _report(period: str, code: str) -> UUID:
    return UUID(int=REPORTS[code].int * 1_000 + list(ROUNDS).index(period))


FIGURES = {
    ("2020-S1", "AL", 1): [figure("AL", "1.1", {"inland": "8", "border": "2"}), figure("AL", "2", {"": "5"})],
    ("2020-S1", "RS", 1): [figure("RS", "1.1", {"": "30", "inland": "29"}), figure("RS", "2", {"": "3"})],
    ("2020-S2", "AL", 1): [figure("AL", "1.1", {"inland": "5"}), figure("AL", "2", None, "not_available_yet")],
}


def answer(pack: Pack, told: Everything, **asked: Any) -> dict[str, Any]:
    aggregates = KpiAggregates(pack, None, "https://kpi.example", ("undp",))  # type: ignore[arg-type]  # not read here
    question = ask(
        told,
        roadmap=None,
        kpi=asked.get("kpi", []),
        by=asked.get("by", []),
        filters=asked.get("filters", {}),
        periods=asked.get("periods", []),
        edition=asked.get("edition"),
    )
    return aggregates.answer(told, question, {}).document()


def values(document: dict[str, Any]) -> dict[tuple[str, ...], str | None]:
    return {tuple(row["key"].values()): row["value"] for row in document["rows"]}


def test_every_jurisdiction_has_its_row_and_the_total_its_coverage(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["1.1"], by=["jurisdiction"], periods=["2020-S1"])
    assert values(found) == {("AL",): "10", ("RS",): "30", ("XK",): None}
    assert [row.get("state") for row in found["rows"]] == [None, None, "not_reported"]
    assert found["total"] == "40"
    assert found["coverage"] == {"reported": 2, "of": 3, "members": ["AL", "RS", "XK"]}
    notes = [note["text"] for note in found["footnotes"]]
    assert NEVER_ADDED in notes
    assert any(note["jurisdiction"] == "XK" for note in found["footnotes"])
    assert any("without XK" in note for note in notes)


def test_settings_are_told_apart_and_filtered(pack: Pack) -> None:
    told = everything(FIGURES)
    found = answer(pack, told, kpi=["1.1"], by=["setting"], periods=["2020-S1"])
    assert values(found) == {("inland",): "37", ("border",): "2"}
    assert found["total"] == "40"
    found = answer(pack, told, kpi=["1.1"], by=["jurisdiction"], periods=["2020-S1"], filters={"setting": ["inland"]})
    assert (values(found)["AL",], found["total"]) == ("8", "37")


def test_a_share_of_the_region_is_that_of_its_sums(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["1.3"], by=["jurisdiction"], periods=["2020-S1"])
    assert values(found) == {("AL",): "50", ("RS",): "10", ("XK",): None}
    assert found["total"] == "20"  # 8 of 40; the mean would be 30


def test_periods_add_up_but_for_stocks(pack: Pack) -> None:
    told = everything(FIGURES)
    found = answer(pack, told, kpi=["1.1"], by=["year"], periods=["2020"], filters={"jurisdiction": ["AL"]})
    assert (values(found), found["total"]) == ({("2020",): "15"}, "15")
    found = answer(pack, told, kpi=["2"], by=["half"], filters={"jurisdiction": ["AL"]})
    assert (values(found), found["total"]) == ({("2020-S1",): "5"}, None)
    assert STOCK in [note["text"] for note in found["footnotes"]]


def test_different_kpis_are_never_added(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["1"], by=["kpi"], periods=["2020-S1"])
    assert values(found) == {("1.1",): "40", ("1.3",): "20"}
    assert found["total"] is None
    assert SEVERAL in [note["text"] for note in found["footnotes"]]
    found = answer(pack, everything(FIGURES), kpi=["1"], by=["jurisdiction"], periods=["2020-S1"])
    assert found["by"] == ["jurisdiction", "kpi"]


def test_a_kpi_of_several_goals_stands_under_each(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["1.1"], by=["goal"], periods=["2020-S1"])
    assert (values(found), found["total"]) == ({("1",): "40", ("2",): "40"}, "40")


def test_absence_says_why(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["2"], by=["jurisdiction"], periods=["2020-S2"])
    assert [row["state"] for row in found["rows"]] == ["not_available_yet", "not_reported", "not_reported"]


def test_a_change_is_told_against_the_period_before(pack: Pack) -> None:
    found = answer(pack, everything(FIGURES), kpi=["1.1"], by=["jurisdiction"], periods=["2020-S2"])
    row = found["rows"][0]
    assert (row["value"], row["previous"], row["change_percent"]) == ("5", "10", -50.0)


def test_the_latest_edition_is_shown_and_an_earlier_one_stays(pack: Pack) -> None:
    restated = {**FIGURES, ("2020-S1", "AL", 2): [figure("AL", "1.1", {"": "11"})]}
    told = everything(restated)
    by = {"kpi": ["1.1"], "by": ["jurisdiction"], "periods": ["2020-S1"]}
    assert answer(pack, told, **by)["total"] == "41"
    assert answer(pack, told, **by, edition=1)["total"] == "40"
    assert answer(pack, told, **by)["editions"] == {"2020-S1": 2}


def test_an_edition_counts_once_all_its_reports_have_arrived(pack: Pack) -> None:
    restated = {
        ("2020-S1", "AL", 1): FIGURES["2020-S1", "AL", 1],
        ("2020-S1", "AL", 2): [figure("AL", "1.1", {"": "9"})],
    }
    assert answer(pack, everything(restated, late=True), kpi=["1.1"], by=[], periods=["2020-S1"])["total"] == "10"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kpi": ["9"]}, "unknown_kpi"),
        ({"kpi": ["1.1"], "by": ["colour"]}, "unknown_dimension"),
        ({"kpi": ["2"], "by": ["setting"]}, "not_broken_down"),
        ({"kpi": ["1.1"], "filters": {"setting": ["moon"]}}, "unknown_value"),
        ({"kpi": ["1.1"], "filters": {"jurisdiction": ["DE"]}}, "unknown_value"),
        ({"kpi": ["1.1"], "periods": ["2020-H1"]}, "period_malformed"),
    ],
)
def test_what_cannot_be_asked_is_refused(pack: Pack, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        answer(pack, everything(FIGURES), **asked)
    assert refused.value.violations[0].code == code


def test_dates_of_rounds_are_read(pack: Pack) -> None:
    assert everything(FIGURES).rounds[0].due == date(2020, 9, 30)
