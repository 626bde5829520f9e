"""A fund: what each command leads to, and what refuses it.

Only decisions and transfers are refused for want of money. What has happened is recorded whatever it leads to; a
shortfall that results is an exception (`exceptions.py`) until it is settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, assert_never

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.money import rounded, written
from funds.domain import checks, commands, errors, events, reserving, spending
from funds.domain.commands import FundCommand
from funds.domain.events import FundEvent
from funds.domain.fund_state import FACT_KINDS, HeldRole, State, evolve
from funds.domain.values import UNEARMARKED, total

FundDecider: TypeAlias = Decider[FundCommand, State | None, FundEvent]

VOTELESS: frozenset[events.Role] = frozenset({"observer", "secretariat", "agent", "organisation", "top_donor"})
_APART: Mapping[events.Role, events.Role] = {"organisation": "secretariat", "secretariat": "organisation"}


def decider() -> FundDecider:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def decide(command: FundCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, commands.EstablishFund):
        return _establish(command, state)
    if state is None:
        raise errors.UnknownThing("fund")
    if command.on < state.start:
        raise errors.BeforeBeginning("fund", state.start)
    match command:
        case commands.ExtendFund():
            return _extend(command, state)
        case commands.AssignRole():
            return _assign(command, state)
        case commands.EndRole():
            return _end(command, state)
        case commands.SignCommitment():
            return _commit(command, state)
        case commands.ReceiveDeposit():
            return _deposit(command, state)
        case commands.RecordEntry():
            return _entry(command, state)
        case commands.ConvertCash():
            return _convert(command, state)
        case commands.HoldMeeting():
            return _meet(command, state)
        case commands.Reserve() | commands.Release():
            return reserving.decide(command, state)
        case commands.MakeTransfer() | commands.ReceiveRefund() | commands.ReportExpenditure():
            return spending.decide(command, state)
        case commands.ReverseFact():
            return _reverse(command, state)
        case _:
            assert_never(command)


def _establish(command: commands.EstablishFund, state: State | None) -> Decision[Any]:
    if state is not None:
        raise errors.AlreadyThere(f"{command.code} is there already.")

    def violations() -> Iterator[Violation]:
        yield from checks.currency(command.currency, "/currency")
        yield from checks.span(command.start, command.end)
        for name, percent in (("agent", command.fees.agent), ("indirect_cap", command.fees.indirect_cap)):
            if not 0 <= percent <= checks.HUNDRED:
                yield Violation(f"/fees/{name}", "out_of_range", "A percentage lies between 0 and 100.")
        if not 0 <= command.voting.quorum <= checks.HUNDRED:
            yield Violation("/voting/quorum", "out_of_range", "A percentage lies between 0 and 100.")

    checks.require(violations())
    established = events.FundEstablished(
        command.code,
        command.name,
        command.kind,
        command.governance,
        command.currency,
        command.start,
        command.end,
        command.fees,
        command.voting,
        command.roadmap,
        command.on,
        command.reason,
    )
    return Decision((established,))


def _extend(command: commands.ExtendFund, state: State) -> Decision[Any]:
    if state.end is None or command.end <= state.end:
        detail = "The fund has no end." if state.end is None else f"The fund ends on {state.end}; name a later day."
        raise errors.InvalidInput(detail, Violation("/end", "not_later", detail))
    return Decision((events.FundExtended(command.end, command.on, command.reason),))


def _assign(command: commands.AssignRole, state: State) -> Decision[Any]:
    def meanwhile(role: events.Role) -> list[HeldRole]:
        return state.between(role, command.on, command.until)

    def violations() -> Iterator[Violation]:
        yield from checks.span(command.on, command.until, "/until")
        if command.vote and command.role in VOTELESS:
            yield Violation("/vote", "vote_not_possible", f"A party has no vote as {command.role}.")
        if command.role == "top_donor":
            detail = "Seats of the largest other donors follow from the deposits; the fund's voting says how many."
            yield Violation("/role", "derived_role", detail)
        if command.role == "chair" and any(held.party != command.party for held in meanwhile("chair")):
            yield Violation("/role", "chair_taken", "There is a chair at that time; end that role first.")
        other: events.Role | None = _APART.get(command.role)
        if other is not None and any(held.party == command.party for held in meanwhile(other)):
            yield Violation("/role", "secretariat_receives_nothing", "The secretariat receives no project money.")

    checks.require(violations())
    if any(held.party == command.party for held in meanwhile(command.role)):
        raise errors.AlreadyThere(f"{command.party} is {command.role} at that time already.")
    assigned = events.RoleAssigned(command.party, command.role, command.vote, command.until, command.on, command.reason)
    return Decision((assigned,))


def _end(command: commands.EndRole, state: State) -> Decision[Any]:
    if command.party not in state.parties(command.role, command.on):
        raise errors.UnknownReference("/party", f"{command.party} is not {command.role} on {command.on}.")
    if all(held.until == command.on for held in state.held(command.party, command.role, command.on)):
        raise errors.AlreadyThere(f"{command.on} is the last day of {command.party} as {command.role} already.")
    return Decision((events.RoleEnded(command.party, command.role, command.on, command.reason),))


def _commit(command: commands.SignCommitment, state: State) -> Decision[Any]:
    def violations() -> Iterator[Violation]:
        yield from checks.currency(command.currency, "/currency")
        yield from checks.amount(command.amount, command.currency, "/amount")
        yield from checks.unique(command.earmark, "/earmark", "goal")
        for n, instalment in enumerate(command.instalments):
            yield from checks.amount(instalment.amount, command.currency, f"/instalments/{n}/amount")
        planned = total(each.amount for each in command.instalments)
        if command.instalments and planned != command.amount:
            detail = f"Instalments add up to the commitment's amount {command.amount:f}, not {planned:f}."
            yield Violation("/instalments", "instalments_not_whole", detail)

    checks.require(violations())
    _require_new(state, command.id)
    signed = events.CommitmentSigned(
        command.id,
        command.donor,
        command.amount,
        command.currency,
        command.agreement,
        tuple(sorted(command.instalments, key=lambda each: each.due)),
        tuple(sorted(command.earmark)),
        command.usd_at_signing,
        command.on,
        command.reason,
    )
    return Decision((signed,))


def _deposit(command: commands.ReceiveDeposit, state: State) -> Decision[Any]:
    commitment = next((each for each in state.commitments if each.id == command.commitment), None)
    if commitment is None or state.reversal(command.commitment) is not None:
        raise errors.UnknownReference("/commitment", "The fund has no such commitment.")
    if command.on < commitment.on:
        raise errors.BeforeFact("commitment", commitment.on)

    def violations() -> Iterator[Violation]:
        if command.currency != commitment.currency:
            detail = f"The commitment is in {commitment.currency}, not {command.currency[:10]}."
            yield Violation("/currency", "currency_differs", detail)
        yield from checks.amount(command.amount, commitment.currency, "/amount")
        yield from checks.amount(command.credited, state.currency, "/credited")
        if commitment.currency == state.currency and command.amount != command.credited:
            yield Violation("/credited", "same_currency", f"What is paid in {state.currency} is credited as it is.")

    checks.require(violations())
    _require_new(state, command.id)
    received = events.DepositReceived(
        command.id,
        commitment.id,
        commitment.donor,
        command.amount,
        commitment.currency,
        command.credited,
        rounded(command.credited * state.fees.agent / checks.HUNDRED, state.currency),
        commitment.earmark,
        command.on,
        command.reason,
    )
    return Decision((received,))


def _entry(command: commands.RecordEntry, state: State) -> Decision[Any]:
    standing = [each for each in state.commitments if state.reversal(each.id) is None]
    commitment = next((each for each in standing if each.id == command.commitment), None)

    def violations() -> Iterator[Violation]:
        yield from checks.amount(command.amount, state.currency, "/amount", signed=command.kind == "rounding")
        if command.kind == "interest_organisations" and command.party not in state.parties("organisation", command.on):
            yield Violation("/party", "not_eligible", "Name the participating organisation that earned it.")
        if command.kind == "donor_refunds" and (commitment is None or commitment.on > command.on):
            yield Violation("/commitment", "reference_unknown", "Name the commitment whose donor was refunded.")
        if command.kind != "donor_refunds" and command.commitment is not None:
            yield Violation("/commitment", "not_here", "Only a refund to a donor names a commitment.")
        if command.kind in ("rounding", "direct_costs") and command.reason is None:
            yield Violation("/reason", errors.ReasonRequired.code, "Say what it is for.")

    checks.require(violations())
    _require_new(state, command.id)
    recorded = events.EntryRecorded(
        command.id,
        command.kind,
        command.amount,
        commitment.donor if commitment else command.party,
        command.commitment,
        commitment.earmark if commitment else UNEARMARKED,
        command.on,
        command.reason,
    )
    return Decision((recorded,))


def _convert(command: commands.ConvertCash, state: State) -> Decision[Any]:
    deposit = next((each for each in state.deposits if each.id == command.deposit), None)
    if deposit is None or state.reversal(command.deposit) is not None:
        raise errors.UnknownReference("/deposit", "The fund has no such deposit.")
    if command.on < deposit.on:
        raise errors.BeforeFact("deposit", deposit.on)
    done = [c for c in state.conversions if c.deposit == deposit.id and state.reversal(c.id) is None]
    left = deposit.amount - total(each.amount for each in done)

    def violations() -> Iterator[Violation]:
        if deposit.currency == state.currency:
            yield Violation("/deposit", "same_currency", f"The deposit is in {state.currency} already.")
        yield from checks.amount(command.amount, deposit.currency, "/amount")
        yield from checks.amount(command.received, state.currency, "/received")
        if command.amount > left:
            detail = f"Of the deposit {written(left, deposit.currency)} {deposit.currency} are not converted yet."
            yield Violation("/amount", "more_than_held", detail)

    checks.require(violations())
    _require_new(state, command.id)
    # what all parts together were credited with, less what the earlier ones took: no cent of it is lost
    so_far = deposit.amount - left + command.amount
    book = rounded(deposit.credited * so_far / deposit.amount, state.currency) - total(each.book for each in done)
    converted = events.CashConverted(
        command.id,
        deposit.id,
        command.amount,
        deposit.currency,
        command.received,
        book,
        deposit.earmark,
        command.on,
        command.reason,
    )
    return Decision((converted,))


def _meet(command: commands.HoldMeeting, state: State) -> Decision[Any]:
    if state.governance == "agreement":
        raise errors.AgreementGoverned(f"{state.code} is governed by an agreement; it has no committee.")
    if state.meeting(command.number) is not None:
        raise errors.AlreadyThere(f"Meeting {command.number} is there already.")
    checks.require(checks.unique(command.attendance, "/attendance", "party"))
    held = events.MeetingHeld(
        command.number,
        command.title,
        command.agenda,
        command.attendance,
        command.minutes,
        command.on,
        command.reason,
    )
    return Decision((held,))


def _reverse(command: commands.ReverseFact, state: State) -> Decision[Any]:
    fact = state.fact(command.id)
    if fact is None:
        raise errors.UnknownReference("/fact", "The fund has no such fact.")
    if state.reversal(command.id) is not None:
        raise errors.AlreadyReversed
    if command.on < fact.on:
        raise errors.BeforeFact("fact", fact.on)
    if command.reason is None:
        raise errors.ReasonRequired
    resting = {
        *(each.id for each in state.deposits if each.commitment == fact.id),
        *(each.id for each in state.conversions if each.deposit == fact.id),
        *(each.id for each in state.entries if each.commitment == fact.id),
    }
    if still := [each for each in resting if state.reversal(each) is None]:
        raise errors.StillUsed(f"{len(still)} facts rest on it.")
    kind = FACT_KINDS[type(fact)]
    return Decision((events.FactReversed(command.id, kind, command.on, command.reason),))


def _require_new(state: State, fact: Any) -> None:
    if state.fact(fact) is not None:
        raise errors.AlreadyThere("There is a fact with this id.")
