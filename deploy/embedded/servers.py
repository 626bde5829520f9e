"""What stands under the services: PostgreSQL, and Kafka where it is the transport. Restarts what dies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psutil
from aiokafka.errors import KafkaError

from common.testing.kafka_jars import KafkaUnusable
from common.testing.postgres import EmbeddedPostgres, PostgresUnusable
from embedded.kafka import Carrier

LOOK_SECONDS = 0.5
LOOKS_PER_TOPICS = 10
FAILURES = 5  # starts in a row that may fail


class Servers:
    def __init__(self, postgres: EmbeddedPostgres, kafka: Carrier | None) -> None:
        self._postgres = postgres
        self._kafka = kafka
        self._topics: Sequence[str] = ()
        self._failures = 0

    @property
    def pids(self) -> Mapping[str, int]:
        return {**(self._kafka.pids() if self._kafka else {}), "postgres": self._postgres.pid()}

    @property
    def leftovers(self) -> Mapping[str, int]:
        """What has to be ended by the next run if this one is killed. PostgreSQL is taken over instead."""
        return self._kafka.pids() if self._kafka and not self._kafka.found else {}

    @property
    def kafka(self) -> Mapping[str, Any] | None:
        """As demo.json has it."""
        return {"bootstrap": self._kafka.bootstrap, "topics": self._topics} if self._kafka else None

    async def start_kafka(self) -> None:
        """With its topics, where it is the transport. Raises as `Carrier.start`."""
        if self._kafka:
            await self._kafka.start()
            self._topics = await self._kafka.topics()

    def stop(self) -> None:
        if self._kafka:
            self._kafka.stop()
        self._postgres.stop()

    async def keep(self, changed: Callable[[], None]) -> None:
        """Restarts what dies, and notices topics that are new: the relay makes one when the log was restored. Tells
        of both; returns never."""
        while True:
            for _ in range(LOOKS_PER_TOPICS):
                await asyncio.sleep(LOOK_SECONDS)
                if await self._restarted():
                    changed()
            if await self._other_topics():
                changed()

    async def _restarted(self) -> bool:
        dead = []
        if not _lives(self._postgres):
            dead.append(("postgres", self._postgres.start))
        if self._kafka and self._kafka.own and not self._kafka.pids():
            dead.append(("kafka", self._kafka.own.start))
        for name, start in dead:
            print(f"{name} ended; it is started again")
            await self._start(start)
        return bool(dead)

    async def _start(self, start: Callable[[], None]) -> None:
        """One that dies while it starts is looked at again."""
        try:
            await asyncio.to_thread(start)
            self._failures = 0
        except (PostgresUnusable, KafkaUnusable):
            self._failures += 1
            if self._failures == FAILURES:
                raise

    async def _other_topics(self) -> bool:
        before = self._topics
        if self._kafka:
            with contextlib.suppress(KafkaError, OSError):
                self._topics = await self._kafka.topics()
        return self._topics != before


def _lives(postgres: EmbeddedPostgres) -> bool:
    try:
        return bool(psutil.Process(postgres.pid()).status() != psutil.STATUS_ZOMBIE)
    except (FileNotFoundError, psutil.NoSuchProcess):
        return False
