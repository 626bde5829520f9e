"""The journey of a KPI report over the services as processes: recorded, endorsed, accepted, published, restated, shown.

The same way on two roadmaps: that of the Western Balkans over the change feed, the Caribbean one over Kafka.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from demonstration import Demo
from traveller import Traveller

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SECRET = "919191"
"""A figure that nobody may see before it is published."""


@dataclass(frozen=True, slots=True)
class Journey:
    """`part` counts pieces by setting; `apart` is what the secretariat collects."""

    roadmap: str
    period: str
    members: int
    one: str
    other: str
    part: str
    apart: str
    opened: str
    due: str
    objected: str
    published: str


WESTERN_BALKANS = Journey(
    "wb-salw", "2021-S1", 6, "BA", "RS", "6.1", "14", "2021-07-01", "2021-09-30", "2021-11-10", "2021-12-01"
)
CARIBBEAN = Journey(
    "caribbean-firearms",
    "2021",
    16,
    "JM",
    "TT",
    "2.1",
    "6",
    "2022-01-10",
    "2022-03-31",
    "2022-05-10",
    "2022-06-01",
)


def settings(part: str, inland: int, border: int) -> dict[str, Any]:
    cells = [
        {"dimensions": {"setting": "inland"}, "value": str(inland)},
        {"dimensions": {"setting": "border"}, "value": str(border)},
    ]
    return {part: {"presence": "reported", "cells": cells, "comment": f"Counted twice, {SECRET} in all."}}


def travel(traveller: Traveller, journey: Journey) -> None:
    """All of it, one after the other: each step rests on the one before."""
    office = traveller.as_("secretariat")
    published = traveller.read(office, "/v1/roadmaps")["items"]
    if not any(r["code"] == journey.roadmap and r["status"] == "published" for r in published):
        traveller.do(office, "/v1/roadmaps", {"code": journey.roadmap, "on": "2020-07-01"})
    round_ = traveller.do(
        office,
        "/v1/rounds",
        {"roadmap": journey.roadmap, "period": journey.period, "on": journey.opened, "due": journey.due},
    )
    assert len(round_["members"]) == journey.members
    one, other = (traveller.report(round_["id"], code) for code in (journey.one, journey.other))
    _institutions_and_commission(traveller, journey, one)
    _returned_and_resubmitted(traveller, journey, one)
    _a_second_member(traveller, journey, other)
    _collected_by_the_secretariat(traveller, journey, round_["id"])
    _nothing_leaks(traveller, round_["id"])
    _objected_and_published(traveller, journey, round_["id"])
    _shown(traveller, journey, round_["id"], inland=SECRET, edition=1)
    _restated(traveller, journey, round_["id"], one)
    _shown(traveller, journey, round_["id"], inland="1000", edition=2)


def _institutions_and_commission(traveller: Traveller, journey: Journey, report: dict[str, Any]) -> None:
    """Two institutions clear side by side; a later change voids one clearance; the commission fills in the rest."""
    path = f"/v1/reports/{report['id']}"
    for institution, setting, value in (("police", "inland", SECRET), ("border-police", "border", "9")):
        who = traveller.as_("institution", journey.one, institution)
        cells = [{"dimensions": {"setting": setting}, "value": value}]
        body = {"on": journey.opened, "cells": cells}
        traveller.put(who, f"{path}/values/{journey.part}/inputs/{institution}", body, report["version"])
        seen = traveller.read(who, path)
        traveller.do(who, f"{path}/institutions/{institution}/clear", {"on": journey.opened}, seen["version"])
    police = traveller.as_("institution", journey.one, "police")
    seen = traveller.read(police, path)
    body = {"on": journey.opened, "cells": [{"dimensions": {"setting": "inland"}, "value": "900"}]}
    traveller.put(police, f"{path}/values/{journey.part}/inputs/police", body, seen["version"])
    seen = traveller.read(police, path)
    assert {c["institution"]: c["valid"] for c in seen["clearances"]} == {"police": False, "border-police": True}
    values = settings(journey.part, int(SECRET), 9)
    traveller.fill(report, values, journey.opened)
    head = traveller.as_("commission_head", journey.one)
    seen = traveller.read(head, path)
    refused = traveller.send("POST", head, f"{path}/endorse", {"on": journey.opened}, seen["version"])
    assert refused.status_code == 409
    assert [e["code"] for e in refused.json()["errors"]] == [f"inputs_add_up/{journey.part}"]
    body = {"on": journey.opened, "cells": [{"dimensions": {"setting": "inland"}, "value": SECRET}]}
    seen = traveller.read(police, path)
    traveller.put(police, f"{path}/values/{journey.part}/inputs/police", body, seen["version"])


def _returned_and_resubmitted(traveller: Traveller, journey: Journey, report: dict[str, Any]) -> None:
    """An uncleared input blocks nobody, but is to be explained; what is returned comes again."""
    path = f"/v1/reports/{report['id']}"
    head = traveller.as_("commission_head", journey.one)
    seen = traveller.read(head, path)
    actions = {a["action"]: a for a in seen["actions"]}
    assert not actions["endorse"]["allowed"]
    explained = {"on": journey.opened, "finding": "inputs_cleared/police", "explanation": "On paper."}
    traveller.do(head, f"{path}/explanations", explained)
    assert traveller.endorse(report, journey.opened)["state"] == "submitted"
    comments = [{"kpi": journey.part, "text": "Please check the border."}]
    assert traveller.check(report, "return", journey.opened, comments=comments)["state"] == "returned"
    assert traveller.endorse(report, journey.due)["state"] == "submitted"
    accepted = traveller.check(report, "accept", journey.due)
    assert (accepted["state"], accepted["received_on"], accepted["late_by_days"]) == ("accepted", journey.due, 0)
    assert accepted["acceptance"]["digest"] == accepted["digest"]


def _a_second_member(traveller: Traveller, journey: Journey, report: dict[str, Any]) -> None:
    traveller.fill(report, settings(journey.part, 100, 1), journey.opened)
    traveller.endorse(report, journey.due)
    traveller.check(report, "accept", journey.due)


def _collected_by_the_secretariat(traveller: Traveller, journey: Journey, round_id: str) -> None:
    office = traveller.as_("secretariat")
    report = traveller.report(round_id, None)
    path = f"/v1/reports/{report['id']}"
    for jurisdiction, value in ((journey.one, "7"), ("regional", "5")):
        seen = traveller.read(office, path)
        body = {"on": journey.due, "presence": "reported", "value": value, "jurisdiction": jurisdiction}
        traveller.put(office, f"{path}/values/{journey.apart}", body, seen["version"])


def _nothing_leaks(traveller: Traveller, round_id: str) -> None:
    """Neither to other roles nor through events."""
    assert SECRET not in json.dumps(traveller.events())
    listed = traveller.read(traveller.as_("analyst"), "/v1/reports", round=round_id)
    assert SECRET not in json.dumps(listed)
    assert SECRET not in traveller.get(traveller.as_("analyst"), "/v1/data").text


def _objected_and_published(traveller: Traveller, journey: Journey, round_id: str) -> None:
    office, path = traveller.as_("secretariat"), f"/v1/rounds/{round_id}"
    member = traveller.as_("commission_head", journey.other)
    assert traveller.get(member, f"{path}/draft").status_code == 409
    version = traveller.read(office, path)["version"]
    traveller.do(office, f"{path}/share-draft", {"on": journey.due, "object_by": journey.objected}, version)
    assert SECRET in json.dumps(traveller.read(member, f"{path}/draft"))
    version = traveller.read(member, path)["version"]
    objection = {"on": journey.objected, "text": "Ours is not in it.", "kpi": journey.part}
    raised = traveller.do(member, f"{path}/objections", objection, version)
    publish = {"on": journey.published}
    refused = traveller.send("POST", office, f"{path}/publish", publish, raised["version"])
    assert refused.json()["errors"][0]["code"] == "open_objections"
    answer = {"on": journey.published, "answer": "It is."}
    answered = traveller.do(office, f"{path}/objections/1/answer", answer, raised["version"])
    done = traveller.do(office, f"{path}/publish", publish, answered["version"])
    assert len(done["editions"][0]["missing"]) == journey.members - 2


def _shown(traveller: Traveller, journey: Journey, round_id: str, *, inland: str, edition: int) -> None:
    """In the aggregates, in the data, in the comparison, and in the edition itself."""
    office = traveller.as_("secretariat")
    written = traveller.get(office, "/v1/events", limit=1)
    asked = {"roadmap": journey.roadmap, "kpi": journey.part, "period": journey.period}
    found = traveller.aggregate(written, **asked, by="jurisdiction", setting="inland")
    rows = {row["key"]["jurisdiction"]: row for row in found["rows"]}
    assert (rows[journey.one]["value"], rows[journey.other]["value"]) == (inland, "100")
    assert len(rows) == journey.members
    assert found["total"] == str(int(inland) + 100)
    assert (found["coverage"]["reported"], found["coverage"]["of"]) == (2, journey.members)
    assert found["editions"] == {journey.period: edition}
    filters = {"roadmap": journey.roadmap, "c[KPI]": journey.part, "c[SETTING]": "inland"}
    data = traveller.read(office, "/v1/data", **filters)
    shown = {(i["ref_area"], i["time_period"]): i["value"] for i in data["items"]}
    assert shown[journey.one, journey.period] == inland
    compared = traveller.read(office, "/v1/compare", roadmap=journey.roadmap, kpi=journey.part, periods=journey.period)
    assert compared["regional"][0]["coverage"]["reported"] == 2
    first = traveller.read(office, f"/v1/rounds/{round_id}/editions/1")
    assert SECRET in json.dumps(first)


def _restated(traveller: Traveller, journey: Journey, round_id: str, report: dict[str, Any]) -> None:
    office, path = traveller.as_("secretariat"), f"/v1/reports/{report['id']}"
    commission = traveller.as_("commission", journey.one)
    body = settings(journey.part, 1_000, 9)[journey.part]
    seen = traveller.read(commission, path)
    refused = traveller.send("PUT", commission, f"{path}/values/{journey.part}", body, seen["version"])
    assert refused.json()["errors"][0]["code"] == "report_published"
    traveller.do(office, f"{path}/restate", {"on": journey.published})
    police = traveller.as_("institution", journey.one, "police")
    seen = traveller.read(police, path)
    cells = [{"dimensions": {"setting": "inland"}, "value": "1000"}]
    traveller.put(
        police,
        f"{path}/values/{journey.part}/inputs/police",
        {"on": journey.published, "cells": cells},
        seen["version"],
    )
    seen = traveller.read(commission, path)
    traveller.put(commission, f"{path}/values/{journey.part}", {"on": journey.published, **body}, seen["version"])
    for finding in traveller.read(commission, f"{path}/validation")["items"]:
        if finding["explanation"] is None:
            said = {"on": journey.published, "finding": finding["id"], "explanation": "Counted again."}
            traveller.do(commission, f"{path}/explanations", said)
    traveller.endorse(report, journey.published)
    traveller.check(report, "accept", journey.published)
    version = traveller.read(office, f"/v1/rounds/{round_id}")["version"]
    traveller.do(office, f"/v1/rounds/{round_id}/publish", {"on": journey.published}, version)


def test_the_roadmap_of_the_western_balkans_over_the_feed(trial: Demo) -> None:
    travel(Traveller(trial), WESTERN_BALKANS)


def test_what_the_incident_feed_says_stands_beside_the_figure(trial: Demo) -> None:
    """A query is drafted where the official figure lies below the feed's, and nowhere else."""
    traveller = Traveller(trial)
    office = traveller.as_("secretariat")
    document = trial.document
    key = {"Authorization": f"ApiKey {document['api_keys']['rs-desk']}"}
    line = {
        "external_id": "journey-seizure",
        "occurred_on": "2022-02-03",
        "jurisdiction": "RS",
        "category": "weapon_seizure",
        "seizure": {"setting": "inland", "items": [{"kind": "handgun", "quantity": "50", "unit": "piece"}]},
    }
    pushed = traveller.client.post(f"{document['services']['incidents']}/v1/incidents", json=line, headers=key)
    assert pushed.is_success, pushed.text
    body = {"roadmap": "wb-salw", "period": "2022-S1", "on": "2022-07-01", "due": "2022-09-30"}
    round_ = traveller.do(office, "/v1/rounds", body)
    for jurisdiction, expected in (("RS", [("6.1", {}), ("6.1", {"setting": "inland"})]), ("ME", [])):
        report = traveller.report(round_["id"], jurisdiction)
        traveller.fill(report, settings("6.1", 40, 0), "2022-08-01")
        path = f"/v1/reports/{report['id']}"
        commission = traveller.as_("commission", jurisdiction)
        told = int(pushed.headers["SALWatch-Position"].rpartition(":")[2])
        while traveller.read(commission, f"{path}/feed-comparison")["freshness"]["incidents"]["position"] < told:
            pass
        traveller.endorse(report, "2022-08-02")
        drafted = traveller.read(office, f"{path}/queries")["items"]
        assert [(q["kpi"], q["dimensions"]) for q in drafted] == expected
    report = traveller.report(round_["id"], "RS")
    path = f"/v1/reports/{report['id']}"
    commission = traveller.as_("commission", "RS")
    assert traveller.read(commission, f"{path}/queries")["items"] == []  # a draft is for the secretariat alone
    traveller.do(office, f"{path}/queries/1/send", {"on": "2022-08-03", "text": "The feed has 50."})
    traveller.do(office, f"{path}/queries/2/dismiss", {"on": "2022-08-03", "reason": "The same."})
    answered = {"on": "2022-08-04", "answer": "Ten were replicas."}
    traveller.do(commission, f"{path}/queries/1/answer", answered)
    found = traveller.read(office, f"{path}/queries")["items"]
    assert {q["number"]: q["status"] for q in found} == {1: "answered", 2: "dismissed"}


@pytest.mark.kafka
@pytest.mark.timeout(400)
async def test_the_caribbean_roadmap_over_kafka(caribbean: Demo) -> None:
    traveller = Traveller(caribbean)
    travel(traveller, CARIBBEAN)
    told = [r async for r in _records(caribbean)]
    published = [n for n, record in enumerate(told) if SECRET.encode() in record]
    assert published
    assert all(b'"figures"' in told[n] for n in published)
    custodians = traveller.read(traveller.as_("analyst"), "/v1/roadmaps/caribbean-firearms")["custodians"]
    assert [c["name"] for c in custodians] == ["UNLIREC", "CARICOM IMPACS"]


async def _records(demo: Demo) -> AsyncIterator[bytes]:
    """Everything in the topic of kpi."""
    kafka = demo.document["kafka"]
    async with AIOKafkaConsumer(bootstrap_servers=kafka["bootstrap"]) as consumer:
        partitions = [TopicPartition("kpi.events", number) for number in range(12)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                for record in (await consumer.getmany(partition, timeout_ms=1_000)).get(partition, []):
                    yield record.value or b""
