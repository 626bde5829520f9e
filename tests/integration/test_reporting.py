"""Reporting as a process of its own beside incidents: own writes, links, rebuild and verify under traffic."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

import httpx
import pytest
from demonstration import Demo

pytestmark = pytest.mark.slow

PATH = "/v1/aggregates/incidents"


@pytest.fixture
def reporting(trial: Demo) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=trial.document["services"]["reporting"], timeout=60) as client:
        yield client


@pytest.fixture
def partner(trial: Demo) -> Iterator[httpx.Client]:
    """An agency that may report for Serbia."""
    url = trial.document["services"]["incidents"]
    for key in trial.document["api_keys"].values():
        with httpx.Client(base_url=url, headers={"Authorization": f"ApiKey {key}"}, timeout=60) as client:
            if client.post("/v1/incidents", json=_incident("RS")).status_code == 201:
                yield client
                return
    pytest.fail("no key may report for RS")


def _incident(jurisdiction: str, day: str = "2022-05-17") -> dict[str, str]:
    return {
        "external_id": f"reporting-{uuid4()}",
        "occurred_on": day,
        "jurisdiction": jurisdiction,
        "category": "criminal_context",
    }


def test_whoever_writes_sees_the_write(reporting, partner):
    asked = {"from": "2022-06-01", "to": "2022-06-30"}
    for n in range(1, 6):
        written = partner.post("/v1/incidents", json=_incident("RS", "2022-06-17"))
        position = written.headers["SALWatch-Position"]
        answer = reporting.get(PATH, params={**asked, "wait_for": position})
        assert answer.json()["total"] == n
        assert answer.json()["freshness"]["incidents"]["position"] >= int(position.rsplit(":")[-1])
    current = partner.get(written.headers["Location"])
    command = f"/v1/incidents/{current.json()['id']}/retract"
    retracted = partner.post(command, json={"reason": "test"}, headers={"If-Match": current.headers["ETag"]})
    answer = reporting.get(PATH, params={**asked, "wait_for": retracted.headers["SALWatch-Position"]})
    assert answer.json()["total"] == 4


def test_a_row_leads_to_as_many_incidents_as_it_counts(reporting, partner):
    """By jurisdiction and category, by tag, by weapon and by person, of the sample feed."""
    year = {"from": "2020-01-01", "to": "2020-12-31"}
    for by in ("jurisdiction,quarter", "category", "tag", "weapon_type,possession", "sex,outcome", "kind,unit"):
        found = reporting.get(PATH, params={"by": by, **year}).json()["rows"]
        rows = [row for row in found if "unknown" not in row["key"].values()]  # lists cannot ask for too coarse dates
        assert rows
        for row in rows[:6]:
            url = httpx.URL(row["links"]["incidents"]).copy_merge_params({"count": "exact", "limit": "1"})
            listed = partner.get(url)
            assert listed.json()["total"] == (row["value"] or 0), row


@contextmanager
def _traffic(partner: httpx.Client) -> Iterator[None]:
    stop = threading.Event()

    def push() -> None:
        for _ in count():
            partner.post("/v1/incidents", json=_incident("RS")).raise_for_status()
            if stop.wait(0.01):
                return

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_rebuild_under_traffic_is_equal_and_verified(trial, reporting, partner):
    with _traffic(partner):
        code, said = trial.run("cli", "reporting", "rebuild")
    assert code == 0, said
    assert ": equal; switched" in said
    assert "equals a recount of the feed" in said
    position = partner.post("/v1/incidents", json=_incident("RS")).headers["SALWatch-Position"]
    assert reporting.get(PATH, params={"wait_for": position}).status_code == 200
    code, said = trial.run("cli", "reporting", "verify")
    assert (code, "equals a recount" in said) == (0, True), said


def test_after_a_restored_log_old_positions_are_refused_and_the_worker_rebuilds_by_itself(trial, reporting, partner):
    before = partner.post("/v1/incidents", json=_incident("RS", "2022-07-17")).headers["SALWatch-Position"]
    july = {"from": "2022-07-01", "to": "2022-07-31"}
    assert reporting.get(PATH, params={**july, "wait_for": before}).json()["total"] == 1
    code, said = trial.run("cli", "incidents", "restored")
    assert code == 0, said
    after = partner.post("/v1/incidents", json=_incident("RS", "2022-07-18")).headers["SALWatch-Position"]
    assert after.split(":")[1] != before.split(":")[1]
    deadline = time.monotonic() + 120
    answer = reporting.get(PATH, params={**july, "wait_for": after})
    while answer.status_code in (409, 504) and time.monotonic() < deadline:  # until the worker follows the new log
        answer = reporting.get(PATH, params={**july, "wait_for": after})
    assert answer.json()["total"] == 2
    assert reporting.get(PATH, params={"wait_for": before}).status_code == 409
    code, said = trial.run("cli", "reporting", "verify")
    assert code == 0, said
