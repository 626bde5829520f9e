"""`python -m reporting COMMAND`."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from common.messaging.rebuild import RebuildRunning
from common.observability.logging import configure_logging
from common.persistence import migrations
from common.reference.pack import BrokenPack
from common.runtime.cli import Command, Complaint, main
from common.runtime.consumer_commands import parked_command, told, worker_command
from common.runtime.metrics import metrics_served
from common.runtime.serve import serve
from reporting import bootstrap
from reporting.bootstrap import ReadModel
from reporting.settings import Settings


async def api(_: Namespace) -> None:
    settings = _configured()
    try:
        with metrics_served(settings.metrics_port, settings.host):
            async with bootstrap.api(settings) as app:
                await serve(
                    app,
                    host=settings.host,
                    port=settings.port,
                    drain_seconds=settings.drain_seconds,
                    stop_seconds=settings.stop_seconds,
                )
    except BrokenPack as error:
        raise Complaint(str(error)) from error


async def migrate(_: Namespace) -> None:
    await asyncio.to_thread(migrations.upgrade, "reporting", _configured().database_url)


async def rebuild(arguments: Namespace) -> int:
    """1 where the new read model differs for another reason than that something is no longer set aside."""
    settings, status = _configured(), 0
    for model in _chosen(settings, arguments.publisher):
        try:
            rebuilt = await model.consumer.rebuild(settings)
        except RebuildRunning as error:
            raise Complaint(f"another rebuild of {error} is running; wait for it") from error
        for line in told(rebuilt):
            _say(line)
        verified = await _verify(settings, model)
        explained = rebuilt.equal or rebuilt.live_digest is None or bool(rebuilt.unparked)
        status = max(status, verified, int(not explained))
    return status


async def verify(arguments: Namespace) -> int:
    settings = _configured()
    return max([await _verify(settings, model) for model in _chosen(settings, arguments.publisher)])


async def _verify(settings: Settings, model: ReadModel) -> int:
    verified = await model.verify(settings)
    for line in verified.differences:
        _say(line)
    result = "differs from" if verified.differences else "equals"
    _say(f"at position {verified.position} the read model {result} a recount of the feed of {model.publisher}")
    return 1 if verified.differences else 0


def _configured() -> Settings:
    settings = Settings()  # from the environment
    configure_logging("reporting", settings.log_level)
    return settings


def _chosen(settings: Settings, publisher: str | None) -> Sequence[ReadModel]:
    return [each for each in bootstrap.read_models(settings) if publisher in (None, each.publisher)]


def _which(parser: ArgumentParser) -> None:
    parser.add_argument("publisher", nargs="?", choices=("incidents", "kpi", "funds"), help="every one's without it")


def _say(text: str) -> None:
    print(text)  # noqa: T201  a command line speaks


COMMANDS = (
    Command("api", "serve aggregates and the dashboard", api),
    worker_command("reporting", Settings, bootstrap.consumers),
    Command("migrate", "bring the database to the newest version", migrate),
    Command("rebuild", "make a read model anew from the feed, compare, switch and verify", rebuild, _which),
    Command("verify", "compare the read model with a recount of the feed", verify, _which),
    parked_command("reporting", Settings, bootstrap.consumers),
)

if __name__ == "__main__":
    sys.exit(main("reporting", COMMANDS))
