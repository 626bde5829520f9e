"""`deploy/postgres/init.sh` on a real server: a service enters its own database and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from system import ROOT

from common.testing.postgres import FAST, EmbeddedPostgres, programs

PASSWORDS = {
    "INCIDENTS_DB_PASSWORD": "one",
    "KPI_DB_PASSWORD": "three",
    "FUNDS_DB_PASSWORD": "four",
    "REPORTING_DB_PASSWORD": "it's two",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own: roles belong to a whole server."""
    server = EmbeddedPostgres(tmp_path / "postgres", FAST)
    server.start()
    yield server
    server.stop("immediate")


def init(server: EmbeddedPostgres, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "PGHOST": socket_folder(server), **passwords}
    script = ["sh", str(ROOT / "deploy" / "postgres" / "init.sh")]
    return subprocess.run(script, env=environment, capture_output=True, text=True, check=False)


def socket_folder(server: EmbeddedPostgres) -> str:
    return parse_qs(urlsplit(server.dsn("postgres")).query)["host"][0]


def dsn(server: EmbeddedPostgres, role: str, database: str) -> str:
    return f"postgresql://{role}@/{database}?host={socket_folder(server)}"


def test_a_service_owns_its_database_and_enters_no_other(server: EmbeddedPostgres) -> None:
    done = init(server, PASSWORDS)
    assert (done.returncode, done.stderr) == (0, "")
    for service, other in (("incidents", "reporting"), ("reporting", "incidents")):
        for closed in (other, "postgres"):
            with pytest.raises(psycopg.OperationalError, match="does not have CONNECT privilege"):
                psycopg.connect(dsn(server, service, closed))
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with refused, psycopg.connect(dsn(server, service, service)) as connection:
            connection.execute(b"CREATE ROLE another")


def test_it_may_be_run_again(server: EmbeddedPostgres) -> None:
    init(server, PASSWORDS)
    with psycopg.connect(dsn(server, "incidents", "incidents")) as connection:
        connection.execute(b"CREATE TABLE kept ()")
    done = init(server, {**PASSWORDS, "INCIDENTS_DB_PASSWORD": "another"})
    assert (done.returncode, done.stderr) == (0, "")
    with psycopg.connect(dsn(server, "incidents", "incidents")) as connection:
        connection.execute(b"SELECT FROM kept")


@pytest.mark.parametrize("service", ["incidents", "kpi", "funds", "reporting"])
def test_a_service_can_migrate_with_what_it_is_given(server: EmbeddedPostgres, service: str) -> None:
    init(server, PASSWORDS)
    environment = {**os.environ, f"{service.upper()}_DATABASE_URL": dsn(server, service, service)}
    command = [sys.executable, "-m", service, "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_password_is_named(server: EmbeddedPostgres) -> None:
    done = init(server, {"INCIDENTS_DB_PASSWORD": "one"})
    assert (done.returncode, done.stderr) == (1, "init: KPI_DB_PASSWORD is missing\n")
