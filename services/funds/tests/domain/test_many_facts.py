"""A fund of many years is told as quickly as a young one."""

from __future__ import annotations

import time
from decimal import Decimal
from random import Random
from uuid import UUID

import funds_recount as recount
from funds_machine import START, SmallFund, day

from funds.domain import commands as c
from funds.domain import values as v
from funds.domain.exceptions import shortfalls
from funds.domain.statement import statement

GRANTS = [UUID(int=10_000 + 2 * n) for n in range(40)]


def an_old_fund() -> SmallFund:
    """Forty grants with transfers and reports of many years: a thousand facts."""
    random, fund = Random(1), SmallFund()
    for _ in range(60):
        fund.deposit(1, Decimal(10**5), Decimal(10**5), day(random.randrange(5)))
    for grant in GRANTS:
        amounts = tuple(v.OrganisationAmount(name, Decimal(1000)) for name in ("UNDP", "UNODC"))
        fund.must(c.Reserve(grant, UUID(int=grant.int + 1), None, None, amounts, (), ("2",), day(5)))
        for organisation in ("UNDP", "UNODC"):
            for _ in range(4):
                when = day(10 + random.randrange(1500))
                command = c.MakeTransfer(fund.new_id(), grant, organisation, Decimal(100), "TR", START, True, when)
                fund.must(command)
            for n in range(8):
                first, last = day(100 * n), day(100 * n + 99)
                lines = (v.CategoryAmount(1, Decimal(30)),)
                when = day(100 * n + 100 + random.randrange(60))
                report = c.ReportExpenditure(fund.new_id(), grant, organisation, first, last, lines, n % 2 == 0, when)
                fund.must(report)
    return fund


def test_shortfalls_and_statement_of_a_thousand_facts_take_no_time() -> None:
    fund = an_old_fund()
    assert len(fund.log) > 1_000
    began = time.perf_counter()
    found = shortfalls(fund.now, day(3000))
    told = statement(fund.now, day(100), day(1000))
    assert time.perf_counter() - began < 2  # it took two minutes when every day asked every grant
    assert found
    assert (
        dict(told.lines)["transfers"]
        == recount.statement(recount.movements(fund.log), day(100), day(1000))["transfers"]
    )
