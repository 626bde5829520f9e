"""Meetings and decisions of a committee or board: put to the vote, voted on by everybody who may, concluded."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from embedded.funds.bodies import MINUTES
from embedded.funds.desk import SECRETARIAT, Desk, Grant


async def met(desk: Desk, path: str, number: int, title: str, on: date, agenda: tuple[str, ...]) -> None:
    """A meeting that everybody with a seat attended."""
    seats = (await desk.seen(SECRETARIAT, f"{path}/committee", on=on.isoformat()))["seats"]
    minutes = {"title": f"Minutes of meeting {number} (illustrative)", "link": f"{MINUTES}/{number}"}
    attendance = [seat["party"] for seat in seats]
    more = {"number": number, "title": title, "agenda": list(agenda), "attendance": attendance, "minutes": minutes}
    await desk.told(SECRETARIAT, f"{path}/meetings", on, **more)


async def approved(desk: Desk, path: str, on: date, concluded: date, title: str, **question: Any) -> Grant:
    """A grant that everybody with a vote agreed to; by no-objection nobody says anything. `title` is the project's."""
    proposed = await _proposed(desk, path, title) or await desk.told(
        SECRETARIAT, f"{path}/decisions", on, kind="approve", **question
    )
    if proposed["status"] == "open":
        await carried(desk, path, proposed, on, concluded)
    return await _granted(desk, path, proposed["id"])


async def carried(desk: Desk, path: str, proposed: Mapping[str, Any], on: date, concluded: date) -> None:
    decision = f"/v1/decisions/{proposed['id']}"
    if proposed["mode"] == "meeting":
        await _voted(desk, path, decision, on, proposed["recused"])
    seen = await desk.seen(SECRETARIAT, decision)
    await desk.told(SECRETARIAT, f"{decision}/conclude", concluded, seen["version"])


async def _proposed(desk: Desk, path: str, title: str) -> dict[str, Any] | None:
    """What an interrupted load has put to the vote already: a proposal that is decided on is not put there again."""
    listed = (await desk.seen(SECRETARIAT, f"{path}/decisions"))["items"]
    about = [each for each in listed if each["kind"] == "approve" and each["plan"]["title"] == title]
    return dict(about[0]) if about else None


async def _voted(desk: Desk, path: str, decision: str, on: date, recused: Collection[str]) -> None:
    seats = (await desk.seen(SECRETARIAT, f"{path}/committee", on=on.isoformat()))["seats"]
    voters = [seat["party"] for seat in seats if seat["vote"] and seat["party"] not in recused]
    await asyncio.gather(*(desk.told(f"member_{party}", f"{decision}/votes", on, vote="yes") for party in voters))


async def _granted(desk: Desk, path: str, decision: str) -> Grant:
    listed = (await desk.seen(SECRETARIAT, "/v1/projects", fund=path.rpartition("/")[2]))["items"]
    for project in listed:
        for grant in project["grants"]:
            if grant["decision"] == decision:
                return Grant(grant["id"], project["id"], project["version"])
    raise LookupError(f"decision {decision} led to no grant")
