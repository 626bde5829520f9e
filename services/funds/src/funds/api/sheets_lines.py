"""The lines of an import of money: read from a file, made commands, and what became of each.

An import is all or nothing, with a result for every line. What is right or wrong with a line is what the single post
would say of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import ValidationError

from common.eventsourcing.units import Outcome
from common.http.problems import Problem, violation_document
from common.http.validation import body_violations
from common.kernel.errors import DomainError, Violation
from common.security.principal import Principal
from funds.api import schemas
from funds.api.dependencies import Services, told_on
from funds.api.funds import deposit_command, expenditure_command, may_report, transfer_command
from funds.application.sheets import Row, UnreadableFile, read_csv, read_workbook
from funds.application.sheets_money import COLUMNS, Entry, Importable, column_of, entries
from funds.domain import fund_state
from funds.domain.commands import MakeTransfer, ReceiveDeposit, ReportExpenditure

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_LINES = 500
OUTCOMES = ("recorded", "rejected", "held_back")

Posting = ReceiveDeposit | MakeTransfer | ReportExpenditure
Sent = schemas.DepositSent | schemas.TransferSent | schemas.ExpenditureSent

_SENT: dict[Importable, type[Sent]] = {
    "deposits": schemas.DepositSent,
    "transfers": schemas.TransferSent,
    "expenditure": schemas.ExpenditureSent,
}


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """Of a JSON import: each item is the body of the single post; `on` and `reason` are of those that name none."""

    items: list[Any]
    on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Either a command or what is wrong."""

    entry: Entry
    command: Posting | None = None
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What every line of one import shares."""

    kind: Importable
    fund: fund_state.State
    principal: Principal
    wired: Services


def sent_entries(kind: Importable, media: str, body: bytes, common: tuple[str | None, str | None]) -> list[Entry]:
    """With the day and the reason of all in those that name none. Raises `Problem` 400, 413 and 415."""
    on, reason = common
    if media == JSON:
        sent = _json(body)
        on, reason = on or sent.on, reason or sent.reason
        found = [Entry(f"/items/{n}", item) for n, item in enumerate(sent.items)]
    else:
        found = entries(kind, _rows(kind, media, body))
    if not 0 < len(found) <= MOST_LINES:
        detail = f"An import has 1 to {MOST_LINES} lines; this one has {len(found)}."
        raise Problem(413 if found else 422, "number-of-lines", detail)
    told = {name: text for name, text in (("on", on), ("reason", reason)) if text}
    return [
        Entry(each.place, {**told, **each.member} if isinstance(each.member, dict) else each.member, each.inexact)
        for each in found
    ]


def _rows(kind: Importable, media: str, body: bytes) -> list[Row]:
    try:
        match media:
            case "text/csv":
                return read_csv(body, COLUMNS[kind])
            case _ if media == XLSX:
                return read_workbook(body, COLUMNS[kind])
    except UnreadableFile as error:
        raise Problem(400, "unreadable-file", str(error)) from error
    detail = f"An import is {XLSX}, {CSV} or {JSON}, not {media or 'unnamed'}."
    raise Problem(415, "unsupported-media-type", detail, headers={"Accept": f"{XLSX}, {CSV}, {JSON}"})


def _json(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = f'The body is {{"items": [{{…}}], "on"?, "reason"?}}: {error}.'
        raise Problem(400, "malformed-json", detail) from error


async def line_of(shared: Shared, entry: Entry) -> Line:
    if entry.inexact:
        detail = "A spreadsheet keeps 15 digits of a number; write this amount as text."
        return Line(entry, None, tuple(Violation(f"/{name}", "inexact_number", detail) for name in entry.inexact))
    try:
        return Line(entry, await _command(shared, _named(shared, entry.member)))
    except ValidationError as error:
        return Line(entry, None, tuple(body_violations(error.errors(include_url=False), _SENT[shared.kind])))
    except DomainError as error:
        return Line(entry, None, tuple(error.violations))


def _named(shared: Shared, member: Any) -> Any:
    """The commitment's id where the name of its agreement stands."""
    named = member.get("commitment") if isinstance(member, dict) else None
    if shared.kind != "deposits" or not isinstance(named, str):
        return member
    undone = shared.fund.reversed_on()
    known = [c.id for c in shared.fund.commitments if c.agreement == named and c.id not in undone]
    return {**member, "commitment": str(known[0])} if len(known) == 1 else member


async def _command(shared: Shared, member: Any) -> Posting:
    """Raises `ValidationError` and what the single post is refused for before it is decided."""
    sent = _SENT[shared.kind].model_validate(member)
    on = told_on(shared.wired, shared.principal, sent)
    match sent:
        case schemas.DepositSent():
            return deposit_command(shared.fund, sent, on)
        case schemas.TransferSent():
            return await transfer_command(shared.wired, sent, on)
        case schemas.ExpenditureSent():
            may_report(shared.principal, sent.organisation)
            return expenditure_command(sent, on)


def receipt(kind: Importable, lines: Sequence[Line], outcomes: Sequence[Outcome], *, dry_run: bool) -> dict[str, Any]:
    items = _items(kind, lines, outcomes, dry_run=dry_run)
    rejected = any(item["outcome"] == "rejected" for item in items)
    return {
        "outcome": "rejected" if rejected else "dry_run" if dry_run else "recorded",
        "summary": {name: sum(item["outcome"] == name for item in items) for name in OUTCOMES},
        "items": items,
    }


def _items(
    kind: Importable, lines: Sequence[Line], outcomes: Sequence[Outcome], *, dry_run: bool
) -> list[dict[str, Any]]:
    """A result for every line. Where one is rejected the others are held back, since all are taken over or none."""
    decided = iter(outcomes)
    wrong = [line.violations if line.command is None else _refusal(next(decided)) for line in lines]
    landed, fine = not any(wrong) and not dry_run, "held_back" if any(wrong) else "recorded"
    return [
        {
            "line": line.entry.place,
            "outcome": "rejected" if violations else fine,
            "id": line.command.id if landed and line.command else None,
            "errors": [_error(kind, line.entry, violation) for violation in violations],
        }
        for line, violations in zip(lines, wrong, strict=True)
    ]


def _refusal(outcome: Outcome) -> tuple[Violation, ...]:
    return () if outcome.error is None else tuple(outcome.error.violations)


def _error(kind: Importable, entry: Entry, violation: Violation) -> dict[str, str]:
    document = violation_document(violation)
    if entry.place.startswith("/") or not violation.pointer.startswith("/"):
        return document
    return {**document, "column": column_of(kind, entry.member, violation.pointer)}
