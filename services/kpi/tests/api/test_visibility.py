"""Who sees what of a report, from the first figure to the edition: drafts belong to their jurisdiction."""

from __future__ import annotations

from typing import Any

import httpx
from kpi_world import World, accepted, if_match, ok, on, opened, published, record, refusal, report_of, submitted

VALUES = {"12.1": {"presence": "reported", "value": "8538538", "comment": "In one armoury."}, "11.1": 5_000_777}

OWN = ("institution_BA_police", "institution_BA_army", "commission_BA", "commission_head_BA")
OFFICE = ("secretariat", "analyst")
OTHERS = ("commission_RS", "commission_head_RS", "institution_RS_police", "administrator", "reader", "service")

BELOW = ("/values/12.1", "/values/12.1/history", "/validation", "/queries", "/feed-comparison", "/print")
FULL, PUBLISHED, NOTHING = "full", "published", "nothing"


async def sight(client: httpx.AsyncClient, path: str) -> str:
    """What a caller sees of BA's figure; and that every other address below tells as much and no more."""
    document = await ok(await client.get(path))
    below = {name: await client.get(path + name) for name in BELOW}
    values = {v["kpi"]: v["value"] for v in document["values"] or ()}
    if values.get("12.1") is None:
        assert (document["values"], document["narratives"]) == (None, None)
        assert document["withheld"] == document["state"]
        assert "8538538" not in str(document)
        assert "armoury" not in str(document)
        assert digests(document) <= {None}
        assert {name: answer.status_code for name, answer in below.items()} == dict.fromkeys(BELOW, 403)
        assert all(refusal(answer, 403)["code"] == "draft_withheld" for answer in below.values())
        return NOTHING
    assert values["12.1"] == "8538538"
    history = (await ok(below["/values/12.1/history"]))["items"]
    if "inputs" not in document:
        assert digests(document) <= {None, *(edition["digest"] for edition in document["published"])}
        assert {"inputs", "findings", "evidence", "queries", "returned", "readers"}.isdisjoint(document)
        assert all("edition" in item and "actor" not in item for item in history)
        others = {name: answer.status_code for name, answer in below.items() if name != "/values/12.1/history"}
        assert set(others.values()) == {403}
        return PUBLISHED
    assert all("actor" in item for item in history)
    assert {answer.status_code for answer in below.values()} == {200}
    return FULL


def digests(document: Any) -> set[str | None]:
    """All that stand in a report, but for those of its editions: a digest of few figures tells them."""
    approvals = [document["endorsement"], document["acceptance"], *document["clearances"], *document["voided"]]
    return {document["digest"], *(approval["digest"] for approval in approvals if approval)}


