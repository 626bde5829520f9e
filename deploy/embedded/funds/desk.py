"""How the actors of the demo's funds speak to the API: each with its own token, each fact on the day it happened.

Every request carries a key that follows from what it says, so that an interrupted load is finished by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from embedded.funds.bodies import Party
from embedded.sample_feed.partner import FeedRefused, Partner

WHY = "Loaded afterwards: the demo tells what happened then. What is not printed, days above all, is illustrative."
ILLUSTRATIVE = "Illustrative throughout: nothing of the kind is printed (docs/demo-data.md)."
"""The reason of facts whose amount is made up, too."""
ROADMAP_WITHIN = 60  # half seconds: the service reads roadmaps from the feed of kpi
AGENT = "agent"
SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class Grant:
    """With the version of its project after it was approved."""

    id: str
    project: str
    version: int


Told = Callable[[], None]
"""Called whenever something more has been told."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everybody who acts, by role ("member_UNODC")."""

    people: Mapping[str, Partner]
    tell: Told = field(default=lambda: None)

    async def told(self, role: str, path: str, on: date, version: int | None = None, /, **more: Any) -> dict[str, Any]:
        """POSTs a fact of a day, with the reason that is told, else `WHY`; what was answered. `version` is the one of
        the thing that was seen."""
        body = {"on": on.isoformat(), "reason": WHY, **more}
        answer = await _once_known(lambda: self.people[role].once(path, body, version))
        self.tell()
        return dict(answer.json())

    async def seen(self, role: str, path: str, **query: Any) -> dict[str, Any]:
        return dict((await self.people[role].get(path, **query)).json())

    async def establish(self, body: Mapping[str, Any], parties: Iterable[Party], on: date) -> str:
        """A mechanism with its parties from the first day on; its path."""
        await self.told(SECRETARIAT, "/v1/funds", on, **body)
        path = f"/v1/funds/{body['code']}"
        for each in parties:  # one after the other: seats stand in the order in which roles were given
            await self.told(SECRETARIAT, f"{path}/roles", on, party=each.party, role=each.role, vote=each.vote)
        return path

    async def start(self, role: str, grant: Grant, on: date, closed: date | None = None) -> None:
        """Starts a grant that was just approved and, where it ended, closes it operationally."""
        path = f"/v1/projects/{grant.project}/grants/{grant.id}"
        started = await self.told(role, f"{path}/start", on, grant.version)
        if closed is not None:
            await self.told(SECRETARIAT, f"{path}/operational-closure", closed, started["version"])


async def _once_known(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Again, though not for ever, while the service has not read the roadmap that a plan names."""
    for _ in range(ROADMAP_WITHIN):
        try:
            return await send()
        except FeedRefused as error:
            if "roadmap_not_known" not in str(error):
                raise
        await asyncio.sleep(0.5)
    return await send()
