"""Migrations of a service's database: alembic without an ini file, an env.py or a command line.

A service `incidents` has its scripts in `incidents/migrations/versions/NNNN_what.py`, inside its wheel.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, StampStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from common.persistence.database import psycopg_url

_LOCK = 7301002  # beside the event log's 7301001


def upgrade(service: str, dsn: str) -> None:
    """Brings the database to the newest revision, in one transaction. Two at once are safe: the second waits."""
    config, scripts = _scripts(service)
    engine = create_engine(psycopg_url(dsn))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _run(config, scripts, connection)
    finally:
        engine.dispose()


def head(service: str) -> str | None:
    """The newest revision that the installed code knows; None where it has no migrations. Reads the scripts' files."""
    return _scripts(service)[1].get_current_head()


async def at_head(pool: asyncpg.Pool[Any], expected: str | None) -> bool:
    """Whether the database stands at `expected`, see `head`."""
    try:
        return bool(await pool.fetchval("SELECT version_num FROM alembic_version") == expected)
    except asyncpg.UndefinedTableError:
        return expected is None


def execute_sql_file(connection: Connection, package: str, filename: str) -> None:
    """Runs a resource file of SQL statements as it stands, in the connection's transaction; for use in a migration:

    `execute_sql_file(op.get_bind(), "common.eventsourcing", "schema.sql")`
    """
    script = files(package).joinpath(filename).read_text(encoding="utf-8")
    cursor = connection.connection.cursor()
    try:
        cursor.execute(script.encode())  # the driver takes many statements at once when there are no parameters
    finally:
        cursor.close()


def _scripts(service: str) -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", f"{service}:migrations")
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def _run(config: Config, scripts: ScriptDirectory, connection: Connection) -> None:
    def steps(revision: Any, context: MigrationContext) -> list[StampStep]:
        return scripts._upgrade_revs("head", revision)  # type: ignore[return-value]  # as alembic's own docs have it

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
