"""One of every event that the service knows, with everything in it that an event may hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain import events as e
from funds.domain import values as v

WORDS = ErasableText("a0" * 12, "f5" * 32, "a hushed word")
DAY = date(2020, 8, 10)
START, END = date(2020, 1, 1), date(2021, 12, 31)
FUND = UUID("0f6b1f8e-6c1d-5b53-8f0e-3f3f0c4d9a01")
PROJECT = UUID("7d0c8f4e-2c0b-5a7c-9d3e-51d2a7b3c102")
GRANT = UUID("5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03")
CALL = UUID("c3f6d6c8-7f53-5f6e-b5a4-6f3a3ad04c04")
PROPOSAL = UUID("21f3b7de-4b8c-5a4e-9a39-93b1f4b0ea05")
DECISION = UUID("9be0f4c2-52f7-5c86-8d80-7ab2d6d3fe06")
COMMITMENT = UUID("e4b7cf5a-3a0e-5d5f-9d1c-5f9d8fb5b907")
DEPOSIT = UUID("3cd1a7b9-06c3-5b0b-a1c4-8dcd2dbfc108")
FACT = UUID("84c6d1b2-9f0e-5b1a-8c3d-2b7f6a5e4d09")
ACTIVITY = UUID("6f1f7a52-1d1c-5a87-b9d2-7e2a1cf3ab10")
FILE = v.Document("Hushed proposal", "https://example.org/hushed.pdf", "5e" * 32, "application/pdf", 81_234)
MINUTES = v.Document("Hushed minutes", "https://example.org/minutes.pdf")
GOALS = ("2", "4")

PLAN = v.Plan(
    title="Safe storage",
    offices=(v.Office("UNDP", "UNDP Albania"), v.Office("UNODC", "UNODC Vienna")),
    jurisdictions=(v.Share("AL", Decimal("66.67")), v.Share(v.REGIONAL, Decimal("33.33"))),
    goals=(v.Share("2", Decimal(50)), v.Share("4", Decimal(50))),
    kpis=("4", "10"),
    budget=(
        v.BudgetLine("UNDP", 1, Decimal("1000.00")),
        v.BudgetLine("UNDP", v.INDIRECT, Decimal("70.00")),
        v.BudgetLine("UNODC", 7, Decimal("100.10")),
    ),
    start=START,
    end=END,
)
AMOUNTS = (v.OrganisationAmount("UNDP", Decimal("1070.00")), v.OrganisationAmount("UNODC", Decimal("100.10")))
DRAWS = (v.Draw((), Decimal("170.10")), v.Draw(GOALS, Decimal("1000.00")))
REVISION = e.Revision("cost_extension", PLAN, (v.OrganisationAmount("UNDP", Decimal("-10.00")),))
QUANTITY = v.Quantity("participants", "person", Decimal(24), "female", "AL")
QUANTITIES = (QUANTITY, v.Quantity("ammunition", "piece", Decimal("12.5")))

FUND_EVENTS: tuple[e.FundEvent, ...] = (
    e.FundEstablished(
        "SLW00",
        "Roadmap fund",
        "mptf",
        "committee",
        "USD",
        date(2019, 3, 15),
        date(2023, 6, 30),
        e.Fees(Decimal(1), Decimal(7)),
        e.Voting("majority", Decimal(50), 3, ("UNDP", "UNODC")),
        "wb-salw",
        DAY,
        WORDS,
    ),
    e.FundExtended(date(2024, 12, 31), DAY, WORDS),
    e.RoleAssigned("UNDP", "chair", True, date(2022, 3, 31), DAY, WORDS),
    e.RoleEnded("UNDP", "chair", DAY, WORDS),
    e.CommitmentSigned(
        COMMITMENT,
        "DE",
        Decimal("7450000.00"),
        "EUR",
        "A hushed agreement",
        (v.Instalment(date(2020, 6, 30), Decimal("4450000.00")), v.Instalment(END, Decimal("3000000.00"))),
        GOALS,
        Decimal("8287000.00"),
        DAY,
        WORDS,
    ),
    e.DepositReceived(
        DEPOSIT,
        COMMITMENT,
        "DE",
        Decimal("4450000.00"),
        "EUR",
        Decimal("4950000.00"),
        Decimal("49500.00"),
        GOALS,
        DAY,
        WORDS,
    ),
    e.EntryRecorded(FACT, "interest_organisations", Decimal("12.34"), "UNDP", COMMITMENT, GOALS, DAY, WORDS),
    e.CashConverted(FACT, DEPOSIT, Decimal("100.00"), "EUR", Decimal("112.00"), Decimal("111.24"), GOALS, DAY, WORDS),
    e.AmountApproved(GRANT, PROJECT, DECISION, CALL, AMOUNTS, DRAWS, DAY, WORDS),
    e.AmountReleased(GRANT, PROJECT, "cancelled", AMOUNTS, DRAWS, DAY, WORDS),
    e.TransferMade(FACT, GRANT, PROJECT, "UNDP", Decimal("1070.00"), DRAWS, "A hushed request", DAY, DAY, WORDS),
    e.RefundReceived(FACT, GRANT, PROJECT, "UNDP", Decimal("10.01"), DRAWS, DAY, WORDS),
    e.ExpenditureReported(
        FACT,
        GRANT,
        PROJECT,
        "UNDP",
        START,
        DAY,
        (v.CategoryAmount(1, Decimal("500.00")), v.CategoryAmount(v.INDIRECT, Decimal("35.00"))),
        True,
        DAY,
        WORDS,
    ),
    e.FactReversed(FACT, "expenditure", DAY, WORDS),
    e.MeetingHeld(3, "Third meeting", ("A hushed item",), ("UNDP", "UNODC"), MINUTES, DAY, WORDS),
)
CALL_EVENTS: tuple[e.CallEvent, ...] = (
    e.CallPlanned(FUND, 2, "Second call", date(2020, 9, 1), DAY, WORDS),
    e.CallOpened(END, (v.Criterion("relevance", "Relevance", Decimal(40)),), (FILE,), DAY, WORDS),
    e.CallExtended(END, DAY, WORDS),
    e.CallClosed(DAY, WORDS),
)
PROPOSAL_EVENTS: tuple[e.ProposalEvent, ...] = (
    e.ProposalSubmitted(FUND, CALL, PROJECT, 1, "UNDP", PLAN, (v.Consultation("AL", DAY),), (FILE,), DAY, WORDS),
    e.ProposalWithdrawn(DAY, WORDS),
    e.ReviewerAssigned("person:1", DAY, WORDS),
    e.ConflictDeclared("person:1", DAY, WORDS),
    e.ProposalScored("person:1", 1, (v.Score("relevance", Decimal("77.7")),), DAY, WORDS),
    e.ProposalRecommended("recommended_with_changes", 1, Decimal("77.7"), DAY, WORDS),
    e.ProposalDecided(DECISION, "approve", PROJECT, DAY, WORDS),
)
DECISION_EVENTS: tuple[e.DecisionEvent, ...] = (
    e.DecisionProposed(
        FUND,
        "approve_with_conditions",
        "no_objection",
        None,
        END,
        PROPOSAL,
        1,
        CALL,
        PROJECT,
        GRANT,
        PLAN,
        DRAWS,
        REVISION,
        ("A hushed condition",),
        DAY,
        WORDS,
    ),
    e.VoteCast("UNODC", "yes", DAY, WORDS),
    e.Recused("UNDP", DAY, WORDS),
    e.DecisionConcluded(True, ("UNODC", "DE"), ("UNDP",), DAY, WORDS),
)
PROJECT_EVENTS: tuple[e.ProjectEvent, ...] = (
    e.ProjectRegistered("Safe storage", PLAN, DAY, WORDS),
    e.GrantApproved(GRANT, FUND, DECISION, CALL, PLAN, ("A hushed condition",), DAY, WORDS),
    e.GrantStarted(GRANT, DAY, WORDS),
    e.ProjectRevised(GRANT, 2, "no_cost_extension", PLAN, DECISION, DAY, WORDS),
    e.GrantSuspended(GRANT, DAY, WORDS),
    e.GrantResumed(GRANT, DAY, WORDS),
    e.GrantCancelled(GRANT, DAY, WORDS),
    e.GrantOperationallyClosed(GRANT, DAY, WORDS),
    e.GrantFinanciallyClosed(GRANT, DAY, WORDS),
    e.ReportRequested(1, GRANT, "narrative", START, DAY, END, DAY, WORDS),
    e.ReportSubmitted(1, (FILE,), DAY, WORDS),
    e.ReportReturned(1, WORDS, DAY, WORDS),
    e.ReportAccepted(1, DAY, WORDS),
    e.IndicatorSet("storages", "Storages upgraded", "storage", Decimal(0), Decimal(5), END, DAY, WORDS),
    e.IndicatorMeasured("storages", Decimal(2), DAY, WORDS),
    e.RiskAssessed("delay", "A hushed risk", "medium", "high", False, DAY, WORDS),
)
ACTIVITY_EVENTS: tuple[e.ActivityEvent, ...] = (
    e.ActivityPlanned(
        "training", "Training", PROJECT, ("AL",), ("Police",), GOALS, ("4",), START, END, QUANTITIES, DAY, WORDS
    ),
    e.ActivityStarted(DAY, WORDS),
    e.ActivityHeld(START, QUANTITIES, (FILE,), DAY, WORDS),
    e.ResultsCorrected(QUANTITIES, DAY, WORDS),
    e.ActivityPostponed(END, END, DAY, WORDS),
    e.ActivityCancelled(DAY, WORDS),
    e.RecommendationMade(1, WORDS, "Police", END, DAY, WORDS),
    e.RecommendationChanged(1, "under_way", DAY, WORDS),
)
CHALLENGE_EVENTS: tuple[e.ChallengeEvent, ...] = (
    e.ChallengeRecorded("Pandemic", START, END, ("AL",), (ACTIVITY,), DAY, WORDS),
    e.ChallengeLinked(ACTIVITY, DAY, WORDS),
)
OTHERS: tuple[Any, ...] = (
    e.RateRecorded("EUR", "USD", DAY, Decimal("1.1123"), "The agent's", DAY, WORDS),
    e.BudgetRecorded("SEESAC", 2020, Decimal("3135925.00"), "USD", "Annual report", DAY, WORDS),
)

EXAMPLES: tuple[Any, ...] = (
    *FUND_EVENTS,
    *CALL_EVENTS,
    *PROPOSAL_EVENTS,
    *DECISION_EVENTS,
    *PROJECT_EVENTS,
    *ACTIVITY_EVENTS,
    *CHALLENGE_EVENTS,
    *OTHERS,
)
