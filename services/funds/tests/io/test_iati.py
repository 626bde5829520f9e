"""Funds and grants as IATI files: valid by every rule, and with the sums of the statement."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from iati_rules import faults, parsed

from common.reference.pack import load_pack
from funds.application.iati import fund_activity, grant_activity
from funds.application.iati_model import percentages, split_by_year
from funds.application.iati_money import Grant, Told
from funds.application.iati_naming import Naming
from funds.application.iati_results import Done, Watched, results
from funds.application.iati_xml import document
from funds.domain import events as e
from funds.domain import values as v
from funds.domain.fund_state import State, evolve

PACK = load_pack("western-balkans")
NAMES = UUID("0f6b1f8e-6c1d-5b53-8f0e-3f3f0c4d9a01")
TODAY = date(2021, 6, 30)
MOMENT = datetime(2021, 6, 30, 12, tzinfo=UTC)
TOLD = Told(TODAY, MOMENT, Naming(PACK, ("undp",)))
PROJECT, GRANT = uuid5(NAMES, "project"), uuid5(NAMES, "grant")
CODES = ["AL", "BA", "MD", "ME", "MK", "RS", "XK", v.REGIONAL]

texts = st.text(min_size=1, max_size=30)
cents = st.integers(1, 10**15).map(lambda n: Decimal(n).scaleb(-2))
days = st.dates(date(2019, 3, 15), TODAY)
numbers = st.integers(0, 10**9).map(str)


def total(tree: Any, kind: str) -> Decimal:
    values = tree.xpath(f"//transaction[transaction-type/@code='{kind}']/value/text()")
    return sum((Decimal(value) for value in values), Decimal(0))


def plan(title: str, codes: list[str], budget: list[Decimal], start: date, end: date) -> v.Plan:
    shares = percentages([Decimal(1)] * len(codes))
    return v.Plan(
        title=title,
        offices=(v.Office("UNDP", "UNDP Kosovo"), v.Office("UNODC", title)),
        jurisdictions=tuple(v.Share(code, share) for code, share in zip(codes, shares, strict=True)),
        goals=(v.Share("2", Decimal(100)),),
        kpis=("4",),
        budget=tuple(v.BudgetLine("UNDP", n + 1, amount) for n, amount in enumerate(budget)),
        start=start,
        end=end,
    )


@st.composite
def plans(draw: st.DrawFn) -> v.Plan:
    start, end = sorted([draw(days), draw(st.dates(date(2019, 3, 15), date(2025, 1, 1)))])
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    return plan(draw(texts), codes, draw(st.lists(cents, max_size=7)), start, end)


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    planned = draw(plans())
    begun = draw(st.none() | days)
    ended = None if begun is None else draw(st.none() | st.dates(begun, TODAY))
    phases = (
        ["cancelled", "operationally_closed", "financially_closed"] if ended else ["approved", "active", "suspended"]
    )
    day = draw(days)
    return Grant(
        GRANT, PROJECT, draw(texts), planned, draw(st.sampled_from(phases)), day, day, draw(st.booleans()), begun, ended
    )


def established(name: str = "Roadmap fund", kind: Any = "mptf") -> e.FundEstablished:
    fees, voting = e.Fees(Decimal(1), Decimal(7)), e.Voting("majority", Decimal(50), 3, ())
    start, end = date(2019, 3, 15), date(2023, 6, 30)
    return e.FundEstablished("SLW00", name, kind, "committee", "USD", start, end, fees, voting, "wb-salw", start)


@st.composite
def money(draw: st.DrawFn) -> list[Any]:
    """Facts that need not be covered: what the domain lets in is tested elsewhere."""
    found: list[Any] = []
    for n in range(draw(st.integers(0, 4))):
        fact, day, amount = uuid5(NAMES, f"{n}"), draw(days), draw(cents)
        draws = (v.Draw((), amount),)
        amounts = (v.OrganisationAmount("UNDP", amount),)
        found += [
            e.CommitmentSigned(uuid5(fact, "c"), "DE", amount, "EUR", draw(texts), (), (), None, day),
            e.DepositReceived(uuid5(fact, "d"), fact, "NO", amount, "NOK", amount, Decimal("0.01"), (), day),
            e.EntryRecorded(
                uuid5(fact, "e"), draw(st.sampled_from(["bank_charges", "interest_fund"])), amount, None, None, (), day
            ),
            e.EntryRecorded(uuid5(fact, "f"), "donor_refunds", amount, "SE", None, (), day),
            e.AmountApproved(GRANT, PROJECT, None, None, amounts, draws, day),
            e.TransferMade(uuid5(fact, "t"), GRANT, PROJECT, "UNDP", amount, draws, "TR", day, day),
            e.RefundReceived(uuid5(fact, "r"), GRANT, PROJECT, "UNDP", Decimal("0.01"), draws, day),
            e.ExpenditureReported(
                uuid5(fact, "x"), GRANT, PROJECT, "UNDP", day, TODAY, (v.CategoryAmount(1, amount),), True, day
            ),
        ]
        if draw(st.booleans()):
            found.append(e.FactReversed(uuid5(fact, draw(st.sampled_from("cdtrx"))), "deposit", TODAY))
    return found


def fund_of(facts: list[Any], **more: Any) -> State:
    state = evolve(None, established(**more))
    for fact in (e.RoleAssigned("MPTFO", "agent", False, None, state.start), *facts):
        state = evolve(state, fact)
    return state


@settings(max_examples=60)
@given(money(), grants(), texts, st.sampled_from(["mptf", "funding_window", "bilateral", "eu_instrument"]))
def test_a_fund_is_valid_whatever_it_holds(facts: list[Any], grant: Grant, name: str, kind: str) -> None:
    fund = fund_of(facts, name=name, kind=kind)
    assert faults(document([fund_activity(fund, [grant], TOLD)], MOMENT), TODAY) == []
    assert faults(document([fund_activity(fund, [], TOLD)], MOMENT), TODAY) == []


quantities = st.lists(
    st.builds(
        v.Quantity,
        texts,
        texts,
        cents,
        st.sampled_from(["female", "male", "unknown", None]),
        st.sampled_from([*CODES, None]),
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=60)
@given(money(), grants(), quantities, quantities, texts, st.none() | cents)
def test_a_grant_is_valid_whatever_it_holds(
    facts: list[Any], grant: Grant, targets: Any, reached: Any, title: str, value: Decimal | None
) -> None:
    done = Done(title, grant.plan.start, grant.plan.end, targets, reached)
    watched = Watched(title, "piece", value, value, value, grant.plan.start, grant.plan.end)
    told = results([done], [watched], TOLD.naming)
    activity = grant_activity(fund_of(facts), grant, ["XI-IATI-UNPF-SLW00-other"], told, TOLD)
    assert faults(document([activity], MOMENT), TODAY) == []


@settings(max_examples=60)
@given(money(), grants())
def test_sums_are_those_of_the_facts_that_stand(facts: list[Any], grant: Grant) -> None:
    fund = fund_of(facts)
    undone = {each.id for each in fund.reversals}
    stands = [each for each in facts if getattr(each, "id", None) not in undone]
    of_fund = parsed(document([fund_activity(fund, [grant], TOLD)], MOMENT))
    of_grant = parsed(document([grant_activity(fund, grant, [], (), TOLD)], MOMENT))

    def summed(kind: type, member: str = "amount") -> Decimal:
        return sum((getattr(each, member) for each in stands if type(each) is kind), Decimal(0))

    net_funded = summed(e.TransferMade) - summed(e.RefundReceived)
    refunded = sum(
        (x.amount for x in stands if isinstance(x, e.EntryRecorded) and x.kind == "donor_refunds"), Decimal(0)
    )
    assert total(of_fund, "11") == summed(e.CommitmentSigned)
    assert total(of_fund, "1") == summed(e.DepositReceived, "credited") - refunded
    assert total(of_fund, "3") == net_funded == total(of_grant, "1")
    assert (
        total(of_fund, "2") == total(of_grant, "11") == sum((a.amounts[0].amount for a in fund.approvals), Decimal(0))
    )
    assert total(of_grant, "4") == sum(
        (x.lines[0].amount for x in stands if isinstance(x, e.ExpenditureReported)), Decimal(0)
    )
    budgets = [Decimal(value) for value in of_grant.xpath("//budget/value/text()")]
    assert sum(budgets, Decimal(0)) == grant.plan.total()


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 4000), cents, st.sampled_from([0, 2, 3]))
def test_years_of_a_budget_join_and_lose_nothing(start: date, length: int, value: Decimal, minor: int) -> None:
    value = value.quantize(Decimal(1).scaleb(-minor))
    end = date.fromordinal(start.toordinal() + length)
    years = list(split_by_year(start, end, value, minor))
    assert (years[0][0], years[-1][1]) == (start, end)
    assert all(later[0].toordinal() == earlier[1].toordinal() + 1 for earlier, later in pairwise(years))
    assert sum((part for _, _, part in years), Decimal(0)) == value
    assert all(first.year == last.year and part >= 0 for first, last, part in years)


@given(st.lists(cents | st.just(Decimal(0)), min_size=1, max_size=9))
def test_percentages_make_a_hundred(weights: list[Decimal]) -> None:
    shares = percentages(weights)
    assert sum(shares) == 100
    assert all(share >= 0 for share in shares)


def test_money_is_followed_from_the_fund_to_its_grant_and_a_name_has_its_footnote() -> None:
    amounts, draws = (v.OrganisationAmount("UNDP", Decimal("10.01")),), (v.Draw((), Decimal("10.01")),)
    day = date(2020, 2, 20)
    fund = fund_of(
        [
            e.AmountApproved(GRANT, PROJECT, None, None, amounts, draws, day),
            e.TransferMade(uuid5(NAMES, "t"), GRANT, PROJECT, "UNDP", Decimal("10.01"), draws, "TR-1", day, day),
            e.RefundReceived(uuid5(NAMES, "r"), GRANT, PROJECT, "UNDP", Decimal("3.02"), draws, day),
        ]
    )
    planned = plan("Safer Kosovo", ["XK", v.REGIONAL], [Decimal("10.01")], day, date(2021, 2, 19))
    grant = Grant(GRANT, PROJECT, "Safer Kosovo", planned, "active", day, day, False, day, None)
    tree = parsed(document([fund_activity(fund, [grant], TOLD), grant_activity(fund, grant, [], (), TOLD)], MOMENT))
    of_fund, of_grant = tree.findall("iati-activity")
    mine, its = of_fund.findtext("iati-identifier"), of_grant.findtext("iati-identifier")
    assert (mine, its) == ("XI-IATI-UNPF-SLW00", f"XI-IATI-UNPF-SLW00-{GRANT}")
    assert [
        (t.findtext("value"), t.find("receiver-org").get("receiver-activity-id")) for t in of_fund.iter("transaction")
    ] == [
        ("10.01", its),
        ("10.01", its),
        ("-3.02", its),
    ]
    incoming = [t for t in of_grant.iter("transaction") if t.find("transaction-type").get("code") == "1"]
    assert [(t.findtext("value"), t.find("provider-org").get("provider-activity-id")) for t in incoming] == [
        ("10.01", mine),
        ("-3.02", mine),
    ]
    assert of_grant.find("sector").get("code") == "15240"
    assert of_grant.findtext("title/narrative") == "Safer Kosovo*"
    assert of_grant.find("recipient-country").get("code") == "XK"
    assert of_grant.findtext("recipient-country/narrative") == "Kosovo*"
    assert of_grant.find("recipient-region").get("code") == "89"
    assert "UNDP Kosovo*" in [each.text for each in of_grant.findall("participating-org/narrative")]
    assert of_grant.findall("description")[1].findtext("narrative").startswith("* References to Kosovo shall")
    assert [b.find("period-end").get("iso-date") for b in of_grant.findall("budget")] == ["2020-12-31", "2021-02-19"]
