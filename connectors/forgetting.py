"""What the topics say of a vendor: its requests and their documents, and until when they say it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from connectors.browse import read_all
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts, Topic
from connectors.object_store import Store
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded

Tell = Callable[[int, int], None]


class Traces(Struct, frozen=True):
    """What uploads say."""

    requests: frozenset[str]
    """The vendor's."""
    documents: frozenset[str]
    """Keys of documents that only they point at."""
    shared: int
    """Documents that others' requests point at as well: these stay."""
    hashes: frozenset[str]
    """SHA-256 of the documents, under which the cache has what was read from them."""


def traces(
    kafka: Mapping[str, str],
    contracts: Contracts,
    codec: Codec,
    store: Store,
    vendor: str,
    known: Iterable[str] = (),
    tell: Tell | None = None,
) -> Traces:
    """Read the uploads, and what was read from documents. `known`: requests the database names.

    A document's vendor is often known only after it has been read, so all is read before anything
    is said. Raises TopicsMissing and BrokerAway.
    """
    theirs = set(known)
    pointing: dict[str, dict[str, Document]] = {}
    names: dict[str, Callable[[bytes], InvoiceUploaded | InvoiceOcrCompleted]] = {
        contracts.topic_of(InvoiceUploaded).name: codec.decoder(InvoiceUploaded),
        contracts.topic_of(InvoiceOcrCompleted).name: codec.decoder(InvoiceOcrCompleted),
    }
    for received in read_all(kafka, names, tell=tell):
        try:
            record = names[received.topic](received.value or b"")
        except Undecodable:
            continue
        if record.vendor_id == vendor:
            theirs.add(record.request_id)
        key = None if record.document is None else store.key_of(record.document)
        if key is not None and record.document is not None:
            pointing.setdefault(key, {})[record.request_id] = record.document
    found = {key: by for key, by in pointing.items() if not theirs.isdisjoint(by)}
    own = {key for key, by in found.items() if theirs.issuperset(by)}
    hashes = {each.sha256.lower() for key in own for each in found[key].values()}
    return Traces(frozenset(theirs), frozenset(own), len(found) - len(own), frozenset(hashes))


def bound(contracts: Contracts) -> Iterator[Topic]:
    """Topics that may name a vendor and that nobody can erase one record of."""
    for topic in contracts.topics.values():
        names = "vendor_id" in topic.key.split("/") or bool(topic.personal_data)
        if names and topic.kind != "reference" and topic.kind != "dead_letter":
            yield topic
