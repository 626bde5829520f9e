"""The commands that every service with an event log has, and the parts of its processes that do not differ.

A service says what is its own (`WriteService`); `commands(service, settings)` are the entries of its command line.
"""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
from fastapi import FastAPI

from common.eventsourcing.codec import Codec
from common.eventsourcing.inline import InlineTable
from common.eventsourcing.inline_rebuild import Comparison, rebuild, verify
from common.eventsourcing.log import EventLog
from common.eventsourcing.tail import Tail
from common.http.changes import Changes, Publish
from common.kernel.errors import DomainError
from common.messaging.kafka.publisher import KafkaPublisher
from common.messaging.relay import Relay, set_back
from common.messaging.topics import TopicsRefused, declaration
from common.observability.logging import configure_logging
from common.persistence.database import open_database
from common.persistence.migrations import upgrade
from common.reference.pack import BrokenPack
from common.runtime.cli import Command, Complaint
from common.runtime.metrics import metrics_served
from common.runtime.serve import serve
from common.runtime.settings import ServiceSettings
from common.runtime.worker import until, work

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True)
class WriteService(Generic[S]):
    """`name` is the publisher's in events, topics and positions. `app` opens what its API process needs; it raises
    `BrokenPack`, and `OSError` where the database cannot be reached. `subject` is the word for what is erased."""

    name: str
    settings: Callable[[], S]
    app: Callable[[S], AbstractAsyncContextManager[FastAPI]]
    codec: Callable[[], Codec[Any]]
    publish: Publish
    tables: Mapping[str, InlineTable]
    subject: str

    def changes(self, log: EventLog[Any]) -> Changes:
        return Changes(self.name, log, self.codec(), self.publish)


async def relay(service: WriteService[S], settings: S, stop: asyncio.Event) -> None:
    """Publishes the log to Kafka until asked to stop. Raises `TopicsRefused`, `OSError` where the database cannot be
    reached."""
    async with (
        open_database(settings.database_url, pool_size=settings.pool_size) as database,
        Tail(database.connect) as tail,
        KafkaPublisher(settings.kafka, declaration(settings.topics), service.name) as publisher,
    ):
        changes = service.changes(EventLog(database.pool, service.codec()))
        await until(stop, Relay(database.pool, changes.read, tail.wait, publisher, service.name).run())


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What the operator's commands work with: one connection, and the log over it."""

    service: WriteService[Any]
    connection: asyncpg.Connection[Any]
    log: EventLog[Any]

    async def rebuild(self, table: InlineTable) -> int:
        return await rebuild(self.connection, table, self.service.codec())

    async def verify(self, table: InlineTable) -> Comparison:
        return await verify(self.connection, table, self.service.codec())

    async def republish(self, after: int) -> None:
        last = await self.service.changes(self.log).read(after - 1, 1) if after else []
        await set_back(self.connection, self.service.name, after, last[0].cursor if last else None)


