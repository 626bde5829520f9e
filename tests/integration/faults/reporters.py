"""Agencies that keep reporting while the system is being broken, and remember what was acknowledged."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from city import City

from embedded.agencies import api_keys
from embedded.sample_feed.agencies import DESKS

JURISDICTIONS = ("RS", "BA", "XK", "ME", "MK")
CATEGORIES = ("criminal_context", "domestic_violence", "public_dispute", "other")
BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
PATIENCE = 300.0  # seconds until a request must have been answered


@dataclass
class Known:
    """An incident as it was acknowledged last."""

    id: UUID
    version: int
    line: dict[str, Any]


@dataclass
class Ledger:
    """What the agencies were promised. `surprises` are answers that no fault excuses."""

    incidents: dict[str, Known] = field(default_factory=dict)
    writes: int = 0
    surprises: list[str] = field(default_factory=list)

    def acknowledge(self, line: dict[str, Any], told: Mapping[str, Any]) -> None:
        self.writes += 1
        self.incidents[line["external_id"]] = Known(UUID(told["id"]), told["version"], line)

    def by_category(self) -> Counter[str]:
        return Counter(known.line["category"] for known in self.incidents.values())

    def killed(self) -> int:
        return sum(len(known.line["persons"]) for known in self.incidents.values())


class Refused(Exception):
    """An answer that no fault excuses."""


@dataclass
class Reporter:
    """An agency with a key for one jurisdiction. It repeats what it was not answered, under the same key."""

    client: httpx.AsyncClient
    key: str
    jurisdiction: str
    ledger: Ledger
    chance: random.Random
    pause: float = 0.05
    own: list[str] = field(default_factory=list)

    async def report(self, stop: asyncio.Event) -> None:
        """Until it is asked to stop; then what it has begun is finished."""
        while not stop.is_set():
            try:
                await self.chance.choice((self._batch, self._single, self._correct))()
            except Refused as error:
                self.ledger.surprises.append(str(error))
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause))

    async def _batch(self) -> None:
        again = self.chance.sample(self.own, min(len(self.own), 3))
        await self.push(self.chance.randint(1, 12), again)

    async def push(self, new: int, again: Sequence[str] = ()) -> None:
        """New incidents, and those again in which something has changed, as one batch."""
        lines = [self._changed(external_id) for external_id in again]
        lines += [self.line(self._new_id()) for _ in range(new)]
        content = "".join(f"{json.dumps(line)}\n" for line in lines)
        answer = await self._send("/v1/incidents:batch", content=content, media_type="application/x-ndjson")
        for line, item in zip(lines, answer["items"], strict=True):
            self.acknowledge(line, item)

    async def _single(self) -> None:
        line = self.line(self._new_id())
        self.acknowledge(line, await self._send("/v1/incidents", content=json.dumps(line)))

    async def _correct(self) -> None:
        if not self.own:
            return
        external_id = self.chance.choice(self.own)
        known = self.ledger.incidents[external_id]
        persons = self._persons(len(known.line["persons"]) + 1)
        content = json.dumps({"fields": {"persons": persons}, "reason": "another victim"})
        path = f"/v1/incidents/{known.id}/correct"
        told = await self._send(path, content=content, headers={"If-Match": f'"{known.version}"'})
        self.acknowledge({**known.line, "persons": persons}, told)

    def acknowledge(self, line: dict[str, Any], told: Mapping[str, Any]) -> None:
        if told.get("outcome") == "rejected":
            raise Refused(f"a line was rejected: {told}")
        self.ledger.acknowledge(line, told)
        if line["external_id"] not in self.own:
            self.own.append(line["external_id"])

    def _new_id(self) -> str:
        return f"{self.jurisdiction}-{uuid4()}"

    def line(self, external_id: str) -> dict[str, Any]:
        return {
            "external_id": external_id,
            "occurred_on": f"2023-{self.chance.randint(1, 12):02}-{self.chance.randint(1, 28):02}",
            "jurisdiction": self.jurisdiction,
            "category": self.chance.choice(CATEGORIES),
            "persons": self._persons(self.chance.randint(0, 2)),
        }

    def _changed(self, external_id: str) -> dict[str, Any]:
        """The same incident, as the agency sees it by now."""
        line = self.ledger.incidents[external_id].line
        return {**line, "category": self.chance.choice([c for c in CATEGORIES if c != line["category"]])}

    def _persons(self, killed: int) -> list[dict[str, Any]]:
        return [{"role": "victim", "sex": "male", "outcome": "killed"}] * killed

    async def _send(
        self, path: str, *, content: str, media_type: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Until it is acknowledged."""
        given = {
            **(headers or {}),
            "Content-Type": media_type,
            "Authorization": f"ApiKey {self.key}",
            "Idempotency-Key": str(uuid4()),
        }
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    answer = await self.client.post(path, content=content, headers=given)
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
                    continue
                if answer.is_success and answer.status_code != httpx.codes.MULTI_STATUS:
                    return dict(answer.json())
                if not _asks_again(answer):
                    raise Refused(f"POST {path}: {answer.status_code} {answer.text[:500]}")
                await asyncio.sleep(0.2)


def _asks_again(answer: httpx.Response) -> bool:
    return answer.status_code in BUSY or "Retry-After" in answer.headers


@asynccontextmanager
async def reporters(city: City, chance: random.Random) -> AsyncIterator[tuple[Ledger, Sequence[Reporter]]]:
    """One for each jurisdiction, and what they were promised."""
    ledger, access = Ledger(), city.installation.access
    async with httpx.AsyncClient(base_url=city.incidents, timeout=30) as client:
        keys = await api_keys(city.installation.home, client, access.token("administrator"))
        yield (
            ledger,
            [
                Reporter(client, keys[DESKS[code].code], code, ledger, random.Random(chance.random()))
                for code in JURISDICTIONS
            ],
        )
