"""Clearing, endorsing, returning, accepting: each bound to exactly what its author saw, and void after a change."""

from __future__ import annotations

from typing import Any

import httpx
from kpi_world import World, accepted, explained, fill, if_match, ok, on, opened, pointers, record, refusal, report_of
from kpi_world import submitted as submit

VALUES = {"12.1": 538, "11.1": 5_000}


def reported(value: str) -> dict[str, Any]:
    return on("2020-08-02", presence="reported", value=value)


async def ba(world: World) -> Any:
    return await report_of(world, (await opened(world))["id"], "BA")


async def act(client: httpx.AsyncClient, report: Any, name: str, day: str, version: int, **more: Any) -> httpx.Response:
    return await client.post(f"/v1/reports/{report['id']}/{name}", json=on(day, **more), headers=if_match(version))


async def seen(world: World, report: Any, who: str = "commission_BA") -> Any:
    return await ok(await world[who].get(f"/v1/reports/{report['id']}"))


async def test_errors_of_validation_block_the_endorsement_each_by_name(world: World) -> None:
    report = await ba(world)
    await fill(world, report, {**VALUES, "13.1": 3, "13.2": 4})
    now = await seen(world, report)
    answer = await act(world["commission_head_BA"], report, "endorse", "2020-08-02", now["version"])
    error = refusal(answer, 409)
    assert answer.json()["type"] == "/problems/validation-failed"
    assert error["code"] == "standards_within_storages/13.2+13.1"
    assert "More storages meet the standards than there are." in error["detail"]


async def test_a_report_that_says_nothing_of_a_kpi_is_not_submitted(world: World) -> None:
    report = await ba(world)
    answer = await act(world["commission_head_BA"], report, "endorse", "2020-08-02", 1)
    missing = {error["code"] for error in answer.json()["errors"]}
    assert answer.status_code == 409
    assert {"kpi_missing/1", "kpi_missing/6.1", "kpi_missing/12.4"} <= missing
    assert not {"kpi_missing/5", "kpi_missing/14", "kpi_missing/13.3"} & missing


async def test_warnings_want_an_explanation_that_holds_as_long_as_the_figures_stay(world: World) -> None:
    report = await ba(world)
    await fill(world, report, {**VALUES, "3.1": 1, "3.2": 2, "13.1": 1})
    client, head = world["commission_BA"], world["commission_head_BA"]
    path = f"/v1/reports/{report['id']}"
    now = await seen(world, report)
    answer = await act(head, report, "endorse", "2020-08-02", now["version"])
    assert [error["code"] for error in answer.json()["errors"]] == ["prosecuted_within_investigated/3.2+3.1"]
    assert answer.json()["type"] == "/problems/unexplained-warnings"
    unknown = await client.post(f"{path}/explanations", json={"finding": "nothing/1", "explanation": "So."})
    assert "prosecuted_within_investigated/3.2+3.1" in refusal(unknown, 404)["detail"]
    body = {"finding": "prosecuted_within_investigated/3.2+3.1", "explanation": "Of last year."}
    assert pointers(await client.post(f"{path}/explanations", json={**body, "explanation": " "})) == {
        "/explanation": "empty"
    }
    await ok(await client.post(f"{path}/explanations", json=body))
    (finding,) = (await ok(await client.get(f"{path}/validation")))["items"]
    assert (finding["severity"], finding["kpi"], finding["explanation"]) == ("warning", "3.2", "Of last year.")
    now = await seen(world, report)
    await ok(await record(client, now, "12.1", reported("7")))
    assert (await ok(await client.get(f"{path}/validation")))["items"][0]["explanation"] == "Of last year."
    await ok(await record(client, now, "3.2", reported("3")))
    assert (await ok(await client.get(f"{path}/validation")))["items"][0]["explanation"] is None
    await ok(await client.post(f"{path}/explanations", json=body))
    now = await seen(world, report)
    sent = await ok(await act(head, report, "endorse", "2020-08-02", now["version"]))
    assert sent["rules_version"] == "2018.1+1"
    assert [(f["id"], f["explanation"]) for f in sent["findings"]] == [(body["finding"], "Of last year.")]


