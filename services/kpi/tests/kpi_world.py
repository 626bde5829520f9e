"""The service as people meet it, for tests: clients by role, and the way of a report in few words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from feed_of_incidents import LOG, Feed

from common.messaging.feed import PARTITION
from common.messaging.ports import Batch, Place, Record
from common.messaging.subscriber import Subscriber
from common.security.issuer import Issuer
from kpi.bootstrap import consumers
from kpi.settings import Settings

MEMBERS = ("AL", "BA", "ME", "MK", "RS", "XK")
ROADMAP = "wb-salw"


@dataclass
class World:
    """`world["commission_BA"]` is a client; what has no suffix is nobody's jurisdiction's ("secretariat")."""

    app: FastAPI
    issuer: Issuer
    settings: Settings
    clients: dict[str, httpx.AsyncClient]

    def __getitem__(self, name: str) -> httpx.AsyncClient:
        """Made on first use: `<role>`, `<role>_<jurisdiction>`, `institution_<jurisdiction>_<code>`."""
        if name not in self.clients:
            self.clients[name] = self.client(self.token(name))
        return self.clients[name]

    def token(self, name: str) -> str:
        role, jurisdiction, agency = named(name)
        jurisdictions = None if jurisdiction is None else (jurisdiction,)
        return self.issuer.issue(role, "backdate", subject=name, jurisdictions=jurisdictions, agency=agency)

    def plain(self, name: str) -> httpx.AsyncClient:
        """Likewise, without the scope to write down earlier days."""
        if f"{name} today" not in self.clients:
            role, jurisdiction, agency = named(name)
            jurisdictions = None if jurisdiction is None else (jurisdiction,)
            token = self.issuer.issue(role, subject=name, jurisdictions=jurisdictions, agency=agency)
            self.clients[f"{name} today"] = self.client(token)
        return self.clients[f"{name} today"]

    def client(self, token: str | None) -> httpx.AsyncClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://kpi", headers=headers)

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()


def named(name: str) -> tuple[str, str | None, str | None]:
    """Role, jurisdiction and institution of a client's name."""
    parts = name.split("_")
    role = "commission_head" if name.startswith("commission_head") else parts[0]
    rest = parts[2:] if role == "commission_head" else parts[1:]
    return role, rest[0] if rest else None, rest[1] if len(rest) > 1 else None


def on(day: str | date, **more: Any) -> dict[str, Any]:
    """A body with the day on which it happened."""
    return {"on": str(day), "reason": "Written down for a test.", **more}


