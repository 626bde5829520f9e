"""What followed the approvals: a revision at a meeting, and reports on 2020. Illustration throughout.

Printed is that meetings approved revisions (line 585) and that organisations handed in reports (line 598), no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from embedded.funds.bodies import money, plan_of
from embedded.funds.calendar import MEETINGS
from embedded.funds.committee import carried
from embedded.funds.desk import ILLUSTRATIVE, SECRETARIAT, Desk, Grant
from embedded.funds.projects import CPIAT, PROJECTS, Project, lead
from embedded.funds.spending import YEAR_ENDS

REVISED_AT = MEETINGS[2]
SHIFTED = Decimal(20_000)
"""From travel to equipment, while nobody could travel."""
TRAVEL, EQUIPMENT = 5, 3
REQUESTED, HANDED_IN, ACCEPTED, DUE = date(2020, 12, 15), date(2021, 3, 1), date(2021, 3, 12), date(2021, 3, 31)


async def bring(desk: Desk, path: str, grants: Mapping[str, Grant]) -> None:
    """`grants` by the key of their project, each of them started."""
    await _revised(desk, path, grants[CPIAT.key])
    await asyncio.gather(*(_reported(desk, each, grants[each.key]) for each in PROJECTS if each.call == 1))


def shifted(project: Project) -> dict[str, Any]:
    """The project's plan with the same total."""
    planned = plan_of(project)
    moved = {TRAVEL: -SHIFTED, EQUIPMENT: SHIFTED}
    budget = [
        {**line, "amount": money(Decimal(line["amount"]) + moved.get(line["category"], Decimal(0)))}
        for line in planned["budget"]
    ]
    return {**planned, "budget": budget}


async def _revised(desk: Desk, path: str, grant: Grant) -> None:
    on = REVISED_AT.on
    listed = (await desk.seen(SECRETARIAT, f"{path}/decisions"))["items"]
    if any(each["kind"] == "approve_revision" and each["status"] != "open" for each in listed):
        return  # by an interrupted load
    proposed = await desk.told(
        SECRETARIAT,
        f"{path}/decisions",
        on,
        kind="approve_revision",
        mode="meeting",
        meeting=REVISED_AT.number,
        grant=grant.id,
        plan=shifted(CPIAT),
        revision="budget_shift",
        reason=ILLUSTRATIVE,
    )
    await carried(desk, path, proposed, on, on)


async def _reported(desk: Desk, project: Project, grant: Grant) -> None:
    """A narrative report on 2020, handed in by who leads the project, accepted by the secretariat."""
    path = f"/v1/projects/{grant.project}"
    version = (await desk.seen(SECRETARIAT, path))["version"]
    asked = {"grant": grant.id, "kind": "narrative", "start": project.starts.isoformat(), "reason": ILLUSTRATIVE}
    asked |= {"end": YEAR_ENDS.isoformat(), "due": DUE.isoformat()}
    requested = await desk.told(SECRETARIAT, f"{path}/reports", REQUESTED, version, **asked)
    number = requested["reports"][-1]["number"]
    title, link = "Narrative report on 2020 (illustrative)", f"https://example.org/reports/{project.key.lower()}.pdf"
    handed_in = await desk.told(
        lead(project),
        f"{path}/reports/{number}/submit",
        HANDED_IN,
        requested["version"],
        documents=[{"title": title, "link": link}],
        reason=ILLUSTRATIVE,
    )
    more = {"reason": ILLUSTRATIVE}
    await desk.told(SECRETARIAT, f"{path}/reports/{number}/accept", ACCEPTED, handed_in["version"], **more)
