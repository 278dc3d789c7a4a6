"""What a body is, by its content and never by its name or what a header says of it."""

from typing import NoReturn, TypeAlias, get_args

import msgspec
from msgspec import Struct

from connectors.einvoice import Unreadable, Upload, read_uploads
from connectors.einvoice.pages import has_pages, media_type_of
from connectors.einvoice.uploaded import Given
from operators.upload import Document, Origin
from web.problem import Problem

ORIGINS = tuple(origin for origin in get_args(Origin) if origin != "REVIEW")
"""What a client may say; REVIEW is said of what a person has corrected here."""
_TAKEN = (
    "a UBL or CII invoice, an invoice as JSON, a PDF, a PNG, JPEG, TIFF, WebP, GIF or BMP image"
)
_LONGEST = 200
_FIELDS = frozenset({"vendor_id", "invoice_id", "origin"})


class Pages(Struct, frozen=True):
    """A document that has to be looked at."""

    media_type: str


class Pointer(Struct, frozen=True):
    """A document that lies in the store already."""

    document: Document
    given: Given


Content: TypeAlias = Upload | Pages | Pointer


class _Pointed(Struct, frozen=True, forbid_unknown_fields=True):
    uri: str
    media_type: str
    sha256: str


class _Pointing(Struct, frozen=True, forbid_unknown_fields=True):
    """A body that points at a document."""

    document: _Pointed
    invoice: None = None
    vendor_id: str | None = None
    invoice_id: str | None = None
    origin: str | None = None


_pointing = msgspec.json.Decoder(_Pointing).decode
_HEX = frozenset("0123456789abcdef")


def content_of(body: bytes) -> Content:
    """What a body holds. Raises Problem with status 415 or 422."""
    if has_pages(body):
        media_type = media_type_of(body)
        if media_type is None:
            raise _unsupported(f"This is an archive or a picture that is not read. Send {_TAKEN}.")
        return Pages(media_type)
    uploads = list(_two_of(body))
    first = uploads[0]
    if isinstance(first, Unreadable):
        if first.reason == "no_invoice" and body.lstrip()[:1] == b"{":
            return _pointer(body, first)
        _refuse(first)
    if len(uploads) > 1:
        raise unreadable(
            [
                Unreadable(
                    "several_invoices",
                    "There is more than one invoice. Send each in a request of its own.",
                )
            ]
        )
    if first.origin == "REVIEW":
        raise _field("origin", f"It has to be one of {', '.join(ORIGINS)}.")
    if first.request_id is not None or first.attempt != 1:
        raise unreadable(
            [
                Unreadable(
                    "bad_value",
                    "“request_id” and “attempt” are given by the server. Leave them out; a "
                    "correction goes to PUT /requests/{request_id}/attempts/{attempt}.",
                )
            ]
        )
    return first


def kind_of(content: Content) -> str:
    """What metrics call it."""
    if isinstance(content, Pages):
        return "document"
    if isinstance(content, Pointer):
        return "pointer"
    return "json" if content.syntax == "JSON" else "xml"


def _two_of(body: bytes) -> list[Upload | Unreadable]:
    """The first two of what is in a body: more are too many anyway."""
    found: list[Upload | Unreadable] = []
    for each in read_uploads(body):
        found.append(each)
        if len(found) == 2:
            break
    return found


def _pointer(body: bytes, nothing: Unreadable) -> Pointer:
    try:
        said = _pointing(body)
    except msgspec.DecodeError as error:
        if b'"document"' not in body:
            _refuse(nothing)
        raise unreadable([Unreadable("bad_value", f"{error}.")]) from None
    document = said.document
    if len(document.sha256) != 64 or not _HEX.issuperset(document.sha256.lower()):
        raise unreadable(
            [Unreadable("bad_value", "“document/sha256” has to be 64 hexadecimal digits.")]
        )
    told = {name: getattr(said, name) for name in _FIELDS}
    given = given_of({name: value for name, value in told.items() if value is not None})
    return Pointer(Document(document.uri, document.media_type, document.sha256), given)


def given_of(said: dict[str, str]) -> Given:
    """What a client says beside an invoice. Raises Problem with status 422."""
    unknown = sorted(said.keys() - _FIELDS)
    if unknown:
        names = ", ".join(sorted(_FIELDS))
        raise _field(unknown[0][:60], f"There is no such field; there are {names}.")
    for name, value in said.items():
        if not 0 < len(value) <= _LONGEST or not value.isprintable() or value != value.strip():
            raise _field(name, f"It has to be 1 to {_LONGEST} printable characters.")
    origin = said.get("origin")
    if origin is not None and origin not in ORIGINS:
        raise _field("origin", f"It has to be one of {', '.join(ORIGINS)}.")
    return Given(
        vendor_id=said.get("vendor_id"),
        invoice_id=said.get("invoice_id"),
        origin=origin,  # type: ignore[arg-type]  # looked up among them
    )


def unreadable(reasons: list[Unreadable]) -> Problem:
    """A body that holds no invoice that can be read, with every reason."""
    return Problem(
        422,
        "unreadable",
        "There is no invoice that can be read",
        str(reasons[0]),
        errors=[{"reason": each.reason, "message": str(each)} for each in reasons],
    )


def _refuse(found: Unreadable) -> NoReturn:
    if found.reason == "unknown_format":
        raise _unsupported(str(found))
    raise unreadable([found, *found.further])


def _unsupported(detail: str) -> Problem:
    return Problem(
        415,
        "unsupported",
        "This kind of document is not taken",
        detail,
        headers={
            "Accept": "application/json, application/xml, application/pdf, image/*, "
            "multipart/form-data"
        },
    )


def _field(name: str, what: str) -> Problem:
    return Problem(
        422,
        "invalid",
        "The request is not as it has to be",
        f"“{name}”: {what}",
        errors=[{"where": name, "what": what}],
    )
