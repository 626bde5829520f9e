"""`funds`' feed for tests: mechanisms, what they get and give, projects and activities, by short names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from publisher_feed import PublisherFeed

from common.contracts import funds as published
from common.contracts import funds_projects as projects
from common.contracts.base import Contract
from common.kernel.ids import derived_id
from common.messaging.ports import Received

DAY = "2020-01-10"


def of(kind: str, name: str) -> UUID:
    """The id of whatever a test calls so."""
    return derived_id("funds", kind, name)


def shares(**percents: Any) -> list[dict[str, str]]:
    """`g1=50` is goal 1, for a name cannot begin with a digit."""
    return [{"code": code.removeprefix("g"), "percent": str(percent)} for code, percent in percents.items()]


def plan(budget: Mapping[str, str] | None = None, **told: Any) -> dict[str, Any]:
    """`budget` is by organisation, all of it in one category."""
    amounts = {"UNDP": "1000.00"} if budget is None else budget
    return {
        "title": "Safe storage",
        "offices": [{"organisation": name, "name": f"{name} Sarajevo"} for name in amounts],
        "jurisdictions": shares(BA=100),
        "goals": shares(g2=50, g7=50),
        "kpis": ["10", "13"],
        "budget": [{"organisation": who, "category": 4, "amount": amount} for who, amount in amounts.items()],
        "start": "2020-02-01",
        "end": "2021-12-31",
        **told,
    }


def draws(amount: str, *earmark: str) -> list[dict[str, Any]]:
    return [{"earmark": list(earmark), "amount": amount}]


class FundsFeed(PublisherFeed):
    """Funds are named by their code, all else by any name."""

    publisher = "funds"

    def fund(self, code: str = "SLW00", currency: str = "USD", **told: Any) -> UUID:
        stated = {
            "code": code,
            "name": f"Fund {code}",
            "kind": "mptf",
            "governance": "committee",
            "base_currency": currency,
        }
        self.append(of("fund", code), published.FundEstablished, {**stated, "start": "2019-03-15", "on": DAY, **told})
        return of("fund", code)

    def post(self, contract: type[Contract], name: str, /, code: str = "SLW00", **told: Any) -> Received:
        """A money fact with an id."""
        return self.append(of("fund", code), contract, {"id": of("fact", name), "on": DAY, **told})

    def commit(self, name: str, donor: str, amount: str, currency: str = "EUR", **told: Any) -> Received:
        stated = {"donor": donor, "amount": amount, "currency": currency, "instalments": [], "earmark": []}
        return self.post(published.CommitmentSigned, name, **{**stated, **told})

    def deposit(self, name: str, donor: str, credited: str, on: str = DAY, **told: Any) -> Received:
        stated = {"donor": donor, "amount": credited, "currency": "EUR", "fee": "0", "earmark": []}
        of_ = {"commitment": of("fact", f"of {donor}"), "credited": credited, "on": on}
        return self.post(published.DepositReceived, name, **{**stated, **of_, **told})

    def entry(self, name: str, kind: str, amount: str, **told: Any) -> Received:
        return self.post(published.EntryRecorded, name, **{"kind": kind, "amount": amount, "earmark": [], **told})

    def project(self, name: str, **told: Any) -> None:
        stated = {"title": name, "plan": plan(**told), "on": DAY}
        self.append(of("project", name), projects.ProjectRegistered, stated)

    def grant(
        self, project: str, name: str, code: str = "SLW00", call: str | None = None, on: str = DAY, **told: Any
    ) -> None:
        """A grant of a fund to a project, with what is reserved for it; `told` is of its plan."""
        where = {"grant": of("grant", name), "call": of("call", call) if call else None, "on": on}
        given = plan(**told)
        stated = {**where, "fund": of("fund", code), "plan": given}
        self.append(of("project", project), projects.GrantApproved, stated)
        amounts = [{"organisation": line["organisation"], "amount": line["amount"]} for line in given["budget"]]
        drawn = [draw for each in amounts for draw in draws(each["amount"])]
        reserved = {**where, "project": of("project", project), "amounts": amounts, "draws": drawn}
        self.append(of("fund", code), published.AmountApproved, reserved)

    def happen(self, project: str, grant: str, contract: type[Contract], on: str, **told: Any) -> Received:
        """Something to a grant."""
        return self.append(of("project", project), contract, {"grant": of("grant", grant), "on": on, **told})

    def start(self, project: str, grant: str, on: str = "2020-02-01") -> None:
        self.happen(project, grant, projects.GrantStarted, on)

    def move(
        self, name: str, project: str, grant: str, amount: str, contract: type[Contract] = published.TransferMade,
        **told: Any,
    ) -> Received:  # fmt: skip
        """A transfer or a refund."""
        where = {"grant": of("grant", grant), "project": of("project", project), "organisation": "UNDP"}
        return self.post(contract, name, **{**where, "amount": amount, "draws": draws(amount), **told})

    def spend(self, name: str, project: str, grant: str, lines: Mapping[int, str], period: str, **told: Any) -> None:
        """`period` is "2020-01-01/2020-12-31"."""
        start, _, end = period.partition("/")
        where = {"grant": of("grant", grant), "project": of("project", project), "organisation": "UNDP"}
        spent = [{"category": category, "amount": amount} for category, amount in lines.items()]
        stated = {**where, "start": start, "end": end, "lines": spent, "certified": False, "on": "2021-03-01"}
        self.post(published.ExpenditureReported, name, **{**stated, **told})

    def reverse(self, name: str, fact: str, on: str, code: str = "SLW00") -> Received:
        stated = {"id": of("fact", name), "fact": fact, "on": on}
        return self.append(of("fund", code), published.FactReversed, stated)

    def call(self, name: str, number: int, code: str = "SLW00") -> None:
        stated = {"fund": of("fund", code), "number": number, "title": name, "on": DAY}
        self.append(of("call", name), published.CallPlanned, stated)

    def activity(self, name: str, kind: str = "training", **told: Any) -> None:
        stated = {"kind": kind, "title": name, "jurisdictions": ["BA"], "partners": [], "goals": ["2"], "kpis": ["10"]}
        planned = {"start": "2020-05-01", "end": "2020-05-02", "targets": [], "on": DAY}
        self.append(of("activity", name), projects.ActivityPlanned, {**stated, **planned, **told})

    def held(self, name: str, on: str, results: Sequence[Mapping[str, Any]]) -> None:
        stated = {"start": on, "on": on, "results": list(results)}
        self.append(of("activity", name), projects.ActivityHeld, stated)


def quantity(number: Any, what: str = "participants", unit: str = "person", **told: Any) -> dict[str, Any]:
    """`sex` and `jurisdiction` where they are told."""
    return {"what": what, "unit": unit, "quantity": str(number), **told}


def eventful(feed: FundsFeed) -> None:
    """Everything that can happen, once or more."""
    fund = feed.fund()
    feed.fund("WIN", kind="funding_window", end="2021-12-31")
    feed.append(fund, published.FundExtended, {"end": "2024-12-31", "on": DAY})
    _contributed(feed)
    _called(feed, fund)
    _granted(feed, fund)
    _done(feed)


def _contributed(feed: FundsFeed) -> None:
    feed.commit("promise", "DE", "7450000.00", usd_at_signing="8300000.00", earmark=["2", "4"], instalments=[
        {"due": "2020-06-30", "amount": "4450000.00"}, {"due": "2021-06-30", "amount": "3000000.00"},
    ])  # fmt: skip
    feed.commit("mistaken", "NO", "15.00", "NOK")
    feed.reverse("mistaken", "commitment", "2020-01-12")
    feed.deposit("paid", "DE", "4950000.00", amount="4450000.00", fee="49500.00", earmark=["2", "4"])
    feed.deposit("wrong", "SE", "720000.00", fee="7200.00", currency="SEK")
    feed.reverse("wrong", "deposit", "2020-02-01")
    feed.deposit("right", "SE", "730000.50", fee="7300.01", currency="SEK", on="2020-02-02")
    feed.entry("interest", "interest_fund", "12.34")
    feed.entry("theirs", "interest_organisations", "5.00", party="UNDP")
    feed.entry("cent", "rounding", "-0.01")
    feed.entry("costs", "direct_costs", "1000.00")
    feed.entry("bank", "bank_charges", "3.50")
    feed.entry("back", "donor_refunds", "100.00", party="DE", earmark=["2", "4"])
    feed.reverse("bank", "entry", "2020-03-01")
    changed = {"deposit": of("fact", "paid"), "amount": "100.00", "currency": "EUR", "book": "111.24", "earmark": []}
    feed.post(published.CashConverted, "changed", received="113.00", **changed)


def _called(feed: FundsFeed, fund: UUID) -> None:
    for number, name in enumerate(("First call", "Second call", "Third call"), start=1):
        feed.call(name, number)
    first, second = of("call", "First call"), of("call", "Second call")
    feed.append(first, published.CallOpened, {"deadline": "2019-12-01", "on": DAY})
    feed.append(first, published.CallExtended, {"deadline": "2019-12-15", "on": DAY})
    feed.append(first, published.CallClosed, {"on": DAY})
    feed.append(second, published.CallOpened, {"deadline": "2020-12-01", "on": DAY})
    submitted = {"fund": fund, "call": first, "on": DAY}
    for name in ("good", "withdrawn", "again"):
        feed.append(of("proposal", name), published.ProposalSubmitted, {**submitted, "number": 1})
    feed.append(of("proposal", "withdrawn"), published.ProposalWithdrawn, {"on": DAY})
    feed.append(of("proposal", "again"), published.ProposalWithdrawn, {"on": DAY})
    feed.append(of("proposal", "again"), published.ProposalSubmitted, {**submitted, "number": 2})
    met = {"title": "First meeting", "attendance": ["UNDP", "DE"], "on": DAY}
    feed.append(fund, published.MeetingHeld, {**met, "number": 1})
    put = {"fund": fund, "kind": "approve", "mode": "meeting", "meeting": 1, "call": first, "on": DAY}
    feed.append(of("decision", "good"), published.DecisionProposed, put)
    ended = {"adopted": True, "voters": ["UNDP", "DE"], "recused": ["UNODC"], "on": DAY}
    feed.append(of("decision", "good"), published.DecisionConcluded, ended)
    later = {**put, "kind": "extend", "mode": "no_objection", "deadline": "2020-04-01"}
    feed.append(of("decision", "open"), published.DecisionProposed, later)
    decided = {"decision": of("decision", "good"), "kind": "approve", "project": of("project", "HALT"), "on": DAY}
    feed.append(of("proposal", "good"), published.ProposalDecided, decided)


def _granted(feed: FundsFeed, fund: UUID) -> None:
    both = {"UNDP": "1500000.00", "UNODC": "700000.00"}
    feed.project("HALT", budget=both)
    feed.grant("HALT", "halt", call="First call", budget=both)
    feed.start("HALT", "halt")
    feed.move("first", "HALT", "halt", "800000.00", on="2020-03-01")
    feed.move("twice", "HALT", "halt", "800000.00", on="2020-03-01")
    feed.reverse("twice", "transfer", "2020-03-05")
    feed.move("unspent", "HALT", "halt", "1000.00", published.RefundReceived, on="2020-12-01")
    feed.spend("interim", "HALT", "halt", {1: "100.00", 4: "200.00"}, "2020-01-01/2020-06-30", on="2020-08-01")
    feed.spend("yearly", "HALT", "halt", {1: "150.00", 4: "250.00"}, "2020-01-01/2020-12-31", certified=True)
    feed.spend("error", "HALT", "halt", {5: "9.00"}, "2021-01-01/2021-03-31", on="2021-04-01")
    feed.reverse("error", "expenditure", "2021-04-02")
    given = {"number": 2, "kind": "cost_extension", "decision": of("decision", "open")}
    extended = plan({"UNDP": "1600000.00", "UNODC": "700000.00"}, end="2023-06-30")
    feed.happen("HALT", "halt", projects.ProjectRevised, "2020-06-01", plan=extended, **given)
    feed.happen("HALT", "halt", projects.GrantSuspended, "2020-07-01")
    feed.happen("HALT", "halt", projects.GrantResumed, "2020-08-01")
    feed.happen("HALT", "halt", projects.GrantOperationallyClosed, "2021-06-30")
    feed.happen("HALT", "halt", projects.GrantFinanciallyClosed, "2021-09-30")
    freed = {"grant": of("grant", "halt"), "project": of("project", "HALT"), "cause": "closed", "on": "2021-09-30"}
    rest = [{"organisation": "UNDP", "amount": "5.00"}, {"organisation": "UNODC", "amount": "7.00"}]
    feed.append(fund, published.AmountReleased, {**freed, "amounts": rest, "draws": draws("12.00")})
    feed.project("EXPLODE+")
    feed.grant("EXPLODE+", "window", code="WIN", jurisdictions=shares(BA=60, regional=40))
    feed.grant("EXPLODE+", "fund", call="First call")
    feed.happen("EXPLODE+", "window", projects.GrantCancelled, "2020-09-01")
    feed.start("EXPLODE+", "fund", "2020-09-02")


def _done(feed: FundsFeed) -> None:
    project = of("project", "HALT")
    feed.activity("Course", project=project, targets=[quantity(30)])
    feed.append(of("activity", "Course"), projects.ActivityStarted, {"on": "2020-05-01"})
    feed.held("Course", "2020-05-02", [quantity(24), quantity(10, sex="female"), quantity(2, "manuals", "piece")])
    corrected = [quantity(25), quantity(10, sex="female", jurisdiction="BA")]
    feed.append(of("activity", "Course"), projects.ResultsCorrected, {"results": corrected, "on": "2020-06-01"})
    feed.activity("Meeting", "meeting", jurisdictions=["AL", "BA"], partners=["OSCE"])
    moved = {"start": "2021-02-01", "end": "2021-02-02", "on": "2020-04-15"}
    feed.append(of("activity", "Meeting"), projects.ActivityPostponed, moved)
    feed.activity("Campaign", "campaign")
    feed.append(of("activity", "Campaign"), projects.ActivityPostponed, {"on": "2020-04-15"})
    feed.activity("Survey", "assessment")
    feed.append(of("activity", "Survey"), projects.ActivityCancelled, {"on": "2020-04-15"})
    hard = {"title": "Pandemic", "start": "2020-03-01", "jurisdictions": ["AL"], "on": DAY}
    linked = [of("activity", "Meeting")]
    feed.append(of("challenge", "Pandemic"), projects.ChallengeRecorded, {**hard, "activities": linked})
    feed.append(
        of("challenge", "Pandemic"), projects.ChallengeLinked, {"activity": of("activity", "Survey"), "on": DAY}
    )
    own = {"institution": "SEESAC", "year": 2020, "currency": "USD", "source": "report", "on": DAY}
    feed.append(of("budget", "SEESAC"), projects.BudgetRecorded, {**own, "amount": "3135000.00"})
    feed.append(of("budget", "SEESAC"), projects.BudgetRecorded, {**own, "amount": "3135925.00"})
    role = {"party": "DE", "role": "ex_officio", "vote": False, "on": DAY}
    feed.append(of("fund", "SLW00"), published.RoleAssigned, role)  # is not read here
