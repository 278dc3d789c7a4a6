"""Documents that are broken, or meant to break us."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.einvoice import Reason, Unreadable, Upload, read, read_uploads, to_json

DOCUMENTS = Path(__file__).parent / "einvoice"
WHOLE = [(DOCUMENTS / name).read_bytes() for name in ("ubl.xml", "cii.xml")]
WHOLE.append(json.dumps(to_json(read(WHOLE[0]).invoice)).encode())

NAMESPACES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    ' xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
DOCUMENT = f"<Invoice {NAMESPACES}><b:ID>Ä-1</b:ID></Invoice>"


def declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{DOCUMENT}'


def laughing(where: str) -> str:
    entities = ['<!ENTITY e0 "ha">'] + [
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 12)
    ]
    return f"<!DOCTYPE Invoice [{''.join(entities)}]><Invoice {NAMESPACES}{where}</Invoice>"


HOSTILE: dict[str, tuple[Reason, bytes]] = {
    "nothing": ("empty", b""),
    "white space": ("empty", b" \r\n\t"),
    "byte order mark only": ("empty", b"\xef\xbb\xbf"),
    "binary": ("unknown_format", bytes(range(1, 256))),
    "zeros": ("empty", bytes(100)),
    "pdf": ("unknown_format", b"%PDF-1.7\n"),
    "zip": ("unknown_format", b"PK\x03\x04"),
    "prose": ("unknown_format", b"Dear Sir or Madam"),
    "web page": ("forbidden_dtd", b"<!DOCTYPE html><html></html>"),
    "web page without doctype": ("unknown_format", b"<html/>"),
    "other UBL": (
        "unknown_format",
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
    ),
    "no namespace": ("unknown_format", b"<Invoice/>"),
    "cut off": ("not_xml", DOCUMENT.encode()[:-4]),
    "cut off early": ("not_xml", DOCUMENT.encode()[:20]),
    "two roots": ("not_xml", DOCUMENT.encode() * 2),
    "undeclared entity": ("not_xml", DOCUMENT.replace("Ä", "&auml;").encode()),
    "null character": ("not_xml", DOCUMENT.replace("Ä", "\0").encode()),
    "latin-1 called UTF-8": ("not_xml", declared("UTF-8").encode("latin-1")),
    "unknown encoding": ("not_xml", declared("klingon").encode()),
    "deep": ("too_large", b"<a>" * 100_000),
    "long text": ("too_large", f"<Invoice {NAMESPACES}>{'x' * 10_000_001}</Invoice>".encode()),
    "billion laughs": ("forbidden_dtd", laughing("><b:ID>&e11;</b:ID>").encode()),
    "billion laughs in an attribute": ("forbidden_dtd", laughing(' x="&e11;">').encode()),
    "billion laughs in UTF-16": ("forbidden_dtd", laughing("><b:ID>&e11;</b:ID>").encode("utf-16")),
    "external entity": (
        "forbidden_dtd",
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<Invoice {NAMESPACES}><b:ID>&x;</b:ID></Invoice>".encode(),
    ),
    "external DTD": (
        "forbidden_dtd",
        f'<?xml version="1.0"?><!-- <a> --><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a">{DOCUMENT}'.encode(),
    ),
    "endless prolog": ("not_xml", b"<!-- " * 200_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_with_the_reason(name: str) -> None:
    reason, content = HOSTILE[name]

    with pytest.raises(Unreadable) as caught:
        read(content)

    assert caught.value.reason == reason
    assert 10 < len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "content",
    [
        DOCUMENT.encode(),
        b"\xef\xbb\xbf" + DOCUMENT.encode(),
        b"\n\n" + DOCUMENT.encode(),
        declared("ISO-8859-1").encode("latin-1"),
        declared("windows-1252").encode("cp1252"),
        declared("UTF-16").encode("utf-16"),
        declared("UTF-16").encode("utf-16-be"),
        DOCUMENT.encode("utf-16"),
    ],
    ids=["utf-8", "bom", "blank lines", "latin-1", "cp1252", "utf-16", "utf-16-be", "undeclared"],
)
def test_every_encoding_that_says_what_it_is_is_read(content: bytes) -> None:
    assert read(content).invoice.number == "Ä-1"


def test_a_doctype_in_a_comment_or_a_value_is_only_text() -> None:
    document = DOCUMENT.replace("Ä-1", "<![CDATA[<!DOCTYPE a>]]>")

    assert read(f"<!-- <!DOCTYPE a> -->{document}".encode()).invoice.number == "<!DOCTYPE a>"


def test_where_a_cut_off_document_ends_is_said() -> None:
    with pytest.raises(Unreadable, match="line 2, column"):
        read(declared("UTF-8").encode()[:-4])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_gives_an_invoice_or_a_reason_and_never_a_crash(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 40, len(content))))
    content[start:end] = data.draw(st.binary(max_size=8))

    for found in read_uploads(bytes(content)):
        assert isinstance(found, Upload | Unreadable)
