"""Documents are stored, and fetched from the configured store alone, whole and unchanged."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.document_address import key_below
from connectors.object_store import ATTEMPTS, DocumentRefused, Store, StoreAway
from connectors.settings import Documents, InvalidSettings, Settings
from operators.upload import Document
from tests.bucket_server import BucketServer, Mode

AT = 1_772_442_000_000
PDF = "application/pdf"
SECRET = "s3cr3t-word"


@pytest.fixture(params=["folder", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield Store(Documents(url=str(tmp_path / "new" / "documents")))
    elif request.param == "memory":
        yield Store(Documents(url="memory://"))
    else:
        with BucketServer() as server:
            yield bucket(server)


@pytest.fixture
def server() -> Iterator[BucketServer]:
    with BucketServer() as there:
        yield there


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Retries as in earnest, one after the other."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


def bucket(server: BucketServer, **settings: Any) -> Store:
    options: dict[str, Any] = {
        "aws_endpoint": server.endpoint,
        "aws_region": "eu-central-1",
        "aws_access_key_id": "key",
        "aws_secret_access_key": SECRET,
        "allow_http": True,
    }
    return Store(Documents(url="s3://invoices/in", options=options, **settings))


def refused(store: Store, document: Document, limit: int = 100) -> str:
    with pytest.raises(DocumentRefused) as raised:
        store.get(document, limit)
    assert len(document.uri) < 5 or document.uri not in str(raised.value)
    return raised.value.reason


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", os.urandom(3_000_000)])
def test_what_is_stored_is_what_is_fetched(store: Store, content: bytes) -> None:
    document = store.put(content, PDF, AT)
    sha256 = hashlib.sha256(content).hexdigest()
    assert document == Document(f"inbox/2026/03/02/{sha256}.pdf", PDF, sha256)
    assert store.put(content, PDF, AT) == document
    assert store.get(document, len(content)) == content
    assert store.get(replace(document, sha256=sha256.upper()), len(content)) == content


def test_a_document_is_refused_with_a_reason(store: Store) -> None:
    document = store.put(b"%PDF-1.7", PDF, AT)
    assert refused(store, document, 7) == "document_too_large"
    assert refused(store, replace(document, sha256="0" * 64)) == "document_changed"
    assert refused(store, replace(document, uri="inbox/2026/03/03/1.pdf")) == "document_missing"
    assert refused(store, replace(document, uri="inbox/2026")) == "document_missing"
    assert refused(store, replace(document, uri=document.uri + "/1")) == "document_missing"
    assert refused(store, replace(document, uri="https://example.com/1.pdf")) == "outside_store"


def test_one_that_goes_on_beyond_its_announced_size_is_cut_off(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless:
        meta = {"size": 1}  # noqa: RUF012

        def stream(self, **_: object) -> Iterator[bytes]:
            while True:
                yield b"more"

    document = store.put(b"%PDF-1.7", PDF, AT)
    monkeypatch.setattr(obstore, "get", lambda *_: Endless())
    assert refused(store, document) == "document_too_large"


def test_a_media_type_of_the_sender_gets_neither_into_names_nor_headers(store: Store) -> None:
    document = store.put(b"1", "a/../../b\r\nx-amz-acl: public-read", AT)
    assert document.media_type == "application/octet-stream"
    assert document.uri == f"inbox/2026/03/02/{document.sha256}"
    assert store.get(document, 1) == b"1"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        ".",
        "..",
        "/inbox/1.pdf",
        "inbox//1.pdf",
        "inbox/../../secret",
        "inbox/./1.pdf",
        "inbox\\..\\secret",
        "inbox/1.pdf\x00",
        "inbox/1.pdf#1",
        "inbox/" + "é" * 128,
        "a/" * 500 + "1.pdf",
        "inbox/\ud800.pdf",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file:etc/passwd",
        "s3://invoices/in",
        "s3://invoices/in/",
        "s3://invoices/in/..",
        "s3://invoices/in/%2e%2e/secret",
        "s3://invoices/in/a%2f..%2f..%2fsecret",
        "s3://invoices/in/%ff",
        "s3://invoices/in/1.pdf?versionId=2",
        "s3://invoices/in/1.pdf#page=2",
        "s3://invoices/in2/1.pdf",
        "s3://invoices/1.pdf",
        "s3://others/in/1.pdf",
        "s3://invoices@others/in/1.pdf",
        "gs://invoices/in/1.pdf",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_what_points_elsewhere_is_asked_of_nobody(server: BucketServer, uri: str) -> None:
    assert refused(bucket(server), Document(uri, PDF, "0" * 64)) == "outside_store"
    assert not server.asked


@pytest.mark.parametrize(
    "uri",
    ["a b/ä%20.pdf", "s3://invoices/in/a%20b/%C3%A4%2520.pdf", "s3://invoices/in/a b/ä%2520.pdf"],
)
def test_a_key_or_a_full_url_below_the_store_name_the_same_document(
    server: BucketServer, uri: str
) -> None:
    server.objects["/invoices/in/a b/ä%20.pdf"] = b"1"
    assert bucket(server).get(Document(uri, PDF, hashlib.sha256(b"1").hexdigest()), 1) == b"1"


@given(st.text(st.sampled_from("ab./\\%2eEfF:#?~\x00é"), max_size=20), st.booleans())
def test_no_key_leads_out_of_a_folder(text: str, full: bool) -> None:
    key = key_below("file:///srv/documents", f"file:///srv/documents/{text}" if full else text)
    if key is not None:
        path = os.path.normpath(f"/srv/documents/{key}")
        assert path == f"/srv/documents/{key}"


def test_neither_links_out_of_a_folder_nor_things_that_are_no_files_are_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_bytes(b"1")
    store = Store(Documents(url=(tmp_path / "documents").as_uri()))
    (tmp_path / "documents" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "documents" / "inside").write_bytes(b"1")
    (tmp_path / "documents" / "alias").symlink_to("inside")
    os.mkfifo(tmp_path / "documents" / "fifo")
    sha256 = hashlib.sha256(b"1").hexdigest()
    assert refused(store, Document("link", PDF, sha256)) == "outside_store"
    assert refused(store, Document("fifo", PDF, sha256)) == "document_missing"
    assert store.get(Document("alias", PDF, sha256), 1) == b"1"


def test_a_folder_that_is_gone_is_a_store_that_is_away(tmp_path: Path) -> None:
    store = Store(Documents(url=str(tmp_path / "documents")))
    (tmp_path / "documents").rmdir()
    with pytest.raises(StoreAway):
        store.get(Document("1.pdf", PDF, "0" * 64), 1)


@pytest.mark.parametrize(
    ("mode", "times", "cause"),
    [
        ("status 503", ATTEMPTS, "it answers with status 503"),
        ("cuts", ATTEMPTS, "no answer"),
        ("drips", ATTEMPTS, "no answer"),
        ("hangs", ATTEMPTS, "no answer"),
        ("refuses", 1, "it refuses; check its credentials and permissions"),
        ("no bucket", 1, "there is no such bucket; check documents.url"),
    ],
)
def test_a_store_that_fails_is_asked_again_and_after_three_documents_left_alone(
    server: BucketServer, mode: Mode, times: int, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = bucket(server, time_limit=0.6)
    document = store.put(b"%PDF-1.7", PDF, AT)
    server.mode = mode
    for number in range(1, 4):
        with pytest.raises(StoreAway) as raised:
            store.get(document, 100)
        assert str(raised.value) == f"the document store is away: {cause}"
        assert raised.value.reason == "store_away"
        assert server.asked["GET"] == number * times
    with pytest.raises(StoreAway, match=cause):
        store.get(document, 100)
    with pytest.raises(StoreAway, match=cause):
        store.put(b"2", PDF, AT)
    assert server.asked == {"GET": 3 * times, "PUT": 1}
    assert [record.message for record in caplog.records if "a service" in record.message] == [
        "a service is away"
    ]
    assert SECRET not in caplog.text
    assert document.uri not in caplog.text


def test_a_store_that_fails_once_is_no_ones_trouble(server: BucketServer) -> None:
    server.mode = "once 503"
    store = bucket(server)
    document = store.put(b"1", PDF, AT)
    assert store.get(document, 1) == b"1"
    assert server.asked == {"PUT": 2, "GET": 1}
    assert server.media_types == {f"/invoices/in/{document.uri}": PDF}


def test_documents_that_are_not_there_leave_the_store_at_work(server: BucketServer) -> None:
    store = bucket(server)
    for number in range(5):
        assert refused(store, Document(f"{number}.pdf", PDF, "0" * 64)) == "document_missing"
    assert server.asked["GET"] == 5


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"url": "https://example.com/documents"}, "https:// is no store of documents"),
        ({"url": "ftp://example.com"}, "ftp:// is no store of documents"),
        ({"url": "s3://"}, "documents.url"),
        ({"url": "s3://b", "options": {"colour": SECRET}}, "colour"),
        ({"url": "az://container"}, "Account must be specified"),
        ({"url": "s3://b", "options": {"aws_allow_http": SECRET}}, "as in allow_http"),
        ({"url": "/dev/null/documents"}, "documents.url"),
    ],
)
def test_settings_of_no_store_are_said_to_be_wrong(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named) as raised:
        Store(Documents(**settings))
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_options_come_from_the_environment_and_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifold.toml").write_text(
        '[documents]\nurl = "s3://invoices"\noptions = {allow_http = true, aws_region = "eu"}'
    )
    monkeypatch.setenv("MANIFOLD_DOCUMENTS__OPTIONS__AWS_SECRET_ACCESS_KEY", SECRET)
    documents = Settings.load().documents
    assert {name: value.get_secret_value() for name, value in documents.options.items()} == {
        "allow_http": "true",
        "aws_region": "eu",
        "aws_secret_access_key": SECRET,
    }
    assert SECRET not in repr(documents)
