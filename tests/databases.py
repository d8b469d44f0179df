"""A throw-away PostgreSQL of our own, in which tests make and drop databases."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

SUPERUSER = "huiliu"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A running server, reachable through the unix socket in `directory` only."""

    directory: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.directory}"

    def run(self, statement: sql.Composed) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.directory), user=SUPERUSER, dbname=database, autocommit=True)

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database out of a template (to which nobody may be connected) and return its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.run(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a PostgreSQL in a new folder, as an unprivileged user, and remove both afterwards.

    `durable` keeps the shipped safety settings: for crash tests and benchmarks, where fast would be false.
    Fails, never skips, when the binaries are missing.
    """
    binaries = _binaries()
    directory = Path(tempfile.mkdtemp(prefix="huiliu-pg-", dir="/tmp"))  # short: it holds a socket
    prefix = _unprivileged(directory)
    data = directory / "data"
    try:
        _run([*prefix, str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, *INITDB_OPTIONS], cwd=directory)
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(
                [*prefix, str(binaries / "postgres"), "-D", str(data), *_options(directory, durable=durable)],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            running = PostgresServer(directory=directory)
            _wait_until_it_answers(running, server)
            yield running
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


INITDB_OPTIONS = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")


def _options(directory: Path, *, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",  # the socket alone, so that no port can be taken
        "unix_socket_directories": str(directory),
        "max_connections": "150",
        "shared_buffers": "64MB",
        "timezone": "Asia/Shanghai",  # not UTC, so that a zone lost on the way shows
    } | ({} if durable else FAST)
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.fail("PostgreSQL's binaries are missing: run `make test-system-packages`")
    return Path(on_path).resolve().parent


def _unprivileged(directory: Path) -> list[str]:
    """The command prefix under which the server runs: initdb refuses root, and the server shall die with the tests."""
    prefix = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return prefix
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        account = pwd.getpwnam("nobody")
    os.chown(directory, account.pw_uid, account.pw_gid)
    return [*prefix, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _run(arguments: list[str], *, cwd: Path) -> None:
    done = subprocess.run(arguments, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _wait_until_it_answers(running: PostgresServer, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            running.connect("postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                pytest.fail(f"PostgreSQL did not start:\n{(running.directory / 'log').read_text()}")
            time.sleep(0.05)
        else:
            return
