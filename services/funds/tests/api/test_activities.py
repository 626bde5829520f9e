"""Activities and results of projects and of the secretariat, challenges, rates and budgets."""

from __future__ import annotations

from typing import Any

from funds_world import PATH, World, approved, deposited, established, if_match, ok, on, pointers, refusal, statement

PLANNED = {"kind": "training", "title": "Training of investigators", "start": "2020-05-01", "end": "2020-05-03"}


async def planned(world: World, who: str = "secretariat", day: str = "2020-01-01", **changes: Any) -> Any:
    return await ok(await world[who].post("/v1/activities", json=on(day, **{**PLANNED, **changes})), 201)


async def act(world: World, activity: Any, step: str, day: str, who: str = "secretariat", **body: Any) -> Any:
    path = f"/v1/activities/{activity['id']}"
    version = (await ok(await world["secretariat"].get(path)))["version"]
    return await world[who].post(f"{path}/{step}", json=on(day, **body), headers=if_match(version))


async def listed(world: World, **query: Any) -> list[str]:
    items = (await ok(await world["analyst"].get("/v1/activities", params=query)))["items"]
    return [each["title"] for each in items]


async def test_an_activity_is_held_with_results_by_sex_and_unit(world: World) -> None:
    activity = await planned(world, jurisdictions=["AL", "RS"], partners=["Police"])
    results = [
        {"what": "participants", "unit": "participants", "quantity": "24"},
        {"what": "participants", "unit": "participants", "quantity": "12", "sex": "female"},
    ]
    half = [{**results[0], "quantity": "24.5"}]
    assert pointers(await act(world, activity, "hold", "2020-05-03", results=half)) == {
        "/results/0/quantity": "not_whole"
    }
    twice = [results[0], results[0]]
    assert pointers(await act(world, activity, "hold", "2020-05-03", results=twice)) == {"/results/1": "repeated"}
    told = await ok(await act(world, activity, "hold", "2020-05-03", start="2020-05-01", results=results))
    assert (told["status"], told["held_from"], told["held_to"]) == ("held", "2020-05-01", "2020-05-03")
    assert [(each["quantity"], each["sex"]) for each in told["results"]] == [("24", None), ("12", "female")]
    corrected = [{**results[0], "quantity": "25"}]
    told = await ok(await act(world, activity, "results", "2020-06-01", results=corrected))
    assert [each["quantity"] for each in told["results"]] == ["25"]
    then = await ok(await world["analyst"].get(f"/v1/activities/{activity['id']}", params={"on": "2020-05-31"}))
    assert [each["quantity"] for each in then["results"]] == ["24", "12"]


async def test_an_activity_is_postponed_or_cancelled_with_a_reason(world: World) -> None:
    activity = await planned(world)
    path = f"/v1/activities/{activity['id']}"
    office = world["secretariat"]
    for step in ("postpone", "cancel"):
        answer = await office.post(f"{path}/{step}", json={}, headers=if_match(1))
        assert pointers(answer) == {"/reason": "reason_required"}
    one = await act(world, activity, "postpone", "2020-04-01", start="2020-06-01")
    assert pointers(one) == {"/end": "one_day_missing"}
    told = await ok(await act(world, activity, "postpone", "2020-04-01"))
    assert (told["status"], told["start"], told["end"]) == ("postponed", None, None)
    told = await ok(await act(world, activity, "postpone", "2020-04-02", start="2021-06-01", end="2021-06-02"))
    assert (told["start"], told["why"]) == ("2021-06-01", "Written down for a test.")
    told = await ok(await act(world, activity, "cancel", "2020-04-03"))
    assert told["status"] == "cancelled"
    for step in ("hold", "start", "postpone", "cancel", "results"):
        body = {"results": []} if step == "results" else {}
        assert refusal(await act(world, activity, step, "2020-04-04", **body), 409)["code"] == "activity_state"


async def test_activities_are_found_by_year_kind_place_and_status(world: World) -> None:
    held = await planned(world, title="Held", jurisdictions=["AL"])
    await ok(await act(world, held, "hold", "2021-02-01", start="2020-12-31"))
    await planned(world, title="Planned", kind="workshop", start="2021-05-01", end="2021-05-02", jurisdictions=["RS"])
    off = await planned(world, title="Off", start="2021-05-01", end="2021-05-02")
    await ok(await act(world, off, "postpone", "2020-11-01"))
    assert await listed(world, year=2021) == ["Held", "Planned"]
    assert await listed(world, year=2020) == ["Off"]
    assert await listed(world, kind="workshop") == ["Planned"]
    assert await listed(world, jurisdiction="AL") == ["Held"]
    assert await listed(world, status=["held", "planned"]) == ["Held", "Planned"]
    assert await listed(world, year=2019) == []


async def test_recommendations_come_of_assessments_and_have_owner_due_date_and_state(world: World) -> None:
    training = await planned(world)
    await ok(await act(world, training, "hold", "2020-05-03"))
    body = {"text": "Lock the doors.", "owner": "Police", "due": "2021-01-01"}
    assert (await act(world, training, "recommendations", "2020-05-04", **body)).status_code == 422
    assessment = await planned(world, kind="gap_analysis")
    assert (
        refusal(await act(world, assessment, "recommendations", "2020-05-04", **body), 409)["code"] == "activity_state"
    )
    await ok(await act(world, assessment, "hold", "2020-05-03"))
    told = await ok(await act(world, assessment, "recommendations", "2020-05-04", **body))
    assert [(r["number"], r["text"], r["owner"], r["state"]) for r in told["recommendations"]] == [
        (1, "Lock the doors.", "Police", "open")
    ]
    told = await ok(await act(world, assessment, "recommendations/1", "2020-06-01", state="done"))
    assert told["recommendations"][0]["state"] == "done"
    assert (await act(world, assessment, "recommendations/2", "2020-06-01", state="done")).status_code == 404


