"""Any interleaving of what may be done to incidents, and any way of delivering it, leaves the aggregates equal to a
recount from the log: through the real write side, the real change feed and the real projection."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

import asyncpg
import counted_by_hand as by_hand
import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from common.eventsourcing.units import Actor
from common.kernel.errors import DomainError
from common.kernel.text import ErasableText
from common.messaging.feed import FeedSource
from common.messaging.ports import Batch, Gap, Record
from common.messaging.subscriber import Subscriber
from common.reference.pack import load_pack
from common.security.issuer import Issuer
from common.testing.postgres import Postgres
from incidents.api.answers import landed_answer
from incidents.application.incidents import Caller, Incidents
from incidents.bootstrap import running_app
from incidents.domain import body as facts
from incidents.domain import commands
from incidents.settings import Settings
from reporting.application.aggregates import Aggregates, ask
from reporting.bootstrap import figures
from reporting.readmodel.projection import IncidentsProjection

T = TypeVar("T")
Delivery = tuple[int, int, int, bool]  # seed, events read at a time, polls, whether the last one is cut off

REASON = ErasableText.of("as seen by the editors")
CALLER = Caller(Actor("key:test"))
PERSONS = st.builds(
    facts.Person,
    role=st.sampled_from(["victim", "perpetrator", "accomplice"]),
    sex=st.sampled_from(["female", "male", "unreported"]),
    age=st.sampled_from([None, 7, 40]),
    outcome=st.sampled_from(["killed", "injured", "suicide", "threatened", "unreported"]),
)
WEAPONS = st.builds(facts.Weapon, type=st.sampled_from(["rifle", "handgun"]), count=st.integers(1, 3))
ITEMS = st.builds(
    facts.SeizedItem,
    kind=st.just("ammunition"),
    quantity=st.integers(0, 5_000).map(lambda n: Decimal(n) / 1_000),
    unit=st.sampled_from(["kg", "round"]),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "occurred_on": st.sampled_from([date(2019, 12, 30), date(2020, 3, 14), date(2020, 3, 31)]),
    "date_precision": st.sampled_from(["day", "month", "year"]),
    "jurisdiction": st.sampled_from(["RS", "BA"]),
    "category": st.sampled_from(["other", "public_dispute"]),
    "tags": st.lists(st.sampled_from(["drugs", "school"]), max_size=2).map(tuple),
    "weapons": st.lists(WEAPONS, max_size=2).map(tuple),
    "persons": st.lists(PERSONS, max_size=3).map(tuple),
    "casualties": st.none()
    | st.integers(3, 6).map(lambda n: facts.Casualties(killed=facts.Range(0, n, n), injured=facts.Range(3, 3, 9))),
    "seizure": st.none() | st.lists(ITEMS, min_size=1, max_size=2).map(lambda items: facts.Seizure(tuple(items))),
}
LINES = st.builds(facts.IncidentBody, external_id=st.sampled_from("abc"), **FIELDS)
CHANGES = st.fixed_dictionaries({}, optional=FIELDS).filter(bool)


class Unreliable:
    """A source that brings events again from somewhere before, or loses some, which must then be noticed."""

    def __init__(self, source: FeedSource, delivered: list[Record], chance: Random) -> None:
        self.publisher = source.publisher
        self.seek = source.seek
        self.unplaced = source.unplaced
        self._source = source
        self._delivered = delivered
        self._chance = chance

    async def poll(self) -> Batch:
        batch = await self._source.poll()
        records = list(batch.records)
        self._delivered += records
        if records and self._chance.random() < 0.3:
            del records[self._chance.randrange(len(records))]
        if self._delivered and self._chance.random() < 0.5:
            again = self._chance.randrange(len(self._delivered))
            records = self._delivered[again : again + 10] + records
        return Batch(batch.log_id, batch.heads, records)


@dataclass(slots=True)
class Region:
    """Both services without their processes, on databases of their own."""

    incidents: Incidents
    log: asyncpg.Pool[Any]
    reader: asyncpg.Pool[Any]
    feed: httpx.AsyncClient
    aggregates: Aggregates
    delivered: list[Record] = field(default_factory=list)

    def source(self, limit: int) -> FeedSource:
        return FeedSource(self.feed, "incidents", "/v1/events", limit=limit, wait=0)

    async def deliver(self, delivery: Delivery) -> None:
        """A worker that starts anew, reads a while, and is stopped or killed."""
        seed, limit, polls, cut_off = delivery
        chance = Random(seed)
        worker = Subscriber(
            self.reader, Unreliable(self.source(limit), self.delivered, chance), IncidentsProjection(), "reporting"
        )
        with contextlib.suppress(Gap):  # what was lost is read again by the next worker
            for _ in range(polls):
                await worker.step()
            if cut_off:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(worker.step(), chance.uniform(0, 0.02))

    async def catch_up(self) -> None:
        worker = Subscriber(self.reader, self.source(1_000), IncidentsProjection(), "reporting")
        while await worker.step():
            pass

    async def standing(self) -> list[by_hand.Body]:
        return by_hand.standing(await self.log.fetch("SELECT stream_id, type, data FROM event ORDER BY position"))

    async def ask(self, measure: str, by: str = "") -> dict[Any, Any]:
        """The values that are not zero, by key: its only part, or all parts."""
        question = ask(self.aggregates.pack, measure=measure, by=by.split(",") if by else ())
        rows = (await self.aggregates.answer(question)).rows
        keys = (tuple(row.key.values()) for row in rows)
        values = (Decimal(row.value or 0) for row in rows)
        return {key[0] if len(key) == 1 else key: value for key, value in zip(keys, values, strict=True) if value}


class Interleaving(RuleBasedStateMachine):
    opened: ClassVar[Callable[[], contextlib.AbstractAsyncContextManager[Region]]]
    runner: ClassVar[asyncio.Runner]

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[UUID, int] = {}
        self.stack = AsyncExitStack()
        self.region = self.run(self.stack.enter_async_context(type(self).opened()))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @rule(lines=st.lists(st.tuples(st.sampled_from(["police", "monitor"]), LINES), min_size=1, max_size=4))
    def report(self, lines: list[tuple[str, facts.IncidentBody]]) -> None:
        """At once, so that they are committed together."""
        self.run(self._together([self._report(agency, line) for agency, line in lines]))

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), by=st.sampled_from(["agency", "secretariat"]), changes=CHANGES)
    def correct(self, data: st.DataObject, by: Any, changes: dict[str, Any]) -> None:
        self._act(data, commands.CorrectIncident(by, changes, REASON, self.region.incidents.clock()))

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), category=FIELDS["category"])
    def reclassify(self, data: st.DataObject, category: str) -> None:
        self._act(data, commands.ReclassifyIncident(category, REASON, self.region.incidents.clock()))

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), verify=st.booleans())
    def judge(self, data: st.DataObject, verify: bool) -> None:
        self._act(data, commands.VerifyIncident(1) if verify else commands.DisputeIncident(REASON))

    @precondition(lambda self: len(self.versions) > 1)
    @rule(data=st.data(), mark=st.booleans())
    def mark_or_unmark(self, data: st.DataObject, mark: bool) -> None:
        first, second = (data.draw(st.sampled_from(sorted(self.versions))) for _ in range(2))
        marked = commands.MarkDuplicate(first, second, REASON)
        self.run(self._on(first, marked if mark else commands.UnmarkDuplicate(REASON)))

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), sure=st.integers(0, 2))
    def retract(self, data: st.DataObject, sure: int) -> None:
        if sure == 2:  # what is retracted can do nothing more
            self._act(data, commands.RetractIncident(REASON))

    @rule(delivery=st.tuples(st.integers(0, 999), st.integers(1, 6), st.integers(1, 4), st.booleans()))
    def deliver(self, delivery: Delivery) -> None:
        self.run(self.region.deliver(delivery))

    def teardown(self) -> None:
        try:
            self.run(self._compare())
        finally:
            self.run(self.stack.aclose())

    def _act(self, data: st.DataObject, command: commands.IncidentCommand) -> None:
        self.run(self._on(data.draw(st.sampled_from(sorted(self.versions))), command))

    async def _on(self, incident: UUID, command: commands.IncidentCommand) -> None:
        with contextlib.suppress(DomainError):  # a refusal changes nothing
            result = await self.region.incidents.act(incident, command, self.versions[incident], CALLER, landed_answer)
            self.versions[incident] = result.outcomes[0].version

    async def _report(self, agency: str, line: facts.IncidentBody) -> None:
        with contextlib.suppress(DomainError):
            outcome = (await self.region.incidents.report(agency, line, CALLER, landed_answer)).outcomes[0]
            self.versions[outcome.stream] = max(outcome.version, self.versions.get(outcome.stream, 0))

    async def _together(self, work: Iterable[Coroutine[Any, Any, None]]) -> None:
        await asyncio.gather(*work)

    async def _compare(self) -> None:
        await self.region.catch_up()
        assert await self.region.reader.fetchval("SELECT count(*) FROM parked_event") == 0
        bodies = await self.region.standing()
        for measure, by, expected in _expectations(bodies):
            assert await self.region.ask(measure, by) == expected, f"{measure} by {by}"


def _expectations(bodies: list[by_hand.Body]) -> Iterator[tuple[str, str, Any]]:
    """Measure, dimensions, and what an aggregate must say."""
    for name in ("category", "jurisdiction", "verification"):
        yield "incidents", name, Counter(body[name] for body in bodies)
    yield "incidents", "month", by_hand.incidents_by(bodies, by_hand.month)
    yield "incidents", "tag", by_hand.incidents_by(bodies, lambda body: body["tags"])
    yield "incidents", "sex", by_hand.incidents_by(bodies, lambda body: (p["sex"] for p in by_hand.persons([body])))
    yield "victims", "sex", Counter(each["sex"] for each in by_hand.victims(bodies))
    yield "killed", "age_group", Counter(each["age_group"] for each in by_hand.with_outcome(bodies, "killed"))
    yield "deaths", "role", Counter(each["role"] for each in by_hand.with_outcome(bodies, "killed", "suicide"))
    yield "weapons", "weapon_type", by_hand.weapons(bodies)
    yield "seized_items", "kind,unit", {key: value for key, value in by_hand.seized(bodies).items() if value}


@asynccontextmanager
async def _region(
    postgres: Postgres, template_database: Callable[[str], str], issuer: Issuer, jwks: Path
) -> AsyncIterator[Region]:
    names = {service: f"{service}_{uuid4().hex}" for service in ("incidents", "reporting")}
    for service, name in names.items():
        postgres.create_database(name, template_database(service))
    log, reader = (postgres.dsn(name) for name in names.values())
    headers = {"Authorization": f"Bearer {issuer.issue('service')}"}
    async with (
        running_app(Settings(database_url=log, jwks=str(jwks), pool_size=3)) as app,
        asyncpg.create_pool(log, min_size=1, max_size=1) as events,
        asyncpg.create_pool(
            reader, min_size=1, max_size=2, server_settings={"search_path": "readmodel,public"}
        ) as read_model,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://incidents", headers=headers) as feed,
    ):
        aggregates = Aggregates(load_pack("western-balkans"), lambda: figures(read_model), "http://incidents")
        yield Region(app.state.services.incidents, events, read_model, feed, aggregates)
    for name in names.values():
        postgres.drop_database(name)


@pytest.mark.slow
def test_any_interleaving_equals_a_recount_from_the_log(
    postgres: Postgres, template_database: Callable[[str], str], tmp_path: Path
) -> None:
    issuer, jwks = Issuer(tmp_path / "issuer.pem"), tmp_path / "jwks.json"
    issuer.write_jwks(jwks)
    with asyncio.Runner() as runner:
        world = {"opened": lambda: _region(postgres, template_database, issuer, jwks), "runner": runner}
        run_state_machine_as_test(
            type("Machine", (Interleaving,), world),
            settings=settings(
                max_examples=30,
                stateful_step_count=30,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
