"""What a client is told of an invoice that is in."""

from fastapi import Response
from msgspec import Struct, json


class Accepted(Struct, frozen=True):
    """An invoice is in: it will be decided."""

    request_id: str
    """Identifies the request everywhere."""
    attempt: int
    """1 for the first upload of a request."""
    invoice_id: str
    """What the invoice is called."""
    vendor_id: str | None
    """Whose it is; null while a document has not been read."""
    status_url: str
    """Where to see what becomes of it."""
    accepted_at: str
    """When it came in, RFC 3339."""


_decoded = json.Decoder(Accepted).decode


def status_url(request_id: str) -> str:
    """Where a request is seen."""
    return f"/requests/{request_id}"


def answer(told: bytes, traceparent: bytes | None = None) -> Response:
    """The answer 202, made of an Accepted as JSON."""
    headers = {"Location": _decoded(told).status_url}
    if traceparent is not None:
        headers["traceparent"] = traceparent.decode()
    return Response(told, 202, headers, media_type="application/json")
