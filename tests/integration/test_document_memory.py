"""What is remembered of a vendor on a document's whole way: store, worker, and Redis behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.clock import now
from connectors.extracting import Wanted
from connectors.language_model import language_model
from connectors.model_settings import Model
from connectors.object_store import Store
from connectors.pooled_reading import PooledReading
from connectors.remembering import Study
from connectors.settings import Documents, Redis
from operators.extraction.gate import Gates
from operators.extraction.lesson_learned import Correction
from operators.extraction.memory import Learned
from operators.extraction.memory_recall import Memories, memories_of
from operators.extraction.outcome import DocumentRead
from operators.money import parse
from operators.upload import Document
from tests.integration.redis_server import RedisServer
from tests.unit.documents import pdf, written
from tests.unit.vendor_memory import after

NOTHING = Memories({}, {})


class Place:
    """Where documents are kept and read."""

    def __init__(self, folder: Path, redis: Redis) -> None:
        documents = Documents(url=str(folder), workers=1, read_memory=0)
        self._folder = folder
        self._store = Store(documents)
        self.reading = PooledReading(documents, redis, language_model(Model(), redis))

    def put(self, slip: str, total: str) -> Document:
        lines = (
            "Seller Shop Ltd, Main Street 1, 50667 Cologne",
            "Tel. 0221 7788 9900",
            f"Slip {slip}",
            "Date: 12 March 2024",
            f"Nails, galvanised {total}",
            f"To settle EUR {total}",
        )
        content = pdf(lambda canvas: written(canvas, lines))
        return self._store.put(content, "application/pdf", now())

    def lose(self, document: Document) -> None:
        """It can be fetched no more."""
        (self._folder / document.uri).unlink()

    def read(self, document: Document, memories: Memories) -> DocumentRead:
        (found,) = self.reading.read([Wanted(document, Gates())], memories)
        assert isinstance(found, DocumentRead)
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as redis:
        place = Place(tmp_path_factory.mktemp("documents"), Redis(url=redis.url))
        yield place
        place.reading.close()


def taught(place: Place, name: str) -> Memories:
    """What is remembered after one document was corrected."""
    document = place.put("QX/47", "119.00")
    read = place.read(document, NOTHING)
    corrected = replace(
        read.invoice, number="QX/47", seller=replace(read.invoice.seller, name=name)
    )
    assert read.words is not None
    lesson = place.reading.study(Study(read.words, read.invoice, (), corrected, None))
    by = Learned("req-1", 1, "anna", 1_000)
    return memories_of([after(None, Correction(read.invoice, corrected, by), lesson)])


def test_a_document_is_read_again_with_what_was_learned_from_another(place: Place) -> None:
    memories = taught(place, "The Seller Shop Limited")

    found = place.read(place.put("QX/51", "71.40"), memories)

    assert found.invoice.seller.name == "The Seller Shop Limited"
    assert found.invoice.number == "QX/51"
    assert found.invoice.totals.gross == parse("71.40")
    assert found.reading.memory is not None
    assert found.reading.memory.vendor_id == "V-1"


def test_what_is_kept_of_a_document_is_not_older_than_the_memory(place: Place) -> None:
    document = place.put("QX/52", "35.70")
    before = place.read(document, NOTHING)
    once = taught(place, "The Seller Shop Limited")
    place.lose(document)

    names = [
        place.read(document, memories).invoice.seller.name
        for memories in (once, taught(place, "Seller & Sons"), once, NOTHING)
    ]

    assert names == [
        "The Seller Shop Limited",
        "Seller & Sons",
        "The Seller Shop Limited",
        before.invoice.seller.name,
    ]


def test_words_that_say_nothing_teach_nothing(place: Place) -> None:
    corrected = place.read(place.put("QX/54", "11.00"), NOTHING).invoice

    lesson = place.reading.study(Study(b"no words", None, (), corrected, None))

    assert (lesson.labels, lesson.marks) == ((), ())
