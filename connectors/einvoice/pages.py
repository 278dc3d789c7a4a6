"""Whether a file is a document with pages, which has to be looked at, by its first bytes.

>>> has_pages(b"%PDF-1.7"), has_pages(b"<Invoice/>"), has_pages(b"")
(True, False, False)
"""

_STARTS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"II*\0",
    b"MM\0*",
    b"GIF8",
    b"BM",
    b"RIFF",
    b"PK\x03\x04",
)
"""Of images, and of archives, which are refused with what to do."""
_HEAD = 1_024
"""Bytes among which a PDF says that it is one."""


_MEDIA_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def media_type_of(content: bytes) -> str | None:
    r"""What a document with pages that can be read is, by its first bytes; None for all others.

    >>> media_type_of(b"%PDF-1.7"), media_type_of(b"PK\x03\x04"), media_type_of(b"<Invoice/>")
    ('application/pdf', None, None)
    """
    if b"%PDF-" in content[:_HEAD]:
        return "application/pdf"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _MEDIA_TYPES if content.startswith(start)), None)


def has_pages(content: bytes) -> bool:
    """Whether a file looks like a PDF, an image or an archive."""
    return b"%PDF-" in content[:_HEAD] or content.startswith(_STARTS) or content[4:8] == b"ftyp"
