"""Documents meant to break us are refused with a reason, in bounded time and memory."""

import base64
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.documents import Limits, Unreadable, classify, embedded_invoice
from connectors.documents.pdf_streams import check_streams
from tests.unit.documents import attached, encoded, encrypted, invoice_pdf, pages, picture, zeros
from tests.unit.documents import with_stream as pdf_with_stream

SIDE = 20_000
BOMB = 210_000_000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(side: int, *more: bytes, data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(more) + chunk(b"IDAT", data or zlib.compress(b"\0"))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def jpeg(side: int) -> bytes:
    small = bytearray(encoded(picture(size=(16, 16), lines=()), "JPEG"))
    start = small.index(b"\xff\xc0") + 5
    small[start : start + 4] = struct.pack(">HH", side, side)
    return bytes(small)


def webp(side: int) -> bytes:
    sides = (side - 1).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sides
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(side: int, following: int = 0) -> bytes:
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, 1)]
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + struct.pack("<I", following)


def bmp(side: int) -> bytes:
    small = bytearray(encoded(picture(size=(16, 16), lines=()), "BMP"))
    small[18:26] = struct.pack("<ii", side, side)
    return bytes(small)


LAUGHING = b'<!DOCTYPE a [<!ENTITY b "ha">]><rsm:CrossIndustryInvoice xmlns:rsm="x">&b;</a>'

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a stream that unpacks to 210 MB": (
        "too_large",
        lambda: pdf_with_stream(zeros(BOMB), "/Filter/FlateDecode"),
    ),
    "the same, packed twice": (
        "too_large",
        lambda: pdf_with_stream(zlib.compress(zeros(BOMB)), "/Filter[/FlateDecode/FlateDecode]"),
    ),
    "the same in printable characters": (
        "too_large",
        lambda: pdf_with_stream(
            base64.a85encode(zeros(BOMB)) + b"~>", "/Filter[/ASCII85Decode/FlateDecode]"
        ),
    ),
    "the same in a PDF that forbids printing": (
        "too_large",
        lambda: encrypted(pdf_with_stream(zeros(BOMB), "/Filter/FlateDecode"), ""),
    ),
    "an attachment that unpacks to 210 MB": (
        "too_large",
        lambda: pdf_with_stream(zeros(BOMB), "/Type/EmbeddedFile/Filter/FlateDecode"),
    ),
    "an image in a PDF": (
        "too_large",
        lambda: pdf_with_stream(b"x", f"/Subtype/Image/Width {SIDE}/Height {SIDE}"),
    ),
    "a PNG image": ("too_large", lambda: png(SIDE)),
    "a PNG image that is there": (
        "too_large",
        lambda: png(SIDE, data=zeros(SIDE * (SIDE // 8 + 1))),
    ),
    "a PNG text that unpacks to 210 MB": (
        "too_large",
        lambda: png(100, chunk(b"zTXt", b"Comment\0\0" + zeros(BOMB))),
    ),
    "a JPEG image": ("too_large", lambda: jpeg(SIDE)),
    "a TIFF image": ("too_large", lambda: tiff(SIDE)),
    "a WebP image": ("too_large", lambda: webp(SIDE)),
    "a BMP image": ("too_large", lambda: bmp(SIDE)),
    "a TIFF whose pages go round": ("damaged", lambda: tiff(100, following=8)),
    "500 pages": ("too_many_pages", lambda: pages(500)),
    "an XML bomb": ("forbidden_dtd", lambda: LAUGHING),
    "an XML bomb in a PDF": (
        "forbidden_dtd",
        lambda: attached(invoice_pdf(), [("factur-x.xml", LAUGHING)]),
    ),
    "nothing": ("empty", lambda: b""),
    "a text called .pdf": ("unknown_format", lambda: b"%PD: this is only text"),
}

READING = """
import json, resource, sys
from pathlib import Path
from connectors.documents import Unreadable, classify, embedded_invoice, read_pages

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reasons = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    content = file.read_bytes()
    try:
        found = classify(content)
        embedded_invoice(content, found)
        read_pages(content, classified=found)
        reasons[file.name] = None
    except Unreadable as unreadable:
        reasons[file.name] = unreadable.reason
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"reasons": reasons, "grown": (after - before) // 1024}))
"""


def test_every_one_is_refused_with_its_reason_in_little_memory(tmp_path: Path) -> None:
    for name, (_, made) in HOSTILE.items():
        (tmp_path / name).write_bytes(made())

    done = subprocess.run(
        [sys.executable, "-c", READING, tmp_path], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)

    assert said["reasons"] == {name: reason for name, (reason, _) in HOSTILE.items()}
    assert said["grown"] < 150, "megabytes"


def test_streams_together_are_limited_too() -> None:
    content = b"".join(pdf_with_stream(zeros(2_000_000), "/Filter/FlateDecode") for _ in range(4))

    with pytest.raises(Unreadable) as caught:
        check_streams(content, Limits(stream_bytes=3_000_000, streams_bytes=5_000_000))

    assert caught.value.reason == "too_large"


def test_ordinary_streams_are_let_through() -> None:
    check_streams(pdf_with_stream(zeros(2_000_000), "/Filter/FlateDecode"), Limits())


def test_streams_written_with_printable_characters_are_measured_as_well() -> None:
    content = pdf_with_stream(
        base64.a85encode(zeros(2_000_000)) + b"~>", "/Filter[/ASCII85Decode/FlateDecode]"
    )

    check_streams(content, Limits(stream_bytes=2_000_000))
    with pytest.raises(Unreadable) as caught:
        check_streams(content, Limits(stream_bytes=1_999_999))

    assert caught.value.reason == "too_large"


WHOLE = [
    invoice_pdf(),
    attached(invoice_pdf(), [("factur-x.xml", b"<a/>")]),
    encoded(picture(size=(60, 80), letters=10), "PNG"),
    encoded(picture(size=(60, 80), letters=10), "JPEG"),
    encoded(picture(size=(60, 80), letters=10), "TIFF"),
    encoded(picture(size=(60, 80), letters=10), "WEBP"),
]


@given(st.data())
@settings(max_examples=150)
def test_damage_gives_a_reason_or_a_document_and_never_a_crash(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 60, len(content))))
    content[start:end] = data.draw(st.binary(max_size=8))

    with suppress(Unreadable):
        embedded_invoice(bytes(content), classify(bytes(content)))
