"""What donors promised and paid: two kinds of facts, neither computed from the other, valued in three ways."""

from __future__ import annotations

from typing import Any

from funds_world import PATH, World, deposited, established, ok, on, pointers, refusal, statement

PROMISE = {"donor": "DE", "amount": "1000.00", "currency": "EUR", "agreement": "SAA DE"}


async def promised(world: World, day: str = "2019-04-01", **changes: Any) -> Any:
    return await ok(await world["agent_MPTFO"].post(f"{PATH}/commitments", json=on(day, **{**PROMISE, **changes})), 201)


async def paid(world: World, commitment: Any, amount: str, credited: str, day: str = "2019-05-01") -> Any:
    body = on(day, commitment=commitment["id"], amount=amount, credited=credited)
    return await ok(await world["agent_MPTFO"].post(f"{PATH}/deposits", json=body), 201)


async def rate(world: World, day: str, value: str, **changes: Any) -> Any:
    body = on(day, base="EUR", quote="USD", rate=value, source="The agent's", **changes) | {"day": day}
    return await world["agent_MPTFO"].post("/v1/rates", json=body)


async def contribution(world: World, **query: Any) -> Any:
    """The only one, with the memorandum of all."""
    told = await ok(await world["secretariat"].get(f"{PATH}/contributions", params=query))
    (item,) = told["items"]
    return item


async def test_both_amounts_of_a_deposit_are_facts_and_the_rate_is_their_quotient(world: World) -> None:
    await established(world)
    signed = await promised(world)
    fact = await paid(world, signed, "400.00", "451.23")
    assert (fact["amount"], fact["currency"], fact["credited"], fact["fee"]) == ("400.00", "EUR", "451.23", "4.51")
    told = await contribution(world)
    assert (told["amount"], told["deposited"], told["outstanding"]) == ("1000.00", "400.00", "600.00")
    assert told["deposits"][0]["rate"] == "1.128075"
    assert (await statement(world))["lines"]["contributions"]["total"] == "451.23"


async def test_a_commitment_is_no_money_and_a_deposit_may_be_more_than_it(world: World) -> None:
    """Norway's NOK 15 M against USD 0.54 M: nobody may compute one from the other."""
    await established(world)
    signed = await promised(world)
    assert (await statement(world))["lines"]["contributions"]["total"] == "0.00"
    await paid(world, signed, "1200.00", "500.00")
    told = await contribution(world)
    assert (told["amount"], told["outstanding"], told["credited"]) == ("1000.00", "0.00", "500.00")


async def test_three_values_are_shown_and_their_difference_stands_outside_sources_and_uses(world: World) -> None:
    await established(world)
    await ok(await rate(world, "2019-03-20", "1.10"), 201)
    await ok(await rate(world, "2020-03-20", "1.20"), 201)
    signed = await promised(world)
    assert (await contribution(world))["values"]["at_deposit"] == "0.00"
    await paid(world, signed, "400.00", "451.23")
    before = await statement(world)
    told = await contribution(world, on="2019-12-31")
    assert told["values"] == {"at_signing": "1100.00", "at_deposit": "451.23", "at_day": "1100.00"}
    assert told["memorandum"] == "11.23"
    assert (await contribution(world, on="2020-12-31"))["values"]["at_day"] == "1200.00"
    assert await statement(world) == before
    assert before["lines"]["exchange"]["total"] == "0.00"


async def test_without_a_known_rate_a_value_is_unknown_and_not_nothing(world: World) -> None:
    await established(world)
    await promised(world)
    told = await contribution(world)
    assert (told["values"]["at_signing"], told["values"]["at_day"], told["memorandum"]) == (None, None, None)


async def test_a_corrected_rate_changes_what_is_shown_now_and_not_what_was_known(world: World) -> None:
    await established(world)
    await ok(await rate(world, "2019-03-20", "1.10"), 201)
    await promised(world)
    first = await ok(await world["analyst"].get("/v1/rates"))
    same = await rate(world, "2019-03-20", "1.10")
    position = (await rate(world, "2019-03-21", "1.10")).headers["salwatch-position"].rpartition(":")[2]
    assert same.status_code in (200, 201)
    await ok(await rate(world, "2019-03-21", "1.30"), 201)
    (pair,) = (await ok(await world["analyst"].get("/v1/rates")))["items"]
    assert [(each["day"], each["rate"], each["corrected"]) for each in pair["rates"]] == [
        ("2019-03-20", "1.10", False),
        ("2019-03-21", "1.30", True),
    ]
    assert len(first["items"][0]["rates"]) == 1
    assert (await contribution(world))["values"]["at_day"] == "1300.00"
    assert (await contribution(world, as_of=position))["values"]["at_day"] == "1100.00"


async def test_a_correction_of_a_rate_says_why(world: World) -> None:
    await established(world)
    today = (await ok(await world["analyst"].get(PATH)))["on"]
    body = {"base": "EUR", "quote": "USD", "day": today, "rate": "1.1", "source": "S"}
    agent = world["agent_MPTFO"]
    await ok(await agent.post("/v1/rates", json=body), 201)
    assert pointers(await agent.post("/v1/rates", json={**body, "rate": "1.2"})) == {"/reason": "reason_required"}


