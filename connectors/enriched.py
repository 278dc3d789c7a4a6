"""Approved requests with their uploads, which are read again from where they stand."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from connectors.changelog_table import TableType
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.failures import RecordFailed
from connectors.steps import OnCaughtUp, OnRecords, Written
from connectors.stream import Decoded, Produced, Received, Rejected
from connectors.tables import Tables
from operators.candidate import chosen
from operators.decision import InvoiceSettled
from operators.enrichment import Done, InvoiceEnriched, enrich, is_new
from operators.invoice import Invoice
from operators.reference import (
    ReferenceCoding,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceVendor,
)
from operators.result import Source
from operators.table import Lookup, Table
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

DONE = TableType("done", Done, in_pages=True)
"""The attempt of each request that was written last, while it is remembered."""


class Fetch(Protocol):
    """What reads records a second time."""

    def fetch(self, topic: str, partition: int, offsets: Iterable[int], /) -> list[Received]:
        """The records at these offsets; those that are no longer there are left out."""


class Reference(Struct, frozen=True):
    """What is looked up."""

    policies: Lookup[ReferencePolicy]
    vendors: Lookup[ReferenceVendor]
    orders: Lookup[ReferencePurchaseOrder]
    rules: Lookup[ReferenceCoding]


Invoices: TypeAlias = Callable[[Iterable[Source]], Mapping[Source, Invoice]]
"""The invoices that were uploaded there, as far as they can be had."""


def uploaded(fetch: Fetch, contracts: Contracts, codec: Codec) -> Invoices:
    """Reads the invoices of many uploads at once, those of a partition in their order."""
    decoders: dict[str, Callable[[bytes], InvoiceUploaded | InvoiceOcrCompleted]] = {
        contracts.topic_of(record).name: codec.decoder(record)
        for record in (InvoiceUploaded, InvoiceOcrCompleted)
    }

    def invoices(sources: Iterable[Source]) -> Mapping[Source, Invoice]:
        wanted: dict[tuple[str, int], list[int]] = {}
        for source in sources:
            if source.topic in decoders:
                wanted.setdefault((source.topic, source.partition), []).append(source.offset)
        found: dict[Source, Invoice] = {}
        for (topic, partition), offsets in wanted.items():
            for received in fetch.fetch(topic, partition, offsets):
                try:
                    invoice = decoders[topic](received.value or b"").invoice
                except Undecodable:
                    continue
                if invoice is not None:
                    found[received.source] = invoice
        return found

    return invoices


def enriching(
    invoices: Invoices, reference: Reference, remember: Instant
) -> tuple[OnRecords[Tables], OnCaughtUp[Tables]]:
    """What follows from the settlements of a poll; requests are remembered for `remember`."""

    def on_settled(
        tables: Tables, partition: int, records: list[Decoded[Any]], at: Instant
    ) -> Iterable[Written]:
        done: Table[Done] = tables["done"]
        approved = [each for each in records if each.record.outcome == "APPROVED"]
        found = invoices([each.record.source for each in approved if each.record.source])
        written: list[Written] = []
        for decoded in approved:
            settled: InvoiceSettled = decoded.record
            if not is_new(settled, done.get(settled.request_id)):
                continue
            enriched = _written(settled, decoded.received, found, reference)
            written.append(enriched)
            if isinstance(enriched, Produced):
                done.put(settled.request_id, Done(settled.attempt, settled.settled_at))
        return written

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        done: Table[Done] = tables["done"]
        old: list[str] = []
        for request_id, each in done.items():
            if each.settled_at >= until - remember:
                break
            old.append(request_id)
        for request_id in old:
            done.delete(request_id)
        return ()

    return on_settled, on_caught_up


def _written(
    settled: InvoiceSettled,
    received: Received,
    found: Mapping[Source, Invoice],
    reference: Reference,
) -> Written:
    invoice = None if settled.source is None else found.get(settled.source)
    if invoice is None:
        return Rejected(received, "upload_gone", _missing(settled.source))
    try:
        return Produced(_enriched(settled, invoice, reference), received)
    except Exception as error:
        raise RecordFailed(received, error) from error


def _enriched(settled: InvoiceSettled, invoice: Invoice, reference: Reference) -> InvoiceEnriched:
    policy = chosen(reference.policies, settled.request_id).policy
    return enrich(
        settled,
        invoice,
        vendors=reference.vendors,
        orders=reference.orders,
        rules=reference.rules,
        price_tolerance_percent=policy.price_tolerance_percent if policy else 0,
    )


def _missing(source: Source | None) -> str:
    if source is None:
        return "the approval does not say where its upload stands"
    return (
        f"the invoice that was approved is no longer at {source.topic} "
        f"{source.partition}:{source.offset}, or cannot be read"
    )
