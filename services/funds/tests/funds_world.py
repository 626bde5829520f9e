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

FUND = "SLW00"
PATH = f"/v1/funds/{FUND}"
START = "2019-03-15"
DAY = "2020-02-10"
"""Of a meeting, where a test names none."""
CURRENCIES = {"DE": "EUR", "GB": "GBP", "NO": "NOK", "SE": "SEK", "US": "USD"}


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


async def deposited(
    world: World, donor: str, amount: str, earmark: tuple[str, ...] = (), day: str = "2019-04-10"
) -> dict[str, Any]:
    """A commitment of the donor and a deposit of all of it, credited one for one: the deposit's fact."""
    agent, currency = world["agent_MPTFO"], CURRENCIES[donor]
    promise = on(day, donor=donor, amount=amount, currency=currency, agreement=f"SAA {donor}", earmark=list(earmark))
    signed = await ok(await agent.post(f"{PATH}/commitments", json=promise), 201)
    body = on(day, commitment=signed["id"], amount=amount, currency=currency, credited=amount)
    fact: dict[str, Any] = await ok(await agent.post(f"{PATH}/deposits", json=body), 201)
    return fact


async def met(world: World, number: int = 1, day: str = DAY) -> Any:
    body = on(day, number=number, title=f"Meeting {number}")
    return await ok(await world["secretariat"].post(f"{PATH}/meetings", json=body), 201)


def plan(*amounts: str, **changes: Any) -> dict[str, Any]:
    """Of UNDP, or of UNDP and UNODC jointly."""
    parts = list(zip(("UNDP", "UNODC"), amounts or ("100.00",), strict=False))
    return {
        "title": "Safe storage",
        "offices": [{"organisation": name, "name": f"{name} Albania"} for name, _ in parts],
        "jurisdictions": [{"code": "AL"}],
        "goals": [{"code": "4"}],
        "kpis": [],
        "budget": [{"organisation": name, "category": 1, "amount": amount} for name, amount in parts],
        "start": "2020-02-01",
        "end": "2021-12-31",
        **changes,
    }


async def proposed(world: World, *amounts: str, day: str = "2020-01-10", **changes: Any) -> Any:
    """A proposal outside a call, which UNDP leads."""
    body = on(day, plan=plan(*amounts, **changes))
    return await ok(await world["organisation_UNDP"].post(f"{PATH}/proposals", json=body), 201)


async def put_to_vote(world: World, day: str = DAY, **body: Any) -> Any:
    """At meeting 1 where nothing else is told; approving, where no kind is."""
    how = {} if "mode" in body else {"mode": "meeting", "meeting": 1}
    sent = on(day, **{"kind": "approve", **how, **body})
    return await ok(await world["secretariat"].post(f"{PATH}/decisions", json=sent), 201)


async def voted(world: World, decision: Mapping[str, Any], day: str = DAY, *parties: str) -> None:
    for party in parties:
        vote = world[f"member_{party}"].post(f"/v1/decisions/{decision['id']}/votes", json=on(day, vote="yes"))
        await ok(await vote, 201)


async def concluded(world: World, decision: Mapping[str, Any], day: str = DAY, **headers: str) -> httpx.Response:
    path = f"/v1/decisions/{decision['id']}"
    now = await ok(await world["secretariat"].get(path))
    return await world["secretariat"].post(
        f"{path}/conclude", json=on(day), headers={**if_match(now["version"]), **headers}
    )


async def approved(world: World, *amounts: str, draws: Any = (), day: str = DAY, **changes: Any) -> Any:
    """A grant outside a call, decided by no-objection until that day and concluded on it; with its `project`."""
    about = plan(*amounts, **changes)
    decision = await put_to_vote(world, day, mode="no_objection", deadline=day, plan=about, draws=list(draws))
    members = ("UNODC", "DE", "FR")[len(amounts) > 1 :]  # who would receive is recused
    await voted(world, decision, day, *members, *await _top(world, day))
    await ok(await concluded(world, decision, day))
    for project in (await ok(await world["secretariat"].get("/v1/projects")))["items"]:
        for grant in project["grants"]:
            if grant["decision"] == decision["id"]:
                return {**grant, "project": project["id"]}
    raise AssertionError(decision)


async def ready(world: World, **voting: Any) -> None:
    """A fund with some money whose committee meets; `voting` changes its rules."""
    rules = {"rule": "consensus", "quorum": "50", "top_donors": 3, "recused_on_own": ["UNDP", "UNODC"], **voting}
    await established(world, voting=rules)
    await deposited(world, "US", "1000.00")
    await met(world)


async def _top(world: World, day: str) -> list[str]:
    seats = (await ok(await world["analyst"].get(f"{PATH}/committee", params={"on": day})))["seats"]
    return [seat["party"] for seat in seats if seat["kind"] == "top_donor"]


async def transferred(world: World, grant: Mapping[str, Any], amount: str, day: str = "2020-03-01") -> Any:
    body = on(day, grant=grant["id"], organisation="UNDP", amount=amount, request="TR-1")
    return await ok(await world["agent_MPTFO"].post(f"{PATH}/transfers", json=body), 201)


async def statement(world: World, **query: Any) -> Any:
    """With the lines by code."""
    told = await ok(await world["observer_NO"].get(f"{PATH}/statement", params=query))
    return {**told, "lines": {line["code"]: line for line in told["lines"]}}


async def money(world: World, day: str | None = None, **query: str) -> dict[str, Decimal]:
    """Cash, reserved and available of the whole fund."""
    asked = query | ({"on": day} if day else {})
    shown = await ok(await world["analyst"].get(PATH, params=asked))
    return {name: Decimal(shown["position"][name]) for name in ("cash", "reserved", "available")}


async def at_once(*requests: Any) -> list[httpx.Response]:
    answers: list[httpx.Response] = await asyncio.gather(*requests)
    return answers
