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


def has_pages(content: bytes) -> bool:
    """Whether a file looks like a PDF, an image or an archive."""
    return b"%PDF-" in content[:_HEAD] or content.startswith(_STARTS) or content[4:8] == b"ftyp"
