"""The command line: `python -m incidents COMMAND`."""

from __future__ import annotations

import sys
from argparse import Namespace

from common.observability.logging import configure_logging
from common.persistence.migrations import upgrade
from common.reference.pack import BrokenPack
from common.runtime.cli import Command, Complaint, main
from common.runtime.metrics import metrics_served
from common.runtime.serve import serve
from incidents.bootstrap import running_app
from incidents.settings import Settings


async def api(_: Namespace) -> None:
    settings = _settings()
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


def migrate(_: Namespace) -> None:
    upgrade("incidents", _settings().database_url)


def _settings() -> Settings:
    return Settings()


COMMANDS = (
    Command("api", "serve the HTTP API", api),
    Command("migrate", "bring the database to the newest revision", migrate),
)

if __name__ == "__main__":
    sys.exit(main("incidents", COMMANDS))
