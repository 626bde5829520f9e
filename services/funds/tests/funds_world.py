"""The service as people meet it, for tests: clients by role and party, and the way of a grant in few words."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

import httpx
import msgspec
from fastapi import FastAPI

from common.contracts import kpi as of_kpi
from common.contracts.registry import WIRE_NAMES
from common.messaging.envelope import Envelope
from common.messaging.feed import PARTITION
from common.messaging.ports import Batch, Place, Record
from common.messaging.subscriber import Subscriber
from common.security.issuer import Issuer
from funds.bootstrap import consumers
from funds.settings import Settings

FUND = "/v1/funds/SLW00"
START = "2019-03-15"
DONORS = {"DE": ("EUR", ["4"]), "GB": ("GBP", []), "US": ("USD", [])}
"""Currency and earmark of each donor's commitment."""


@dataclass
class World:
    """`world["member_UNDP"]` is a client: a role, and the party that the credential speaks for."""

    app: FastAPI
    issuer: Issuer
    settings: Settings
    clients: dict[str, httpx.AsyncClient]

    def __getitem__(self, name: str) -> httpx.AsyncClient:
        """Made on first use, with the scope to write down earlier days."""
        return self._named(name, "backdate")

    def plain(self, name: str) -> httpx.AsyncClient:
        """Likewise, without that scope."""
        return self._named(name)

    def _named(self, name: str, *more: str) -> httpx.AsyncClient:
        known = " ".join((name, *more))
        if known not in self.clients:
            role, _, party = name.partition("_")
            self.clients[known] = self.client(self.issuer.issue(role, *more, subject=name, agency=party or None))
        return self.clients[known]

    def client(self, token: str | None) -> httpx.AsyncClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://funds", headers=headers, timeout=60
        )

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()


def on(day: str | date, **more: Any) -> dict[str, Any]:
    """A body with the day on which it happened."""
    return {"on": str(day), "reason": "Written down for a test.", **more}


async def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json()


def if_match(version: int | str) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def refusal(response: httpx.Response, status: int) -> dict[str, str]:
    """The first error of a refusal with that status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    errors: list[dict[str, str]] = response.json()["errors"]
    return errors[0]


def pointers(response: httpx.Response, status: int = 422) -> dict[str, str]:
    """What a refusal says: codes by pointer."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


class Told:
    """The change feed of kpi with one roadmap, at once."""

    publisher = "kpi"

    def __init__(self, *contracts: of_kpi.RoadmapPublished) -> None:
        instant = datetime(2021, 1, 1, tzinfo=UTC)
        self.envelopes = [
            Envelope(
                id=UUID(int=n),
                publisher="kpi",
                log_id=UUID(int=7),
                type=WIRE_NAMES[type(contract)],
                subject=UUID(int=n),
                occurred_at=instant,
                recorded_at=instant,
                sequence=n,
                stream_version=1,
                data=contract.json(),
                cursor=str(n),
            )
            for n, contract in enumerate(contracts, 1)
        ]
        self.after: int | None = None

    def unplaced(self) -> Collection[str]:
        return (PARTITION,) if self.after is None else ()

    async def seek(self, partition: str, place: Place) -> None:
        self.after = place.position

    async def poll(self) -> Batch:
        assert self.after is not None
        fresh = self.envelopes[self.after :]
        self.after = len(self.envelopes)
        log = UUID(int=7)
        records = [Record(PARTITION, Place(e.sequence, e.cursor), e.sequence - 1, log, e) for e in fresh]
        return Batch(log, {PARTITION: self.after}, records)


def roadmap(code: str = "wb-salw", goals: tuple[str, ...] = ("1", "2", "3", "4")) -> of_kpi.RoadmapPublished:
    text = files("common.contracts").joinpath("examples/kpi.roadmap-published.v1.json").read_bytes()
    example = of_kpi.RoadmapPublished.parse(text)
    made = tuple(msgspec.structs.replace(example.goals[0], number=number) for number in goals)
    return msgspec.structs.replace(example, code=code, goals=made)


async def told(world: World, source: Told) -> None:
    """What kpi says comes into the service's own tables, as its worker brings it."""
    (consumer,) = consumers(world.settings)
    async with consumer.pool(world.settings) as pool:
        await Subscriber(pool, source, consumer.projection(), consumer.name).step()


