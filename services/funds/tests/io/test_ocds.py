"""Releases of a project: one for each public event, and what was released stays as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from funds_examples import DAY, FUND, GRANT, PROJECT, PROJECT_EVENTS

from common.eventsourcing.log import Recorded
from funds.application.ocds import Mechanism, releases
from funds.domain import events as e

DRAFTS = (e.ReportRequested, e.ReportSubmitted, e.ReportReturned, e.RiskAssessed)

BEGUN = datetime(2020, 8, 10, 9, tzinfo=UTC)
FUNDS = {FUND: Mechanism("SLW00", "Roadmap fund", "USD")}


def recorded(events: tuple[Any, ...]) -> list[Recorded[Any]]:
    return [
        Recorded(n, UUID(int=n), PROJECT, n, type(event).__name__, event, at, at, "person:1", None, None)
        for n, event in enumerate(events, start=1)
        if (at := BEGUN + timedelta(seconds=n))
    ]


def test_each_public_event_of_a_project_is_a_release() -> None:
    found = releases(PROJECT, recorded(PROJECT_EVENTS), FUNDS)
    assert len(found) == sum(not isinstance(event, DRAFTS) for event in PROJECT_EVENTS)
    assert {release["ocid"] for release in found} == {f"salwatch-{PROJECT}"}
    assert len({release["id"] for release in found}) == len(found)
    assert found == sorted(found, key=lambda release: release["date"])
    assert [release["tag"][0] for release in found][:4] == ["planning", "award", "implementation", "contractAmendment"]


def test_what_was_released_never_changes() -> None:
    log = recorded(PROJECT_EVENTS)
    everything = releases(PROJECT, log, FUNDS)
    for known in range(len(log) + 1):
        earlier = releases(PROJECT, log[:known], FUNDS)
        assert json.dumps(earlier) == json.dumps(everything[: len(earlier)])


def test_an_approval_names_the_money_and_who_receives_it() -> None:
    (release,) = [r for r in releases(PROJECT, recorded(PROJECT_EVENTS), FUNDS) if "award" in r["tag"]]
    assert release["buyer"] == {"id": "SLW00", "name": "Roadmap fund"}
    assert [party["id"] for party in release["parties"]] == ["SLW00", "UNDP", "UNODC"]
    (award,), (contract,) = release["awards"], release["contracts"]
    assert award["value"] == contract["value"] == {"amount": "1170.10", "currency": "USD"}
    assert (award["id"], contract["awardID"], award["date"]) == (str(GRANT), str(GRANT), DAY.isoformat())


def test_no_hushed_word_is_released() -> None:
    assert "hushed" not in json.dumps(releases(PROJECT, recorded(PROJECT_EVENTS), FUNDS)).lower()
