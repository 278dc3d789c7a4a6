"""What a PDF's compressed streams would become, told without unpacking them into memory.

A stream may unpack to a thousand times its size, and again when it is compressed twice. PDFium
unpacks whole streams, so they are measured before it sees the document: piece by piece, and no
further than the limits. Streams that are compressed with LZW or written in hexadecimal are not
measured: nobody has written such in this century, and the process that reads documents has a limit
of its own.
"""

import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from connectors.documents.limits import Limits

_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_IMAGE_SIDE = re.compile(rb"/(Width|Height)\s+(\d{1,9})")
_FLATE = (b"/FlateDecode", b"/Fl ", b"/Fl]", b"/Fl/")
_ASCII85 = (b"/ASCII85Decode", b"/A85")
_DICTIONARY = 4_000
"""Bytes before a stream in which its dictionary is looked for."""
_READ = 65_536
_UNPACKED = 1_048_576


def check_streams(content: bytes, limits: Limits) -> None:
    """Raises Unreadable when a stream, or all of them, unpack to more than the limits.

    So it does when an image has more pixels. Needs a PDF that is not encrypted.
    """
    meter = _Meter(limits)
    view = memoryview(content)
    for found in _STREAM.finditer(content):
        start = found.end()
        dictionary = _dictionary(content, found.start())
        _check_image(dictionary, limits)
        pieces: Iterable[bytes | memoryview] = _pieces(view, start)
        if any(name in dictionary for name in _ASCII85):
            pieces = _from_ascii85(pieces)
        elif not _begins_compressed(content[start : start + 2]):
            continue
        meter.start()
        for _ in range(sum(dictionary.count(name) for name in _FLATE) or 1):
            pieces = _unpacked(pieces, meter)
        deque(pieces, maxlen=0)


class _Meter:
    """Counts what comes out of the streams."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._stream = 0
        self._together = 0

    def start(self) -> None:
        self._stream = 0

    def add(self, size: int) -> None:
        self._stream += size
        self._together += size
        self._limits.check_streams(self._stream, self._together)


def _dictionary(content: bytes, end: int) -> bytes:
    start = max(0, end - _DICTIONARY)
    begins = content.rfind(b" obj", start, end)
    return content[max(begins, start) : end]


def _check_image(dictionary: bytes, limits: Limits) -> None:
    if b"/Image" in dictionary:
        sides = {name: int(value) for name, value in _IMAGE_SIDE.findall(dictionary)}
        limits.check_pixels(sides.get(b"Width", 0), sides.get(b"Height", 0))


def _begins_compressed(head: bytes) -> bool:
    """Whether these are the first two bytes of zlib's format (RFC 1950)."""
    return len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0


def _from_ascii85(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """What was written with printable characters, five for four bytes."""
    left = b""
    for piece in pieces:
        left += bytes(piece).translate(None, b" \t\r\n\f\0").replace(b"z", b"!!!!!")
        text, end, _ = left.partition(b"~")
        whole = len(text) if end else len(text) // 5 * 5
        yield _binary(text[:whole])
        if end:
            return
        left = text[whole:]


def _binary(digits: bytes) -> bytes:
    """Of digits to the base of 85, four bytes for each five; no error where they are none.

    What is no digit gives bytes that do not unpack. The standard library goes digit by digit, which
    took a tenth of a second for the picture of a page.

    >>> _binary(b'87cURD]i,"Ebo80')
    b'Hello World!'
    >>> _binary(b"87cUR") + _binary(b"D]i,"), _binary(b"")
    (b'Hello W', b'')
    """
    missing = -len(digits) % 5
    filled = np.frombuffer(digits + b"u" * missing, np.uint8).astype(np.uint64) - 33
    numbers = filled.reshape(-1, 5) @ np.array([85**4, 85**3, 85**2, 85, 1], np.uint64)
    written = numbers.astype(">u4").tobytes()
    return written[: len(written) - missing]


def _pieces(view: memoryview, start: int) -> Iterator[memoryview]:
    for position in range(start, len(view), _READ):
        yield view[position : position + _READ]


def _unpacked(pieces: Iterable[bytes | memoryview], meter: _Meter) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    for piece in pieces:
        rest: bytes | memoryview = piece
        while rest and not unpack.eof:
            try:
                out = unpack.decompress(rest, _UNPACKED)
            except zlib.error:
                return
            meter.add(len(out))
            yield out
            rest = unpack.unconsumed_tail
        if unpack.eof:
            return
