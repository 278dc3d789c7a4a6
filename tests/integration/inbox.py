"""Documents in a store, the uploads that point at them, and what has come of these."""

from collections import Counter
from pathlib import Path

from connectors.clock import now
from connectors.dead_letters import ERROR_REASON
from connectors.object_store import Store
from connectors.settings import Documents
from operators.review import InvoiceReviewRequested
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded, Metadata
from tests.integration.pipeline import Pipeline
from tests.unit.documents import pdf, written

_MEDIA_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


class Inbox:
    """Documents in a store, and the uploads that point at them."""

    def __init__(self, folder: Path) -> None:
        self.settings = Documents(url=str(folder / "documents"))
        self._store = Store(self.settings)

    def upload(self, name: str, content: bytes, kind: str = "pdf") -> InvoiceUploaded:
        return self.pointer(name, self._store.put(content, _MEDIA_TYPES[kind], now()))

    def pointer(self, name: str, kept: Document) -> InvoiceUploaded:
        return InvoiceUploaded(
            request_id=name,
            invoice_id=name,
            vendor_id=None,
            origin="SCAN",
            uploaded_at=now(),
            document=kept,
            metadata=Metadata(),
        )


def doubtful(which: int, *more: str) -> bytes:
    """A PDF whose third line has its number, which nothing says to be one; each is another."""
    lines = (
        "Seller AG, Main Street 1, 50667 Cologne",
        "Invoice date: 12 March 2024",
        "Carried to you by Fred under the name of QX/47",
        f"{which} Main Street, Cologne",
        "Nails, galvanised, 500 pieces 110.00",
        "Net amount 110.00",
        "Value added tax 19 % 20.90",
        "Total amount EUR 130.90",
        *more,
    )
    return pdf(lambda canvas: written(canvas, lines))


def outcomes(pipeline: Pipeline) -> Counter[str]:
    """How often each request was read, asked about, or set aside."""
    seen = pipeline.seen
    told = [each.request_id for each in seen.all(InvoiceOcrCompleted)]
    told += [each.request_id for each in seen.all(InvoiceReviewRequested)]
    return Counter([*told, *refused(pipeline)])


def refused(pipeline: Pipeline) -> dict[str, str]:
    """Requests whose uploads became dead letters, and why."""
    decode = pipeline.codec.decoder(InvoiceUploaded)
    topic = pipeline.contracts.topic_of(InvoiceUploaded).name
    return {
        decode(letter.value or b"").request_id: dict(letter.headers)[ERROR_REASON].decode()
        for letter in pipeline.seen.letters()
        if letter.topic == f"{topic}.dlq" and letter.value is not None
    }
