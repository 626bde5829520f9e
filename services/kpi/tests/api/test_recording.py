"""Recording figures and narratives: what is refused and how to mend it, who collides, why a number changed."""

from __future__ import annotations

from typing import Any

from kpi_world import World, if_match, ok, on, opened, pointers, record, refusal, report_of

SHA = "a" * 64
FILE = {"name": "minutes.pdf", "media_type": "application/pdf", "size": 10, "sha256": SHA, "link": "https://ba.test/1"}


async def ba(world: World) -> Any:
    return await report_of(world, (await opened(world))["id"], "BA")


def reported(**more: Any) -> dict[str, Any]:
    return {"presence": "reported", **more}


def cell(value: str, **dimensions: str) -> dict[str, Any]:
    return {"dimensions": dimensions, "value": value}


REFUSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("12.1", {}, {"/presence": "missing"}),
    ("12.1", {"presence": "sometimes"}, {"/presence": "unknown_value"}),
    ("12.1", reported(), {"/cells": "value_missing"}),
    ("12.1", reported(value="1", colour="red"), {"/colour": "unknown_field"}),
    ("12.1", {"presence": "not_reported", "value": "0"}, {"/value": "value_against_presence"}),
    ("12.1", {"presence": "not_reported", "quality": "final"}, {"/quality": "value_against_presence"}),
    ("12.1", reported(value=5), {"/value": "decimal_malformed"}),
    ("12.1", reported(value="1e3"), {"/value": "decimal_malformed"}),
    ("12.1", reported(value="-1"), {"/value": "negative"}),
    ("12.1", reported(value="1.5"), {"/value": "too_many_decimals"}),
    ("12.1", reported(value="1000000000000000"), {"/value": "out_of_range"}),
    ("12.4", reported(value="1.0005"), {"/value": "too_many_decimals"}),
    ("12.1", reported(value="1", unit="kilogram"), {"/unit": "unit_differs"}),
    ("12.1", reported(cells=[cell("1", setting="border")]), {"/cells/0/dimensions/setting": "dimension_unknown"}),
    ("6.1", reported(value="1", cells=[cell("1")]), {"/value": "cell_twice"}),
    ("6.1", reported(cells=[cell("1", setting="sea")]), {"/cells/0/dimensions/setting": "code_unknown"}),
    (
        "6.1",
        reported(cells=[cell("1", setting="inland"), cell("-2", setting="border")]),
        {"/cells/1/value": "negative"},
    ),
    (
        "6.1",
        reported(value="-3", cells=[cell("1", setting="inland"), cell("2.5", setting="border")]),
        {"/value": "negative", "/cells/1/value": "too_many_decimals"},
    ),
    (
        "6.1",
        reported(cells=[cell("1", setting="inland"), cell("2"), cell("3", setting="inland")]),
        {"/cells/2": "cell_twice"},
    ),
    (
        "1",
        reported(statuses=[{"item": "weapons", "status": "adopted"}, {"item": "lasers", "status": "wished"}]),
        {"/statuses/1/item": "item_unknown", "/statuses/1/status": "status_unknown"},
    ),
    (
        "1",
        reported(statuses=[{"item": "weapons", "status": "none"}, {"item": "weapons", "status": "draft"}]),
        {"/statuses/1/item": "item_twice"},
    ),
    ("1", reported(value="3"), {"/value": "value_against_presence", "/statuses": "value_missing"}),
    ("2", reported(documents=[{"title": "  ", "link": "https://ba.test"}]), {"/documents/0/title": "empty"}),
    ("2", reported(documents=[{"title": "A", "link": "ftp://ba.test"}]), {"/documents/0/link": "link_malformed"}),
    ("9.2", reported(text=" "), {"/text": "empty"}),
    ("12.1", reported(value="1", comment=" "), {"/comment": "empty"}),
    ("12.1", reported(value="1", evidence=[{**FILE, "sha256": "x"}]), {"/evidence/0/sha256": "sha256_malformed"}),
    ("12.1", reported(value="1", evidence=[FILE, FILE]), {"/evidence/1/sha256": "evidence_twice"}),
    ("12.1", reported(value="1", jurisdiction="RS"), {"/jurisdiction": "not_a_member"}),
]


async def test_a_figure_that_breaks_rules_is_refused_where_it_does_and_says_how_to_mend_it(world: World) -> None:
    report = await ba(world)
    for kpi, body, expected in REFUSED:
        answer = await record(world["commission_BA"], report, kpi, body)
        assert pointers(answer) == expected, (kpi, body)
        assert all(error["detail"] for error in answer.json()["errors"])
    assert (await ok(await world["commission_BA"].get(f"/v1/reports/{report['id']}")))["version"] == 1


