"""Whatever happens to a report, in whatever order: approvals are of what is shown, nothing published ever changes, and
the list of actions says what the commands say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kpi_small import (
    ANSWERS,
    BA,
    DAY,
    DEFINITIONS,
    FILE,
    HEAD,
    NOT_REPORTED,
    OFFICE,
    POLICE,
    REPORT,
    WHY,
    cells,
    number,
    text,
)

from common.kernel.errors import DomainError
from kpi.application.streams import codec
from kpi.domain import commands as c
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain.actions import Acting, report_actions
from kpi.domain.digest import contents_digest
from kpi.domain.evolving import evolve
from kpi.domain.state import State
from kpi.domain.validation import validate
from kpi.domain.values import Evidence, Input, Narrative

PERMISSIONS = frozenset(
    {
        *("inputs:record", "inputs:clear", "figures:record", "narratives:record", "evidence:add", "warnings:explain"),
        *("queries:answer", "readers:invite", "reports:endorse", "reports:check", "reports:reopen", "reports:restate"),
        *("queries:handle", "rounds:extend"),
    }
)
FEED = c.History(feed={("6.1", ()): number(60).cells[0].value})
figures = st.sampled_from([number(40), number(7), number(0), number(9), NOT_REPORTED])
parts = st.sampled_from(["3.1", "3.2", "6.1", "6.2"])
institutions = st.sampled_from(["police", "customs"])
late = st.integers(0, 2)


class AnyOrder(RuleBasedStateMachine):
    """A report of BA's, filled, then whatever comes. `late`: how many versions ago the author looked."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[e.ReportEvent] = [BA]
        self.state: State = evolve(None, BA)
        self.frozen: tuple[Any, ...] = ()
        for part, figure in ANSWERS.items():
            self._do(c.RecordFigure("BA", part, figure, 1, DAY))

    def _do(self, command: c.ReportCommand) -> DomainError | None:
        """The refusal, if it is refused."""
        try:
            decision = REPORT.decide(command, self.state)
        except DomainError as error:
            return error
        for event in decision.events:
            self.events.append(event)
            self.state = evolve(self.state, event)
        return None

    def _seen(self, late: int) -> int:
        return max(1, self.state.version - late)

    @rule(part=parts, figure=figures, late=late)
    def record(self, part: str, figure: Any, late: int) -> None:
        self._do(c.RecordFigure("BA", part, figure, self._seen(late), DAY))

    @rule(part=parts, institution=institutions, value=st.integers(0, 3), late=late)
    def contribute(self, part: str, institution: str, value: int, late: int) -> None:
        self._do(c.RecordInput(part, institution, Input(cells(value)), self._seen(late), DAY))

    @rule(words=st.sampled_from(["Dobro.", "Ipak ne."]), late=late)
    def narrate(self, words: str, late: int) -> None:
        self._do(c.RecordNarrative("1", Narrative("bs", text(words)), self._seen(late), DAY))

    @rule(sha=st.sampled_from(["1" * 64, "2" * 64]))
    def prove(self, sha: str) -> None:
        self._do(c.AddEvidence(Evidence("a.pdf", "application/pdf", 1, sha, FILE.link), DAY))

    @rule(institution=institutions, late=late)
    def clear(self, institution: str, late: int) -> None:
        self._do(c.ClearInputs(institution, POLICE, self._seen(late), DAY))

    @rule()
    def mend_and_explain(self) -> None:
        """Errors go, warnings are explained: so that endorsing is reached often."""
        for held in self.state.inputs:
            figure = self.state.figure("BA", held.part)
            if figure is not None and figure.figure.presence == "reported":
                total = sum(i.input.cells[0].value for i in self.state.inputs if i.part == held.part)
                self._do(c.RecordFigure("BA", held.part, number(str(total)), self.state.version, DAY))
        if any(finding.severity == "error" for finding in self._findings()):
            self._do(c.RecordFigure("BA", "3.2", NOT_REPORTED, self.state.version, DAY))
        for finding in self._findings():
            if finding.severity == "warning":
                self._do(c.ExplainWarning(finding.id, WHY, DAY))

    @initialize(steps=st.integers(0, 9))
    def begin(self, steps: int) -> None:
        self.go_on(steps)

    @rule(steps=st.integers(1, 6))
    def go_on(self, steps: int) -> None:
        """The way that a report is meant to go: without it few would come far."""
        for _ in range(steps):
            match self.state.phase:
                case "draft" | "returned":
                    self.mend_and_explain()
                    self.endorse(0, True, False)
                case "submitted":
                    self.accept(0)
                case "accepted":
                    self.publish()
                case "published":
                    self.restate()

    @rule(late=late, feed=st.booleans(), wrong=st.booleans())
    def endorse(self, late: int, feed: bool, wrong: bool) -> None:
        digest = "0" * 64 if wrong and late else None
        history = FEED if feed else c.History()
        self._do(c.EndorseReport(HEAD, self._seen(late), DAY, digest, history))

    @rule(late=late)
    def send_back(self, late: int) -> None:
        self._do(c.ReturnReport((e.PartComment(None, WHY),), OFFICE, self._seen(late), DAY))

    @rule(late=late)
    def accept(self, late: int) -> None:
        self._do(c.AcceptReport(OFFICE, self._seen(late), DAY))

    @rule()
    def reopen(self) -> None:
        self._do(c.ReopenReport(OFFICE, DAY, WHY))

    @rule()
    def restate(self) -> None:
        self._do(c.OpenRestatement(OFFICE, DAY, WHY))

    @rule()
    def publish(self) -> None:
        self._do(c.PublishReport(len(self.state.published) + 1, self.state.digest(), DAY))

    @rule()
    def compare(self) -> None:
        self._do(c.CompareWithFeed(FEED, DAY))

    @rule(number=st.integers(1, 2), step=st.sampled_from(["send", "dismiss", "answer"]))
    def ask(self, number: int, step: str) -> None:
        match step:
            case "send":
                self._do(c.SendQuery(number, None, OFFICE, DAY))
            case "dismiss":
                self._do(c.DismissQuery(number, OFFICE, DAY, WHY))
            case _:
                self._do(c.AnswerQuery(number, WHY, HEAD, DAY))

    @invariant()
    def approvals_are_of_what_is_shown(self) -> None:
        state, digest = self.state, self.state.digest()
        assert digest == contents_digest(state.contents())
        for approval in (state.endorsement, state.acceptance):
            assert approval is None or not approval.valid or approval.digest == digest
        if state.phase in ("accepted", "published"):
            assert state.acceptance is not None
            assert state.acceptance.digest == digest
        if state.phase == "published":
            assert state.published[-1].digest == digest

    @invariant()
    def nothing_published_changes(self) -> None:
        assert self.state.published[: len(self.frozen)] == self.frozen
        self.frozen = self.state.published
        for held in self.frozen:
            assert contents_digest(held.contents) == held.digest

    @invariant()
    def voided_approvals_are_listed(self) -> None:
        voided = [held for held in (self.state.endorsement, self.state.acceptance) if held and not held.valid]
        listed = {(held.digest, held.voided_at) for held in self.state.voided}
        assert all((held.digest, held.voided_at) in listed for held in voided)

    @invariant()
    def the_version_counts_the_events_and_they_fold_alike_from_storage(self) -> None:
        assert self.state.version == len(self.events)
        assert self.state.content_version <= self.state.version
        if len(self.events) % 7 == 0:
            assert REPORT.fold(self.events) == self.state
            stored = codec()
            encoded = [stored.encode(event) for event in self.events]
            assert REPORT.fold(stored.decode(x.type, x.schema_version, x.data, x.texts) for x in encoded) == self.state

    @invariant()
    def actions_say_what_the_commands_say(self) -> None:
        state = self.state
        listed = report_actions(state, Acting(PERMISSIONS, True, DAY, "police"), self._findings())
        said = {action.name: action.allowed for action in listed}
        assert said == {name: self._possible(options) for name, options in self._commands().items()}

    def _possible(self, options: list[c.ReportCommand]) -> bool:
        return any(self._admits(command) for command in options)

    def _admits(self, command: c.ReportCommand) -> bool:
        try:
            REPORT.decide(command, self.state)
        except DomainError:
            return False
        return True

    def _findings(self) -> Any:
        return validate(DEFINITIONS, self.state, c.History())

    def _commands(self) -> Mapping[str, list[c.ReportCommand]]:
        """By the name of an action: the commands of which one is possible exactly where the action is allowed."""
        state, now = self.state, self.state.version
        warnings = [finding for finding in self._findings() if finding.severity == "warning"]
        numbers = [query.number for query in state.queries]
        return {
            "record_figure": [c.RecordFigure("BA", "6.3", number(now), now, DAY)],
            "record_input": [c.RecordInput("6.3", "customs", Input(cells(now)), now, DAY)],
            "record_narrative": [c.RecordNarrative("2", Narrative("bs", text(str(now))), now, DAY)],
            "add_evidence": [c.AddEvidence(Evidence("b", "text/csv", 1, f"{now:064x}", FILE.link), DAY)],
            "explain_warning": [c.ExplainWarning(finding.id, text(str(now)), DAY) for finding in warnings],
            "clear_inputs": [c.ClearInputs("police", POLICE, now, DAY)],
            "endorse": [c.EndorseReport(HEAD, now, DAY)],
            "invite_reader": [c.InviteReader("person:9", DAY)],
            "answer_query": [c.AnswerQuery(n, WHY, HEAD, DAY) for n in numbers],
            "return": [c.ReturnReport((e.PartComment(None, WHY),), OFFICE, now, DAY)],
            "accept": [c.AcceptReport(OFFICE, now, DAY)],
            "reopen": [c.ReopenReport(OFFICE, DAY, WHY)],
            "restate": [c.OpenRestatement(OFFICE, DAY, WHY)],
            "extend": [c.ExtendDue(state.due + timedelta(days=1), DAY, WHY)],
            "compare_with_feed": [c.CompareWithFeed(FEED, DAY)],
            "send_query": [c.SendQuery(n, None, OFFICE, DAY) for n in numbers],
            "dismiss_query": [c.DismissQuery(n, OFFICE, DAY, WHY) for n in numbers],
        }


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_ways_of_any_order_lead_everywhere() -> None:
    """That the machine reaches a second edition at all: a test that never got there would prove nothing."""
    report = AnyOrder()
    for edition in (1, 2):
        report.mend_and_explain()
        report.endorse(0, True, False)
        report.accept(0)
        report.reopen()
        report.endorse(0, True, False)
        report.accept(0)
        report.publish()
        assert (report.state.phase, len(report.state.published)) == ("published", edition)
        report.restate()
        report.record("3.1", number(50 + edition), 0)
    assert [query.number for query in report.state.queries] == [1]
    assert isinstance(report._do(c.AcceptReport(OFFICE, report.state.version, DAY)), errors.NotSubmitted)
