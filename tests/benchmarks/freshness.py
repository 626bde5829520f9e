"""How soon what was answered with 201 is seen in the read model, over Kafka at 500 posts a second: its p99 ÷ that of a
record's way through Kafka alone at the same rate."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from broker import DECLARED, broker, relay, worker
from callers import Connection
from lines import lines
from rounds import record
from stage import Stage, migrated, stage

from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess

RATE = 500
SECONDS = 8
ROUNDS = 5
CALLERS = 32
PLAIN = "plain.events"


async def main() -> None:
    with broker() as bootstrap:
        async with stage() as running, AsyncExitStack() as stack:
            dsn = migrated(running.postgres, "reporting")
            await administration.apply(KafkaAccess(bootstrap), DECLARED)
            await administration.create_topic(KafkaAccess(bootstrap), PLAIN, 12, {})
            stack.enter_context(relay(running, bootstrap))
            stack.enter_context(worker(running, dsn, bootstrap))
            seeing = await stack.enter_async_context(_seeing(dsn))
            plain = await stack.enter_async_context(_round_trips(bootstrap))
            ours, bare = [], []
            for n in range(ROUNDS + 1):
                found = _p99(await _fresh(running, seeing)), _p99(await plain())
                if n:  # the first round warms up
                    ours.append(found[0])
                    bare.append(found[1])
            note = f"seen after {statistics.median(ours):.0f} ms; through Kafka in {statistics.median(bare):.0f} ms"
            ratios = [own / alone for own, alone in zip(ours, bare, strict=True)]
            title = f"freshness p99 on Kafka at {RATE} posts/s"
            record(title, "a record's way through Kafka, p99", ratios, must_reach="<= 8", note=note)


class Seeing:
    """Looks all the time which incidents have come to be seen, and when."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection
        self._waiting: dict[UUID, float] = {}
        self.times: list[float] = []

    def acknowledged(self, incident: UUID) -> None:
        self._waiting[incident] = time.perf_counter()

    async def look(self) -> None:
        while True:
            if self._waiting:
                rows = await self._connection.fetch(
                    "SELECT id FROM readmodel.incident WHERE id = ANY($1)", list(self._waiting)
                )
                now = time.perf_counter()
                self.times += [(now - self._waiting.pop(row["id"])) * 1000 for row in rows]
            await asyncio.sleep(0.002)

    async def all(self) -> list[float]:
        async with asyncio.timeout(60):
            while self._waiting:
                await asyncio.sleep(0.01)
        times, self.times = self.times, []
        return times


@asynccontextmanager
async def _seeing(dsn: str) -> AsyncIterator[Seeing]:
    connection = await asyncpg.connect(dsn)
    seeing = Seeing(connection)
    looking = asyncio.create_task(seeing.look())
    try:
        yield seeing
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await connection.close()


async def _fresh(running: Stage, seeing: Seeing) -> list[float]:
    """Milliseconds from each 201 until the incident is seen."""
    connections = [await Connection.open(running.incidents.port) for _ in range(CALLERS)]
    free = asyncio.Queue[Connection]()
    for connection in connections:
        free.put_nowait(connection)
    headers = {"Authorization": running.agency, "Content-Type": "application/json"}
    some = lines(10**9)

    async def post() -> None:
        connection = await free.get()
        status, answer = await connection.answer("/v1/incidents", headers, msgspec.json.encode(next(some)))
        assert status == 201, status
        seeing.acknowledged(UUID(msgspec.json.decode(answer)["id"]))
        free.put_nowait(connection)

    await _paced(post)
    for connection in connections:
        connection.close()
    return await seeing.all()


async def _paced(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begins `work` so often a second, whether or not what was begun before is done."""
    started, tasks = time.perf_counter(), []
    for n in range(RATE * SECONDS):
        if (early := started + n / RATE - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        tasks.append(asyncio.create_task(work()))
    await asyncio.gather(*tasks)


@asynccontextmanager
async def _round_trips(bootstrap: str) -> AsyncIterator[Callable[[], Coroutine[Any, Any, list[float]]]]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(PLAIN, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await producer.start()
    await consumer.start()
    numbers = itertools.count()
    sent: dict[bytes, float] = {}
    times: list[float] = []

    async def read() -> None:
        async for message in consumer:
            times.append((time.perf_counter() - sent.pop(message.key)) * 1000)  # noqa: PERF401  read one by one

    async def send() -> None:
        key = str(next(numbers)).encode()
        sent[key] = time.perf_counter()
        await producer.send_and_wait(PLAIN, b"x" * 500, key=key)

    async def round_trips() -> list[float]:
        times.clear()
        await _paced(send)
        async with asyncio.timeout(60):
            while sent:
                await asyncio.sleep(0.01)
        return list(times)

    reading = asyncio.create_task(read())
    try:
        yield round_trips
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()
        await producer.stop()


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


if __name__ == "__main__":
    uvloop.run(main())
