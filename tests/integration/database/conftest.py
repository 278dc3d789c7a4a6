"""Databases to write to: a fresh SQLite file, or a fresh database in a PostgreSQL of our own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from connectors import keyring
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.database.sealing import PLAIN, Sealing

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of the `postgres` database of a private cluster that ends with the tests."""
    binaries = _binaries()
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    home = Path(tempfile.mkdtemp(prefix="manifold-pg-"))
    if os.getuid() == 0:
        shutil.chown(home, user, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, "-D", home / "data", *arguments],
            user=user if os.getuid() == 0 else None,
            cwd=home,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {home} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "start", "--wait", f"--log={home / 'log'}", f"--options={options}")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(home)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/manifold.db"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def url(empty: str) -> str:
    """URL of a migrated database."""
    migrate(empty)
    return empty


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A file with one key."""
    path = tmp_path / "keys.json"
    keyring.read_or_made(path)
    return path


@pytest.fixture
def sealing() -> Sealing:
    """What is sealed: nothing."""
    return PLAIN


@pytest.fixture
def store(url: str, sealing: Sealing) -> Iterator[Store]:
    """A store on a migrated database."""
    opened = Store.connect(url, sealing)
    yield opened
    opened.close()


def new_database(server: str) -> str:
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


def _binaries() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found)] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if not candidates:
        pytest.fail("these tests need a PostgreSQL server: apt-get install postgresql")
    return candidates[0].parent
