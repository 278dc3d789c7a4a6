"""Documents in a bucket of a real S3 server, which looks at signatures: rclone's."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from msgspec.structs import replace

from connectors.object_store import DocumentRefused, Store, StoreAway
from connectors.settings import Documents

AT = 1_772_442_000_000
PDF = "application/pdf"
_START_SECONDS = 30


class Rclone:
    """Buckets that are folders."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("rclone", path=str(Path(sys.executable).parent))
        assert program is not None, "it is installed with what the tests need: make .venv/.dev"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        self._command = [program, "serve", "s3", "--addr", f"127.0.0.1:{self._port}"]
        self._command += ["--auth-key", "key,s3cr3t", "--config", "/dev/null", str(folder)]
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return
            except OSError:
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.02)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def store(self, url: str, secret: str = "s3cr3t") -> Store:
        options = {
            "aws_endpoint": f"http://127.0.0.1:{self._port}",
            "aws_region": "us-east-1",
            "aws_access_key_id": "key",
            "aws_secret_access_key": secret,
            "allow_http": True,
        }
        return Store(Documents.model_validate({"url": url, "options": options, "time_limit": 30}))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Rclone]:
    (tmp_path / "invoices").mkdir()
    with Rclone(tmp_path) as there:
        yield there


def test_a_document_is_stored_signed_and_fetched_by_key_and_by_url(
    server: Rclone, tmp_path: Path
) -> None:
    store = server.store("s3://invoices/in")
    content = bytes(range(256)) * 40_000
    document = store.put(content, PDF, AT)
    assert (tmp_path / "invoices" / "in" / document.uri).read_bytes() == content
    assert store.get(document, len(content)) == content
    full = replace(document, uri=f"s3://invoices/in/{document.uri}")
    assert store.get(full, len(content)) == content
    with pytest.raises(DocumentRefused) as raised:
        store.get(document, len(content) - 1)
    assert raised.value.reason == "document_too_large"
    with pytest.raises(DocumentRefused) as raised:
        store.get(replace(document, uri="inbox/2026/03/02/none.pdf"), len(content))
    assert raised.value.reason == "document_missing"


def test_a_wrong_secret_and_a_bucket_that_is_not_there_are_stores_that_are_away(
    server: Rclone,
) -> None:
    with pytest.raises(StoreAway, match="it refuses; check its credentials"):
        server.store("s3://invoices", secret="another").put(b"1", PDF, AT)
    with pytest.raises(StoreAway, match="there is no such bucket"):
        server.store("s3://nobodys").put(b"1", PDF, AT)


def test_a_server_that_was_killed_is_used_again_when_it_is_back(server: Rclone) -> None:
    store = server.store("s3://invoices")
    document = store.put(b"1", PDF, AT)
    server.kill()
    with pytest.raises(StoreAway, match="the document store is away: no answer"):
        store.get(document, 1)
    server.start()
    assert store.get(document, 1) == b"1"
