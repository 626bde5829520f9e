"""The journey of a fact over both services as processes: pushed, published, counted, changed, kept from the public."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from demonstration import Demo

from common.testing.eventually import eventually

pytestmark = pytest.mark.slow

OWNER, OTHER, STRANGER = "adriatic-desk", "regional-monitor", "rs-desk"  # the first two both cover ME
AGGREGATES = "/v1/aggregates/incidents"
NDJSON = {"Content-Type": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Traveller:
    """A foreign client of both services. `incidents` and `reporting` are their addresses."""

    demo: Demo
    client: httpx.Client
    credentials: Mapping[str, dict[str, str]]

    def at(self, service: str, path: str) -> str:
        return f"{self.demo.document['services'][service]}{path}"

    def get(self, who: str, path: str, **parameters: Any) -> httpx.Response:
        """From incidents."""
        answer = self.client.get(self.at("incidents", path), params=parameters, headers=self.credentials[who])
        return answer.raise_for_status()

    def post(self, who: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {**self.credentials[who], **arguments.pop("headers", {})}
        return self.client.post(self.at("incidents", path), headers=headers, **arguments)

    def push(self, who: str, **line: Any) -> httpx.Response:
        body = {"jurisdiction": "ME", "category": "other", **line}
        return self.post(who, "/v1/incidents", json=body).raise_for_status()

    def act(self, who: str, command: str, seen: httpx.Response, **body: Any) -> httpx.Response:
        """A command on the incident that `seen` answered about, in the version that it told."""
        address = f"/v1/incidents/{seen.json()['id']}/{command}"
        return self.post(who, address, json=body, headers={"If-Match": seen.headers["ETag"]}).raise_for_status()

    def ask(self, written: httpx.Response, **query: Any) -> dict[str, Any]:
        """The aggregate, once it holds what was written."""
        parameters = {**query, "wait_for": written.headers["SALWatch-Position"]}
        answer = self.client.get(self.at("reporting", AGGREGATES), params=parameters)
        return dict(answer.raise_for_status().json())

    def total(self, written: httpx.Response, **query: Any) -> Any:
        return self.ask(written, **query)["total"]

    def feed(self, after: str | None = None) -> tuple[list[dict[str, Any]], str]:
        """Everything from there to the end, and the cursor there."""
        events: list[dict[str, Any]] = []
        while True:
            page = self.get(OWNER, "/v1/events", limit=5_000, **({"after": after} if after else {}))
            if not page.content:
                return events, after or ""
            events += map(json.loads, page.content.splitlines())
            after = page.headers["Next-Cursor"]


@pytest.fixture(scope="module")
def traveller(trial: Demo) -> Iterator[Traveller]:
    document = trial.document
    keys = {agency: {"Authorization": f"ApiKey {key}"} for agency, key in document["api_keys"].items()}
    people = {role: {"Authorization": f"Bearer {token}"} for role, token in document["tokens"].items()}
    with httpx.Client(timeout=30) as client:
        yield Traveller(trial, client, keys | people)


def test_a_fact_moves_the_number_by_exactly_what_it_says(traveller: Traveller) -> None:
    may = {"from": "2021-05-01", "to": "2021-05-31", "jurisdiction": "ME"}
    fact = {"external_id": "moves", "occurred_on": "2021-05-04"}
    persons = [{"role": "victim", "outcome": "killed"}, {"role": "victim", "outcome": "injured"}]
    _, here = traveller.feed()

    posted = traveller.push(OWNER, **fact, persons=persons)
    assert (posted.status_code, posted.json()["outcome"], posted.json()["version"]) == (201, "accepted", 1)
    (event,), here = traveller.feed(here)
    assert (event["type"], event["subject"]) == ("incidents.incident-reported.v1", posted.json()["id"])
    assert traveller.total(posted, **may) == 1
    assert traveller.total(posted, measure="killed", **may) == 1

    assert traveller.push(OWNER, **fact, persons=persons).json()["outcome"] == "unchanged"
    assert traveller.feed(here)[0] == []
    corrected = traveller.push(OWNER, **fact, persons=[*persons, persons[0]])
    assert (corrected.status_code, corrected.json()["outcome"]) == (200, "corrected")
    assert traveller.total(corrected, measure="killed", **may) == 2
    assert traveller.total(corrected, **may) == 1

    reclassified = traveller.act("secretariat", "reclassify", corrected, category="public_dispute", reason="seen")
    rows = traveller.ask(reclassified, by="category", **may)["rows"]
    assert [(row["key"], row["value"]) for row in rows] == [({"category": "public_dispute"}, 1)]
    moved = traveller.act(OWNER, "correct", reclassified, fields={"occurred_on": "2021-06-01"}, reason="a slip")
    assert traveller.total(moved, **may) == 0
    back = traveller.act(OWNER, "correct", moved, fields={"occurred_on": "2021-05-31"}, reason="no slip")
    assert traveller.total(back, **may) == 1

    original = traveller.push(OTHER, **fact)
    assert traveller.total(original, **may) == 2
    marked = traveller.act("secretariat", "mark-duplicate", back, duplicate_of=original.json()["id"], reason="the same")
    assert marked.json()["status"] == "duplicate"
    assert traveller.total(marked, **may) == 1
    assert traveller.total(marked, measure="killed", **may) == 0
    unmarked = traveller.act("secretariat", "unmark-duplicate", marked, reason="not the same")
    assert traveller.total(unmarked, **may) == 2
    assert traveller.total(unmarked, measure="killed", **may) == 2
    retracted = traveller.act(OWNER, "retract", unmarked, reason="never happened")
    assert traveller.total(retracted, **may) == 1
    assert traveller.total(retracted, measure="killed", **may) == 0

    history = traveller.get("analyst", f"/v1/incidents/{posted.json()['id']}/history").json()["items"]
    assert [entry["version"] for entry in history] == list(range(1, len(history) + 1))
    first = traveller.get("analyst", f"/v1/incidents/{posted.json()['id']}", as_of=str(history[0]["position"]))
    assert (first.json()["version"], len(first.json()["persons"])) == (1, 2)


def test_nothing_is_not_reported_until_somebody_says_that_there_was_nothing(traveller: Traveller) -> None:
    june = {"by": "jurisdiction", "from": "2022-06-01", "to": "2022-06-30", "jurisdiction": "MK"}
    elsewhere = traveller.push(OWNER, external_id="elsewhere", occurred_on="2021-02-02")
    (row,) = traveller.ask(elsewhere, **june)["rows"]
    assert (row["value"], row["state"]) == (None, "not_reported")

    declared = traveller.client.put(
        traveller.at("incidents", "/v1/coverage/MK"),
        json={"complete_through": "2022-06-30"},
        headers=traveller.credentials["mk-desk"],
    )
    answer = traveller.ask(declared.raise_for_status(), **june)
    assert (answer["rows"][0]["value"], "state" in answer["rows"][0]) == (0, False)
    assert answer["coverage"] == {"reported": 1, "of": 1, "members": ["MK"]}
    july = traveller.ask(declared, **{**june, "to": "2022-07-31"})
    assert (july["rows"][0]["value"], july["coverage"]["reported"]) == (None, 0)


def test_two_agencies_with_the_same_external_id_never_collide(traveller: Traveller) -> None:
    day = {"from": "2021-08-08", "to": "2021-08-08", "jurisdiction": "ME"}
    line = {"external_id": "twins", "occurred_on": "2021-08-08", "place": {"name": "Nikšić"}}
    mine, theirs = traveller.push(OWNER, **line), traveller.push(OTHER, **line)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]
    (warning,) = theirs.json()["warnings"]
    assert warning["code"] == "possible_duplicate"
    assert mine.json()["id"] in warning["detail"]
    assert traveller.total(theirs, **day) == 2
    listed = traveller.get("analyst", "/v1/incidents", external_id="twins").json()["items"]
    assert {incident["agency"] for incident in listed} == {OWNER, OTHER}


@pytest.mark.parametrize("agency", [OWNER, OTHER, "mk-desk"])
@pytest.mark.parametrize(("form", "media_type"), [("csv", "text/csv"), ("ndjson", "application/x-ndjson")])
def test_an_export_pushed_back_changes_nothing(traveller: Traveller, agency: str, form: str, media_type: str) -> None:
    export = traveller.get(agency, "/v1/incidents", agency=agency, format=form)
    assert export.headers["Content-Type"].startswith(media_type)
    pushed = traveller.post(agency, "/v1/incidents:batch", content=export.content, headers={"Content-Type": media_type})
    summary = pushed.raise_for_status().json()["summary"]
    assert summary["unchanged"] == summary["lines"] > 500


SECRETS = ("zzq-told", "zzq-link", "zzq-why", "42.43217", "19.26894")


def test_what_is_not_public_is_in_no_public_answer(traveller: Traveller) -> None:
    incident = _with_secrets(traveller)
    answers = {
        "one": traveller.get("analyst", incident),
        "then": traveller.get("analyst", incident, as_of="2100-01-01T00:00:00Z"),
        "history": traveller.get("analyst", f"{incident}/history"),
        "another agency's": traveller.get(STRANGER, incident),
        "aggregates as CSV": traveller.client.get(traveller.at("reporting", AGGREGATES), params={"format": "csv"}),
        "dashboard": traveller.client.get(traveller.at("reporting", "/"), params={"year": "2021"}),
    }
    for form in ("json", "ndjson", "csv", "geojson"):
        answers[form] = traveller.get("analyst", "/v1/incidents", format=form, jurisdiction="ME", status="any")
    for name in ("admin", "age_group,sex", "tag", "relation", "kind,unit"):
        answers[name] = traveller.client.get(traveller.at("reporting", AGGREGATES), params={"by": name})
    for name, answer in answers.items():
        assert answer.status_code == 200, name
        assert not [secret for secret in SECRETS if secret in answer.text], name
        assert '"age":' not in answer.text, name
    assert "19_35" in answers["one"].text
    events = json.dumps(traveller.feed()[0])
    assert not [secret for secret in (*SECRETS, '"age":') if secret in events]


def test_exact_places_are_not_found_by_those_who_may_not_know_them(traveller: Traveller) -> None:
    _with_secrets(traveller)

    def found(who: str, bbox: str) -> int:
        query = {"external_id": "secrets", "status": "any", "bbox": bbox}
        return len(traveller.get(who, "/v1/incidents", **query).json()["items"])

    exact, coarse = "19.268,42.432,19.27,42.433", "19.299,42.399,19.301,42.401"
    assert [found(who, exact) for who in (OWNER, "secretariat", "analyst", "verifier", STRANGER)] == [1, 1, 0, 0, 0]
    assert [found(who, coarse) for who in (OWNER, "secretariat", "analyst", "verifier", STRANGER)] == [0, 0, 1, 1, 1]


def test_those_who_may_know_are_told(traveller: Traveller) -> None:
    incident = _with_secrets(traveller)
    for who in (OWNER, "secretariat"):
        whole = traveller.get(who, incident)
        assert all(secret in whole.text for secret in SECRETS if secret != "zzq-why")
        assert whole.json()["persons"][0]["age"] == 34
        assert "zzq-why" in traveller.get(who, f"{incident}/history").text
    verifier = traveller.get("verifier", incident).text
    assert "zzq-told" in verifier
    assert "zzq-link" in verifier
    assert "42.43217" not in verifier
    assert '"age":' not in verifier


def test_no_log_holds_what_is_not_public(traveller: Traveller) -> None:
    _with_secrets(traveller)
    for log in traveller.demo.home.logs.iterdir():
        assert not [secret for secret in SECRETS if secret in log.read_text()], log.name


def _with_secrets(traveller: Traveller) -> str:
    """The address of an incident that holds everything that is not for everybody."""
    line = {
        "external_id": "secrets",
        "occurred_on": "2021-09-09",
        "place": {"name": "Podgorica", "latitude": 42.43217, "longitude": 19.26894, "precision": "exact"},
        "persons": [{"role": "victim", "sex": "male", "age": 34, "outcome": "injured"}],
        "sources": [{"kind": "media", "publisher": "A daily", "url": "https://example.org/zzq-link"}],
        "narrative": "A neighbour zzq-told it.",
    }
    pushed = traveller.push(OWNER, **line)
    if pushed.status_code == 201:
        verified = traveller.act("verifier", "verify", pushed, comment="zzq-why it is so")
        disputed = traveller.act("verifier", "dispute", verified, reason="zzq-why it is not")
        traveller.act("secretariat", "correct", disputed, fields={"tags": ["drugs"]}, reason="zzq-why so")
    return f"/v1/incidents/{pushed.json()['id']}"


async def test_services_that_are_killed_midway_lose_nothing_and_count_nothing_twice(traveller: Traveller) -> None:
    october = {"from": "2021-10-01", "to": "2021-10-31", "jurisdiction": "ME"}
    lines = [
        {"external_id": f"killed-{n}", "occurred_on": "2021-10-10", "jurisdiction": "ME", "category": "other"}
        for n in range(600)
    ]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    traveller.post(OTHER, "/v1/incidents:batch", content=body, headers=NDJSON).raise_for_status()
    for process in ("reporting-worker", "incidents-api", "reporting-api"):
        os.kill(traveller.demo.document["processes"][process], signal.SIGKILL)

    async def pushed_again() -> httpx.Response | None:
        with_key = {**NDJSON, "Idempotency-Key": "after-the-kill"}
        try:
            answer = traveller.post(OTHER, "/v1/incidents:batch", content=body, headers=with_key)
            traveller.client.get(traveller.at("reporting", "/readyz")).raise_for_status()
        except httpx.HTTPError:
            return None
        return answer if answer.is_success else None

    again = await eventually(pushed_again, within=60)
    assert again is not None
    assert again.json()["summary"]["unchanged"] == 600
    assert traveller.total(again, **october) == 600
    corrected = traveller.push(OTHER, **{**lines[0], "category": "public_dispute"})
    rows = traveller.ask(corrected, by="category", **october)["rows"]
    assert {row["key"]["category"]: row["value"] for row in rows} == {"other": 599, "public_dispute": 1}