async def sights(world: World, path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group, names in (("own", OWN), ("office", OFFICE), ("others", OTHERS)):
        found[group] = {await sight(world[name], path) for name in names}
    return found


async def test_who_sees_it_on_its_way_from_draft_to_edition_and_restatement(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    office, head, client = world["secretariat"], world["commission_head_BA"], world["commission_BA"]
    await ok(await record(client, report, "12.1", on("2020-08-01", **VALUES["12.1"])))  # type: ignore[arg-type]
    draft = {"own": {FULL}, "office": {NOTHING}, "others": {NOTHING}}
    given = {**draft, "office": {FULL}}
    assert await sights(world, path) == draft
    sent = await submitted(world, report, VALUES)
    assert await sights(world, path) == given
    body = on("2020-08-11", comments=[{"text": "Why?"}])
    await ok(await office.post(f"{path}/return", json=body, headers=if_match(sent["version"])))
    assert await sights(world, path) == draft
    now = await ok(await client.get(path))
    again = await ok(await head.post(f"{path}/endorse", json=on("2020-08-12"), headers=if_match(now["version"])))
    await ok(await office.post(f"{path}/accept", json=on("2020-08-13"), headers=if_match(again["version"])))
    assert await sights(world, path) == given
    await published(world, round_["id"])
    assert await sights(world, path) == {**given, "others": {PUBLISHED}}
    await ok(await office.post(f"{path}/restate", json=on("2020-10-01")))
    assert await sights(world, path) == {"own": {FULL}, "office": {PUBLISHED}, "others": {PUBLISHED}}
    now = await ok(await client.get(path))
    await ok(await client.post(f"{path}/evidence", json=FILE))
    await ok(await record(client, now, "11.1", on("2020-10-02", presence="reported", value="4999777")))
    shown = str(await ok(await world["commission_RS"].get(path)))
    assert ("5000777" in shown, "4999777" in shown, "secret.pdf" in shown) == (True, False, False)


async def test_an_invited_reader_reads_the_draft_and_changes_nothing(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    head, reader = world["commission_head_BA"], world["reader"]
    recorded = await record(world["commission_BA"], report, "12.1", VALUES["12.1"])  # type: ignore[arg-type]
    position = recorded.headers["salwatch-position"].rpartition(":")[2]
    me = (await ok(await reader.get("/v1/me")))["id"]
    invited = await ok(await head.post(f"{path}/readers", json={"reader": me}))
    assert invited["readers"] == [me]
    assert (await ok(await head.post(f"{path}/readers", json={"reader": me})))["version"] == invited["version"]
    assert await sight(reader, path) == FULL
    before = await ok(await reader.get(path, params={"as_of": position}))
    assert [v["value"] for v in before["values"]] == ["8538538"]
    document: Any = await ok(await reader.get(path))
    assert not any(action["allowed"] for action in document["actions"])
    assert await sight(world["commission_RS"], path) == NOTHING
    await ok(await head.delete(f"{path}/readers/{me}"))
    assert await sight(reader, path) == NOTHING
    gone = await head.delete(f"{path}/readers/{me}")
    assert refusal(gone, 404)["code"] == "reader_unknown"


async def test_an_invitation_is_to_one_report(world: World) -> None:
    round_ = await opened(world)
    reports = [await report_of(world, round_["id"], member) for member in ("BA", "RS")]
    me = (await ok(await world["reader"].get("/v1/me")))["id"]
    await ok(await world["commission_head_BA"].post(f"/v1/reports/{reports[0]['id']}/readers", json={"reader": me}))
    seen = [await ok(await world["reader"].get(f"/v1/reports/{report['id']}")) for report in reports]
    assert [document["values"] for document in seen] == [[], None]


async def test_lists_tell_how_far_each_has_come_and_nothing_of_what_it_says(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    await submitted(world, report, VALUES)
    for name in ("commission_RS", "reader", "commission_BA"):
        items = (await ok(await world[name].get("/v1/reports", params={"state": "submitted"})))["items"]
        assert [(i["jurisdiction"], i["kind"], i["period"], i["received_on"]) for i in items] == [
            ("BA", "jurisdiction", "2020-S1", "2020-08-10")
        ]
        assert {"values", "digest", "narratives"}.isdisjoint(items[0])
    for parameters, expected in (
        ({"jurisdiction": "RS"}, 1),
        ({"kind": "secretariat"}, 1),
        ({"period": "2019-S2"}, 0),
        ({"roadmap": "other"}, 0),
        ({"round": round_["id"], "state": "draft"}, 6),
    ):
        assert len((await ok(await world["reader"].get("/v1/reports", params=parameters)))["items"]) == expected


async def test_before_a_round_is_published_the_change_feed_tells_no_figure_and_no_word(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    await accepted(world, report, VALUES)
    await ok(await world["commission_BA"].get(f"/v1/reports/{report['id']}"))
    before = (await world["secretariat"].get("/v1/events?limit=1000")).text
    assert "kpi.report-accepted" in before
    for secret in ("8538538", "5000777", "armoury", "It was so."):
        assert secret not in before
    await published(world, round_["id"])
    after = (await world["secretariat"].get("/v1/events?limit=1000")).text[len(before) :]
    assert "8538538" in after


FILE = {
    "name": "secret.pdf",
    "media_type": "application/pdf",
    "size": 1,
    "sha256": "a" * 64,
    "link": "https://ba.test",
}