async def test_an_endorsement_is_for_exactly_the_content_seen(world: World) -> None:
    report = await ba(world)
    await fill(world, report, VALUES)
    now = await explained(world, report)
    head = world["commission_head_BA"]
    await ok(await record(world["commission_BA"], now, "12.1", reported("7")))
    stale = await act(head, report, "endorse", "2020-08-02", now["version"])
    assert "current" in stale.json()
    assert refusal(stale, 412)["code"] == "stale_version"
    after = await seen(world, report)
    other = await act(head, report, "endorse", "2020-08-02", after["version"], digest=now["digest"])
    assert (refusal(other, 409)["code"], after["digest"] in other.json()["detail"]) == ("digest_differs", True)
    without = await head.post(f"/v1/reports/{report['id']}/endorse", json=on("2020-08-02"))
    assert refusal(without, 428)["code"] == "version_required"
    wrong = await act(head, report, "endorse", "2020-08-02", after["version"], digest="abc")
    assert pointers(wrong) == {"/digest": "sha256_malformed"}
    await ok(await act(head, report, "endorse", "2020-08-02", after["version"], digest=after["digest"]))


async def test_evidence_and_invitations_meanwhile_make_no_endorsement_stale(world: World) -> None:
    report = await ba(world)
    await fill(world, report, VALUES)
    now = await explained(world, report)
    file = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "a" * 64, "link": "https://ba.test"}
    await ok(await world["commission_BA"].post(f"/v1/reports/{report['id']}/evidence", json=file))
    await ok(await act(world["commission_head_BA"], report, "endorse", "2020-08-02", now["version"]))


async def test_a_change_after_submission_visibly_voids_the_endorsement(world: World) -> None:
    report = await ba(world)
    sent = await submit(world, report, VALUES)
    assert (sent["state"], sent["endorsement"]["valid"]) == ("submitted", True)
    again = await act(world["commission_head_BA"], report, "endorse", "2020-08-11", sent["version"])
    assert refusal(again, 409)["code"] == "already_submitted"
    changed = await ok(await record(world["commission_BA"], sent, "12.1", reported("537")))
    now = await seen(world, report)
    assert (now["state"], now["endorsement"]["valid"]) == ("draft", False)
    assert now["endorsement"]["voided_at"] == changed["version"]
    (voided,) = now["voided"]
    assert (voided["kind"], voided["digest"], voided["by"]) == (
        "endorsement",
        sent["digest"],
        sent["endorsement"]["by"],
    )
    history = (await ok(await world["commission_BA"].get(f"/v1/reports/{report['id']}/values/12.1/history")))["items"]
    assert [[v["kind"] for v in item["approvals_voided"]] for item in history] == [[], ["endorsement"]]
    accept = await act(world["secretariat"], report, "accept", "2020-08-12", now["version"])
    assert refusal(accept, 409)["code"] == "not_submitted"


async def test_a_return_says_what_to_mend_and_a_new_endorsement_submits_again(world: World) -> None:
    report = await ba(world)
    sent = await submit(world, report, VALUES)
    office = world["secretariat"]
    for body, expected in (
        ({}, {"/comments": "missing"}),
        ({"comments": []}, {"/comments": "too_few"}),
        ({"comments": [{"kpi": "99", "text": "Why?"}]}, {"/comments/0/kpi": "kpi_unknown"}),
        ({"comments": [{"text": "Why?"}, {"text": " "}]}, {"/comments/1/text": "empty"}),
    ):
        assert pointers(await act(office, report, "return", "2020-08-12", sent["version"], **body)) == expected
    unsaid = await act(office, report, "return", "2020-08-12", sent["version"], comments=[])
    assert refusal(unsaid, 422)["detail"] == "At least 1 of these; there are 0"
    comments = [{"kpi": "12.1", "text": "Is this all?"}, {"kpi": "6", "text": "None?"}, {"text": "Thanks."}]
    returned = await ok(await act(office, report, "return", "2020-08-12", sent["version"], comments=comments))
    assert (returned["state"], returned["withheld"]) == ("returned", "returned")
    now = await seen(world, report)
    assert [(c["kpi"], c["text"]) for c in now["returned"]["comments"]] == [
        ("12.1", "Is this all?"),
        ("6", "None?"),
        (None, "Thanks."),
    ]
    assert (now["returned"]["digest"], now["endorsement"]["valid"]) == (sent["digest"], True)
    await ok(await record(world["commission_BA"], now, "12.1", reported("540")))
    now = await explained(world, report)
    assert now["state"] == "returned"
    again = await ok(await act(world["commission_head_BA"], report, "endorse", "2020-08-20", now["version"]))
    assert (again["state"], again["received_on"], again["first_received_on"]) == (
        "submitted",
        "2020-08-20",
        "2020-08-10",
    )


