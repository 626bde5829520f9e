"""The demo's KPI reports: the public aggregates read what the founding document prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from demonstration import Demo

from embedded.kpi_reports.figures import DESTROYED_BY_BA, FIGURES, SHARES_OF_2018, KpiFigure

pytestmark = pytest.mark.slow


def asked(demo: Demo, service: str, path: str, **query: Any) -> dict[str, Any]:
    document = demo.document
    headers = {} if service == "reporting" else {"Authorization": f"Bearer {document['tokens']['analyst']}"}
    answer = httpx.get(f"{document['services'][service]}{path}", params=query, headers=headers, timeout=30)
    return dict(answer.raise_for_status().json())


def aggregate(demo: Demo, **query: Any) -> dict[str, Any]:
    return asked(demo, "reporting", "/v1/aggregates/kpi", **query)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.what)
def test_the_aggregates_read_what_the_fourth_report_says(demo: Demo, figure: KpiFigure) -> None:
    found = aggregate(demo, **figure.query)
    assert found["total"] == figure.value
    assert found["coverage"]["reported"] == found["coverage"]["of"] == 6
    assert sum(int(row["value"]) for row in found["rows"]) == int(figure.value)
    for row in found["rows"]:
        link = httpx.URL(row["links"]["data"])
        observations = asked(demo, "kpi", link.path, **dict(link.params))["items"]
        assert [o["value"] for o in observations] == [row["value"]]


def test_twelve_reports_were_received_in_2020(demo: Demo) -> None:
    reports = asked(demo, "kpi", "/v1/reports")["items"]
    received = [r for r in reports if (r["received_on"] or "").startswith("2020")]
    assert sorted({(r["number"], r["period"]) for r in received}) == [(3, "2019-S2"), (4, "2020-S1")]
    assert len(received) == 12
    assert all(r["kind"] == "jurisdiction" and r["late_by_days"] == 0 for r in received)


def test_two_regional_editions_were_published_in_2020_and_the_fifth_in_2021(demo: Demo) -> None:
    rounds = asked(demo, "kpi", "/v1/rounds", roadmap="wb-salw")["items"]
    published = {r["number"]: [e["published_on"][:4] for e in r["editions"]] for r in rounds}
    assert published == {1: ["2019"], 3: ["2020"], 4: ["2020"], 5: ["2021"]}
    assert all(not e["missing"] for r in rounds for e in r["editions"])


@pytest.mark.parametrize(("part", "pieces"), DESTROYED_BY_BA.items())
def test_what_ba_destroyed_in_2020_is_split_over_two_reports(demo: Demo, part: str, pieces: int) -> None:
    found = aggregate(demo, kpi=part, by="half", period="2020", jurisdiction="BA")
    assert [row["key"]["half"] for row in found["rows"]] == ["2020-S1", "2020-S2"]
    assert found["total"] == str(pieces)
    assert aggregate(demo, kpi=part, by="year", period="2020", jurisdiction="BA")["rows"][0]["value"] == str(pieces)


def test_arms_exports_have_the_printed_shares_and_courses(demo: Demo) -> None:
    asked_for = {"roadmap": "arms-exports", "period": "2018", "kpi": "3"}
    whole = Decimal(aggregate(demo, **asked_for, by="jurisdiction")["total"])
    rows = aggregate(demo, **asked_for, by="jurisdiction")["rows"]
    serbia = next(Decimal(row["value"]) for row in rows if row["key"] == {"jurisdiction": "RS"})
    rows = aggregate(demo, **asked_for, by="ml_category")["rows"]
    ammunition = next(Decimal(row["value"]) for row in rows if row["key"] == {"ml_category": "ML3"})
    shares = {"RS": serbia, "ML3": ammunition}
    assert {name: f"{100 * value / whole:.2f}" for name, value in shares.items()} == SHARES_OF_2018
    for part, sign in (("1", -1), ("4", 1)):
        found = aggregate(demo, roadmap="arms-exports", kpi=part, by="year")
        before, now = (Decimal(row["value"]) for row in found["rows"])
        assert (now - before) * sign > 0


def test_official_figures_stand_beside_the_incident_feed_and_are_never_added(demo: Demo) -> None:
    found = aggregate(demo, kpi="6.1", by="jurisdiction", period="2020-S1")
    assert any("never added" in note["text"] for note in found["footnotes"])
    reports = asked(demo, "kpi", "/v1/reports", period="2020-S1", jurisdiction="RS")["items"]
    compared = asked(demo, "kpi", f"/v1/reports/{reports[0]['id']}/feed-comparison")
    figures = {c["kpi"]: c for c in compared["items"] if not c["dimensions"]}
    assert figures["6.1"]["official"] == "403"
    assert int(figures["6.1"]["feed"]) > 0
    queries = asked(demo, "kpi", f"/v1/reports/{reports[0]['id']}/queries")["items"]
    drafted = {(q["kpi"], str(q["dimensions"])) for q in queries}
    discrepant = {(c["kpi"], str(c["dimensions"])) for c in compared["items"] if c["discrepant"]}
    assert drafted == discrepant


def test_what_commissions_do_not_collect_stands_apart(demo: Demo) -> None:
    rounds = asked(demo, "kpi", "/v1/rounds", roadmap="wb-salw", period="2020-S1")["items"]
    matrix = asked(demo, "kpi", f"/v1/rounds/{rounds[0]['id']}/completeness")
    assert {entry["kpi"] for entry in matrix["apart"]} == {"5", "14"}
    assert all(row["complete"] for row in matrix["rows"])
