"""A vendor forgotten by command: documents, rows and memories go, others' stay."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from connectors.browse import read_all
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database import Store as Database
from connectors.database.migration import migrate
from connectors.object_store import Store
from connectors.publish import Publisher
from connectors.security_event import SecurityEvent
from connectors.settings import Documents
from connectors.topics import Topics
from manifold.cli.app import app
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.reference import ReferenceVendor
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded
from tests.integration.database.records import Arrival, event, upload
from tests.integration.redis_server import RedisServer

NOON = 1_772_442_000_000
RECORDS = (
    InvoiceUploaded,
    InvoiceOcrCompleted,
    InvoiceLessonLearned,
    ReferenceVendor,
    VendorMemory,
    SecurityEvent,
)


class Place:
    """A cluster in which two vendors are known."""

    def __init__(self, folder: Path, bootstrap: str, namespace: str, redis: str) -> None:
        self.kafka = {"bootstrap.servers": bootstrap}
        self.contracts = Contracts.load(namespace=namespace)
        self.codec = Codec(self.contracts, LockIds(self.contracts))
        self.url = f"sqlite:///{folder}/manifold.db"
        self.variables = {
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "MANIFOLD_NAMESPACE": namespace,
            "MANIFOLD_DATABASE__URL": self.url,
            "MANIFOLD_DOCUMENTS__URL": str(folder / "documents"),
            "MANIFOLD_REDIS__URL": redis,
        }
        topics = Topics(self.kafka)
        topics.create(topics.plan([self.contracts.topic_of(each) for each in RECORDS]))
        self.documents = folder / "documents"
        store = Store(Documents(url=str(self.documents)))
        put = [store.put(content, "application/pdf", NOON) for content in (b"a", b"b", b"c")]
        self.paths = [self.documents / each.uri for each in put]
        self.hashes = [each.sha256 for each in put]
        ours, read, others = (upload(Arrival(name)) for name in ("r-1", "r-2", "r-3"))
        uploads = [
            replace(ours, document=put[0]),
            # Whose it is was not known before it had been read.
            replace(read, document=put[1], vendor_id=None, invoice=None),
            replace(others, document=put[2], vendor_id="v-2"),
        ]
        assert read.invoice is not None
        was_read = InvoiceOcrCompleted(
            request_id="r-2",
            invoice_id="i-2",
            vendor_id="v-1",
            origin="API",
            uploaded_at=NOON,
            invoice=read.invoice,
            document=put[1],
        )
        with Publisher(self.kafka, self.contracts, self.codec) as publisher:
            for each in (*uploads, was_read):
                publisher.send(each)
        migrate(self.url)
        database = Database.connect(self.url)
        database.append("0", [event(each, number) for number, each in enumerate(uploads)])
        database.close()

    def records(self, record: type[Any]) -> list[Any]:
        topic = self.contracts.topic_of(record).name
        decode = self.codec.decoder(record)
        return [each.value and decode(each.value) for each in read_all(self.kafka, [topic])]


@pytest.fixture
def place(
    tmp_path: Path, bootstrap: str, unique: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Place, RedisServer]]:
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis") as redis:
        made = Place(tmp_path, bootstrap, unique, redis.url)
        for sha256 in made.hashes:
            redis.client().set(f"{unique}manifold:understood:1:ab:{sha256}", b"{}")
        for name, value in made.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield made, redis


def test_a_vendor_goes_and_others_stay(place: tuple[Place, RedisServer]) -> None:
    there, redis = place
    dry = CliRunner().invoke(app, ["forget", "--vendor", "v-1", "--dry-run", "--json"])
    assert dry.exit_code == 0, dry.output
    would = {each["place"]: each for each in map(json.loads, dry.stdout.splitlines())}
    assert would["documents"]["count"] == 2
    assert would["what was read from documents (Redis)"]["count"] == 2
    assert would["database upload"]["count"] == 2
    uploaded = there.contracts.topic_of(InvoiceUploaded)
    kept = would[f"topic {uploaded.name}"]
    assert (kept["outcome"], kept["until"][:2]) == ("kept", "20")
    assert all(path.is_file() for path in there.paths)
    assert there.records(SecurityEvent) == []

    done = CliRunner().invoke(app, ["forget", "--vendor", "v-1"])
    assert done.exit_code == 0, done.output
    assert [path.is_file() for path in there.paths] == [False, False, True]
    left = [str(key)[-65:-1] for key in redis.client().scan_iter("*understood*")]
    assert left == there.hashes[2:]
    assert there.records(VendorMemory) == [None]
    assert there.records(ReferenceVendor) == [None]
    assert there.records(InvoiceLessonLearned)[0].kind == "FORGOTTEN"
    (said,) = there.records(SecurityEvent)
    assert (said.kind, said.about) == ("FORGOTTEN", "v-1")

    verified = CliRunner().invoke(app, ["db", "verify"])
    assert verified.exit_code == 0, verified.output
    again = CliRunner().invoke(app, ["forget", "--vendor", "v-2", "--dry-run", "--json"])
    assert '"place":"documents","count":1' in again.stdout
