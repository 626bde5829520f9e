"""The pytest plugin of the workspace: a PostgreSQL per test process and a fresh database per test.

`SALWATCH_TEST_POSTGRES` names a server to use (a DSN whose user may create databases); without it the embedded one
runs in a temporary folder, so that several pytest processes may run side by side.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from common.testing.postgres import FAST, EmbeddedPostgres, Postgres

FreshDatabase = Callable[[str], str]
"""Takes a service's package name, gives the DSN of a new database with that service's migrations applied."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several test processes (`-n 2 --dist loadgroup`) one takes a whole file, and one all that share the demo."""
    for item in items:
        shared = "trial" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("demo" if shared else item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server; what a test creates on it is the test's to drop."""
    if given := os.environ.get("SALWATCH_TEST_POSTGRES"):
        yield Postgres(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="salwatch-test-"))
    server = EmbeddedPostgres(folder / "postgres", FAST)
    server.start()
    yield server
    server.stop("immediate")  # nothing of it is kept
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template_database(postgres: Postgres) -> Iterator[Callable[[str], str]]:
    """The name of a database to copy: with common's own tables ("common"), or migrated for a service."""
    made: dict[str, str] = {}

    def template(kind: str) -> str:
        if kind not in made:
            name = f"template_{kind}_{uuid4().hex[:8]}"
            postgres.create_database(name)
            made[kind] = name
            _fill(kind, postgres.dsn(name))
        return made[kind]

    yield template
    for name in made.values():
        postgres.drop_database(name)


@pytest.fixture
def fresh_database(postgres: Postgres, template_database: Callable[[str], str]) -> Iterator[FreshDatabase]:
    """Databases that hold a service's tables and nothing else; each is dropped after the test."""
    made: list[str] = []

    def create(service: str) -> str:
        made.append(f"{service}_{uuid4().hex}")
        postgres.create_database(made[-1], template_database(service))
        return postgres.dsn(made[-1])

    yield create
    for name in made:
        postgres.drop_database(name)


@pytest.fixture
def log_database(fresh_database: FreshDatabase) -> str:
    """A database that holds common's tables alone: event log, checkpoints, keys."""
    return fresh_database("common")


def _fill(kind: str, dsn: str) -> None:
    if kind == "common":
        with psycopg.connect(dsn) as connection:
            for script in _schema_files(files("common")):
                connection.execute(script.read_text().encode())
    else:
        from common.persistence.migrations import upgrade

        upgrade(kind, dsn)


def _schema_files(folder: Traversable) -> Iterator[Traversable]:
    """Every `.sql` file below, in the order of its path."""
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _schema_files(entry)
        elif entry.name.endswith(".sql"):
            yield entry
