"""`python -m reporting COMMAND`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias
from uuid import UUID

from common.messaging.rebuild import RebuildRunning
from common.observability.logging import configure_logging
from common.persistence import migrations
from common.reference.pack import BrokenPack
from common.runtime.cli import Command, Complaint, main
from common.runtime.metrics import metrics_served
from common.runtime.serve import serve
from common.runtime.worker import work
from reporting import bootstrap
from reporting.settings import Settings

Arguments: TypeAlias = Callable[[argparse.ArgumentParser], object]
Run: TypeAlias = Callable[[Settings, argparse.Namespace], Awaitable[int | None]]


async def api(settings: Settings, _: argparse.Namespace) -> None:
    with metrics_served(settings.metrics_port, settings.host):
        async with bootstrap.api(settings) as app:
            await serve(
                app,
                host=settings.host,
                port=settings.port,
                drain_seconds=settings.drain_seconds,
                stop_seconds=settings.stop_seconds,
            )


async def worker(settings: Settings, _: argparse.Namespace) -> None:
    with metrics_served(settings.metrics_port, settings.host):
        await work(partial(bootstrap.follow, settings), stop_seconds=settings.stop_seconds)


async def migrate(settings: Settings, _: argparse.Namespace) -> None:
    await asyncio.to_thread(migrations.upgrade, "reporting", settings.database_url)


async def rebuild(settings: Settings, arguments: argparse.Namespace) -> int:
    try:
        rebuilt = await bootstrap.rebuild(settings)
    except RebuildRunning as error:
        raise Complaint(f"another rebuild of {error} is running; wait for it") from error
    _say(f"live  {_indented(rebuilt.live_digest or 'of another log')}")
    _say(f"new   {_indented(rebuilt.new_digest)}")
    _say(f"at position {rebuilt.position}: {'equal' if rebuilt.equal else 'different'}; switched")
    for key in rebuilt.parked:
        _say(f"still parked: {key.publisher} {key.stream}: {key.reason}")
    for stream in rebuilt.unparked:
        _say(f"no longer parked: {stream}")
    verified = await verify(settings, arguments)
    return verified if rebuilt.equal or rebuilt.live_digest is None or rebuilt.unparked else 1


async def verify(settings: Settings, _: argparse.Namespace) -> int:
    verified = await bootstrap.verify(settings)
    for line in verified.differences:
        _say(line)
    result = "differs from" if verified.differences else "equals"
    _say(f"at position {verified.position} the read model {result} a recount of the feed")
    return 1 if verified.differences else 0


async def parked(settings: Settings, arguments: argparse.Namespace) -> int:
    async with bootstrap.parked_events(settings) as waiting:
        if arguments.action == "list":
            for key in await waiting.all():
                _say(f"{key.publisher} {key.stream} {key.events} from position {key.first_position}: {key.reason}")
            return 0
        if arguments.stream is None:
            raise Complaint(f"name the stream to {arguments.action}")
        act = waiting.replay if arguments.action == "replay" else waiting.skip
        reason = await act(arguments.publisher, arguments.stream)
        _say("applied" if reason is None else f"still parked: {reason}")
        return 0 if reason is None else 1


def _which_parked(parser: argparse.ArgumentParser) -> None:
    what = "list, which it does without one; skip gives up the stream's first event"
    parser.add_argument("action", nargs="?", choices=("list", "replay", "skip"), default="list", help=what)
    parser.add_argument("stream", nargs="?", type=UUID, help="as the list names it")
    parser.add_argument("--publisher", default="incidents")


def _command(
    name: str, text: str, run: Run, arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None
) -> Command:
    async def with_settings(given: argparse.Namespace) -> int | None:
        settings = Settings()  # from the environment
        configure_logging("reporting", settings.log_level)
        try:
            return await run(settings, given)
        except BrokenPack as error:
            raise Complaint(str(error)) from error

    return Command(name, text, with_settings, arguments)


def _say(text: str) -> None:
    print(text)  # noqa: T201  a command line speaks


def _indented(digest: str) -> str:
    return digest.replace("\n", "\n      ")


COMMANDS = (
    _command("api", "serve aggregates and the dashboard", api),
    _command("worker", "apply what the other services publish", worker),
    _command("migrate", "bring the database to the newest version", migrate),
    _command("rebuild", "make the read model anew from the feed, compare, switch and verify", rebuild),
    _command("verify", "compare the read model with a recount of the feed", verify),
    _command("parked", "list, replay or skip events that could not be applied", parked, _which_parked),
)

if __name__ == "__main__":
    sys.exit(main("reporting", COMMANDS))
