"""Works out what `funds` has published again from its feed: a second opinion on the projection.

Written independently of it on purpose: plain JSON instead of contracts, dictionaries instead of rows, reversals found
by looking over the whole stream. Nothing here may be shared with `documents`, `money` or `projection`, or a mistake
there would be made here as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from common.messaging.envelope import Envelope
from reporting.readmodel.recount import Totals

Event: TypeAlias = tuple[str, Mapping[str, Any], int]
"""What happened, its data, and its version in the stream."""

_PASSED_OVER = {
    *("role-assigned", "role-ended", "rate-recorded", "report-requested", "report-submitted", "report-returned"),
    *("report-accepted", "indicator-set", "indicator-measured", "recommendation-made", "recommendation-changed"),
}
_SIGNS = {
    **dict.fromkeys(("interest_fund", "interest_organisations", "rounding"), 1),
    **dict.fromkeys(("direct_costs", "bank_charges", "donor_refunds"), -1),
}


class Recount:
    """Takes a log's events in order; `tables` then says what the read model must hold."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, list[Event]] = defaultdict(list)

    def take(self, envelope: Envelope) -> None:
        event = envelope.type.split(".")[1]
        if envelope.data is None or event in _PASSED_OVER:
            return
        data = json.loads(envelope.data, parse_float=Decimal)
        self._streams[str(envelope.subject)].append((event, data, envelope.stream_version))

    def tables(self) -> Mapping[str, Totals]:
        found: defaultdict[str, Totals] = defaultdict(dict)
        for stream, events in self._streams.items():
            kind, document = _document(events)
            rows = [("stream", (stream, events[-1][2], kind, json.dumps(document, sort_keys=True)))]
            for table, key in [*rows, *_of_fund(stream, events)]:
                found[table][key] = found[table].get(key, 0) + 1
        return found


def _document(events: list[Event]) -> tuple[str, dict[str, Any]]:
    opening = {"proposal-submitted", "budget-recorded"}  # they come again, and then it begins anew
    first = max((n for n, (event, _, _) in enumerate(events) if n == 0 or event in opening), default=0)
    event, data, _ = events[first]
    kind, made = _BEGINNINGS[event]
    return kind, made(data, events[first + 1 :])


def _taken(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: data.get(name) for name in names}


