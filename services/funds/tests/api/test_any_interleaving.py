"""Many at once, in any order and sent again: what the service tells of a fund equals a recount from its log, now and as
it was known at every position."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import funds_recount as recount
import httpx
import pytest
from funds_world import (
    PATH,
    World,
    approved,
    at_once,
    deposited,
    established,
    if_match,
    ok,
    on,
    plan,
    put_to_vote,
    statement,
)

from common.eventsourcing.log import EventLog
from common.persistence.database import open_database
from funds.application.streams import codec, fund_id

FIRST = date(2020, 2, 1)
DAYS = 40
ADMITTED = {200, 201, 409, 412, 422}


def some_day(random: Random) -> str:
    return str(FIRST + timedelta(days=random.randrange(DAYS)))


def some_amount(random: Random, most: int = 40_000) -> str:
    return f"{Decimal(random.randint(1, most)).scaleb(-2)}"


class Actors:
    """What can be asked, by whom. Each gives a request that can be sent again under its key."""

    def __init__(self, world: World, random: Random, grants: list[Any], decisions: list[Any], facts: list[str]) -> None:
        self.world, self.random = world, random
        self.grants, self.decisions, self.facts = grants, decisions, facts
        self.sent = 0

    def request(self) -> Callable[[], Awaitable[httpx.Response]]:
        ways = (self.deposit, self.entry, self.transfer, self.transfer, self.refund, self.spend, self.conclude)
        who, path, body, more = self.random.choice((*ways, self.conclude, self.reverse))()
        self.sent += 1
        headers = {"Idempotency-Key": f"request-{self.sent}", **more}
        return lambda: self.world[who].post(path, json=body, headers=headers)

    def deposit(self) -> Any:
        commitment = self.random.choice(self.commitments)
        amount = some_amount(self.random)
        body = on(some_day(self.random), commitment=commitment, amount=amount, credited=amount)
        return "agent_MPTFO", f"{PATH}/deposits", body, {}

    def entry(self) -> Any:
        kinds = ["interest_fund", "bank_charges", "direct_costs", "rounding"]
        body = on(some_day(self.random), kind=self.random.choice(kinds), amount=some_amount(self.random, 5_000))
        return "agent_MPTFO", f"{PATH}/entries", body, {}

    def _of_a_grant(self, most: int) -> dict[str, Any]:
        grant = self.random.choice(self.grants)
        organisation = self.random.choice(["UNDP", "UNODC"])
        return {"grant": grant["id"], "organisation": organisation, "amount": some_amount(self.random, most)}

    def transfer(self) -> Any:
        body = on(some_day(self.random), request="TR", requested_on="2020-01-01", **self._of_a_grant(20_000))
        return "agent_MPTFO", f"{PATH}/transfers", body, {}

    def refund(self) -> Any:
        return "agent_MPTFO", f"{PATH}/refunds", on(some_day(self.random), **self._of_a_grant(2_000)), {}

    def spend(self) -> Any:
        told = self._of_a_grant(10_000)
        lines = [{"category": 1, "amount": told.pop("amount")}]
        start = some_day(self.random)
        body = on("2020-04-01", start=start, end=start, lines=lines, certified=self.random.random() < 0.5, **told)
        return f"organisation_{told['organisation']}", f"{PATH}/expenditure", body, {}

    def conclude(self) -> Any:
        decision = self.random.choice(self.decisions)
        path = f"/v1/decisions/{decision['id']}/conclude"
        return "secretariat", path, on(some_day(self.random)), if_match(decision["version"])

    def reverse(self) -> Any:
        return "agent_MPTFO", f"{PATH}/reversals", on(some_day(self.random), fact=self.random.choice(self.facts)), {}

    @property
    def commitments(self) -> list[str]:
        return self.facts[:2]


async def prepared(world: World, random: Random) -> Actors:
    await established(world)
    paid = [await deposited(world, "US", "900.00"), await deposited(world, "DE", "900.00", ("4",))]
    early = [
        await approved(world, "100.00", "50.00", draws=[{"earmark": ["4"], "amount": "60.00"}], day="2020-02-01"),
        await approved(world, "200.00", "20.01", day="2020-02-05"),
    ]
    decisions = [
        await put_to_vote(
            world,
            "2020-01-20",
            mode="no_objection",
            deadline="2020-01-25",
            plan=plan(some_amount(random), some_amount(random, 5_000)),
            draws=random.choice([[], [{"earmark": ["4"], "amount": "33.33"}]]),
        )
        for _ in range(12)
    ]
    facts = [each["commitment"] for each in paid] + [each["id"] for each in paid]
    return Actors(world, random, early, decisions, facts)


@pytest.mark.parametrize("seed", range(6))
async def test_the_statement_is_a_recount_of_the_log_whatever_happened_at_once(world: World, seed: int) -> None:
    random = Random(seed)
    actors = await prepared(world, random)
    positions: list[int] = []
    seen: set[int] = set()
    for _ in range(12):
        requests = [actors.request() for _ in range(8)]
        requests += random.sample(requests, 3)  # sent again, at the same moment or the next
        random.shuffle(requests)
        answers = await at_once(*(request() for request in requests))
        for answer in answers:
            assert answer.status_code in ADMITTED, answer.text
            seen.add(answer.status_code)
            if answer.status_code == 201:
                positions.append(int(answer.headers["salwatch-position"].rpartition(":")[2]))
            if answer.status_code == 201 and "fact" not in answer.json():
                actors.facts.append(answer.json()["id"])
        again = await at_once(*(request() for request in random.sample(requests, 3)))
        assert all(answer.status_code in ADMITTED for answer in again)
    assert {201, 409} <= seen
    log = await _log(world)
    await _all_told_is_recounted(world, log)
    for position in random.sample(positions, 5):
        known = recount.movements(event for event, at in log if at <= position)
        told = await statement(world, **{"from": "2020-02-15", "to": "2020-03-01", "as_of": str(position)})
        _same(told, known, date(2020, 2, 15), date(2020, 3, 1))


async def _log(world: World) -> list[tuple[Any, int]]:
    """The fund's events with their positions."""
    async with open_database(world.settings.database_url, pool_size=1) as database:
        recorded = await EventLog(database.pool, codec()).load(fund_id("SLW00"))
        return [(each.event, each.position) for each in recorded]


