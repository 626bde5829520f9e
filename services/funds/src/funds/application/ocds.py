"""A project as releases in the manner of OCDS: one for each of its public events, never changed afterwards.

A release says what its event says and nothing that came later, so that it can be made again from the log at any time
and is the same. Amounts are strings, as everywhere on our wire. Risks are not public; a report is, once accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID

from common.eventsourcing.log import Recorded
from funds.domain import events
from funds.domain.values import Plan, Share

VERSION = "1.1"
PREFIX = "salwatch"  # no registered prefix: what we publish is of the manner of OCDS, not in its registry

_PHASES: Mapping[type, tuple[str, str, str]] = {
    events.GrantStarted: ("implementation", "active", "active"),
    events.GrantSuspended: ("implementationUpdate", "active", "suspended"),
    events.GrantResumed: ("implementationUpdate", "active", "active"),
    events.GrantCancelled: ("contractTermination", "cancelled", "cancelled"),
    events.GrantOperationallyClosed: ("contractTermination", "terminated", "operationally_closed"),
    events.GrantFinanciallyClosed: ("contractTermination", "terminated", "financially_closed"),
}
"""Of what concerns a grant as a whole: tag, status and what the status is called with us."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What a release says of the fund behind a grant: only what never changes."""

    code: str
    name: str
    currency: str


@dataclass(slots=True)
class _Reader:
    """`reports` and `grants` are what earlier events of the stream said of those that later ones only number."""

    mechanisms: Mapping[UUID, Mechanism]
    grants: dict[UUID, UUID] = field(default_factory=dict)
    reports: dict[int, events.ReportRequested] = field(default_factory=dict)
    indicators: dict[str, events.IndicatorSet] = field(default_factory=dict)

    def said(self, event: events.ProjectEvent) -> tuple[list[str], dict[str, Any]] | None:
        """Tags and content; None for what is not public."""
        match event:
            case events.ProjectRegistered():
                return ["planning"], {"planning": {"project": event.title, **_plan(event.plan)}}
            case events.GrantApproved():
                self.grants[event.grant] = event.fund
                return ["award", "contract"], self._approved(event)
            case events.ProjectRevised():
                return ["contractAmendment"], {"contracts": [self._revised(event)]}
            case (
                events.GrantStarted()
                | events.GrantSuspended()
                | events.GrantResumed()
                | events.GrantCancelled()
                | events.GrantOperationallyClosed()
                | events.GrantFinanciallyClosed()
            ):
                tag, status, called = _PHASES[type(event)]
                return [tag], {"contracts": [{**_contract(event.grant), "status": status, "statusDetails": called}]}
            case events.ReportRequested():
                self.reports[event.number] = event
                return None
            case events.ReportAccepted():
                return ["implementationUpdate"], {"contracts": [self._reported(event)]}
            case events.IndicatorSet():
                self.indicators[event.code] = event
                return ["implementationUpdate"], {"metrics": [_metric(event)]}
            case events.IndicatorMeasured():
                return ["implementationUpdate"], {"metrics": [self._observed(event)]}
            case events.ReportSubmitted() | events.ReportReturned() | events.RiskAssessed():
                return None
            case _:
                assert_never(event)

    def _approved(self, event: events.GrantApproved) -> dict[str, Any]:
        mechanism, suppliers = self.mechanisms[event.fund], _suppliers(event.plan)
        money = {"value": _value(event.plan.total(), mechanism), "contractPeriod": _period(event.plan)}
        award = {"id": str(event.grant), "title": event.plan.title, "status": "active", "date": event.on.isoformat()}
        contract = {**_contract(event.grant), "status": "pending", "statusDetails": "approved"}
        buyer = {"id": mechanism.code, "name": mechanism.name}
        return {
            "buyer": buyer,
            "parties": [
                {**buyer, "roles": ["buyer", "funder"]},
                *({**each, "roles": ["supplier"]} for each in suppliers),
            ],
            "tender": {"id": str(event.call), "procurementMethod": "selective"} if event.call else None,
            "awards": [{**award, **money, "suppliers": suppliers, "decision": _id(event.decision)}],
            "contracts": [{**contract, **self._terms(event.plan, mechanism)}],
        }

    def _revised(self, event: events.ProjectRevised) -> dict[str, Any]:
        mechanism = self.mechanisms[self.grants[event.grant]]
        amendment = {
            "id": str(event.number),
            "date": event.on.isoformat(),
            "description": event.kind,
            "decision": _id(event.decision),
        }
        return {**_contract(event.grant), **self._terms(event.plan, mechanism), "amendments": [amendment]}

    def _terms(self, plan: Plan, mechanism: Mechanism) -> dict[str, Any]:
        shares = [{"supplier": each.organisation, **_value(each.amount, mechanism)} for each in plan.of_organisations()]
        return {
            "title": plan.title,
            "period": _period(plan),
            "value": _value(plan.total(), mechanism),
            "amounts": shares,
            **_plan(plan),
        }

    def _reported(self, event: events.ReportAccepted) -> dict[str, Any]:
        asked = self.reports[event.number]
        milestone = {
            "id": str(event.number),
            "title": f"{asked.kind} report",
            "type": "reporting",
            "period": _days(asked.start, asked.end),
            "dueDate": asked.due.isoformat(),
            "status": "met",
            "dateMet": event.on.isoformat(),
        }
        return {**_contract(asked.grant), "implementation": {"milestones": [milestone]}}

    def _observed(self, event: events.IndicatorMeasured) -> dict[str, Any]:
        metric = _metric(self.indicators[event.code])
        observed = {"id": event.on.isoformat(), "measure": f"{event.value:f}", "unit": metric["unit"]}
        return {**metric, "observations": [observed]}


