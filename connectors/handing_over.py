"""Approved invoices on their way to where they are posted, and the acknowledgements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from connectors.codec import Codec
from connectors.deliveries import Deliveries
from connectors.delivery_tables import OWED, TOLD, Told
from connectors.drop import Drop, postings_file, ubl_file
from connectors.receiver import Outcome, Receiver
from connectors.settings import Handover
from connectors.steps import OnCaughtUp, OnRecords, OnTick, Written
from connectors.stream import Decoded, Ignored, Produced, Received
from connectors.tables import Tables
from connectors.webhook import Webhook
from operators.enrichment import InvoiceEnriched
from operators.handed_over import InvoiceHandedOver
from operators.outbox import Owed
from operators.table import Table
from operators.time import Instant

RESENT = "manifold.resent"
"""Header of an invoice that somebody wants to be handed over again."""

WEBHOOK = "ERP webhook"
FILES = "ERP files"

_ALLOWED = "!#$&'()*+,-./:;=?@[]_~"
_LONGEST = 200


def receivers(settings: Handover, codec: Codec) -> Mapping[str, Receiver]:
    """The one that the settings have, or none."""
    if settings.by == "webhook":
        assert settings.webhook is not None
        posted = Webhook(
            WEBHOOK,
            settings.webhook,
            Message(codec),
            extra=_idempotent,
            reference=reference_in,
        )
        return {WEBHOOK: posted}
    if settings.by is None or settings.url is None:
        return {}
    made = postings_file if settings.by == "csv" else ubl_file
    return {FILES: Drop(FILES, settings.url, settings.options, made)}


def handing_over(
    deliveries: Deliveries, by: str | None, remember: Instant
) -> tuple[OnRecords[Tables], OnCaughtUp[Tables], OnTick[Tables]]:
    """What follows from approved invoices; `by`: the way, None when they go nowhere.

    What was handed over is remembered for `remember`, and not handed over again meanwhile.
    """
    to = WEBHOOK if by == "webhook" else FILES

    def on_records(
        tables: Tables, partition: int, records: list[Decoded[Any]], at: Instant
    ) -> Iterable[Written]:
        written: list[Written] = []
        if by is None or not records:
            return written
        # The invoices of a poll are in one file, which is settled before the first is written:
        # written again after a crash, it has the same name and the same bytes.
        pack = f"{partition}-{records[0].received.offset}" if by == "csv" else ""
        for decoded in records:
            invoice: InvoiceEnriched = decoded.record
            received = decoded.received
            key = _key(invoice, received)
            if tables[TOLD.name].get(key) is not None or tables[OWED.name].get(key) is not None:
                written.append(Ignored(received))
                continue
            owed = Owed(
                to=to,
                topic=received.topic,
                offset=received.offset,
                since=at,
                due=at,
                lane=FILES if by == "csv" else invoice.request_id,
                pack=pack,
            )
            deliveries.owe(tables, partition, key, owed, decoded)
        return written

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        told: Table[Told] = tables[TOLD.name]
        old: list[str] = []
        for key, each in told.items():
            if each.at >= until - remember:
                break
            old.append(key)
        for key in old:
            told.delete(key)
        return ()

    def on_tick(tables: Tables, partition: int, at: Instant) -> Iterable[Written]:
        return deliveries.tick(tables, partition, at, acknowledged, _at_once)

    def acknowledged(
        tables: Tables,
        keys: Sequence[str],
        records: Sequence[Decoded[Any]],
        outcome: Outcome,
        at: Instant,
    ) -> Iterable[Written]:
        for key in keys:
            tables[TOLD.name].put(key, Told(at))
        for decoded in records:
            yield Produced(_handed_over(decoded, to, outcome, at), decoded.received)

    return on_records, on_caught_up, on_tick


def _key(invoice: InvoiceEnriched, received: Received) -> str:
    key = f"{invoice.request_id}/{invoice.attempt}"
    return key if received.header(RESENT) is None else f"{key} {received.offset}"


def _at_once(records: Sequence[Decoded[Any]], at: Instant) -> Instant:
    return at


def _handed_over(
    decoded: Decoded[Any], to: str, outcome: Outcome, at: Instant
) -> InvoiceHandedOver:
    invoice: InvoiceEnriched = decoded.record
    return InvoiceHandedOver(
        request_id=invoice.request_id,
        attempt=invoice.attempt,
        invoice_id=invoice.invoice_id,
        vendor_id=invoice.vendor_id,
        handed_over_at=at,
        receiver=to,
        reference=outcome.said or None,
        resent=decoded.received.header(RESENT) is not None,
    )


class Message:
    """What the webhook is posted: JSON, the same bytes for the same invoice."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def __call__(self, records: Sequence[InvoiceEnriched]) -> bytes:
        """One invoice."""
        (invoice,) = records
        found = self._codec.to_json(invoice)
        message = {"type": "invoice.enriched", "timestamp": found["settled_at"], "data": found}
        return msgspec.json.encode(message, order="deterministic")


def _idempotent(records: Sequence[InvoiceEnriched]) -> Mapping[str, str]:
    return {"idempotency-key": idempotency_key(records[0].request_id, records[0].attempt)}


def idempotency_key(request_id: str, attempt: int) -> str:
    """The same each time an attempt is handed over; fit for a header.

    >>> idempotency_key("018f-ab", 2), idempotency_key("ä b", 1)
    ('018f-ab/2', '%C3%A4%20b/1')
    """
    return f"{quote(request_id, safe=_ALLOWED)}/{attempt}"


def reference_in(answer: bytes) -> str:
    """What an acknowledgement calls the invoice: `reference` of its JSON, if it says so.

    >>> reference_in(b'{"reference": "5105600711"}'), reference_in(b"OK"), reference_in(b"[1]")
    ('5105600711', '', '')
    """
    try:
        found = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return ""
    said = found.get("reference") if isinstance(found, dict) else None
    if not isinstance(said, str | int) or isinstance(said, bool):
        return ""
    return "".join(each for each in str(said) if each.isprintable())[:_LONGEST]