async def test_an_accepted_report_changes_only_once_it_is_reopened(world: World) -> None:
    report = await ba(world)
    done = await accepted(world, report, VALUES)
    client, office = world["commission_BA"], world["secretariat"]
    path = f"/v1/reports/{report['id']}"
    for answer in (
        await record(client, done, "12.1", reported("1")),
        await client.put(f"{path}/narratives/1", json={"language": "bs", "original": "Da."}, headers=if_match(1)),
        await client.put(f"{path}/values/12.1/inputs/police", json=on("2020-08-02", value="1"), headers=if_match(1)),
        await client.post(f"{path}/explanations", json={"finding": "x/1", "explanation": "So."}),
        await act(world["commission_head_BA"], report, "endorse", "2020-08-11", done["version"]),
    ):
        error = refusal(answer, 409)
        assert (error["code"], "reopen" in error["detail"]) == ("report_accepted", True)
    assert pointers(await office.post(f"{path}/reopen", json={})) == {"/reason": "missing"}
    assert pointers(await office.post(f"{path}/reopen", json={"reason": " "})) == {"/reason": "empty"}
    opened_again = await ok(await office.post(f"{path}/reopen", json=on("2020-08-12")))
    assert [v["kind"] for v in opened_again["voided"]] == ["endorsement", "acceptance"]
    assert (opened_again["state"], opened_again["acceptance"]["valid"]) == ("draft", False)
    assert refusal(await office.post(f"{path}/reopen", json=on("2020-08-12")), 409)["code"] == "not_accepted"
    now = await seen(world, report)
    assert (now["reopened"]["reason"], now["reopened"]["restating"]) == ("Written down for a test.", False)
    sent = await ok(await act(world["commission_head_BA"], report, "endorse", "2020-08-13", now["version"]))
    again = await ok(await act(office, report, "accept", "2020-08-14", sent["version"], digest=sent["digest"]))
    assert (again["state"], again["acceptance"]["digest"]) == ("accepted", done["digest"])


async def test_nothing_is_accepted_or_returned_that_was_not_submitted(world: World) -> None:
    report = await ba(world)
    office = world["secretariat"]
    for name, more in (("accept", {}), ("return", {"comments": [{"text": "Why?"}]})):
        assert refusal(await act(office, report, name, "2020-08-12", 1, **more), 409)["code"] == "not_submitted"
    restate = await office.post(f"/v1/reports/{report['id']}/restate", json=on("2020-08-12"))
    assert refusal(restate, 409)["code"] == "not_published"
    others = await report_of(world, report["round"], None)
    error = refusal(await act(office, others, "accept", "2020-08-12", 1), 409)
    assert error["code"] == "not_for_this_report"


async def test_a_deadline_is_extended_with_a_reason_and_never_shortened(world: World) -> None:
    report = await ba(world)
    office, path = world["secretariat"], f"/v1/reports/{report['id']}/extend"
    assert pointers(await office.post(path, json={"due": "2020-10-15"})) == {"/reason": "missing"}
    assert pointers(await office.post(path, json=on("2020-09-01", due="2020-09-30"))) == {"/due": "due_not_later"}
    body = {**on("2020-09-01", due="2020-10-15"), "reason": "A fire in the archive."}
    later = await ok(await office.post(path, json=body))
    assert (later["due"], later["extensions"]) == (
        "2020-10-15",
        [{"due": "2020-10-15", "on": "2020-09-01", "reason": "A fire in the archive."}],
    )
    sent = await submit(world, report, VALUES, "2020-10-20")
    assert (sent["received_on"], sent["late_by_days"]) == ("2020-10-20", 5)


async def test_institutions_clear_their_own_inputs_in_parallel(world: World) -> None:
    report = await ba(world)
    await fill(world, report, {**VALUES, "10": 30})
    police, army = world["institution_BA_police"], world["institution_BA_army"]
    path = f"/v1/reports/{report['id']}"
    for client, name, value in ((police, "police", "10"), (army, "army", "19")):
        body = on("2020-08-02", value=value, comment="From the register.")
        given = await ok(await client.put(f"{path}/values/10/inputs/{name}", json=body, headers=if_match(1)))
        assert (given["institution"], given["value"], given["unit"]) == (name, value, "piece")
    findings = {f["id"]: f for f in (await ok(await police.get(f"{path}/validation")))["items"]}
    assert "make 29, the figure says 30" in findings["inputs_add_up/10"]["message"]
    assert findings["inputs_cleared/army"]["severity"] == findings["inputs_cleared/police"]["severity"] == "warning"
    now = await seen(world, report, "institution_BA_army")
    assert next(v for v in now["values"] if v["kpi"] == "10")["inputs_total"] == "29"
    cleared = await ok(await act(police, report, "institutions/police/clear", "2020-08-03", now["version"]))
    assert [(c["institution"], c["valid"]) for c in cleared["clearances"]] == [("police", True)]
    twice = await act(police, report, "institutions/police/clear", "2020-08-03", now["version"])
    assert refusal(twice, 409)["code"] == "already_cleared"
    body = on("2020-08-02", value="20")
    await ok(await army.put(f"{path}/values/10/inputs/army", json=body, headers=if_match(now["version"])))
    stale = await act(army, report, "institutions/army/clear", "2020-08-03", now["version"])
    assert refusal(stale, 412)["code"] == "stale_version"
    now = await seen(world, report)
    await ok(await act(army, report, "institutions/army/clear", "2020-08-03", now["version"]))
    assert not {"inputs_add_up/10", "inputs_cleared/army", "inputs_cleared/police"} & {
        f["id"] for f in (await ok(await police.get(f"{path}/validation")))["items"]
    }