async def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json()


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def refusal(response: httpx.Response, status: int) -> dict[str, str]:
    """The first error of a refusal with that status; where there are several, they are asked for one by one."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    errors: list[dict[str, str]] = response.json()["errors"]
    return errors[0]


def pointers(response: httpx.Response) -> dict[str, str]:
    """What a 422 says: codes by pointer."""
    assert response.status_code == 422, f"{response.status_code}: {response.text}"
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


async def opened(world: World, period: str = "2020-S1", day: str = "2020-07-01", roadmap: str = ROADMAP) -> Any:
    """A round of the roadmap, which is published first."""
    await ok(await world["secretariat"].post("/v1/roadmaps", json=on("2018-07-10", code=roadmap)), 201)
    body = on(day, roadmap=roadmap, period=period, due="2020-09-30" if period == "2020-S1" else None)
    return await ok(await world["secretariat"].post("/v1/rounds", json={k: v for k, v in body.items() if v}), 201)


async def report_of(world: World, round_id: str, jurisdiction: str | None) -> Any:
    """A report of the round, as its commission sees it."""
    found = await ok(await world["secretariat"].get("/v1/reports", params={"round": round_id}))
    (head,) = [item for item in found["items"] if item["jurisdiction"] == jurisdiction]
    who = world["secretariat"] if jurisdiction is None else world[f"commission_{jurisdiction}"]
    return await ok(await who.get(f"/v1/reports/{head['id']}"))


async def record(
    client: httpx.AsyncClient, report: Mapping[str, Any], kpi: str, body: Mapping[str, Any], seen: int | None = None
) -> httpx.Response:
    version = report["version"] if seen is None else seen
    return await client.put(f"/v1/reports/{report['id']}/values/{kpi}", json=dict(body), headers=if_match(version))


async def fill(world: World, report: Mapping[str, Any], values: Mapping[str, Any], day: str = "2020-08-01") -> Any:
    """Says something of every part that the report collects: the given values, `not_reported` of the rest."""
    client = world[f"commission_{report['jurisdiction']}"]
    definition = await ok(await client.get(f"/v1/roadmaps/{report['roadmap']}"))
    for kpi in definition["kpis"]:
        mine = kpi["collector"] == "commission" and (kpi["members"] is None or report["jurisdiction"] in kpi["members"])
        for part in kpi["parts"] if mine else ():
            if part["formula"] is None:
                body = on(day, **_body(values.get(part["number"])))
                await ok(await record(client, report, part["number"], body))
    return await ok(await client.get(f"/v1/reports/{report['id']}"))


def _body(value: Any) -> dict[str, Any]:
    if value is None:
        return {"presence": "not_reported"}
    return dict(value) if isinstance(value, Mapping) else {"presence": "reported", "value": str(value)}


async def explained(world: World, report: Mapping[str, Any], day: str = "2020-08-01") -> Any:
    """Every warning that validation finds is explained."""
    client = world[f"commission_{report['jurisdiction']}"]
    path = f"/v1/reports/{report['id']}"
    for finding in (await ok(await client.get(f"{path}/validation")))["items"]:
        if finding["severity"] == "warning" and finding["explanation"] is None:
            body = on(day, finding=finding["id"], explanation="It was so.")
            await ok(await client.post(f"{path}/explanations", json=body))
    return await ok(await client.get(path))


async def submitted(world: World, report: Mapping[str, Any], values: Mapping[str, Any], day: str = "2020-08-10") -> Any:
    await fill(world, report, values, day)
    seen = await explained(world, report, day)
    head = world[f"commission_head_{report['jurisdiction']}"]
    path = f"/v1/reports/{report['id']}/endorse"
    return await ok(await head.post(path, json=on(day, digest=seen["digest"]), headers=if_match(seen["version"])))


async def accepted(world: World, report: Mapping[str, Any], values: Mapping[str, Any], day: str = "2020-08-10") -> Any:
    sent = await submitted(world, report, values, day)
    path = f"/v1/reports/{report['id']}/accept"
    return await ok(await world["secretariat"].post(path, json=on(day), headers=if_match(sent["version"])))


async def published(world: World, round_id: str, shared: str = "2020-08-15", day: str = "2020-09-01") -> Any:
    """The draft is shared for some days and the round published."""
    secretariat = world["secretariat"]
    path = f"/v1/rounds/{round_id}"
    seen = await ok(await secretariat.get(path))
    if seen["object_by"] is None:
        body = on(shared, object_by=str(date.fromisoformat(shared) + timedelta(days=10)))
        seen = await ok(await secretariat.post(f"{path}/share-draft", json=body, headers=if_match(seen["version"])))
    return await ok(await secretariat.post(f"{path}/publish", json=on(day), headers=if_match(seen["version"])))


class TellingSource:
    """The change feed of incidents as a test wrote it: what is there, at once."""

    publisher = "incidents"

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.after: int | None = None

    def unplaced(self) -> Collection[str]:
        return (PARTITION,) if self.after is None else ()

    async def seek(self, partition: str, place: Place) -> None:
        self.after = place.position

    async def poll(self) -> Batch:
        assert self.after is not None
        envelopes = [received.envelope for received in self.feed.received[self.after :]]
        self.after = len(self.feed.received)
        records = [Record(PARTITION, Place(e.sequence, e.cursor), e.sequence - 1, LOG, e) for e in envelopes]
        return Batch(LOG, {PARTITION: self.after}, records)


async def told(world: World, feed: Feed) -> None:
    """What the feed says comes into the service's own tables, as its worker brings it."""
    (consumer,) = consumers(world.settings)
    async with consumer.pool(world.settings) as pool:
        await Subscriber(pool, TellingSource(feed), consumer.projection(), consumer.name).step()