async def test_an_exchange_gain_exists_only_where_held_cash_is_converted(world: World) -> None:
    await established(world)
    fact = await paid(world, await promised(world), "400.00", "451.23")
    agent = world["agent_MPTFO"]
    body = on("2019-06-01", deposit=fact["id"], amount="100.00", received="115.00")
    converted = await ok(await agent.post(f"{PATH}/conversions", json=body), 201)
    assert converted["book"] == "112.81"
    assert (await statement(world))["lines"]["exchange"]["total"] == "2.19"
    rest = on("2019-07-01", deposit=fact["id"], amount="300.00", received="330.00")
    assert (await ok(await agent.post(f"{PATH}/conversions", json=rest), 201))["book"] == "338.42"
    assert (await statement(world))["lines"]["exchange"]["total"] == "-6.23"
    more = on("2019-07-02", deposit=fact["id"], amount="0.01", received="0.01")
    assert pointers(await agent.post(f"{PATH}/conversions", json=more)) == {"/amount": "more_than_held"}
    back = on("2019-08-01", fact=fact["id"])
    assert refusal(await agent.post(f"{PATH}/reversals", json=back), 409)["code"] == "still_used"


async def test_instalments_are_outstanding_and_overdue_by_day(world: World) -> None:
    await established(world)
    parts = [{"due": "2019-06-30", "amount": "300.00"}, {"due": "2020-06-30", "amount": "700.00"}]
    signed = await promised(world, instalments=parts)
    await paid(world, signed, "350.00", "400.00", "2019-07-15")
    for day, shown in (
        ("2019-06-30", [("300.00", False), ("700.00", False)]),
        ("2019-07-01", [("300.00", True), ("700.00", False)]),
        ("2019-07-15", [("0.00", False), ("650.00", False)]),
        ("2020-07-01", [("0.00", False), ("650.00", True)]),
    ):
        told = await contribution(world, on=day)
        assert [(each["open"], each["overdue"]) for each in told["instalments"]] == shown, day


async def test_what_does_not_fit_is_refused_with_the_place(world: World) -> None:
    await established(world)
    agent, path = world["agent_MPTFO"], f"{PATH}/commitments"
    for changes, where in (
        ({"currency": "XXX"}, {"/currency": "currency_unknown"}),
        ({"amount": "0.00"}, {"/amount": "not_positive"}),
        ({"amount": "1.001"}, {"/amount": "too_many_decimals"}),
        ({"amount": "1" + "0" * 39}, {"/amount": "too_large"}),
        ({"amount": 5}, {"/amount": "decimal_malformed"}),
        ({"amount": "1e3"}, {"/amount": "decimal_malformed"}),
        ({"earmark": ["9"]}, {"/earmark/0": "goal_unknown"}),
        ({"earmark": ["4", "4"]}, {"/earmark/1": "repeated"}),
        ({"amount": "NaN"}, {"/amount": "decimal_malformed"}),
        ({"instalments": [{"due": "2020-01-01", "amount": "1.00"}]}, {"/instalments": "instalments_not_whole"}),
    ):
        assert pointers(await agent.post(path, json=on("2019-04-01", **{**PROMISE, **changes}))) == where
    signed = await promised(world)
    for changes, where in (
        ({"currency": "USD"}, {"/currency": "currency_differs"}),
        ({"on": "2019-03-31"}, {"/on": "before_fact"}),
        ({"commitment": "5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03"}, {"/commitment": "reference_unknown"}),
        ({"amount": "-1.00", "credited": "0"}, {"/amount": "not_positive", "/credited": "not_positive"}),
    ):
        body = on("2019-05-01", commitment=signed["id"], amount="1.00", credited="1.00") | changes
        assert pointers(await agent.post(f"{PATH}/deposits", json=body)) == where


async def test_a_refund_to_a_donor_is_of_its_commitment_and_its_earmark(world: World) -> None:
    await established(world)
    fact = await deposited(world, "US", "100.00", ("4",))
    agent = world["agent_MPTFO"]
    body = on("2020-01-01", kind="donor_refunds", amount="30.00")
    assert pointers(await agent.post(f"{PATH}/entries", json=body)) == {"/commitment": "reference_unknown"}
    await ok(await agent.post(f"{PATH}/entries", json={**body, "commitment": fact["commitment"]}), 201)
    fund = await ok(await world["analyst"].get(PATH))
    assert [(each["earmark"], each["cash"]) for each in fund["earmarks"]] == [([], "0.00"), (["4"], "69.00")]
    assert (await statement(world))["lines"]["donor_refunds"]["total"] == "30.00"


async def test_amounts_have_the_minor_units_of_their_currency(world: World) -> None:
    """A fund in yen has none, a commitment in dinars three digits; the fee is rounded half up to what there is."""
    body = on("2019-03-15", code="YEN", name="Y", kind="mptf", governance="committee", currency="JPY")
    body |= {"start": "2019-03-15", "fees": {"agent": "1", "indirect_cap": "7"}, "voting": {"quorum": "50"}}
    await ok(await world["secretariat"].post("/v1/funds", json=body), 201)
    agent, path = world["agent_MPTFO"], "/v1/funds/YEN"
    promise = on("2019-04-01", donor="KW", amount="10.125", currency="KWD", agreement="A")
    signed = await ok(await agent.post(f"{path}/commitments", json=promise), 201)
    assert signed["amount"] == "10.125"
    for credited, where in (("1050.5", {"/credited": "too_many_decimals"}), ("1050.0", None)):
        sent = on("2019-04-02", commitment=signed["id"], amount="3.001", credited=credited)
        answer = await agent.post(f"{path}/deposits", json=sent)
        if where is None:
            told = await ok(answer, 201)
            assert (told["amount"], told["credited"], told["fee"]) == ("3.001", "1050", "11")  # 10.5, half up
        else:
            assert pointers(answer) == where
    shown = await ok(await world["analyst"].get(f"{path}/contributions"))
    assert (shown["items"][0]["outstanding"], shown["items"][0]["credited"]) == ("7.124", "1050")
    told = await ok(await world["analyst"].get(f"{path}/statement"))
    assert told["balance"] == {"opening": "0", "change": "1039", "closing": "1039"}
