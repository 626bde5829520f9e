"""Approving and releasing: what decisions take from a fund's balance, and what they give back.

A decision needs what is available on its day, from facts dated up to then, and may not uncover a later decision that is
recorded already: of each earmark it draws on, and of the fund as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.decider import Decision
from common.kernel.errors import Violation
from common.kernel.money import ZERO, split, written
from funds.domain import checks, commands, errors, events
from funds.domain.balances import Balances, Position, grant_money, reserved_draws
from funds.domain.fund_state import State
from funds.domain.values import UNEARMARKED, Draw, OrganisationAmount, summed, total


def decide(command: commands.Reserve | commands.Release, state: State) -> Decision[Any]:
    if isinstance(command, commands.Reserve):
        return _reserve(command, state)
    return _release(command, state)


def _reserve(command: commands.Reserve, state: State) -> Decision[Any]:
    checks.require(_violations(command, state))
    draws = completed(command.amounts, command.draws)
    if total(draw.amount for draw in command.draws) > total(each.amount for each in command.amounts):
        detail = "The draws are more than the amount that is approved."
        raise errors.InvalidInput(detail, Violation("/draws", "draws_exceed_amount", detail))
    if state.governance != "agreement":  # what an agreement promises is not decided here
        _require_available(state, draws, command.on)
    approved = events.AmountApproved(
        command.grant,
        command.project,
        command.decision,
        command.call,
        command.amounts,
        draws,
        command.on,
        command.reason,
    )
    return Decision((approved,))


def completed(amounts: Sequence[OrganisationAmount], draws: Sequence[Draw]) -> tuple[Draw, ...]:
    """The draws, and what they leave open of the amount from money without an earmark."""
    rest = total(each.amount for each in amounts) - total(draw.amount for draw in draws)
    return summed([*(Draw(tuple(sorted(d.earmark)), d.amount) for d in draws), Draw(UNEARMARKED, rest)])


def _violations(command: commands.Reserve, state: State) -> Iterator[Violation]:
    eligible = state.parties("organisation", command.on)
    for n, each in enumerate(command.amounts):
        yield from checks.amount(each.amount, state.currency, f"/amounts/{n}/amount")
        if each.organisation not in eligible:
            detail = (
                f"{each.organisation[:40]} takes no part in {state.code} on {command.on}: {', '.join(eligible)} do."
            )
            yield Violation(f"/amounts/{n}/organisation", errors.NotEligible.code, detail)
    for n, draw in enumerate(command.draws):
        yield from checks.amount(draw.amount, state.currency, f"/draws/{n}/amount")
        if draw.earmark and not set(draw.earmark) & set(command.goals):
            detail = f"The project serves none of the goals {', '.join(draw.earmark)} of this money."
            yield Violation(f"/draws/{n}/earmark", "earmark_not_met", detail)


def _require_available(state: State, draws: Sequence[Draw], on: date) -> None:
    """Raises `AllocationExceedsBalance`."""
    balances = Balances(state)
    days = [on, *(each.on for each in state.approvals if each.on > on)]
    found = []
    for draw in draws:
        found += list(_short(state, balances, days, draw.amount, draw.earmark))
    whole = total(draw.amount for draw in draws)
    found += list(_short(state, balances, days, whole, None)) if not found else []
    if found:
        raise errors.AllocationExceedsBalance("", *found)


def _short(
    state: State, balances: Balances, days: Sequence[date], needed: Decimal, earmark: tuple[str, ...] | None
) -> Iterator[Violation]:
    least, day = balances.least(_available, days, earmark)
    if needed <= least:
        return
    what = "in all" if earmark is None else f"for goals {', '.join(earmark)}" if earmark else "without an earmark"
    why = "" if day == days[0] else f"; the decision of {day} would be uncovered"
    detail = (
        f"{written(needed, state.currency)} {state.currency} are needed and {written(least, state.currency)} are "
        f"available {what} on {day}{why}."
    )
    yield Violation("/draws", errors.AllocationExceedsBalance.code, detail)


def _available(position: Position) -> Decimal:
    return position.available


def _release(command: commands.Release, state: State) -> Decision[Any]:
    money = grant_money(state, command.grant, command.on)
    if not money:
        raise errors.UnknownReference("/grant", "The fund has approved no such grant by that day.")
    if command.cause == "closed":
        _require_settled(state, command.grant, command.on)
    left = least_reserved(state, command.grant, command.on)
    amounts = command.amounts
    if amounts is None:
        amounts = tuple(OrganisationAmount(name, each) for name, each in left.items() if each > 0)
    for n, each in enumerate(amounts):
        if each.amount > left.get(each.organisation, ZERO):
            most = written(left.get(each.organisation, ZERO), state.currency)
            detail = f"{most} {state.currency} are reserved for {each.organisation} and not transferred."
            raise errors.InvalidInput(detail, Violation(f"/amounts/{n}", "more_than_reserved", detail))
    whole = total(each.amount for each in amounts)
    if not whole:
        return Decision()
    over = least_draws(state, command.grant, command.on)
    if whole > total(draw.amount for draw in over):
        detail = "Later transfers and releases of the grant have drawn on the same money; name a later day."
        raise errors.InvalidInput(detail, Violation("/on", "more_than_reserved", detail))
    draws = shared(whole, over, state.currency)
    released = events.AmountReleased(
        command.grant, command.project, command.cause, amounts, draws, command.on, command.reason
    )
    return Decision((released,))


def _require_settled(state: State, grant: UUID, on: date) -> None:
    """Raises `NotSettled`: financial closure comes when each organisation has spent or refunded what it received, that
    day and by what is recorded of later ones."""
    open_ = {
        name: each.unspent
        for day in (date.max, on)
        for name, each in grant_money(state, grant, day).items()
        if each.unspent
    }
    if open_:
        told = ", ".join(f"{name} {written(amount, state.currency)}" for name, amount in open_.items())
        raise errors.NotSettled(f"Net funded less expenditure in {state.currency}: {told}; refund or report it first.")


def least_reserved(state: State, grant: UUID, on: date) -> dict[str, Decimal]:
    """By organisation: what can leave the reservation on that day without uncovering what left it later."""
    least = {name: money.reserved for name, money in grant_money(state, grant, on).items()}
    for day in _leaving(state, grant, on):
        money = grant_money(state, grant, day)
        least = {name: min(amount, money[name].reserved) for name, amount in least.items()}
    return least


def least_draws(state: State, grant: UUID, on: date) -> list[Draw]:
    """By earmark, likewise: what was approved or given back later is not there yet. None of nothing."""
    least = {draw.earmark: draw.amount for draw in reserved_draws(state, grant, on)}
    for day in _leaving(state, grant, on):
        left = {draw.earmark: draw.amount for draw in reserved_draws(state, grant, day)}
        least = {earmark: min(amount, left.get(earmark, ZERO)) for earmark, amount in least.items()}
    return [Draw(earmark, amount) for earmark, amount in least.items() if amount]


def _leaving(state: State, grant: UUID, on: date) -> list[date]:
    """The later days on which something left the grant's reservation."""
    transferred = {each.on for each in state.transfers if each.grant == grant}
    released = {each.on for each in state.releases if each.grant == grant}
    return sorted(day for day in transferred | released if day > on)


def shared(amount: Decimal, over: Sequence[Draw], currency: str) -> tuple[Draw, ...]:
    """An amount in proportion to draws; without any, from money without an earmark."""
    if not over:
        return (Draw(UNEARMARKED, amount),)
    parts = split(amount, [draw.amount for draw in over], currency)
    return summed(Draw(draw.earmark, part) for draw, part in zip(over, parts, strict=True))
