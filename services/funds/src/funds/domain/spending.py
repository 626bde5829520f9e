"""Transfers to organisations, their refunds, and what they report to have spent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.decider import Decision
from common.kernel.errors import Violation
from common.kernel.money import ZERO, written
from funds.domain import checks, commands, errors, events
from funds.domain.balances import Balances, Position, transferred_draws
from funds.domain.fund_state import State
from funds.domain.reserving import least_draws, least_reserved, shared
from funds.domain.values import CATEGORIES, total

SpendingCommand = commands.MakeTransfer | commands.ReceiveRefund | commands.ReportExpenditure


def decide(command: SpendingCommand, state: State) -> Decision[Any]:
    approved = [each for each in state.approvals_of(command.grant) if each.on <= command.on]
    if not approved:
        raise errors.UnknownReference("/grant", "The fund has approved no such grant by that day.")
    if command.organisation not in {each.organisation for approval in approved for each in approval.amounts}:
        detail = f"{command.organisation[:40]} has no part in this grant."
        raise errors.UnknownReference("/organisation", detail)
    if state.fact(command.id) is not None:
        raise errors.AlreadyThere("There is a fact with this id.")
    project = approved[0].project
    match command:
        case commands.MakeTransfer():
            return _transfer(command, state, project)
        case commands.ReceiveRefund():
            return _refund(command, state, project)
        case commands.ReportExpenditure():
            return _spend(command, state, project)


def _transfer(command: commands.MakeTransfer, state: State, project: UUID) -> Decision[Any]:
    checks.require(_of_transfer(command, state))
    if not command.active:
        raise errors.GrantNotActive("No money goes to a grant that is suspended, cancelled or closed.")
    reserved = least_reserved(state, command.grant, command.on).get(command.organisation, ZERO)
    if command.amount > reserved:
        detail = f"{written(reserved, state.currency)} {state.currency} are reserved for {command.organisation}."
        pointer = Violation("/amount", errors.TransferExceedsReservation.code, detail)
        raise errors.TransferExceedsReservation(detail, pointer)
    over = least_draws(state, command.grant, command.on)
    if command.amount > total(draw.amount for draw in over):
        detail = "Later transfers and releases of the grant have drawn on the same money."
        raise errors.TransferExceedsReservation(
            detail, Violation("/on", errors.TransferExceedsReservation.code, detail)
        )
    draws = shared(command.amount, over, state.currency)
    balances = Balances(state)
    days = [command.on, *(each.on for each in state.transfers if each.on > command.on)]
    for needed, earmark in [(draw.amount, draw.earmark) for draw in draws] + [(command.amount, None)]:
        least, day = balances.least(_cash, days, earmark)
        if needed > least:
            detail = f"There are {written(least, state.currency)} {state.currency} in cash on {day} to draw on."
            raise errors.TransferExceedsCash(detail, Violation("/amount", errors.TransferExceedsCash.code, detail))
    made = events.TransferMade(
        command.id,
        command.grant,
        project,
        command.organisation,
        command.amount,
        draws,
        command.request,
        command.requested_on,
        command.on,
        command.reason,
    )
    return Decision((made,))


def _of_transfer(command: commands.MakeTransfer, state: State) -> Iterator[Violation]:
    yield from checks.amount(command.amount, state.currency, "/amount")
    if command.requested_on > command.on:
        yield Violation("/requested_on", "after_transfer", "The chair signs a request before the transfer.")


def _cash(position: Position) -> Decimal:
    return position.cash


def _refund(command: commands.ReceiveRefund, state: State, project: UUID) -> Decision[Any]:
    checks.require(checks.amount(command.amount, state.currency, "/amount"))
    over = transferred_draws(state, command.grant, command.on)
    refunded = events.RefundReceived(
        command.id,
        command.grant,
        project,
        command.organisation,
        command.amount,
        shared(command.amount, over, state.currency),
        command.on,
        command.reason,
    )
    return Decision((refunded,))


def _spend(command: commands.ReportExpenditure, state: State, project: UUID) -> Decision[Any]:
    checks.require(_of_expenditure(command, state))
    for held in state.expenditures:
        same = (held.grant, held.organisation) == (command.grant, command.organisation)
        if same and state.reversal(held.id) is None and _doubles(command, held):
            kind = "Certified" if held.certified else "Interim"
            detail = f"{kind} expenditure of {held.start} to {held.end} was reported already; reverse it first."
            raise errors.PeriodOverlaps(detail, Violation("/start", errors.PeriodOverlaps.code, detail))
    reported = events.ExpenditureReported(
        command.id,
        command.grant,
        project,
        command.organisation,
        command.start,
        command.end,
        tuple(sorted(command.lines, key=lambda line: line.category)),
        command.certified,
        command.on,
        command.reason,
    )
    return Decision((reported,))


def _doubles(command: commands.ReportExpenditure, held: events.ExpenditureReported) -> bool:
    """Whether both together would count a day twice: a certified report takes the place of the interim ones that lie
    within its period, and of nothing else."""
    if command.end < held.start or held.end < command.start:
        return False
    if command.certified == held.certified:
        return True
    wide, narrow = (command, held) if command.certified else (held, command)
    return not (wide.start <= narrow.start and narrow.end <= wide.end)


def _of_expenditure(command: commands.ReportExpenditure, state: State) -> Iterator[Violation]:
    yield from checks.span(command.start, command.end)
    if command.end > command.on:
        yield Violation("/end", "period_not_over", "What was spent is reported when its period is over.")
    if not command.lines:
        yield Violation("/lines", "lines_missing", "Report at least one category.")
    yield from checks.unique([line.category for line in command.lines], "/lines", "category")
    for n, line in enumerate(command.lines):
        if line.category not in CATEGORIES:
            yield Violation(f"/lines/{n}/category", "category_unknown", "A category is a number from 1 to 8.")
        if line.amount:
            yield from checks.amount(line.amount, state.currency, f"/lines/{n}/amount")