FUND_BODY = {
    "code": "SLW00",
    "name": "Roadmap fund",
    "kind": "mptf",
    "governance": "committee",
    "currency": "USD",
    "start": START,
    "fees": {"agent": "1", "indirect_cap": "7"},
    "voting": {"rule": "consensus", "quorum": "50", "top_donors": 3, "recused_on_own": ["UNDP", "UNODC"]},
    "roadmap": "wb-salw",
}
ROLES_HELD = (
    ("UNDP", "chair", True),
    ("UNODC", "member", True),
    ("DE", "ex_officio", True),
    ("FR", "ex_officio", True),
    ("UNDP", "organisation", False),
    ("UNODC", "organisation", False),
    ("SEESAC", "secretariat", False),
    ("MPTFO", "agent", False),
)


async def established(world: World, **changes: Any) -> Any:
    """A fund that follows a roadmap, with a committee and two participating organisations."""
    await told(world, Told(roadmap()))
    office = world["secretariat"]
    fund = await ok(await office.post("/v1/funds", json=on(START, **{**FUND_BODY, **changes})), 201)
    for party, role, vote in ROLES_HELD:
        body = on(START, party=party, role=role, vote=vote)
        await ok(await office.post(f"/v1/funds/{fund['code']}/roles", json=body), 201)
    return fund


async def paid(world: World, **credited: str) -> dict[str, Any]:
    """A commitment of each donor and a deposit of all of it: by donor the deposit's fact."""
    agent, deposits = world["agent_MPTFO"], {}
    for donor, amount in credited.items():
        currency, earmark = DONORS[donor]
        promise = on("2019-04-01", donor=donor, amount=amount, currency=currency, agreement="SAA", earmark=earmark)
        signed = await ok(await agent.post(f"{FUND}/commitments", json=promise), 201)
        body = on("2019-04-10", commitment=signed["fact"], amount=amount, currency=currency, credited=amount)
        deposits[donor] = await ok(await agent.post(f"{FUND}/deposits", json=body), 201)
    return deposits


def plan(**changes: Any) -> dict[str, Any]:
    budget = changes.pop("budget", {"UNDP": "100.00"})
    return {
        "title": "Safe storage",
        "offices": [{"organisation": name, "name": f"{name} Albania"} for name in budget],
        "jurisdictions": [{"code": "AL"}],
        "goals": [{"code": "4"}],
        "kpis": [],
        "budget": [{"organisation": name, "category": 1, "amount": amount} for name, amount in budget.items()],
        "start": "2020-02-01",
        "end": "2021-12-31",
        **changes,
    }


async def proposed(world: World, lead: str = "UNDP", day: str = "2020-01-10", **changes: Any) -> Any:
    """A proposal outside a call."""
    body = on(day, plan=plan(**changes))
    return await ok(await world[f"organisation_{lead}"].post(f"{FUND}/proposals", json=body), 201)


async def put_to_the_vote(world: World, day: str = "2020-02-10", **body: Any) -> Any:
    """By no-objection until that same day."""
    sent = on(day, **{"mode": "no_objection", "deadline": day, **body})
    return await ok(await world["secretariat"].post(f"{FUND}/decisions", json=sent), 201)


async def conclude(world: World, decision: Mapping[str, Any], day: str = "2020-02-11") -> httpx.Response:
    path = f"/v1/decisions/{decision['id']}"
    now = await ok(await world["secretariat"].get(path))
    return await world["secretariat"].post(f"{path}/conclude", json=on(day), headers=if_match(now["version"]))


async def granted(world: World, draws: Any = (), **changes: Any) -> Any:
    """A grant by way of a proposal and a decision; the project as everybody sees it."""
    proposal = await proposed(world, **changes)
    decision = await put_to_the_vote(world, kind="approve", proposal=proposal["id"], draws=list(draws))
    await ok(await conclude(world, decision))
    decided = await ok(await world["secretariat"].get(f"/v1/proposals/{proposal['id']}"))
    return await ok(await world["secretariat"].get(f"/v1/projects/{decided['project']}"))


async def money(world: World, day: str | None = None, **query: str) -> dict[str, Decimal]:
    """Cash, reserved and available of the whole fund."""
    asked = query | ({"on": day} if day else {})
    shown = await ok(await world["analyst"].get(FUND, params=asked))
    return {name: Decimal(shown["position"][name]) for name in ("cash", "reserved", "available")}


async def at_once(*requests: Any) -> list[httpx.Response]:
    answers: list[httpx.Response] = await asyncio.gather(*requests)
    return answers
