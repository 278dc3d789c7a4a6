"""PostgreSQL over TLS with certificates on both sides, by parameters of the URL alone."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.database import Store
from connectors.database.errors import DatabaseUnavailable
from connectors.database.migration import migrate
from tests.certificates import Authority, Signed
from tests.integration.database.conftest import _binaries


class Place:
    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.server = self.authority.signed("server")
        self.client = self.authority.signed("postgres")
        self.stranger = Authority(folder, "stranger").signed("impostor")
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    def url(self, client: Signed | None, ca: Path, mode: str = "verify-full") -> str:
        proof = f"&sslcert={client.certificate}&sslkey={client.key}" if client else ""
        where = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        return f"{where}?sslmode={mode}&sslrootcert={ca}{proof}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("pg-tls")
    made = Place(folder)
    root = os.getuid() == 0
    user = "postgres" if root else None
    home = Path(f"/tmp/manifold-pg-tls-{os.getpid()}")
    home.mkdir()
    for name in ("certificate", "key"):
        shutil.copy(getattr(made.server, name), home / f"server.{name}")
    shutil.copy(made.authority.certificate, home / "ca.pem")
    (home / "server.key").chmod(0o600)
    if root:
        for path in (home, *home.iterdir()):
            shutil.chown(path, "postgres", "postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [_binaries() / program, "-D", home / "data", *arguments],
            user=user,
            cwd=home,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--no-sync")
        (home / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 cert\n")
        options = (
            f"-p {made.port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c ssl=on "
            f"-c ssl_cert_file={home}/server.certificate -c ssl_key_file={home}/server.key "
            f"-c ssl_ca_file={home}/ca.pem"
        )
        run("pg_ctl", "start", "--wait", f"--log={home / 'log'}", f"--options={options}")
        try:
            yield made
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(home)


def test_both_sides_prove_who_they_are(place: Place) -> None:
    url = place.url(place.client, place.authority.certificate)
    migrate(url)
    store = Store.connect(url)
    store.check_schema()
    assert store.stats().rows["upload"] == 0
    store.close()


def test_nobody_else_gets_in_or_is_believed(place: Place) -> None:
    ours = place.authority.certificate
    for url in (
        place.url(None, ours),
        place.url(place.stranger, ours),
        place.url(place.client, place.stranger.certificate),
        f"postgresql+psycopg://postgres@127.0.0.1:{place.port}/postgres?sslmode=disable",
    ):
        store = Store.connect(url)
        with pytest.raises(DatabaseUnavailable):
            store.stats()
        store.close()