CURES: list[tuple[str, dict[str, Any], str]] = [
    ("12.1", reported(value="1", unit="kilogram"), "piece"),
    ("12.1", reported(), "not_reported"),
    ("6.1", reported(cells=[cell("1", setting="sea")]), "inland, border"),
    ("1", reported(statuses=[{"item": "weapons", "status": "wished"}]), "none, draft, adopted, harmonised"),
    ("12.1", reported(value="1", colour="red"), "presence"),
    ("12.1", reported(value="1.5"), "whole number"),
    ("12.1", reported(value=1), '"2.5"'),
]


async def test_the_cure_stands_in_the_refusal(world: World) -> None:
    report = await ba(world)
    for kpi, body, cure in CURES:
        assert cure in refusal(await record(world["commission_BA"], report, kpi, body), 422)["detail"]


async def test_a_kpi_that_is_not_recorded_here_is_refused_by_name(world: World) -> None:
    report = await ba(world)
    client = world["commission_BA"]
    for kpi, status, code, cure in (
        ("6", 404, "kpi_unknown", "6.1, 6.2, 6.3, 6.4"),
        ("99", 404, "kpi_unknown", "'99'"),
        ("13.3", 409, "derived_figure", "100 * {13.2} / {13.1}"),
        ("14", 409, "not_collected_here", "survey"),
        ("5", 409, "not_collected_here", "third party"),
    ):
        error = refusal(await record(client, report, kpi, reported(value="1")), status)
        assert error["code"] == code
        assert cure in error["detail"]
    derived = await client.get(f"/v1/reports/{report['id']}/values/13.3")
    assert refusal(derived, 404)["detail"] == "13.3 follows from 100 * {13.2} / {13.1}."


async def test_an_order_of_cells_says_nothing_and_a_zero_is_a_value(world: World) -> None:
    report = await ba(world)
    client = world["commission_BA"]
    cells = [cell("0", setting="inland"), cell("35", setting="border")]
    first = await ok(await record(client, report, "6.1", reported(cells=cells)))
    again = await ok(await record(client, report, "6.1", reported(cells=cells[::-1]), first["version"]))
    assert again["version"] == first["version"]
    assert (first["value"], first["quality"]) == ("35", "final")
    assert {c["dimensions"]["setting"]: c["value"] for c in first["cells"]} == {"inland": "0", "border": "35"}
    zero = await ok(await record(client, report, "12.1", reported(value="0", quality="estimated")))
    assert (zero["value"], zero["presence"], zero["quality"]) == ("0", "reported", "estimated")
    signed = await ok(await record(client, report, "12.1", reported(value="-0", quality="estimated")))
    assert (signed["cells"], signed["version"]) == ([{"dimensions": {}, "value": "0"}], zero["version"])
    none = await ok(await record(client, report, "12.2", {"presence": "not_available_yet"}))
    assert (none["value"], none["presence"], none["quality"]) == (None, "not_available_yet", None)


async def test_the_same_again_changes_nothing_words_included(world: World) -> None:
    report = await ba(world)
    client = world["commission_BA"]
    body = reported(value="5.50", comment="From the register.", evidence=[FILE])
    first = await record(client, report, "12.4", body)
    again = await record(client, report, "12.4", {**body, "value": "5.5"})
    assert first.headers["etag"] == again.headers["etag"] == '"2"'
    assert again.json()["comment"] == "From the register."
    assert again.headers["salwatch-position"].startswith("kpi:")


async def test_a_version_is_needed_and_one_that_was_never_there_is_stale(world: World) -> None:
    report = await ba(world)
    client = world["commission_BA"]
    path = f"/v1/reports/{report['id']}"
    for url, body in (
        (f"{path}/values/12.1", reported(value="1")),
        (f"{path}/values/12.1/inputs/police", {"value": "1"}),
        (f"{path}/narratives/1", {"language": "bs", "original": "Da."}),
    ):
        error = refusal(await client.put(url, json=body), 428)
        assert "If-Match" in error["detail"]
        assert refusal(await client.put(url, json=body, headers={"If-Match": "*"}), 400)["code"]
        stale = await client.put(url, json=body, headers=if_match(2))
        assert refusal(stale, 412)["code"] == "stale_version"
        assert stale.json()["current"] is None


