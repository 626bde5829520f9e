"""Whatever happens to the money of two funds, in whatever order: rows add up to totals, what is available is what is
left, and the read model equals its recount."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from feed_of_funds import FundsFeed, draws, of, plan, shares
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from read_model_world import FeedSource, open_world

from common.contracts import funds as published
from common.contracts import funds_projects as projects
from common.messaging.projecting import Projecting
from reporting.application.funds.aggregates import FundsAggregates
from reporting.application.funds.model import Everything
from reporting.application.funds.questions import FUNDS, Keys, ask
from reporting.application.funds.told import decode
from reporting.application.questions import PERIODS
from reporting.bootstrap import told_by_funds
from reporting.readmodel.funds import tables
from reporting.readmodel.funds.projection import FundsProjection
from reporting.readmodel.funds.verifying import FUNDS as FUNDS_TABLES
from reporting.readmodel.verifying import verify

BEGIN = date(2019, 3, 15)
OVERLAPPING = {"kpi"}


class _Happening:
    """Makes a random log; `cash` and `reserved` are kept beside it, by fund, without a word of the read model's."""

    def __init__(self, feed: FundsFeed, chance: Random) -> None:
        self.feed, self.chance = feed, chance
        self.cash = {"SLW00": Decimal(0), "WIN": Decimal(0)}
        self.reserved = dict(self.cash)
        self.undoable: dict[str, tuple[str, str, Decimal, Decimal]] = {}
        self.number = 0
        for code in self.cash:
            feed.fund(code)
        for name in ("P", "Q"):
            feed.project(name)
            for code in self.cash:
                feed.grant(name, f"{name} {code}", code, budget={}, **self._shares(), kpis=["1", "2"])

    def happen(self) -> None:
        self.number += 1
        code = self.chance.choice(sorted(self.cash))
        how = self.chance.choice([self._deposit, self._entry, self._approve, self._transfer, self._refund, self._undo])
        how(f"fact {self.number}", code)

    def _shares(self) -> dict[str, list[dict[str, str]]]:
        first = self.chance.randint(1, 98)
        second = self.chance.randint(1, 99 - first)
        return {
            "jurisdictions": shares(AL=first, BA=second, regional=100 - first - second),
            "goals": shares(g1=second, g2=100 - second),
        }

    def _amount(self) -> str:
        return str(Decimal(self.chance.randint(1, 10**7)) / 100)

    def _day(self) -> str:
        return str(BEGIN + timedelta(days=self.chance.randint(0, 700)))

    def _moved(self, name: str, kind: str, code: str, cash: Decimal, reserved: Decimal) -> None:
        self.cash[code] += cash
        self.reserved[code] += reserved
        self.undoable[name] = (kind, code, cash, reserved)

    def _deposit(self, name: str, code: str) -> None:
        credited, fee = self._amount(), "0.07"
        donor = self.chance.choice(["DE", "NO"])
        self.feed.deposit(name, donor, credited, self._day(), code=code, fee=fee, amount=self._amount())
        self._moved(name, "deposit", code, Decimal(credited) - Decimal(fee), Decimal(0))

    def _entry(self, name: str, code: str) -> None:
        kind = self.chance.choice(["interest_fund", "rounding", "direct_costs", "bank_charges", "donor_refunds"])
        amount = self._amount()
        self.feed.entry(name, kind, amount, code=code, on=self._day())
        came = Decimal(amount) * (1 if kind in ("interest_fund", "rounding") else -1)
        self._moved(name, "entry", code, came, Decimal(0))

    def _approve(self, _: str, code: str) -> None:
        contract = self.chance.choice([published.AmountApproved, published.AmountReleased])
        amount = self._amount()
        told = {**self._of(code), "amounts": [{"organisation": "UNDP", "amount": amount}], "draws": draws(amount)}
        if contract is published.AmountReleased:
            told["cause"] = "reduced"
        self.feed.append(of("fund", code), contract, told)
        self.reserved[code] += Decimal(amount) * (1 if contract is published.AmountApproved else -1)

    def _transfer(self, name: str, code: str) -> None:
        amount = self._amount()
        self.feed.post(published.TransferMade, name, code, **self._given(code, amount))
        self._moved(name, "transfer", code, -Decimal(amount), -Decimal(amount))

    def _refund(self, name: str, code: str) -> None:
        amount = self._amount()
        self.feed.post(published.RefundReceived, name, code, **self._given(code, amount))
        self._moved(name, "refund", code, Decimal(amount), Decimal(0))

    def _undo(self, _: str, __: str) -> None:
        if self.undoable:
            name = self.chance.choice(sorted(self.undoable))
            kind, code, cash, reserved = self.undoable.pop(name)
            self.feed.reverse(name, kind, self._day(), code)
            self.cash[code] -= cash
            self.reserved[code] -= reserved

    def _of(self, code: str) -> dict[str, object]:
        project = self.chance.choice(["P", "Q"])
        return {"grant": of("grant", f"{project} {code}"), "project": of("project", project), "on": self._day()}

    def _given(self, code: str, amount: str) -> dict[str, object]:
        return {**self._of(code), "organisation": "UNDP", "amount": amount, "draws": draws(amount)}


