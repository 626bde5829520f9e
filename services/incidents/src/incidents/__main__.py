"""The command line: `python -m incidents COMMAND`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from uuid import UUID

from common.kernel.errors import DomainError
from common.messaging.topics import TopicsRefused
from common.observability.logging import configure_logging
from common.persistence.migrations import upgrade
from common.reference.pack import BrokenPack
from common.runtime.cli import Command, Complaint, main
from common.runtime.metrics import metrics_served
from common.runtime.serve import serve
from common.runtime.worker import work
from incidents import bootstrap
from incidents.bootstrap import TABLES, maintenance, running_app
from incidents.settings import Settings


async def api(_: Namespace) -> None:
    settings = Settings()
    configure_logging("incidents", settings.log_level)
    try:
        with metrics_served(settings.metrics_port, settings.host):
            async with running_app(settings) as app:
                await serve(
                    app,
                    host=settings.host,
                    port=settings.port,
                    drain_seconds=settings.drain_seconds,
                    stop_seconds=settings.stop_seconds,
                )
    except BrokenPack as error:
        raise Complaint(str(error)) from error


async def relay(_: Namespace) -> None:
    settings = Settings()
    configure_logging("incidents", settings.log_level)
    try:
        with metrics_served(settings.metrics_port, settings.host):
            await work(partial(bootstrap.relay, settings), stop_seconds=settings.stop_seconds)
    except TopicsRefused as error:
        raise Complaint(str(error)) from error


async def republish(arguments: Namespace) -> None:
    async with maintenance(Settings()) as log_keeping:
        head = await log_keeping.log.head()
        if not 0 <= arguments.after <= head.position:
            raise Complaint(f"the log goes from 0 to {head.position}")
        await log_keeping.republish(arguments.after)
    _say(f"The relay publishes again what comes after position {arguments.after}.")


def migrate(_: Namespace) -> None:
    upgrade("incidents", Settings().database_url)
    _say("The database is at the newest revision.")


async def rebuild(arguments: Namespace) -> None:
    async with maintenance(Settings()) as keeping:
        for name in [arguments.table] if arguments.table else TABLES:
            try:
                rows = await keeping.rebuild(TABLES[name])
            except DomainError as error:
                raise Complaint(str(error)) from error
            _say(f"{name}: {rows} rows made anew from the log and switched.")


async def verify(_: Namespace) -> int:
    """1 where a table differs from its recount."""
    different = False
    async with maintenance(Settings()) as work:
        for name, table in TABLES.items():
            found = await work.verify(table)
            different = different or not found.equal
            verdict = "equal" if found.equal else f"DIFFERENT, among them {', '.join(map(str, found.differing))}"
            _say(f"{name}: {found.rows} streams, live {found.live}, recounted {found.recounted}: {verdict}")
    return int(different)


async def restored(_: Namespace) -> None:
    async with maintenance(Settings()) as work:
        head = await work.log.restored()
    _say(f"The log is now {head.log_id}, generation {head.generation}, at position {head.position}.")
    _say("Whoever follows it must rebuild: cursors of the log before the restore are refused.")


async def erase(arguments: Namespace) -> None:
    async with maintenance(Settings()) as work:
        if not await work.log.load(arguments.incident, up_to_version=1):
            raise Complaint(f"there is no incident {arguments.incident}")
        count = await work.log.erase_texts(arguments.incident)
    _say(f"{count} texts of {arguments.incident} erased for good.")


def _say(text: str) -> None:
    print(text)  # noqa: T201  a command line speaks


def _incident(parser: ArgumentParser) -> None:
    parser.add_argument("incident", type=UUID, help="its id")


def _table(parser: ArgumentParser) -> None:
    parser.add_argument("table", nargs="?", choices=sorted(TABLES), help="every table without it")


def _after(parser: ArgumentParser) -> None:
    parser.add_argument("--after", type=int, default=0, help="the position; the whole log without it")


COMMANDS = (
    Command("api", "serve the HTTP API", api),
    Command("relay", "publish the log to Kafka; of several, one does", relay),
    Command("republish", "publish again, from the beginning or after a position", republish, _after),
    Command("migrate", "bring the database to the newest revision", migrate),
    Command("rebuild", "make the read model, or a table of it, anew from the log under live traffic", rebuild, _table),
    Command("verify", "compare the read model with a recount from the log; exit status 1 if they differ", verify),
    Command("restored", "to be run once after the database was restored from a copy", restored),
    Command("erase", "erase all free text of an incident for good: narrative, reasons, comments", erase, _incident),
)

if __name__ == "__main__":
    sys.exit(main("incidents", COMMANDS))
