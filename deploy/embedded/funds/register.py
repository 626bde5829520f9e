"""The register of activities: what was done in 2020, what was planned for 2021, and what had got in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from embedded.funds import instruments
from embedded.funds.activities_2020 import ACTIVITIES
from embedded.funds.activity import Activity, Quantity
from embedded.funds.bodies import money
from embedded.funds.calendar import PRESENTED
from embedded.funds.desk import SECRETARIAT, Desk
from embedded.funds.donors import RATES, SOURCE_OF_RATES
from embedded.funds.plans_2021 import CHALLENGES, DELAYED, Delayed

PLANNED_2020, PLANNED_2021 = date(2020, 1, 6), date(2021, 1, 11)
"""When they were entered in the register: illustrative."""


async def bring_rates(desk: Desk) -> None:
    """One after the other: those of a pair follow each other."""
    for rate in RATES:
        more = {"base": rate.currency, "quote": "USD", "day": rate.on.isoformat(), "rate": f"{rate.usd:f}"}
        await desk.told(SECRETARIAT, "/v1/rates", rate.on, source=SOURCE_OF_RATES, **more)


async def bring_budget(desk: Desk) -> None:
    await desk.told(
        SECRETARIAT,
        "/v1/budgets",
        PRESENTED,
        institution=instruments.SECRETARIAT,
        year=instruments.BUDGET_YEAR,
        amount=money(instruments.BUDGET_USD),
        currency="USD",
        source="2020 Key Achievements and Plans for 2021, 18 March 2021",
    )


async def bring_activities(desk: Desk, projects: Mapping[str, str], plans: Sequence[Activity]) -> None:
    """`projects` by the code of the instrument."""
    await asyncio.gather(
        *(_done(desk, each, projects[each.project]) for each in ACTIVITIES),
        *(_planned(desk, each, projects[each.project], PLANNED_2021) for each in plans),
    )
    delayed = await asyncio.gather(*(_delayed(desk, each, projects[each.activity.project]) for each in DELAYED))
    ids = {id(each): stream for each, stream in zip(DELAYED, delayed, strict=True)}
    for challenge in CHALLENGES:
        more = {"title": challenge.text, "start": challenge.start.isoformat(), "jurisdictions": challenge.jurisdictions}
        links = [ids[id(each)] for each in challenge.delayed]
        await desk.told(SECRETARIAT, "/v1/challenges", PRESENTED, activities=links, **more)


async def _planned(desk: Desk, each: Activity, project: str, on: date) -> dict[str, Any]:
    start, end = each.planned
    return await desk.told(
        SECRETARIAT,
        "/v1/activities",
        on,
        kind=each.kind,
        title=each.title,
        project=project,
        jurisdictions=list(each.jurisdictions),
        partners=list(each.partners),
        goals=list(each.goals),
        kpis=list(each.kpis),
        start=start.isoformat(),
        end=end.isoformat(),
        targets=_quantities(each.targets),
    )


async def _done(desk: Desk, each: Activity, project: str) -> None:
    """Held, or begun and going on."""
    planned = await _planned(desk, each, project, PLANNED_2020)
    path, version = f"/v1/activities/{planned['id']}", planned["version"]
    if each.held is None:
        await desk.told(SECRETARIAT, f"{path}/start", each.planned[0], version)
        return
    more = {"start": each.planned[0].isoformat(), "results": _quantities(each.results)}
    held = await desk.told(SECRETARIAT, f"{path}/hold", each.held, version, **more)
    version = held["version"]
    for advice in each.recommendations:
        more = {"text": advice.text, "owner": advice.owner, "due": advice.due.isoformat()}
        made = await desk.told(SECRETARIAT, f"{path}/recommendations", each.held, version, **more)
        version = made["version"]


async def _delayed(desk: Desk, each: Delayed, project: str) -> str:
    planned = await _planned(desk, each.activity, project, PLANNED_2020)
    path, version = f"/v1/activities/{planned['id']}", planned["version"]
    if each.until is None:
        await desk.told(SECRETARIAT, f"{path}/cancel", each.told, version)
    else:
        start, end = each.until
        more = {"start": start.isoformat(), "end": end.isoformat()}
        await desk.told(SECRETARIAT, f"{path}/postpone", each.told, version, **more)
    return str(planned["id"])


def _quantities(of: Sequence[Quantity]) -> list[dict[str, Any]]:
    return [{"what": each.name, "unit": each.unit, "quantity": str(each.quantity)} for each in of]
