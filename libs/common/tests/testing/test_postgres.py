"""The embedded server: databases, a crash, another version's data, paths too long for a socket."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest

from common.testing.fixtures import FreshDatabase
from common.testing.postgres import EmbeddedPostgres, Postgres, PostgresUnusable


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="salwatch-test-") as name:
        yield Path(name)


async def test_one_dsn_serves_every_driver(log_database: str) -> None:
    connection = await asyncpg.connect(log_database)
    assert await connection.fetchval("SELECT head FROM event_log") == 0
    await connection.close()
    with psycopg.connect(log_database) as other:
        assert other.execute("SHOW timezone").fetchone() == ("UTC",)


def test_every_test_gets_its_own_database(fresh_database: FreshDatabase) -> None:
    assert fresh_database("common") != fresh_database("common")


def test_what_was_committed_survives_a_crash_and_a_second_start(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        server.kill()
        server.start()
        server.start()  # one that runs already is taken over
        with psycopg.connect(server.dsn("postgres")) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    finally:
        server.stop("immediate")


def test_a_path_too_long_for_a_socket_is_no_obstacle(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 20) / ("longer" * 10) / "postgres")
    server.start()
    try:
        server.create_database("one")
        assert server.has_database("one")
        assert not server.has_database("two")
    finally:
        server.stop("immediate")


def test_data_of_another_version_is_refused_in_one_line(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresUnusable, match="PostgreSQL 16, this is 18"):
        EmbeddedPostgres(folder / "postgres").start()


def test_a_given_server_is_used_as_it_stands(postgres: Postgres) -> None:
    same = Postgres(postgres.dsn("postgres"))
    same.create_database("of_a_given_server")
    same.drop_database("of_a_given_server")
    assert not same.has_database("of_a_given_server")
