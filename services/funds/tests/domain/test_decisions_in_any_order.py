"""Whatever is proposed, voted on and concluded, in whatever order: what was granted is what the documents say, nobody
votes twice or on what they would receive, and a decision has all of its consequences or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import funds_recount as recount
from funds_machine import SmallFund, cents, day, noted
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from common.kernel.errors import DomainError
from common.kernel.money import ZERO
from funds.application.commanding import Asked
from funds.application.deciding import Concluding, Question, concluding, proposing
from funds.application.streams import DECISION, FUND, KINDS, PROJECT, PROPOSAL
from funds.domain import commands as c
from funds.domain import committee, decision, proposal
from funds.domain import events as e
from funds.domain import project_commands as p
from funds.domain import values as v

SEATS = (("UNDP", "chair"), ("UNODC", "member"), ("DE", "ex_officio"), ("FR", "ex_officio"), ("SEESAC", "secretariat"))
PARTIES = ("UNDP", "UNODC", "DE", "FR", "GB", "SEESAC", "US")
ENTITLED = ("UNDP", "UNODC", "DE", "FR", "GB", "US")
FUND_ID = UUID(int=1)
DAYS = 9
REVISIONS: tuple[e.RevisionKind, ...] = ("budget_shift", "no_cost_extension", "cost_extension", "scope")
randoms = st.randoms(use_true_random=False)
on_day = st.integers(0, DAYS).map(day)
parties = st.sampled_from(PARTIES)
kinds: Any = st.sampled_from(["approve", "approve", "approve_with_conditions", "defer", "reject"])
numbers = st.integers(0, 50)
ballots: Any = st.sampled_from(["yes", "yes", "yes", "no", "abstain"])
sizes = st.integers(1, 9)


def plan_of(undp: int, unodc: int, end: Any = None) -> v.Plan:
    """Of so many hundreds each; an organisation with nothing has no office in it."""
    shares = [("UNDP", undp), ("UNODC", unodc)]
    return v.Plan(
        "Plan",
        tuple(v.Office(name, f"{name} office") for name, amount in shares if amount),
        (v.Share("AL", Decimal(100)),),
        (v.Share("2", Decimal(100)),),
        (),
        tuple(v.BudgetLine(name, 1, Decimal(100 * amount)) for name, amount in shares if amount),
        day(0),
        end or day(100),
    )


class DecisionsInAnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.fund = SmallFund()
        for party, role in SEATS:
            self.fund.must(c.AssignRole(party, role, role != "secretariat", None, day(0)))  # type: ignore[arg-type]
        self.states: dict[tuple[str, UUID], Any] = {}
        self.log: dict[tuple[str, UUID], list[Any]] = {}
        self.known: dict[str, list[UUID]] = {PROPOSAL: [], DECISION: [], PROJECT: []}
        self.asked: dict[UUID, e.DecisionProposed] = {}

    def _one(self, kind: str, n: int) -> UUID | None:
        known = self.known[kind]
        return known[n % len(known)] if known else None

    def _do(self, asked: Sequence[Asked]) -> DomainError | None:
        """All of them or none, as the write side does it."""
        states, logs = dict(self.states), {key: list(log) for key, log in self.log.items()}
        fund, fund_log = self.fund.state, list(self.fund.log)
        try:
            for each in asked:
                self._one_of(each)
        except DomainError as refused:
            self.states, self.log = states, logs
            self.fund.state, self.fund.log = fund, fund_log
            noted(f"{type(asked[0].command).__name__} refused: {refused.code}")
            return refused
        for each in asked:
            noted(f"{type(each.command).__name__} done")
            if each.kind != FUND and each.stream not in self.known[each.kind]:
                self.known[each.kind].append(each.stream)
        return None

    def _one_of(self, asked: Asked) -> None:
        if asked.kind == FUND:
            done = self.fund.do(asked.command)
            if isinstance(done, DomainError):
                raise done
            return
        key, decider = (asked.kind, asked.stream), KINDS[asked.kind].decider
        for happened in decider.decide(asked.command, self.states.get(key)).events:
            self.states[key] = decider.evolve(self.states.get(key), happened)
            self.log.setdefault(key, []).append(happened)

    @initialize(paid=st.lists(st.integers(1, 60), min_size=4, max_size=4), steps=st.integers(0, 9), seed=randoms)
    def begin(self, paid: list[int], steps: int, seed: Random) -> None:
        for promise, hundreds in enumerate(paid):
            self.fund.deposit(promise, Decimal(100 * hundreds), Decimal(100 * hundreds), day(promise))
        self.go_on(steps, seed)

    @rule(steps=st.integers(1, 4), seed=randoms)
    def go_on(self, steps: int, seed: Random) -> None:
        """The way that decisions are meant to go: without it few would come far."""
        for _ in range(steps):
            n, first, when = seed.randrange(50), seed.randint(1, 9), day(seed.randrange(DAYS + 1))
            self.submit(first, seed.randrange(4), n, False, when)
            self.propose(len(self.known[PROPOSAL]) - 1, "approve", seed.randrange(2), 1, when)
            if seed.randrange(2):
                self.vote_in_time(n, [(seed.choice(PARTIES), seed.choice(["yes", "yes", "no"])) for _ in range(3)])
            if seed.randrange(3):
                self.conclude_one_that_is_open(n)
            self.revise(n, seed.choice(REVISIONS), first, seed.randint(1, 4), seed.random() < 0.5, day(DAYS + 2))
            self.transfer(n, Decimal(100 * seed.randint(1, 3)), day(DAYS + 3))

    @rule(undp=sizes, unodc=st.integers(0, 9), n=numbers, again=st.booleans(), when=on_day)
    def submit(self, undp: int, unodc: int, n: int, again: bool, when: Any) -> None:
        stream = (self._one(PROPOSAL, n) if again else None) or self.fund.new_id()
        terms = proposal.Terms("USD", ("UNDP", "UNODC"), Decimal(7), None, None, None)
        command = proposal.SubmitProposal(FUND_ID, None, None, "UNDP", plan_of(undp, unodc), (), (), terms, when)
        self._do([Asked(PROPOSAL, stream, command)])

    @rule(n=numbers, when=on_day)
    def withdraw(self, n: int, when: Any) -> None:
        if (stream := self._one(PROPOSAL, n)) is not None:
            self._do([Asked(PROPOSAL, stream, proposal.WithdrawProposal(when))])

    @rule(n=numbers, kind=kinds, drawn=st.integers(0, 3), deadline=st.integers(0, 3), when=on_day)
    def propose(self, n: int, kind: e.DecisionKind, drawn: int, deadline: int, when: Any) -> None:
        if (about := self._one(PROPOSAL, n)) is None:
            return
        draws = (v.Draw(("2",), Decimal(100 * drawn)),) if drawn else ()
        conditions = ("So.",) if kind == "approve_with_conditions" else ()
        self._propose(
            kind=kind,
            deadline=day((when - day(0)).days + deadline),
            proposal=(about, self.states[PROPOSAL, about]),
            draws=draws,
            conditions=conditions,
            on=when,
        )

    @rule(
        n=numbers,
        revision=st.sampled_from(REVISIONS),
        undp=st.integers(0, 9),
        unodc=st.integers(1, 9),
        later=st.booleans(),
        when=on_day,
    )
    def revise(self, n: int, revision: e.RevisionKind, undp: int, unodc: int, later: bool, when: Any) -> None:
        if (project := self._one(PROJECT, n)) is None:
            return
        grants = self.states[PROJECT, project].grants
        grant = grants[n % len(grants)]
        plan = plan_of(undp, unodc, day((grant.plan.end - day(0)).days + 10) if later else grant.plan.end)
        about = (project, self.states[PROJECT, project])
        self._propose(
            kind="approve_revision", project=about, grant=grant.id, plan=plan, revision=revision, deadline=when, on=when
        )

    @rule(n=numbers, kind=st.sampled_from(["extend", "close"]), longer=st.integers(0, 9), when=on_day)
    def extend_or_close(self, n: int, kind: e.DecisionKind, longer: int, when: Any) -> None:
        if (project := self._one(PROJECT, n)) is None:
            return
        grant = self.states[PROJECT, project].grants[0]
        end = day((grant.plan.end - day(0)).days + longer) if kind == "extend" else None
        about = (project, self.states[PROJECT, project])
        self._propose(kind=kind, project=about, grant=grant.id, end=end, deadline=when, on=when)

    def _propose(self, **told: Any) -> None:
        nothing: dict[str, Any] = dict.fromkeys(
            ("meeting", "proposal", "project", "grant", "plan", "revision", "end", "reason")
        )
        question = Question(
            **({"fund": FUND_ID, "mode": "no_objection", "draws": (), "conditions": ()} | nothing | told)
        )
        stream = self.fund.new_id()
        try:
            proposed = proposing(question, self.fund.now)
        except DomainError as refused:
            noted(f"Propose refused: {refused.code}")
            return
        if self._do([Asked(DECISION, stream, proposed, new=True)]) is None:
            self.asked[stream] = proposed.proposed

    @rule(n=numbers, party=parties, ballot=ballots, when=on_day)
    def vote(self, n: int, party: str, ballot: e.Ballot, when: Any) -> None:
        if (stream := self._one(DECISION, n)) is not None:
            self._vote(stream, party, ballot, when)

    @rule(n=numbers, cast=st.lists(st.tuples(parties, ballots), min_size=1, max_size=4))
    def vote_in_time(self, n: int, cast: list[tuple[str, e.Ballot]]) -> None:
        open_ = [each for each in self.known[DECISION] if self.states[DECISION, each].concluded is None]
        if open_:
            stream = open_[n % len(open_)]
            for party, ballot in cast:
                self._vote(stream, party, ballot, self.asked[stream].on)

    def _vote(self, stream: UUID, party: str, ballot: e.Ballot, when: Any) -> None:
        seats = tuple(committee.seats(self.fund.now, when))
        self._do([Asked(DECISION, stream, decision.CastVote(party, ballot, seats, None, when))])

    @rule(n=numbers, party=parties, when=on_day)
    def recuse(self, n: int, party: str, when: Any) -> None:
        if (stream := self._one(DECISION, n)) is not None:
            seats = tuple(committee.seats(self.fund.now, when))
            self._do([Asked(DECISION, stream, decision.Recuse(party, seats, when))])

    @rule(n=numbers, when=on_day)
    def conclude(self, n: int, when: Any) -> None:
        if (stream := self._one(DECISION, n)) is not None:
            self._conclude(stream, when)

    @rule(n=numbers)
    def conclude_one_that_is_open(self, n: int) -> None:
        """On the day after its deadline."""
        open_ = [each for each in self.known[DECISION] if self.states[DECISION, each].concluded is None]
        if open_:
            one = open_[n % len(open_)]
            self._conclude(one, self.asked[one].deadline + timedelta(days=1))

    def _conclude(self, stream: UUID, when: Any) -> None:
        state = self.states[DECISION, stream]
        project = state.proposed.project
        about = (project, self.states[PROJECT, project]) if project in self.known[PROJECT] else None
        before = recount.movements(self.fund.log)
        try:
            asked = concluding(Concluding(stream, state, state.version, self.fund.now, about, when, None))
        except DomainError as refused:
            noted(f"Conclude refused: {refused.code}")
            return
        count = len(self.fund.log)
        if self._do(asked) is None:
            for approved in self.fund.log[count:]:
                if isinstance(approved, e.AmountApproved):
                    needed = sum((each.amount for each in approved.amounts), ZERO)
                    assert needed <= recount.available(before, when) + self._released(count)

    def _released(self, count: int) -> Decimal:
        back = [each for each in self.fund.log[count:] if isinstance(each, e.AmountReleased)]
        return sum((each.amount for release in back for each in release.amounts), ZERO)

    @rule(n=numbers, when=on_day)
    def start(self, n: int, when: Any) -> None:
        if (project := self._one(PROJECT, n)) is not None:
            grant = self.states[PROJECT, project].grants[0].id
            self._do([Asked(PROJECT, project, p.StartGrant(grant, when))])

    @rule(n=numbers, amount=st.integers(1, 90_000).map(cents), when=on_day)
    def transfer(self, n: int, amount: Decimal, when: Any) -> None:
        if approvals := self.fund.now.approvals:
            grant = approvals[n % len(approvals)].grant
            self.fund.do(c.MakeTransfer(self.fund.new_id(), grant, "UNDP", amount, "TR", day(0), True, when))

    @invariant()
    def what_is_granted_is_what_the_project_document_says(self) -> None:
        moved = recount.movements(self.fund.log)
        for project in self.known[PROJECT]:
            for grant in self.states[PROJECT, project].grants:
                budget = {each.organisation: each.amount for each in grant.plan.of_organisations()}
                for organisation in ("UNDP", "UNODC"):
                    granted = recount.of_grant(moved, "approved_by_organisation", grant.id, organisation)
                    granted -= recount.of_grant(moved, "released_by_organisation", grant.id, organisation)
                    assert granted == budget.get(organisation, ZERO), (grant.id, organisation)

    @invariant()
    def a_decision_has_all_of_its_consequences_or_none(self) -> None:
        adopted = {each for each in self.known[DECISION] if self.states[DECISION, each].status == "adopted"}
        approved = {each.decision for each in self.fund.log if isinstance(each, e.AmountApproved)}
        assert approved <= adopted
        for stream in adopted:
            proposed = self.states[DECISION, stream].proposed
            if proposed.kind in decision.APPROVING:
                assert stream in approved
            if proposed.proposal is not None:
                logged = self.log[PROPOSAL, proposed.proposal]
                assert any(isinstance(x, e.ProposalDecided) and x.decision == stream for x in logged)

    @invariant()
    def a_proposal_is_approved_once_and_as_it_was_decided(self) -> None:
        for stream in self.known[PROPOSAL]:
            approvals = [
                each
                for each in self.log[PROPOSAL, stream]
                if isinstance(each, e.ProposalDecided) and each.kind in decision.APPROVING
            ]
            assert len(approvals) <= 1
            for approval in approvals:
                assert self.asked[approval.decision].plan == self.states[PROPOSAL, stream].submitted.plan

    @invariant()
    def nobody_votes_twice_or_without_a_vote(self) -> None:
        for stream in self.known[DECISION]:
            log = self.log[DECISION, stream]
            votes = [each.party for each in log if isinstance(each, e.VoteCast)]
            recused = {each.party for each in log if isinstance(each, e.Recused)}
            assert len(votes) == len(set(votes))
            assert not recused & set(votes)
            assert set(votes) <= set(ENTITLED)
            plan = log[0].plan
            if plan is not None:
                assert {office.organisation for office in plan.offices} <= recused
            for concluded in log:
                if isinstance(concluded, e.DecisionConcluded):
                    assert concluded is log[-1]
                    assert not set(concluded.voters) & recused
                    objections = [x for x in log if isinstance(x, e.VoteCast) and x.ballot == "no"]
                    counted = [x for x in objections if x.party in concluded.voters and x.on <= concluded.on]
                    assert concluded.adopted is not bool(counted)


TestDecisionsInAnyOrder = DecisionsInAnyOrder.TestCase
TestDecisionsInAnyOrder.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_revision_by_way_of_the_machine_reaches_everything() -> None:
    """That it gets to revised grants at all: a machine that never got there would prove nothing."""
    machine = DecisionsInAnyOrder()
    machine.begin([60, 60, 60, 60], 0, Random(0))
    machine.submit(undp=2, unodc=1, n=0, again=False, when=day(4))
    machine.propose(n=0, kind="approve", drawn=1, deadline=0, when=day(4))
    machine.vote(n=0, party="DE", ballot="yes", when=day(4))
    machine.conclude_one_that_is_open(n=0)
    (project,) = machine.known[PROJECT]
    machine.revise(n=0, revision="cost_extension", undp=4, unodc=1, later=True, when=day(DAYS + 9))
    assert len(machine.known[DECISION]) == 2
    machine.conclude_one_that_is_open(n=0)
    (grant,) = machine.states[PROJECT, project].grants
    assert [version.number for version in grant.versions] == [1, 2]
    assert grant.plan == replace(plan_of(4, 1), end=day(110))
    machine.what_is_granted_is_what_the_project_document_says()
