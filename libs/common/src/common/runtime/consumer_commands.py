"""The commands of a service that follows others: a worker for all of them, and what was set aside of each."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from common.messaging.rebuild import RebuildRunning, Rebuilt
from common.observability.logging import configure_logging
from common.runtime.cli import Command, Complaint
from common.runtime.consumer import Consumer
from common.runtime.metrics import metrics_served
from common.runtime.settings import ServiceSettings
from common.runtime.worker import work

Consumers = Callable[[Any], Sequence[Consumer]]
"""What a service follows, from its settings; the first is meant where a command names none."""


def consumer_commands(
    program: str, settings: Callable[[], ServiceSettings], consumers: Consumers
) -> tuple[Command, ...]:
    """Those of a service that has a log of its own besides, whose `rebuild` is of the tables that follow from it."""
    kept = _Kept(program, settings, consumers)
    return (
        worker_command(program, settings, consumers),
        Command("refill", "make what a publisher's feed tells anew, compare and switch", kept.refill, _which),
        parked_command(program, settings, consumers),
    )


def worker_command(program: str, settings: Callable[[], ServiceSettings], consumers: Consumers) -> Command:
    kept = _Kept(program, settings, consumers)
    return Command("worker", "apply what other services publish", kept.worker)


def parked_command(program: str, settings: Callable[[], ServiceSettings], consumers: Consumers) -> Command:
    kept = _Kept(program, settings, consumers)
    return Command("parked", "list, replay or skip events that could not be applied", kept.parked, _which_parked)


def told(rebuilt: Rebuilt) -> list[str]:
    """What a rebuild came to, line by line."""
    return [
        f"live  {_indented(rebuilt.live_digest or 'of another log')}",
        f"new   {_indented(rebuilt.new_digest)}",
        f"at position {rebuilt.position}: {'equal' if rebuilt.equal else 'different'}; switched",
        *(f"still parked: {key.publisher} {key.stream}: {key.reason}" for key in rebuilt.parked),
        *(f"no longer parked: {stream}" for stream in rebuilt.unparked),
    ]


class _Kept:
    def __init__(self, program: str, settings: Callable[[], ServiceSettings], consumers: Consumers) -> None:
        self._program = program
        self._settings = settings
        self._consumers = consumers

    async def worker(self, _: Namespace) -> None:
        settings = self._configured()
        jobs = [partial(_follow, consumer, settings) for consumer in self._consumers(settings)]
        with metrics_served(settings.metrics_port, settings.host):
            await work(*jobs, stop_seconds=settings.stop_seconds)

    async def refill(self, arguments: Namespace) -> int:
        settings = self._configured()
        status = 0
        for consumer in self._chosen(settings, arguments.publisher):
            try:
                rebuilt = await consumer.rebuild(settings)
            except RebuildRunning as error:
                raise Complaint(f"another rebuild of {error} is running; wait for it") from error
            for line in told(rebuilt):
                _say(line)
            if not rebuilt.equal and rebuilt.live_digest is not None and not rebuilt.unparked:
                status = 1
        return status

    async def parked(self, arguments: Namespace) -> int:
        settings = self._configured()
        if arguments.action == "list":
            for consumer in self._chosen(settings, arguments.publisher):
                async with consumer.parked(settings) as waiting:
                    for key in await waiting.all():
                        where = f"{key.publisher} {key.stream} {key.events} from position {key.first_position}"
                        _say(f"{where}: {key.reason}")
            return 0
        if arguments.stream is None:
            raise Complaint(f"name the stream to {arguments.action}")
        consumer = self._chosen(settings, arguments.publisher)[0]
        async with consumer.parked(settings) as waiting:
            act = waiting.replay if arguments.action == "replay" else waiting.skip
            reason = await act(arguments.stream)
        _say("applied" if reason is None else f"still parked: {reason}")
        return 0 if reason is None else 1

    def _chosen(self, settings: ServiceSettings, publisher: str | None) -> Sequence[Consumer]:
        """Those of the publisher, or all."""
        known = self._consumers(settings)
        chosen = [consumer for consumer in known if publisher in (None, consumer.publisher)]
        if not chosen:
            raise Complaint(f"{publisher} is none of {', '.join(consumer.publisher for consumer in known)}")
        return chosen

    def _configured(self) -> ServiceSettings:
        settings = self._settings()
        configure_logging(self._program, settings.log_level)
        return settings


async def _follow(consumer: Consumer, settings: ServiceSettings, stop: asyncio.Event) -> None:
    await consumer.follow(settings, stop)


def _which(parser: ArgumentParser) -> None:
    parser.add_argument("publisher", nargs="?", help="whose events; every publisher's without it")


def _which_parked(parser: ArgumentParser) -> None:
    what = "list, which it does without one; skip gives up the stream's first event"
    parser.add_argument("action", nargs="?", choices=("list", "replay", "skip"), default="list", help=what)
    parser.add_argument("stream", nargs="?", type=UUID, help="as the list names it")
    parser.add_argument("--publisher", help="whose stream it is; the first that is followed without it")


def _say(text: str) -> None:
    print(text)  # noqa: T201  a command line speaks


def _indented(digest: str) -> str:
    return digest.replace("\n", "\n      ")