def releases(
    project: UUID, log: Iterable[Recorded[events.ProjectEvent]], mechanisms: Mapping[UUID, Mechanism]
) -> list[dict[str, Any]]:
    """In the order of the stream, which `log` holds from its beginning; `mechanisms` are the funds by their streams."""
    reader, found = _Reader(mechanisms), []
    for recorded in log:
        said = reader.said(recorded.event)
        if said is not None:
            tags, content = said
            head = {
                "ocid": ocid(project),
                "id": f"{ocid(project)}-{recorded.version}",
                "date": recorded.recorded_at.isoformat(),
                "tag": tags,
                "initiationType": "tender",
                "language": "en",
                "event": {"type": recorded.type, "on": recorded.event.on.isoformat()},
            }
            found.append({**head, **_told(content)})
    return found


def ocid(project: UUID) -> str:
    return f"{PREFIX}-{project}"


def _contract(grant: UUID) -> dict[str, Any]:
    return {"id": str(grant), "awardID": str(grant)}


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "jurisdictions": _shares(plan.jurisdictions),
        "goals": _shares(plan.goals),
        "kpis": list(plan.kpis),
        "offices": [{"organisation": office.organisation, "name": office.name} for office in plan.offices],
    }


def _shares(shares: Iterable[Share]) -> list[dict[str, str]]:
    return [{"code": share.code, "percent": f"{share.percent:f}"} for share in shares]


def _suppliers(plan: Plan) -> list[dict[str, str]]:
    named = dict.fromkeys([*(line.organisation for line in plan.budget), *(o.organisation for o in plan.offices)])
    return [{"id": organisation, "name": organisation} for organisation in named]


def _metric(indicator: events.IndicatorSet) -> dict[str, Any]:
    """Nothing that is not known: a metric without a target says so by leaving it out."""
    return _told(
        {
            "id": indicator.code,
            "title": indicator.title,
            "unit": {"name": indicator.unit},
            "baseline": _number(indicator.baseline),
            "target": _number(indicator.target),
            "targetDate": indicator.target_by.isoformat() if indicator.target_by else None,
        }
    )


def _value(amount: Decimal, mechanism: Mechanism) -> dict[str, str]:
    return {"amount": f"{amount:f}", "currency": mechanism.currency}


def _period(plan: Plan) -> dict[str, str]:
    return _days(plan.start, plan.end)


def _days(start: date, end: date) -> dict[str, str]:
    return {"startDate": start.isoformat(), "endDate": end.isoformat()}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _told(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