@pytest.fixture
def runner():
    with asyncio.Runner() as runner:
        yield runner


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_whatever_happens(runner, fresh_database, pack, seed):
    runner.run(_whatever_happens(fresh_database("reporting"), pack, Random(seed)))


async def _whatever_happens(dsn: str, pack, chance: Random) -> None:
    async with open_world(dsn, pack) as world:
        happening = _Happening(world.funds, chance)
        for _ in range(chance.randint(1, 60)):
            happening.happen()
            if chance.random() < 0.1:
                await world.tell_funds()
        await world.tell_funds()
        assert (await verify(world.pool, FeedSource(world.funds), "reporting", FUNDS_TABLES)).differences == []
        document, freshness = await told_by_funds(world.pool)
        everything = decode(document)
        aggregates = FundsAggregates(pack, lambda: told_by_funds(world.pool), "http://funds.test")
        for measure, by in _questions():
            _adds_up(everything, aggregates, measure, by)
        left = {code: happening.cash[code] - happening.reserved[code] for code in happening.cash}
        question = ask(everything, aggregates.pack, FUNDS, measure="available", by=["mechanism"])
        answer = aggregates.answer(everything, question, freshness)
        found = {row.key["mechanism"]: Decimal(str(row.value)) for row in answer.rows}
        assert all(found.get(code, Decimal(0)) == amount for code, amount in left.items())
        await _as_well_in_any_order(world, chance)


def _questions() -> Iterator[tuple[str, Keys]]:
    for measure in ("deposited", "approved", "transferred", "expenditure"):
        keys = [key for key in FUNDS[measure] if key not in (*PERIODS, *OVERLAPPING, "currency")]
        for by in (*combinations(keys, 1), *combinations(keys, 2), *((key, "half") for key in keys)):
            yield measure, by


def _adds_up(everything: Everything, aggregates: FundsAggregates, measure: str, by: Keys) -> None:
    whole = aggregates.answer(everything, ask(everything, aggregates.pack, FUNDS, measure=measure), {})
    answer = aggregates.answer(everything, ask(everything, aggregates.pack, FUNDS, measure=measure, by=by), {})
    assert sum((Decimal(str(row.value)) for row in answer.rows), Decimal(0)) == Decimal(str(answer.total)), by
    assert answer.total == whole.total, by


async def _as_well_in_any_order(world, chance: Random) -> None:
    async with world.pool.acquire() as connection, connection.transaction():
        expected = await tables.digest(connection)
        await connection.execute(f"TRUNCATE {', '.join(tables.TABLES)}")
        streams: dict = {}
        for received in world.funds.received:
            streams.setdefault(received.envelope.subject, []).append(received.envelope)
        projecting = Projecting(FundsProjection(), "reporting", "funds", 0)
        while streams:
            stream = chance.choice(sorted(streams))
            size = chance.randint(1, 9)
            batch, streams[stream] = streams[stream][:size], streams[stream][size:]
            await projecting.apply(connection, batch)
            if not streams[stream]:
                del streams[stream]
        assert await tables.digest(connection) == expected


async def test_one_more_revision_divides_all_of_it_anew(world, pack):
    """Also what was moved before: rows of one answer never follow two plans."""
    world.funds.fund()
    world.funds.project("P")
    world.funds.grant("P", "g", budget={"UNDP": "100.01"}, jurisdictions=shares(AL=50, BA=50))
    world.funds.move("t", "P", "g", "0.01", on="2020-03-01")
    revised = plan({"UNDP": "100.01"}, jurisdictions=shares(RS=100))
    told = {"number": 2, "kind": "scope", "plan": revised}
    world.funds.happen("P", "g", projects.ProjectRevised, "2020-05-01", **told)
    await world.tell_funds()
    everything = decode((await told_by_funds(world.pool))[0])
    aggregates = FundsAggregates(pack, lambda: told_by_funds(world.pool), "http://funds.test")
    answer = aggregates.answer(
        everything, ask(everything, aggregates.pack, FUNDS, measure="transferred", by=["jurisdiction"]), {}
    )
    assert {row.key["jurisdiction"]: row.value for row in answer.rows if row.value != "0.00"} == {"RS": "0.01"}