async def test_a_change_voids_the_institutions_own_clearance_and_no_other(world: World) -> None:
    report = await ba(world)
    police, army = world["institution_BA_police"], world["institution_BA_army"]
    path = f"/v1/reports/{report['id']}"
    for client, name in ((police, "police"), (army, "army")):
        given = await ok(
            await client.put(f"{path}/values/10/inputs/{name}", json=on("2020-08-02", value="1"), headers=if_match(1))
        )
        await ok(await act(client, report, f"institutions/{name}/clear", "2020-08-03", given["version"]))
    now = await seen(world, report)
    body = on("2020-08-04", value="2")
    url = f"{path}/values/10/inputs/police"
    await ok(await world["commission_BA"].put(url, json=body, headers=if_match(now["version"])))
    now = await seen(world, report)
    assert {c["institution"]: c["valid"] for c in now["clearances"]} == {"police": False, "army": True}
    assert [(v["kind"], v["institution"]) for v in now["voided"]] == [("clearance", "police")]


async def test_there_is_nothing_to_clear_before_something_is_recorded_and_only_numbers_have_inputs(
    world: World,
) -> None:
    report = await ba(world)
    police = world["institution_BA_police"]
    nothing = await act(police, report, "institutions/police/clear", "2020-08-03", 1)
    assert refusal(nothing, 409)["code"] == "nothing_to_clear"
    path = f"/v1/reports/{report['id']}/values"
    text = await police.put(f"{path}/9.2/inputs/police", json=on("2020-08-02", value="1"), headers=if_match(1))
    assert refusal(text, 409)["code"] == "not_collected_here"
    empty = await police.put(f"{path}/10/inputs/police", json={}, headers=if_match(1))
    assert pointers(empty) == {"/cells": "value_missing"}
    wrong = await police.put(f"{path}/10/inputs/police", json={"value": "1.5", "unit": "kg"}, headers=if_match(1))
    assert pointers(wrong) == {"/unit": "unit_differs"}
    wrong = await police.put(f"{path}/10/inputs/police", json={"value": "1.5"}, headers=if_match(1))
    assert pointers(wrong) == {"/value": "too_many_decimals"}
    long = await world["commission_BA"].put(
        f"{path}/10/inputs/{'x' * 81}", json=on("2020-08-02", value="1"), headers=if_match(1)
    )
    assert refusal(long, 422)["code"] == "too_long"


async def test_an_input_that_changes_after_submission_voids_the_endorsement_of_what_it_stood_behind(
    world: World,
) -> None:
    report = await ba(world)
    url = f"/v1/reports/{report['id']}/values/10/inputs/police"
    police = world["institution_BA_police"]
    given = await ok(await police.put(url, json=on("2020-08-02", value="30"), headers=if_match(1)))
    await ok(await act(police, report, "institutions/police/clear", "2020-08-03", given["version"]))
    sent = await submit(world, report, {**VALUES, "10": 30})
    changed = await ok(await police.put(url, json=on("2020-08-11", value="31"), headers=if_match(sent["version"])))
    now = await seen(world, report)
    assert (now["state"], now["endorsement"]["voided_at"]) == ("draft", changed["version"])
    assert {(v["kind"], v["institution"]) for v in now["voided"]} == {("clearance", "police"), ("endorsement", None)}
    accept = await act(world["secretariat"], report, "accept", "2020-08-12", now["version"])
    assert refusal(accept, 409)["code"] == "not_submitted"
    again = await act(world["commission_head_BA"], report, "endorse", "2020-08-12", now["version"])
    assert [error["code"] for error in again.json()["errors"]] == ["inputs_add_up/10"]