@asynccontextmanager
async def maintenance(service: WriteService[Any], settings: ServiceSettings) -> AsyncIterator[Maintenance]:
    """Raises `OSError` where the database cannot be reached."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(settings.database_url)
    try:
        yield Maintenance(service, connection, EventLog(connection, service.codec()))
    finally:
        await connection.close()


def commands(service: WriteService[Any]) -> tuple[Command, ...]:
    """In the order in which the help lists them."""
    kept = _Kept(service)
    return (
        Command("api", "serve the HTTP API", kept.api),
        Command("relay", "publish the log to Kafka; of several, one does", kept.relay),
        Command("republish", "publish again, from the beginning or after a position", kept.republish, _after),
        Command("migrate", "bring the database to the newest revision", kept.migrate),
        Command(
            "rebuild",
            "make the read model, or a table of it, anew from the log under live traffic",
            kept.rebuild,
            partial(_table, service),
        ),
        Command(
            "verify", "compare the read model with a recount from the log; exit status 1 if they differ", kept.verify
        ),
        Command("restored", "to be run once after the database was restored from a copy", kept.restored),
        Command(
            "erase",
            f"erase all free text of one {service.subject} for good: narratives, reasons, comments",
            kept.erase,
            partial(_stream, service),
        ),
    )


class _Kept:
    """The commands of one service."""

    def __init__(self, service: WriteService[Any]) -> None:
        self._service = service

    async def api(self, _: Namespace) -> None:
        settings = self._configured()
        try:
            with metrics_served(settings.metrics_port, settings.host):
                async with self._service.app(settings) as app:
                    await serve(
                        app,
                        host=settings.host,
                        port=settings.port,
                        drain_seconds=settings.drain_seconds,
                        stop_seconds=settings.stop_seconds,
                    )
        except BrokenPack as error:
            raise Complaint(str(error)) from error

    async def relay(self, _: Namespace) -> None:
        settings = self._configured()
        try:
            with metrics_served(settings.metrics_port, settings.host):
                await work(partial(relay, self._service, settings), stop_seconds=settings.stop_seconds)
        except TopicsRefused as error:
            raise Complaint(str(error)) from error

    async def republish(self, arguments: Namespace) -> None:
        async with self._maintenance() as keeping:
            head = await keeping.log.head()
            if not 0 <= arguments.after <= head.position:
                raise Complaint(f"the log goes from 0 to {head.position}")
            await keeping.republish(arguments.after)
        _say(f"The relay publishes again what comes after position {arguments.after}.")

    def migrate(self, _: Namespace) -> None:
        upgrade(self._service.name, self._service.settings().database_url)
        _say("The database is at the newest revision.")

    async def rebuild(self, arguments: Namespace) -> None:
        tables = self._service.tables
        async with self._maintenance() as keeping:
            for name in [arguments.table] if arguments.table else tables:
                try:
                    rows = await keeping.rebuild(tables[name])
                except DomainError as error:
                    raise Complaint(str(error)) from error
                _say(f"{name}: {rows} rows made anew from the log and switched.")

    async def verify(self, _: Namespace) -> int:
        """1 where a table differs from its recount."""
        different = False
        async with self._maintenance() as keeping:
            for name, table in self._service.tables.items():
                found = await keeping.verify(table)
                different = different or not found.equal
                verdict = "equal" if found.equal else f"DIFFERENT, among them {', '.join(map(str, found.differing))}"
                _say(f"{name}: {found.rows} streams, live {found.live}, recounted {found.recounted}: {verdict}")
        return int(different)

    async def restored(self, _: Namespace) -> None:
        async with self._maintenance() as keeping:
            head = await keeping.log.restored()
        _say(f"The log is now {head.log_id}, generation {head.generation}, at position {head.position}.")
        _say("Whoever follows it must rebuild: cursors of the log before the restore are refused.")

    async def erase(self, arguments: Namespace) -> None:
        async with self._maintenance() as keeping:
            if not await keeping.log.load(arguments.stream, up_to_version=1):
                raise Complaint(f"there is no {self._service.subject} {arguments.stream}")
            count = await keeping.log.erase_texts(arguments.stream)
        _say(f"{count} texts of {arguments.stream} erased for good.")

    def _maintenance(self) -> AbstractAsyncContextManager[Maintenance]:
        return maintenance(self._service, self._service.settings())

    def _configured(self) -> Any:
        settings = self._service.settings()
        configure_logging(self._service.name, settings.log_level)
        return settings


def _say(text: str) -> None:
    print(text)  # noqa: T201  a command line speaks


def _stream(service: WriteService[Any], parser: ArgumentParser) -> None:
    parser.add_argument("stream", metavar=service.subject, type=UUID, help="its id")


def _table(service: WriteService[Any], parser: ArgumentParser) -> None:
    parser.add_argument("table", nargs="?", choices=sorted(service.tables), help="every table without it")


def _after(parser: ArgumentParser) -> None:
    parser.add_argument("--after", type=int, default=0, help="the position; the whole log without it")
