"""The way of the trust fund through the API: parties, money, calls, proposals, meetings, decisions, spending."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from embedded.funds import donors, following
from embedded.funds.bodies import Party, fund, money, plan_of
from embedded.funds.budget import CAP_PERCENT
from embedded.funds.calendar import (
    CALLS,
    ENDS,
    ESTABLISHED,
    LAST_APPROVALS,
    MEETINGS,
    NO_OBJECTION_ASKED,
    PRESENTED,
    THIRD_CALL,
    Call,
)
from embedded.funds.committee import approved, met
from embedded.funds.desk import AGENT, ILLUSTRATIVE, SECRETARIAT, WHY, Desk, Grant
from embedded.funds.projects import NOT_PRINTED, PROJECTS, REGIONAL, Project, lead
from embedded.funds.spending import CERTIFIED, EXPENDITURES, INTERIM, TRANSFERS, YEAR_ENDS

PARTIES = (
    Party("UNDP", "chair", vote=True),
    Party("UNODC", "member", vote=True),
    Party("DE", "ex_officio", vote=True),
    Party("FR", "ex_officio", vote=True),
    Party("EU", "ex_officio", vote=True),
    Party("MPTFO", "agent"),
    Party("MPTFO", "observer"),
    Party("SEESAC", "secretariat"),
    Party("UNDP", "organisation"),
    Party("UNODC", "organisation"),
)
"""That those ex officio vote, consensus and quorum are our reading."""
VOTING = {"rule": "consensus", "quorum": "50", "top_donors": 3, "recused_on_own": ["UNDP", "UNODC"]}
CRITERIA = (("relevance", "Relevance to the Roadmap", 40), ("design", "Design", 30), ("capacity", "Capacity", 30))
"""Illustrative, as are all scores."""
REVIEWERS = ("reviewer", SECRETARIAT)


async def bring(desk: Desk, there: Mapping[str, str]) -> dict[str, str]:
    """Everything that the trust fund did; its projects' ids by key. `there` are projects of other mechanisms."""
    fees = {"agent": str(donors.FEE_PERCENT), "indirect_cap": str(CAP_PERCENT)}
    body = fund(donors.CODE, donors.NAME, "mptf", "committee", ESTABLISHED, ENDS, fees=fees, voting=VOTING)
    path = await desk.establish(body, PARTIES, ESTABLISHED)
    await _contributions(desk, path)
    calls = await asyncio.gather(*(_call(desk, path, call) for call in CALLS))
    number, title, planned_for = THIRD_CALL
    more = {"number": number, "title": title, "planned_for": planned_for.isoformat()}
    await desk.told(SECRETARIAT, f"{path}/calls", PRESENTED, **more)
    ids = {call.number: stream for call, stream in zip(CALLS, calls, strict=True)}
    proposals = await asyncio.gather(*(_proposed(desk, ids[each.call], each, there) for each in PROJECTS))
    await asyncio.gather(*(_close(desk, call, ids[call.number]) for call in CALLS))
    for meeting in MEETINGS:
        title = f"Meeting {meeting.number} of the Steering Committee"
        await met(desk, path, meeting.number, title, meeting.on, meeting.agenda)
    grants = [await _decided(desk, path, each, of) for each, of in zip(PROJECTS, proposals, strict=True)]
    by_key = {each.key: grant for each, grant in zip(PROJECTS, grants, strict=True)}
    await asyncio.gather(*(desk.start(lead(each), by_key[each.key], each.starts) for each in PROJECTS))
    await following.bring(desk, path, by_key)
    await _spending(desk, path, by_key)
    return {key: grant.project for key, grant in by_key.items()}


async def _contributions(desk: Desk, path: str) -> None:
    signed = await asyncio.gather(*(_signed(desk, path, each) for each in donors.AGREEMENTS))
    ids = {agreement.reference: stream for agreement, stream in zip(donors.AGREEMENTS, signed, strict=True)}
    await asyncio.gather(
        *(
            desk.told(
                AGENT,
                f"{path}/deposits",
                each.on,
                commitment=ids[each.agreement],
                amount=money(each.amount),
                credited=money(each.usd),
                reason=WHY if each.printed else f"{WHY} The amount in {each.currency} is illustrative, too.",
            )
            for each in donors.DEPOSITS
        )
    )


async def _signed(desk: Desk, path: str, agreement: donors.Agreement) -> str:
    due = agreement.due
    instalments = [{"due": due.isoformat(), "amount": money(agreement.amount)}] if due else []
    answer = await desk.told(
        SECRETARIAT,
        f"{path}/commitments",
        agreement.signed,
        donor=agreement.donor,
        amount=money(agreement.amount),
        currency=agreement.currency,
        agreement=agreement.reference,
        instalments=instalments,
    )
    return str(answer["id"])


