"""Reading incidents: filters, pages, formats, the past."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from world import World, line


async def push(world: World, *lines: dict[str, Any], agency: str = "monitor") -> list[str]:
    ids = []
    for each in lines:
        posted = await world[agency].post("/v1/incidents", json=each)
        assert posted.status_code == 201, posted.text
        ids.append(posted.json()["id"])
    return ids


async def found(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/v1/incidents", params=asked)
    assert answer.status_code == 200, answer.text
    return [item["external_id"] for item in answer.json()["items"]]


PERSON = {"role": "victim", "sex": "female", "age_group": "19_35", "outcome": "killed"}
RIFLE = {"type": "rifle", "possession": "legal"}
ITEM = {"kind": "handgun", "quantity": "3", "unit": "piece"}
SEIZURE = {"category": "weapon_seizure", "persons": [], "weapons": []}


async def test_every_filter_asks_what_it_says(world: World) -> None:
    await push(
        world,
        line("a", tags=["armed_robbery"], persons=[PERSON, {"role": "perpetrator", "sex": "male"}]),
        line("b", jurisdiction="BA", weapons=[RIFLE, {"type": "handgun"}], persons=[]),
        line(
            "c",
            **SEIZURE,
            seizure={"setting": "border", "items": [ITEM]},
        ),
        line("d", place=None, persons=[{**PERSON, "relation": "intimate_partner", "outcome": "injured"}]),
    )
    analyst = world["analyst"]
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"a", "b", "c", "d"}),
        ({"category": "weapon_seizure"}, {"c"}),
        ({"category": ["weapon_seizure", "criminal_context"]}, {"a", "b", "c", "d"}),
        ({"tag": "armed_robbery"}, {"a"}),
        ({"jurisdiction": "BA"}, {"b"}),
        ({"weapon_type": "rifle", "possession": "legal"}, {"b"}),
        ({"weapon_type": "handgun", "possession": "legal"}, set()),
        ({"role": "victim", "sex": "female"}, {"a", "d"}),
        ({"role": "perpetrator", "sex": "female"}, set()),
        ({"outcome": ["killed", "injured"], "age_group": "19_35"}, {"a", "d"}),
        ({"relation": "intimate_partner"}, {"d"}),
        ({"relation": "unreported"}, {"a"}),
        ({"seizure_setting": "border"}, {"c"}),
        ({"kind": "handgun", "unit": "piece"}, {"c"}),
        ({"kind": "handgun", "unit": "kg"}, set()),
        ({"admin": "Vojvodina"}, {"a", "b", "c"}),
        ({"agency": "monitor"}, {"a", "b", "c", "d"}),
        ({"agency": "rs-desk"}, set()),
        ({"external_id": "b"}, {"b"}),
        ({"verification": "verified"}, set()),
        ({"from": "2020-03-14", "to": "2020-03-14"}, {"a", "b", "c", "d"}),
        ({"from": "2020-03-15"}, set()),
        ({"bbox": "19.7,45.2,19.9,45.4"}, {"a", "b", "c"}),
    ]
    for asked, external_ids in expected:
        assert set(await found(analyst, **asked)) == external_ids, asked


async def test_casualties_beyond_the_persons_listed_are_victims_of_unreported_sex_and_age(world: World) -> None:
    estimate = {"killed": {"low": 1, "best": 2, "high": 3}}
    await push(world, line("more", persons=[PERSON], casualties=estimate))
    await push(world, line("listed", persons=[PERSON, PERSON], casualties=estimate))
    analyst = world["analyst"]
    assert await found(analyst, role="victim", sex="unreported", outcome="killed") == ["more"]
    assert await found(analyst, sex="unreported", outcome="injured") == []
    assert await found(analyst, role="perpetrator", sex="unreported") == []
    assert await found(analyst, sex="unreported", relation="stranger") == []
    assert await found(analyst, sex="unreported", relation="unreported") == ["more"]
    assert set(await found(analyst, sex="female", outcome="killed")) == {"more", "listed"}


async def test_a_coarse_date_matches_where_its_whole_span_fits(world: World) -> None:
    await push(world, line("month", occurred_on="2020-03-14", date_precision="month"))
    analyst = world["analyst"]
    assert await found(analyst, **{"from": "2020-03-01", "to": "2020-03-31"}) == ["month"]
    assert await found(analyst, **{"from": "2020-03-10", "to": "2020-03-31"}) == []
    assert await found(analyst, to="2020-03-20") == []


async def test_lists_hold_what_is_active_unless_status_says_otherwise(world: World) -> None:
    (incident, _) = await push(world, line("gone"), line("here"))
    await world["monitor"].post(
        f"/v1/incidents/{incident}/retract", json={"reason": "error"}, headers={"If-Match": '"1"'}
    )
    assert await found(world["analyst"]) == ["here"]
    assert await found(world["analyst"], status="retracted") == ["gone"]
    assert set(await found(world["analyst"], status="any")) == {"gone", "here"}


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"from": "2020-12-31", "to": "2020-01-01"}, "?from", "dates_reversed"),
        ({"bbox": "1,2,3"}, "?bbox", "bbox_malformed"),
        ({"bbox": "3,2,1,4"}, "?bbox", "bbox_malformed"),
        ({"bbox": "nan,nan,nan,nan"}, "?bbox", "bbox_malformed"),
        ({"category": "nonsense"}, "?category", "unknown_category"),
        ({"jurisdiction": "ZZ"}, "?jurisdiction", "unknown_jurisdiction"),
        ({"form": "json"}, "?form", "unknown_parameter"),
        ({"format": "csv", "limit": "3"}, "?limit", "not_with_format"),
        ({"cursor": "AAAA"}, "?cursor", "malformed_cursor"),
        ({"from": "1584144000"}, "?from", "date_malformed"),
        ({"agency": "a\0b"}, "?agency", "unstorable_text"),
    ],
)
async def test_a_bad_question_is_answered_with_what_is_wrong(
    world: World, asked: dict[str, str], pointer: str, code: str
) -> None:
    answer = await world["analyst"].get("/v1/incidents", params=asked)
    assert answer.status_code == 422
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def test_pages_lead_from_one_to_the_next_and_hold_everything_once(world: World) -> None:
    await push(world, *(line(f"p{n}", occurred_on=f"2020-03-{1 + n // 2:02}") for n in range(7)))
    seen: list[str] = []
    url = "/v1/incidents?limit=3&jurisdiction=RS"
    while url:
        answer = await world["analyst"].get(url)
        assert "total" not in answer.json()
        seen += [item["external_id"] for item in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert sorted(seen) == [f"p{n}" for n in range(7)]
    assert seen[0] == "p6"
    counted = await world["analyst"].get("/v1/incidents", params={"limit": 1, "count": "exact"})
    assert counted.json()["total"] == 7


SECRETS = ("Two men argued", "example.org", "45.2517", "19.8369", '"age":', "Daily")


@pytest.mark.parametrize("fmt", ["json", "ndjson", "csv", "geojson"])
@pytest.mark.parametrize(
    ("reader", "hidden"),
    [
        ("rs-desk", ()),
        ("secretariat", ()),
        ("verifier", ("45.2517", "19.8369", '"age":')),
        ("monitor", SECRETS),
        ("analyst", SECRETS),
        ("administrator", SECRETS),
        ("service", SECRETS),
    ],
)
async def test_every_reader_sees_what_is_for_them(world: World, fmt: str, reader: str, hidden: tuple[str, ...]) -> None:
    await push(world, line(), agency="rs-desk")
    text = (await world[reader].get("/v1/incidents", params={"format": fmt})).text
    assert "19_35" in text
    shown = [secret for secret in SECRETS if secret in text]
    assert not set(shown) & set(hidden)
    if fmt != "csv":  # a CSV has no member names
        assert set(shown) == set(SECRETS) - set(hidden)


async def test_a_bounding_box_never_tells_more_than_the_reader_may_see(world: World) -> None:
    await push(world, line("x"), agency="rs-desk")  # exactly 45.2517, 19.8369; coarsely 45.3, 19.8
    exact, coarse = "19.83,45.25,19.84,45.26", "19.79,45.29,19.81,45.31"
    for reader, sees in (("rs-desk", exact), ("secretariat", exact), ("monitor", coarse), ("verifier", coarse)):
        for box in (exact, coarse):
            assert bool(await found(world[reader], bbox=box)) == (box == sees), (reader, box)


async def test_an_agencys_own_exports_pushed_back_change_nothing(world: World) -> None:
    seizure = {"setting": "inland", "items": [ITEM, ITEM]}
    await push(
        world,
        line("a|b", tags=["armed_robbery"], place={"name": 'A, "B"|C', "admin": ["X|Y", "Z"]}),
        line("c", **SEIZURE, seizure=seizure, narrative="two\nlines"),
    )
    monitor = world["monitor"]
    for fmt, media in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        exported = await monitor.get("/v1/incidents", params={"format": fmt})
        assert exported.headers["content-type"].startswith(media)
        pushed = await monitor.post("/v1/incidents:batch", content=exported.content, headers={"Content-Type": media})
        assert pushed.status_code == 200, pushed.text
        assert pushed.json()["summary"] | {"accepted": 0} == {
            "lines": 2,
            "accepted": 0,
            "corrected": 0,
            "unchanged": 2,
            "rejected": 0,
        }


async def test_an_export_streams_more_than_it_holds(world: World) -> None:
    lines = b"".join(json.dumps(line(f"n{n}")).encode() + b"\n" for n in range(1200))
    headers = {"Content-Type": "application/x-ndjson"}
    assert (await world["monitor"].post("/v1/incidents:batch", content=lines, headers=headers)).status_code == 200
    exported = (await world["analyst"].get("/v1/incidents", params={"format": "ndjson"})).text.splitlines()
    assert len({json.loads(each)["external_id"] for each in exported}) == 1200
    table = list(csv.reader(io.StringIO((await world["analyst"].get("/v1/incidents?format=csv")).text)))
    assert len(table) == 1201
    collection = (await world["analyst"].get("/v1/incidents?format=geojson")).json()
    assert len(collection["features"]) == 1200
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [19.8, 45.3]}


async def test_the_past_is_told_as_it_was_known(world: World) -> None:
    (incident,) = await push(world, line("x"))
    before = (await world["monitor"].get(f"/v1/incidents/{incident}")).json()
    await world["monitor"].post("/v1/incidents", json=line("x", narrative="Corrected.", tags=["armed_robbery"]))
    path = f"/v1/incidents/{incident}"
    for as_of in ("1", before["recorded_at"]):
        then = await world["monitor"].get(path, params={"as_of": as_of})
        assert then.json() == before
        assert then.headers["etag"] == '"1"'
    assert (await world["analyst"].get(path, params={"as_of": "1"})).json().get("narrative") is None
    for as_of, status in (("0", 404), ("2000-01-01T00:00:00Z", 404), ("2020-01-01", 422), ("soon", 422)):
        assert (await world["analyst"].get(path, params={"as_of": as_of})).status_code == status, as_of
    unescaped = before["recorded_at"].replace("Z", "+00:00")
    assert (await world["monitor"].get(f"{path}?as_of={unescaped}")).json() == before


async def test_history_tells_who_and_when_and_the_reason_to_those_who_may_see_it(world: World) -> None:
    (incident,) = await push(world, line("x"))
    await world["monitor"].post(
        f"/v1/incidents/{incident}/correct",
        json={"fields": {"tags": ["armed_robbery"]}, "reason": "a late report"},
        headers={"If-Match": '"1"'},
    )
    path = f"/v1/incidents/{incident}/history"
    (reported, corrected) = (await world["verifier"].get(path)).json()["items"]
    assert (reported["type"], corrected["type"]) == ("incident-reported", "incident-corrected")
    assert (reported["version"], corrected["version"]) == (1, 2)
    assert corrected["actor"].startswith("key:")
    assert corrected["fields"] == ["tags"]
    assert corrected["reason"] == "a late report"
    assert corrected["occurred_at"] <= corrected["recorded_at"]
    assert "a late report" not in (await world["analyst"].get(path)).text


async def test_what_is_no_incident_is_404(world: World) -> None:
    declared = await world["monitor"].put("/v1/coverage/RS", json={"complete_through": "2020-06-30"})
    assert declared.status_code == 200
    (event,) = (await world["service"].get("/v1/events")).text.splitlines()
    for incident in ("0f0f0f0f-0000-4000-8000-000000000000", json.loads(event)["subject"]):
        for path in ("", "/history", "?as_of=5"):
            assert (await world["analyst"].get(f"/v1/incidents/{incident}{path}")).status_code == 404
    assert (await world["analyst"].get("/v1/incidents/nonsense")).status_code == 422


@pytest.mark.parametrize(
    ("headers", "correlation"),
    [
        (
            {"traceparent": "00-0193b2f15c107b118c4491d2a7f3e602-00f067aa0ba902b7-01"},
            "0193b2f1-5c10-7b11-8c44-91d2a7f3e602",
        ),
        ({"traceparent": "00-00000000000000000000000000000000-00f067aa0ba902b7-01"}, None),
        (
            {"X-Correlation-Id": "0193b2f1-0000-7b11-8c44-91d2a7f3e602", "traceparent": "nonsense"},
            "0193b2f1-0000-7b11-8c44-91d2a7f3e602",
        ),
    ],
)
async def test_an_event_belongs_to_the_trace_of_its_request(
    world: World, headers: dict[str, str], correlation: str | None
) -> None:
    await world["rs-desk"].post("/v1/incidents", json=line(), headers=headers)
    (event,) = (await world["service"].get("/v1/events")).text.splitlines()
    found = json.loads(event)["correlationid"]
    assert found == correlation if correlation else UUID(found).version == 7
