"""What a decision was made from: the invoice that branches judged, as it stands on its topic."""

from collections.abc import Mapping

from msgspec import Struct

from connectors.browse import record_at
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from operators.extraction.record import DocumentReading
from operators.invoice import Invoice
from operators.result import Source
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded


class Judged(Struct, frozen=True):
    """An invoice with the document that it was read from."""

    invoice: Invoice | None
    document: Document | None
    reading: DocumentReading | None


NOTHING = Judged(None, None, None)


class JudgedInvoices:
    """Reads what branches have judged from where their results say that it stands."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._decoders = {
            contracts.topic_of(kind).name: codec.decoder(kind)
            for kind in (InvoiceUploaded, InvoiceOcrCompleted)
        }

    def at(self, source: Source) -> Judged:
        """The invoice at a place; nothing where it is gone or cannot be read."""
        decode = self._decoders.get(source.topic)
        if decode is None:
            return NOTHING
        found = record_at(self._kafka, (source.topic, source.partition), source.offset)
        if found is None or found.value is None:
            return NOTHING
        try:
            record = decode(found.value)
        except Undecodable:
            return NOTHING
        assert isinstance(record, InvoiceUploaded | InvoiceOcrCompleted)
        reading = record.reading if isinstance(record, InvoiceOcrCompleted) else None
        return Judged(record.invoice, record.document, reading)