async def _call(desk: Desk, path: str, call: Call) -> str:
    more = {"number": call.number, "title": call.name, "planned_for": call.opens.isoformat()}
    planned = await desk.told(SECRETARIAT, f"{path}/calls", call.opens, **more)
    criteria = [{"code": code, "title": title, "weight": str(weight)} for code, title, weight in CRITERIA]
    way = f"/v1/calls/{planned['id']}/open"
    deadline = call.deadline.isoformat()
    await desk.told(SECRETARIAT, way, call.opens, planned["version"], deadline=deadline, criteria=criteria)
    return str(planned["id"])


async def _close(desk: Desk, call: Call, stream: str) -> None:
    """The day after its deadline, when all proposals were handed in."""
    path = f"/v1/calls/{stream}"
    opened = 2  # its version: planned, opened
    await desk.told(SECRETARIAT, f"{path}/close", call.deadline + timedelta(days=1), opened)


async def _proposed(desk: Desk, call: str, project: Project, there: Mapping[str, str]) -> str:
    """Handed in and evaluated."""
    when = CALLS[project.call - 1]
    consulted = (when.received - timedelta(days=14)).isoformat()
    content = hashlib.sha256(project.title.encode()).hexdigest()
    link = f"https://example.org/proposals/{project.key.lower()}.pdf"
    more: dict[str, Any] = {"project": there[project.key]} if project.key in there else {}
    proposal = await desk.told(
        lead(project),
        f"/v1/calls/{call}/proposals",
        when.received,
        plan=plan_of(project),
        consultations=[{"jurisdiction": p, "on": consulted} for p in project.jurisdictions if p != REGIONAL],
        reason=f"{WHY} So is the budget." if project in NOT_PRINTED else WHY,
        documents=[{"title": "Project document (illustrative)", "link": link, "sha256": content}],
        **more,
    )
    await _evaluated(desk, f"/v1/proposals/{proposal['id']}", when, proposal["version"])
    return str(proposal["id"])


async def _evaluated(desk: Desk, path: str, when: Call, version: int) -> None:
    for role in REVIEWERS:
        me = (await desk.seen(role, "/v1/me"))["id"]
        assigned = await desk.told(SECRETARIAT, f"{path}/reviewers", when.received, version, reviewer=me)
        version = assigned["version"]
    for n, role in enumerate(REVIEWERS):
        scores = [{"criterion": code, "points": str(76 + 4 * n + 2 * m)} for m, (code, _, _) in enumerate(CRITERIA)]
        version = (await desk.told(role, f"{path}/scores", when.evaluated, version, scores=scores))["version"]
    more = {"recommendation": "recommended"}
    await desk.told(SECRETARIAT, f"{path}/recommendation", when.evaluated, version, **more)


async def _decided(desk: Desk, path: str, project: Project, proposal: str) -> Grant:
    """At its meeting; those of January 2021 by no-objection."""
    if project.approved == LAST_APPROVALS:
        deadline = (LAST_APPROVALS - timedelta(days=1)).isoformat()
        question = {"mode": "no_objection", "deadline": deadline, "proposal": proposal}
        return await approved(desk, path, NO_OBJECTION_ASKED, LAST_APPROVALS, project.title, **question)
    (meeting,) = [each for each in MEETINGS if each.on == project.approved]
    return await approved(
        desk, path, meeting.on, meeting.on, project.title, mode="meeting", meeting=meeting.number, proposal=proposal
    )


async def _spending(desk: Desk, path: str, grants: Mapping[str, Grant]) -> None:
    await asyncio.gather(
        *(
            desk.told(
                AGENT,
                f"{path}/transfers",
                each.on,
                grant=grants[each.project.key].id,
                organisation=each.organisation,
                amount=money(each.amount),
                request=each.request,
                requested_on=each.requested.isoformat(),
                reason=ILLUSTRATIVE,
            )
            for each in TRANSFERS
        )
    )
    for on, certified in ((INTERIM, False), (CERTIFIED, True)):
        await asyncio.gather(
            *(
                desk.told(
                    f"organisation_{each.organisation}",
                    f"{path}/expenditure",
                    on,
                    grant=grants[each.project.key].id,
                    organisation=each.organisation,
                    start=each.start.isoformat(),
                    end=YEAR_ENDS.isoformat(),
                    lines=[{"category": code, "amount": money(amount)} for code, amount in each.lines.items()],
                    certified=certified,
                    reason=ILLUSTRATIVE,
                )
                for each in EXPENDITURES
            )
        )