async def test_what_is_stale_comes_back_with_what_stands_there_now(world: World) -> None:
    report = await ba(world)
    one, other = world["commission_BA"], world["commission_head_BA"]
    path = f"/v1/reports/{report['id']}"
    sent: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
        ("values/12.1", reported(value="5", comment="Counted."), reported(value="6"), "comment"),
        ("values/12.1/inputs/police", {"value": "5", "comment": "Counted."}, {"value": "6"}, "comment"),
        (
            "narratives/1",
            {"language": "bs", "original": "Counted."},
            {"language": "bs", "original": "Not yet."},
            "original",
        ),
    ]
    for below, first, second, words in sent:
        was = await ok(await one.put(f"{path}/{below}", json=first, headers=if_match(1)))
        stale = await other.put(f"{path}/{below}", json=second, headers=if_match(1))
        assert "you have seen version 1" in refusal(stale, 412)["detail"]
        current = stale.json()["current"]
        assert current[words] == "Counted."
        assert current["version"] == was["version"]
        await ok(await other.put(f"{path}/{below}", json=second, headers=if_match(current["version"])))


async def test_why_a_number_changed_is_told_with_the_approvals_that_it_voided(world: World) -> None:
    report = await ba(world)
    client = world["commission_BA"]
    body = on("2020-08-01", **reported(value="5"))
    await ok(await record(client, report, "12.1", {**body, "reason": "First count."}))
    await ok(await record(client, report, "12.2", reported(value="1")))
    last = await ok(
        await record(client, report, "12.1", {**on("2020-08-03", **reported(value="6")), "reason": "One was found."}, 2)
    )
    items = (await ok(await client.get(f"/v1/reports/{report['id']}/values/12.1/history")))["items"]
    assert [(i["version"], i["value"], i["on"], i["reason"]) for i in items] == [
        (2, "5", "2020-08-01", "First count."),
        (last["version"], "6", "2020-08-03", "One was found."),
    ]
    me = (await ok(await client.get("/v1/me")))["id"]
    assert all(i["actor"] == me and i["recorded_at"] and i["approvals_voided"] == [] for i in items)


async def test_a_narrative_is_kept_in_its_own_language_beside_its_translation(world: World) -> None:
    report = await ba(world)
    path = f"/v1/reports/{report['id']}/narratives"
    client = world["commission_BA"]
    body = {"language": "bs-Latn", "original": "Uništeno.", "translation": "Destroyed."}
    told = await ok(await client.put(f"{path}/6", json=body, headers=if_match(1)))
    assert (told["section"], told["language"], told["original"], told["translation"]) == ("6", *body.values())
    unknown = await client.put(f"{path}/8", json=body, headers=if_match(1))
    assert "challenges, needs, plans" in refusal(unknown, 404)["detail"]
    for wrong, expected in (
        ({**body, "language": "Bosnian!"}, {"/language": "language_malformed"}),
        ({**body, "original": " "}, {"/original": "empty"}),
        ({**body, "translation": ""}, {"/translation": "too_short"}),
    ):
        assert pointers(await client.put(f"{path}/6", json=wrong, headers=if_match(2))) == expected


async def test_evidence_is_named_by_what_it_is_and_added_once(world: World) -> None:
    report = await ba(world)
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}/evidence"
    added = await ok(await client.post(path, json=FILE))
    assert added["evidence"] == [FILE]
    assert (await ok(await client.post(path, json=FILE)))["version"] == added["version"]
    for wrong, expected in (
        ({**FILE, "size": -1}, {"/size": "too_small"}),
        ({**FILE, "media_type": "PDF"}, {"/media_type": "media_type_malformed"}),
        ({**FILE, "name": "other.pdf"}, {"/sha256": "evidence_twice"}),
    ):
        assert pointers(await client.post(path, json=wrong)) == expected


async def test_every_answer_says_what_may_be_done_now_and_why_not(world: World) -> None:
    report = await ba(world)
    answer = await ok(await record(world["commission_BA"], report, "12.1", reported(value="1")))
    actions = {action["action"]: action for action in answer["actions"]}
    assert actions["record_figure"] == {"action": "record_figure", "allowed": True, "why": []}
    assert actions["endorse"]["why"] == ["This needs the permission reports:endorse."]
    seen = await ok(await world["commission_head_BA"].get(f"/v1/reports/{report['id']}"))
    (why,) = next(action["why"] for action in seen["actions"] if action["action"] == "endorse")
    assert why.startswith("Validation found errors; mend them first")