async def test_a_project_names_goals_of_the_roadmap_and_places_of_the_region(world: World) -> None:
    await established(world)
    office = world["secretariat"]
    for changes, where in (
        ({"jurisdictions": ["XX"]}, {"/jurisdictions/0": "jurisdiction_unknown"}),
        ({"jurisdictions": ["AL", "AL"]}, {"/jurisdictions/1": "repeated"}),
        ({"goals": ["9"]}, {"/goals/0": "goal_unknown"}),
        ({"kpis": ["9"]}, {"/kpis/0": "kpi_unknown"}),
        ({"end": "2020-04-30"}, {"/end": "span_reversed"}),
    ):
        answer = await office.post("/v1/activities", json=on("2020-01-01", **{**PLANNED, **changes}))
        assert pointers(answer) == where
    told = await planned(world, jurisdictions=["regional"], goals=["4"], kpis=["6"])
    assert (told["jurisdictions"], told["goals"], told["kpis"]) == (["regional"], ["4"], ["6"])


async def test_an_organisation_plans_and_reports_activities_of_its_own_projects(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    activity = await planned(world, "organisation_UNDP", project=grant["project"])
    other = await act(world, activity, "hold", "2020-05-03", "organisation_UNODC")
    assert refusal(other, 403)["code"] == "other_party"
    await ok(await act(world, activity, "hold", "2020-05-03", "organisation_UNDP"))
    unknown = on("2020-01-01", **PLANNED, project="5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03")
    assert (await world["secretariat"].post("/v1/activities", json=unknown)).status_code in (404, 422)
    assert await listed(world, project=grant["project"]) == [PLANNED["title"]]


async def test_a_challenge_is_recorded_once_and_linked_to_what_it_delayed(world: World) -> None:
    first, second = [await planned(world) for _ in range(2)]
    office = world["secretariat"]
    body = on("2020-04-01", title="Pandemic", start="2020-03-11", jurisdictions=["AL"], activities=[first["id"]])
    challenge = await ok(await office.post("/v1/challenges", json=body), 201)
    path = f"/v1/challenges/{challenge['id']}/activities"
    for version in (1, 2):  # the second time nothing changes
        link = on("2020-04-02", activity=second["id"])
        told = await ok(await office.post(path, json=link, headers=if_match(version)))
        assert told["activities"] == [first["id"], second["id"]]
        assert told["version"] == 2
    (shown,) = (await ok(await world["analyst"].get("/v1/challenges")))["items"]
    assert shown["title"] == "Pandemic"
    wrong = on("2020-04-01", title="C", start="2020-04-01", activities=["5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03"])
    assert pointers(await office.post("/v1/challenges", json=wrong)) == {"/activities/0": "reference_unknown"}


async def test_an_institutions_budget_is_posted_to_no_fund_and_corrected_with_a_reason(world: World) -> None:
    await established(world)
    office, before = world["secretariat"], await statement(world)
    body = on("2021-01-01", institution="SEESAC", year=2020, amount="3135925.00", currency="USD", source="Report")
    for amount, version in (("3135925.00", 1), ("3135925.00", 1), ("3135926.00", 2)):
        told = await ok(await office.post("/v1/budgets", json={**body, "amount": amount}), 201)
        assert (told["amount"], told["version"]) == (amount, version)
    silent = {name: value for name, value in body.items() if name not in ("on", "reason")}
    answer = await world.plain("secretariat").post("/v1/budgets", json={**silent, "amount": "1.00"})
    assert pointers(answer) == {"/reason": "reason_required"}
    assert await statement(world) == before
    for year, count in ((2020, 1), (2019, 0)):
        listed_ = await ok(await world["analyst"].get("/v1/budgets", params={"year": year}))
        assert len(listed_["items"]) == count


async def test_rates_are_between_two_known_currencies_of_a_day_that_has_come(world: World) -> None:
    await established(world)
    body = on("2020-03-01", base="EUR", quote="USD", rate="1.1", source="S") | {"day": "2020-03-01"}
    for changes, where in (
        ({"quote": "EUR"}, {"/quote": "same_currency"}),
        ({"base": "XXX"}, {"/base": "currency_unknown"}),
        ({"rate": "0"}, {"/rate": "out_of_range"}),
        ({"rate": "0.00000000001"}, {"/rate": "out_of_range"}),
        ({"rate": "99999999999"}, {"/rate": "out_of_range"}),
        ({"day": "2020-03-02"}, {"/day": "date_in_future"}),
    ):
        assert pointers(await world["agent_MPTFO"].post("/v1/rates", json={**body, **changes})) == where
    await ok(await world["agent_MPTFO"].post("/v1/rates", json=body), 201)
    for query, count in (({"base": "EUR"}, 1), ({"base": "USD"}, 0), ({"quote": "USD"}, 1)):
        assert len((await ok(await world["analyst"].get("/v1/rates", params=query)))["items"]) == count
    assert (await statement(world))["lines"]["exchange"]["total"] == "0.00"
    assert (await world["analyst"].get(f"{PATH}/contributions")).status_code == 200
