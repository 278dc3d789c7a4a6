"""What the topics say of a vendor: its requests and their documents, and until when they say it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import TypeAlias

from msgspec import Struct

from connectors.browse import read_all
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts, Topic
from connectors.object_store import Store
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

Tell = Callable[[int, int], None]
Pointing: TypeAlias = Mapping[str, Set[str]]
"""Requests that point at a document, and which SHA-256 they say it has."""


class Traces(Struct, frozen=True):
    """What uploads say."""

    requests: frozenset[str]
    """The vendor's."""
    documents: frozenset[str]
    """Keys of documents that only they point at."""
    shared: int
    """Documents that others' requests point at as well, with their true hash: these stay."""
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
    is said. Where pointers at a document do not say the same SHA-256, it is looked at: whoever has
    invented one has not got the document, and keeps nothing from being forgotten. Raises
    TopicsMissing, BrokerAway and StoreAway.
    """
    theirs = set(known)
    pointing: dict[str, dict[str, set[str]]] = {}
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
            by = pointing.setdefault(key, {})
            by.setdefault(record.request_id, set()).add(record.document.sha256.lower())
    found = {
        key: true
        for key, by in pointing.items()
        if not theirs.isdisjoint(by) and not theirs.isdisjoint(true := _true(store, key, by))
    }
    own = {key for key, by in found.items() if theirs.issuperset(by)}
    hashes = {each for key in own for said in found[key].values() for each in said}
    return Traces(frozenset(theirs), frozenset(own), len(found) - len(own), frozenset(hashes))


def _true(store: Store, key: str, by: Pointing) -> Pointing:
    """Those that say the SHA-256 of what lies there; all, where it is none of those said."""
    if len({each for said in by.values() for each in said}) == 1:
        return by
    sha256 = store.sha256_of(key)
    if sha256 is None:
        return by
    return {request: {sha256} for request, said in by.items() if sha256 in said} or by


def bound(contracts: Contracts) -> Iterator[Topic]:
    """Topics that may name a vendor and that nobody can erase one record of."""
    for topic in contracts.topics.values():
        names = "vendor_id" in topic.key.split("/") or bool(topic.personal_data)
        if names and topic.kind != "reference" and topic.kind != "dead_letter":
            yield topic