def _fund(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    fund = _taken(data, "code", "name", "kind", "governance", "start", "end", "roadmap", "on")
    fund |= {"currency": data["base_currency"], "meetings": []}
    for event, told, _ in later:
        if event == "fund-extended":
            fund["end"] = told["end"]
        if event == "meeting-held":
            fund["meetings"].append(_taken(told, "number", "title", "on", "attendance"))
    return fund


def _call(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    call = _taken(data, "fund", "number", "title", "planned_for")
    call |= {"planned_on": data["on"], "state": "planned", "opened_on": None, "deadline": None, "closed_on": None}
    for event, told, _ in later:
        call["deadline"] = told.get("deadline", call["deadline"])
        if event in ("call-opened", "call-closed"):
            state = event.removeprefix("call-").replace("opened", "open")
            call |= {"state": state, f"{event.removeprefix('call-')}_on": told["on"]}
    return call


def _proposal(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    proposal = {**_taken(data, "fund", "call", "number", "on"), "state": "submitted", "project": None}
    for event, told, _ in later:
        decided = event == "proposal-decided"
        proposal["state"] = told["kind"] if decided else "withdrawn"
        proposal["project"] = told.get("project") if decided else proposal["project"]
    return proposal


def _decision(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    of = ("fund", "kind", "mode", "meeting", "deadline", "call", "project", "grant", "on")
    ended = next((told for event, told, _ in later if event == "decision-concluded"), {})
    return {**_taken(data, *of), "adopted": ended.get("adopted"), "concluded_on": ended.get("on")}


def _project(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    events = list(later)
    grants = [_grant(told, events) for event, told, _ in events if event == "grant-approved"]
    return {**_taken(data, "title", "on"), "plan": _plan(data["plan"]), "grants": grants}


def _grant(approved: Mapping[str, Any], events: Iterable[Event]) -> dict[str, Any]:
    of = [(event, told) for event, told, _ in events if told["grant"] == approved["grant"] and told is not approved]
    last = {event: told["on"] for event, told in of}
    states = {"started": "active", "resumed": "active"}
    named = [event.removeprefix("grant-") for event, _ in of if event.startswith("grant-")]
    revised = [told for event, told in of if event == "project-revised"]
    state = named[-1] if named else "approved"
    return {
        **_taken(approved, "fund", "call", "decision"),
        "id": approved["grant"],
        "approved_on": approved["on"],
        "plan": _plan((revised[-1] if revised else approved)["plan"]),
        "status": states.get(state, state.replace("-", "_")),
        "started_on": last.get("grant-started"),
        "cancelled_on": last.get("grant-cancelled"),
        "closed_on": last.get("grant-operationally-closed"),
        "settled_on": last.get("grant-financially-closed"),
        "revisions": [_revision(told) for told in revised],
    }


def _revision(told: Mapping[str, Any]) -> dict[str, Any]:
    plan = told["plan"]
    budget = sum((Decimal(line["amount"]) for line in plan["budget"]), Decimal(0))
    return {**_taken(told, "number", "kind", "on"), "budget": str(budget), "start": plan["start"], "end": plan["end"]}


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    return _taken(plan, "title", "offices", "jurisdictions", "goals", "kpis", "budget", "start", "end")


def _activity(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    of = ("kind", "title", "project", "jurisdictions", "partners", "goals", "kpis", "start", "end", "on")
    activity = {**_taken(data, *of), "targets": _quantities(data["targets"]), "results": []}
    activity |= {"status": "planned", "held_from": None, "held_on": None}
    for event, told, _ in later:
        if event == "activity-postponed" and told.get("start"):
            activity |= _taken(told, "start", "end")
        if event in ("activity-held", "results-corrected"):
            activity["results"] = _quantities(told["results"])
        if event == "activity-held":
            activity |= {"held_from": told["start"], "held_on": told["on"]}
        if event.startswith("activity-"):
            activity["status"] = event.removeprefix("activity-")
    return activity


def _quantities(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_taken(each, "what", "unit", "quantity", "sex", "jurisdiction") for each in told]


def _challenge(data: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    more = [told["activity"] for _, told, _ in later]
    challenge = _taken(data, "title", "start", "end", "jurisdictions")
    return {**challenge, "activities": [*data["activities"], *more]}


def _budget(data: Mapping[str, Any], _: Iterable[Event]) -> dict[str, Any]:
    return _taken(data, "institution", "year", "amount", "currency", "source", "on")


_Made: TypeAlias = Callable[[Mapping[str, Any], Iterable[Event]], dict[str, Any]]
_BEGINNINGS: Mapping[str, tuple[str, _Made]] = {
    "fund-established": ("fund", _fund),
    "call-planned": ("call", _call),
    "proposal-submitted": ("proposal", _proposal),
    "decision-proposed": ("decision", _decision),
    "project-registered": ("project", _project),
    "activity-planned": ("activity", _activity),
    "challenge-recorded": ("challenge", _challenge),
    "budget-recorded": ("budget", _budget),
}


def _of_fund(fund: str, events: list[Event]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    undone = {told["id"]: (told["on"], version) for event, told, version in events if event == "fact-reversed"}
    for event, told, version in events:
        reversal = undone.get(told.get("id", ""))
        if event == "commitment-signed":
            yield "commitment", _commitment(fund, told, reversal)
        if event == "expenditure-reported":
            yield from _expenditure(fund, told, reversal)
        posted = [(told["on"], version, 1)] if event in _POSTED else []
        if posted and reversal:
            posted.append((*reversal, -1))
        for on, at, sign in posted:
            yield from _money(fund, event, told, on, at, sign)


_POSTED = {
    *("deposit-received", "entry-recorded", "cash-converted", "amount-approved", "amount-released"),
    *("transfer-made", "refund-received"),
}


def _commitment(fund: str, told: Mapping[str, Any], reversal: Any) -> tuple[Any, ...]:
    usd = None if told.get("usd_at_signing") is None else Decimal(told["usd_at_signing"])
    instalments = json.dumps([_taken(each, "due", "amount") for each in told["instalments"]], sort_keys=True)
    amount = (told["donor"], Decimal(told["amount"]), told["currency"], usd)
    return (fund, told["id"], *amount, instalments, tuple(told["earmark"]), told["on"], reversal and reversal[0])


def _expenditure(fund: str, told: Mapping[str, Any], reversal: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    of = (told["grant"], told["project"], told["organisation"], told["start"], told["end"], told["certified"])
    for category in {line["category"] for line in told["lines"]}:
        spent = sum(Decimal(line["amount"]) for line in told["lines"] if line["category"] == category)
        yield "expenditure", (fund, told["id"], category, spent, *of, told["on"], reversal and reversal[0])


def _money(
    fund: str, event: str, told: Mapping[str, Any], on: str, version: int, sign: int
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    fact = told.get("id")
    for line, (kind, donor, organisation, amount, original) in enumerate(_lines(event, told)):
        currency = told["currency"] if original is not None else None
        of = (told.get("project"), told.get("grant"), told.get("call"))
        given = None if original is None else sign * original
        earmark = tuple(told["earmark"]) if "earmark" in told else None
        who = (donor, organisation, *of)
        yield "money", (fund, version, line, fact, kind, on, *who, sign * amount, given, currency, earmark)
    for earmark, (cash, reserved) in _moved(event, told).items():
        yield "effect", (fund, version, earmark, fact, on, sign * cash, sign * reserved)


def _lines(event: str, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Kind, donor, organisation, amount, and what it was in another currency."""
    if event == "deposit-received":
        credited, fee = Decimal(told["credited"]), Decimal(told["fee"])
        return [
            ("deposit", told["donor"], None, credited, Decimal(told["amount"])),
            ("fee", told["donor"], None, fee, None),
        ]
    if event == "entry-recorded":
        party, refund = told.get("party"), told["kind"] == "donor_refunds"
        return [
            (told["kind"], party if refund else None, None if refund else party, Decimal(told["amount"]), None),
        ]
    if event == "cash-converted":
        return [("exchange", None, None, Decimal(told["received"]) - Decimal(told["book"]), None)]
    if event in ("transfer-made", "refund-received"):
        return [(event.partition("-")[0], None, told["organisation"], Decimal(told["amount"]), None)]
    kind = {"amount-approved": "approval", "amount-released": "release"}[event]
    return [(kind, None, each["organisation"], Decimal(each["amount"]), None) for each in told["amounts"]]


def _moved(event: str, told: Mapping[str, Any]) -> Mapping[tuple[str, ...], tuple[Decimal, Decimal]]:
    """By earmark what came to the cash and what to the reservations."""
    if "draws" not in told:
        amounts = [amount if kind != "fee" else -amount for kind, _, _, amount, _ in _lines(event, told)]
        came = sum(amounts, Decimal(0)) * _SIGNS.get(told.get("kind", ""), 1)
        return {tuple(told["earmark"]): (came, Decimal(0))}
    cash, reserved = {"transfer-made": (-1, -1), "refund-received": (1, 0), "amount-approved": (0, 1)}.get(
        event, (0, -1)
    )
    found: dict[tuple[str, ...], tuple[Decimal, Decimal]] = {}
    for draw in told["draws"]:
        earmark = tuple(draw["earmark"])
        before = found.get(earmark, (Decimal(0), Decimal(0)))
        amount = Decimal(draw["amount"])
        found[earmark] = (before[0] + cash * amount, before[1] + reserved * amount)
    return found
