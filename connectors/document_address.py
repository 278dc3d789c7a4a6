"""Names of documents in a store: those we give, and those that events point at.

A name is a relative key with `/` between its parts. Events hold such a key, or a full URL below
the address of the store. Anything else is outside and not fetched, whatever it says.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from operators.time import Instant

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f\\<>]")
_UNFINISHED = re.compile(r"#\d+$")
"""What obstore calls a file in a folder until it is written."""
_LONGEST_PART = 255
_LONGEST = 900
"""Bytes; S3 allows 1,024 with what the store's own address puts before."""

_ENDINGS = {
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "image/bmp": ".bmp",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
}


def new_key(at: Instant, sha256: str, media_type: str) -> str:
    """The name of a document that comes in: nothing in it is the sender's.

    The same document twice on a day has the same name.

    >>> new_key(1_772_442_000_000, "e3b0c442", "application/pdf")
    'inbox/2026/03/02/e3b0c442.pdf'
    """
    day = datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y/%m/%d")
    return f"inbox/{day}/{sha256}{_ENDINGS.get(media_type, '')}"


def store_url(setting: str) -> str:
    """The address of a store as a URL without a `/` at its end; a setting may be just a folder.

    >>> store_url("s3://invoices/in/"), store_url("/var/documents")
    ('s3://invoices/in', 'file:///var/documents')
    """
    if "://" in setting:
        scheme, _, rest = setting.partition("://")
        return f"{scheme.lower()}://{rest.rstrip('/')}"
    return Path(setting).absolute().as_uri()


def key_below(store: str, uri: str) -> str | None:
    """The key of what a URI points at in the store of that address; None when it is not in it.

    Full URLs are percent-encoded, relative keys are as they are.

    >>> key_below("s3://invoices/in", "2026/1.pdf"), key_below("s3://invoices", "s3://invoices/a%20b")
    ('2026/1.pdf', 'a b')
    >>> {key_below("s3://invoices/in", uri) for uri in ("s3://invoices/x", "../x", "/x", "file:///x")}
    {None}
    """
    key = uri
    if _SCHEME.match(uri):
        below = store + "/"
        rest = uri.removeprefix(below)
        if rest == uri or "?" in rest or "#" in rest:
            return None
        try:
            key = unquote_to_bytes(rest).decode()
        except UnicodeError:
            return None
    return key if _is_key(key) else None


def _is_key(key: str) -> bool:
    try:
        parts = key.encode().split(b"/")
    except UnicodeEncodeError:
        return False
    return (
        sum(map(len, parts)) + len(parts) <= _LONGEST
        and all(part not in (b"", b".", b"..") and len(part) <= _LONGEST_PART for part in parts)
        and not _UNWANTED.search(key)
        and not _UNFINISHED.search(key)
    )
