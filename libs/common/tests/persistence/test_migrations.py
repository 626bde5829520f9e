"""Migrations against a real database, from a package made for the test."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import asyncpg
import psycopg
import pytest

from common.http.health import Health, schema_at_head
from common.persistence.database import is_unavailable, open_database, psycopg_url
from common.persistence.migrations import at_head, head, upgrade
from common.testing.postgres import Postgres

FIRST = """
import time
from alembic import op
from common.persistence.migrations import execute_sql_file

revision, down_revision = "0001", None

def upgrade() -> None:
    time.sleep(0.3)  # long enough for another to come
    execute_sql_file(op.get_bind(), "common.eventsourcing", "schema.sql")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

def upgrade() -> None:
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
    {more}
"""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = f"migrations_{uuid4().hex}"
    postgres.create_database(name)
    yield postgres.dsn(name)
    postgres.drop_database(name)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"service_{uuid4().hex[:8]}"
    versions = tmp_path / name / "migrations" / "versions"
    versions.mkdir(parents=True)
    for package in (tmp_path / name, tmp_path / name / "migrations"):
        (package / "__init__.py").touch()
    (versions / "0001_first.py").write_text(FIRST)
    (versions / "0002_second.py").write_text(SECOND.format(more="pass"))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


async def test_a_database_comes_to_head_and_stays(service: str, database: str) -> None:
    assert head(service) == "0002"
    async with open_database(database) as opened:
        ready = Health([schema_at_head(opened.pool, service)])
        assert not await at_head(opened.pool, "0002")
        assert await ready.trouble() == "the schema is not at head: run migrate"
        upgrade(service, database)
        upgrade(service, database)
        assert await at_head(opened.pool, "0002")
        assert await ready.trouble() is None
        assert await opened.pool.fetchval("SELECT head FROM event_log") == 0
        assert await opened.pool.fetchval("SELECT count(*) FROM extra") == 0


def test_two_at_once_are_one_after_the_other(service: str, database: str) -> None:
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda _: upgrade(service, database), range(3)))
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]


def test_a_migration_that_fails_leaves_nothing_behind(service: str, database: str, tmp_path: Path) -> None:
    broken = tmp_path / service / "migrations" / "versions" / "0002_second.py"
    broken.write_text(SECOND.format(more="raise ZeroDivisionError"))
    with pytest.raises(ZeroDivisionError):
        upgrade(service, database)
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_only_postgresql_is_understood() -> None:
    assert psycopg_url("postgresql://u@h/d") == "postgresql+psycopg://u@h/d"
    with pytest.raises(ValueError, match="postgresql://"):
        psycopg_url("sqlite://")


async def test_a_database_that_is_away_is_told_from_a_wrong_statement(log_database: str) -> None:
    async with open_database(log_database) as database:
        with pytest.raises(asyncpg.PostgresError) as wrong:
            await database.pool.fetch("SELECT nothing")
        with pytest.raises(asyncpg.DataError) as overflow:
            await database.pool.fetch("SELECT $1::int", 2**40)
        connection = await database.connect()
        with pytest.raises(asyncpg.PostgresError) as killed:
            await connection.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(asyncpg.InterfaceError) as closed:
            await connection.fetch("SELECT 1")
    with pytest.raises(OSError) as refused:
        await asyncpg.connect("postgresql://u@/d?host=/nowhere")
    assert all(is_unavailable(raised.value) for raised in (killed, closed, refused))
    assert not any(is_unavailable(raised.value) for raised in (wrong, overflow))