async def _all_told_is_recounted(world: World, log: list[tuple[Any, int]]) -> None:
    moved = recount.movements(event for event, _ in log)
    for first, last in ((None, "2020-03-31"), ("2020-02-10", "2020-02-20"), ("2020-03-01", "2020-03-01")):
        span = {"to": last} | ({"from": first} if first else {})
        told = await statement(world, **span)
        _same(told, moved, date.fromisoformat(first) if first else None, date.fromisoformat(last))
    for day in recount.days(moved):
        fund = await ok(await world["analyst"].get(PATH, params={"on": str(day)}))
        assert Decimal(fund["position"]["cash"]) == recount.cash(moved, day)
        assert Decimal(fund["position"]["reserved"]) == recount.reserved(moved, day)
        named = {(each["code"], _earmark(each)) for each in fund["exceptions"] if each["grant"] is None}
        for earmark in (None, *map(_earmark, fund["earmarks"])):
            assert (("cash_overdrawn", earmark) in named) is (recount.cash(moved, day, earmark) < 0)
            assert (("reservations_uncovered", earmark) in named) is (recount.available(moved, day, earmark) < 0)
            assert recount.reserved(moved, day, earmark) >= 0
    ledger = await ok(await world["analyst"].get(f"{PATH}/ledger"))
    assert ledger["imbalance"] == "0.00"
    await _spent(world, [event for event, _ in log])


def _earmark(told: Any) -> tuple[str, ...] | None:
    """None: the whole fund."""
    return None if told["earmark"] is None else tuple(told["earmark"])


def _same(told: Any, moved: Any, first: date | None, last: date) -> None:
    counted = recount.statement(moved, first, last)
    for line, columns in counted.items():
        shown = told["lines"][line]
        assert tuple(Decimal(shown[name]) for name in ("prior", "period", "total")) == columns, line
    balance = tuple(Decimal(told["balance"][name]) for name in ("opening", "change", "closing"))
    assert balance == recount.balance(moved, first, last)


async def _spent(world: World, log: list[Any]) -> None:
    """By organisation: granted, transferred, refunded and spent."""
    moved = recount.movements(log)
    params = {"by": "organisation", "on": "2020-04-01"}
    rows = (await ok(await world["analyst"].get(f"{PATH}/money", params=params)))["items"]
    last = date(2020, 4, 1)
    grants = {movement.grant for movement in moved if movement.grant is not None}
    for row in rows:
        mine = [(grant, row["key"]) for grant in grants]

        def summed(line: str, mine: list[tuple[UUID, str]] = mine) -> Decimal:
            return sum((recount.of_grant(moved, line, grant, name, last) for grant, name in mine), Decimal(0))

        assert Decimal(row["transferred"]) == summed("transfers")
        assert Decimal(row["refunded"]) == summed("refunds")
        granted = summed("approved_by_organisation") - summed("released_by_organisation")
        assert Decimal(row["approved"]) == granted
        expenditure = sum((recount.spent(log, grant, name, last) for grant, name in mine), Decimal(0))
        assert Decimal(row["expenditure"]) == expenditure
