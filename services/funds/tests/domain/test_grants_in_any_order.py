"""Whatever is asked of a grant, on whatever day: its status on a day is the same whether it is read from all that is
known or from what had happened by then, and it never goes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from funds_machine import WHY, day, noted
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from common.kernel.errors import DomainError
from funds.domain import events as e
from funds.domain import project
from funds.domain import project_commands as p
from funds.domain import values as v
from funds.domain.project_state import State, evolve

GRANT = UUID(int=5)
DAYS = 12
RANK = {
    "approved": 0,
    "active": 1,
    "suspended": 1,
    "cancelled": 2,
    "operationally_closed": 2,
    "financially_closed": 3,
}
on_day = st.integers(0, DAYS).map(day)
STEPS: tuple[Any, ...] = (
    p.StartGrant,
    p.StartGrant,
    p.SuspendGrant,
    p.ResumeGrant,
    p.ResumeGrant,
    p.CancelGrant,
    p.CloseOperationally,
    p.CloseFinancially,
)


def plan(title: str) -> v.Plan:
    return v.Plan(
        title,
        (v.Office("UNDP", "UNDP"),),
        (v.Share("AL", Decimal(100)),),
        (),
        (),
        (v.BudgetLine("UNDP", 1, Decimal(10)),),
        day(0),
        day(50),
    )


class GrantsInAnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.log: list[Any] = []
        self.state: State | None = None

    @initialize(approved=st.integers(0, 3).map(day))
    def begin(self, approved: Any) -> None:
        self._do(p.ApproveGrant(GRANT, UUID(int=1), None, None, "P", plan("first"), (), "USD", approved))

    def _do(self, command: Any) -> bool:
        try:
            decision = project.decide(command, self.state)
        except DomainError as refused:
            noted(f"{type(command).__name__} refused: {refused.code}")
            return False
        noted(f"{type(command).__name__} done")
        for happened in decision.events:
            self.log.append(happened)
            self.state = evolve(self.state, happened)
        return True

    def _grant(self, state: State | None) -> Any:
        assert state is not None
        (grant,) = state.grants
        return grant

    @rule(step=st.sampled_from(STEPS), when=on_day)
    def go_on(self, step: Any, when: Any) -> None:
        done = self._do(step(GRANT, when, WHY))
        now = self._grant(self.state).status(when)
        if done and step is p.ResumeGrant:
            assert now == "active"
        if done and step is p.SuspendGrant:
            assert now == "suspended"

    @rule(when=on_day)
    def start_and_suspend(self, when: Any) -> None:
        self._do(p.StartGrant(GRANT, when))
        self._do(p.SuspendGrant(GRANT, when, WHY))

    @rule(start=on_day, end=on_day, settled=on_day)
    def go_to_the_end(self, start: Any, end: Any, settled: Any) -> None:
        for step, when in ((p.StartGrant, start), (p.CloseOperationally, end), (p.CloseFinancially, settled)):
            self._do(step(GRANT, when, WHY))

    @rule(kind=st.sampled_from(["scope", "budget_shift"]), when=on_day)
    def revise(self, kind: e.RevisionKind, when: Any) -> None:
        self._do(p.ReviseGrant(GRANT, kind, plan(str(len(self.log))), None, when))

    @invariant()
    def a_day_reads_the_same_from_then_and_from_now(self) -> None:
        if self.state is None:
            return
        now = self._grant(self.state)
        for when in map(day, range(DAYS + 1)):
            then = None
            for happened in self.log:
                if happened.on <= when:
                    then = evolve(then, happened)
            if then is not None and then.grants:
                seen = self._grant(then)
                assert (seen.status(when), seen.plan_on(when)) == (now.status(when), now.plan_on(when)), when

    @invariant()
    def a_status_never_goes_back(self) -> None:
        if self.state is not None:
            ranks = [RANK[self._grant(self.state).status(when)] for when in map(day, range(DAYS + 1))]
            assert ranks == sorted(ranks)

    @invariant()
    def nothing_happens_twice(self) -> None:
        once = (e.GrantStarted, e.GrantCancelled, e.GrantOperationallyClosed, e.GrantFinanciallyClosed)
        for kind in once:
            assert sum(isinstance(happened, kind) for happened in self.log) <= 1, kind


TestGrantsInAnyOrder = GrantsInAnyOrder.TestCase
TestGrantsInAnyOrder.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
