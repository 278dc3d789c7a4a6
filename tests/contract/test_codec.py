"""What is written is what Avro says, and what is no record is said to be none."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from connectors.avro_type import parse, without_logical_types
from connectors.binding import BindingError
from connectors.codec import Codec, LockIds, Undecodable, Unencodable
from connectors.contracts import ContractError, Contracts
from connectors.records import RECORDS
from operators.decision import InvoiceSettled
from operators.result import ValidationResult
from operators.upload import InvoiceUploaded
from tests.contract.avro_values import values
from tests.contract.implementations import USE_NATIVE
from tests.contract.samples import upload

CONTRACTS = Contracts.load()


class Coding:
    """A codec and what it makes for each record, once."""

    def __init__(self, use_native: bool) -> None:
        self.codec = Codec(CONTRACTS, LockIds(CONTRACTS), use_native=use_native)
        self.decode = self.codec.decoder(InvoiceUploaded)
        self.encode = self.codec.encoder(InvoiceUploaded)
        self.decoders: dict[type[Any], Callable[[bytes], Any]] = {}
        self.encoders: dict[type[Any], Callable[[Any], bytes]] = {}

    def decoder(self, record: type[Any]) -> Callable[[bytes], Any]:
        if record not in self.decoders:
            self.decoders[record] = self.codec.decoder(record)
        return self.decoders[record]

    def encoder(self, record: type[Any]) -> Callable[[Any], bytes]:
        if record not in self.encoders:
            self.encoders[record] = self.codec.encoder(record)
        return self.encoders[record]


@pytest.fixture(scope="module", params=USE_NATIVE)
def coding(request: pytest.FixtureRequest) -> Coding:
    """One of the two implementations."""
    return Coding(request.param)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_bytes_are_those_of_fastavro(
    coding: Coding, record: type[Any], data: st.DataObject
) -> None:
    version = CONTRACTS.newest(record.__name__)
    value = data.draw(values(parse(version.schema)))
    buffer = io.BytesIO()
    fastavro.schemaless_writer(
        buffer, fastavro.parse_schema(without_logical_types(version.schema)), value
    )
    number = LockIds(CONTRACTS).id_of("", version)
    framed = b"\0" + number.to_bytes(4, "big") + buffer.getvalue()
    read = coding.decoder(record)(framed)
    assert isinstance(read, record)
    assert coding.encoder(record)(read) == framed


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_examples_read_back(coding: Coding, record: type[Any]) -> None:
    for example in CONTRACTS.topic_of(record).examples:
        made = coding.codec.from_json(record, example)
        value = coding.encoder(record)(made)
        name, readable = coding.codec.decode_any(value)
        assert name == record.__name__
        assert readable == coding.codec.to_json(made)
        assert coding.codec.from_json(record, readable) == made
        assert example.items() <= {**readable, **_nested(example)}.items()


def _nested(example: dict[str, Any]) -> dict[str, Any]:
    """The parts of an example that may leave out what has a default, or write instants shorter."""
    plain = (str, int, float, bool, type(None))
    return {
        key: value
        for key, value in example.items()
        if not isinstance(value, plain) or key.endswith("_at")
    }


def test_a_record_cut_anywhere_is_undecodable(coding: Coding) -> None:
    value = coding.encode(upload())
    for end in range(5, len(value)):
        with pytest.raises(Undecodable) as caught:
            coding.decode(value[:end])
        assert caught.value.reason == "undecodable"
    with pytest.raises(Undecodable, match="does not end where its schema ends"):
        coding.decode(value + b"\0")


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_wrong_byte_never_crashes(coding: Coding, position: int, byte: int) -> None:
    value = bytearray(coding.encode(upload(1)))
    value[5 + position % (len(value) - 5)] = byte
    with suppress(Undecodable):
        coding.decode(bytes(value))
    with suppress(Undecodable):
        coding.codec.decode_any(bytes(value))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not_framed"),
        (b"{}", "not_framed"),
        (b'{"request_id": 1}', "not_framed"),
        (b"\1\0\0\0\1abc", "not_framed"),
        (b"\0\0\0\0", "not_framed"),
        (b"\0\0\0\xff\xffabc", "unknown_schema"),
        (b"\0\x7f\xff\xff\xffabc", "unknown_schema"),
    ],
)
def test_the_reason_is_named(coding: Coding, value: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as caught:
        coding.decode(value)
    assert caught.value.reason == reason
    with pytest.raises(Undecodable) as caught:
        coding.codec.decode_any(value)
    assert caught.value.reason == reason


def test_another_record_breaks_the_contract(coding: Coding) -> None:
    value = coding.encode(upload())
    with pytest.raises(Undecodable, match=r"is a InvoiceUploaded, and .* InvoiceSettled") as caught:
        coding.decoder(InvoiceSettled)(value)
    assert caught.value.reason == "contract_broken"


def test_many_bad_ids_are_not_remembered_for_ever(coding: Coding) -> None:
    value = coding.encode(upload())
    for number in range(100, 200):
        with pytest.raises(Undecodable):
            coding.decode(b"\0" + number.to_bytes(4, "big") + value[5:])
    assert coding.decode(value) == upload()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"vendor_id": 7}, ".vendor_id"),
        ({"origin": "FAX"}, ".origin"),
        ({"request_id": None}, ".request_id"),
        ({"uploaded_at": "now"}, ".uploaded_at"),
    ],
)
def test_what_cannot_be_written_names_its_field(
    coding: Coding, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unencodable) as caught:
        coding.encode(replace(upload(), **changes))
    assert f"InvoiceUploaded{field} " in str(caught.value)


def test_a_number_beyond_the_contract_cannot_be_written(coding: Coding) -> None:
    record = upload()
    large = replace(record, metadata=replace(record.metadata, amount=10**30))
    with pytest.raises(Unencodable):
        coding.encode(large)
    with pytest.raises(Unencodable):
        coding.encode(replace(record, uploaded_at=2**70))
    with pytest.raises(Unencodable):
        coding.encode(replace(record, attempt=2**31))


class Amounts(Struct, frozen=True, tag="InvoiceUploaded"):
    """A view: what a branch that looks at one field would declare."""

    request_id: str
    vendor_id: str | None


def test_a_view_reads_its_fields_only(coding: Coding) -> None:
    value = coding.encode(upload())
    assert coding.decoder(Amounts)(value) == Amounts(upload().request_id, "V-1")


class Passing(Struct, frozen=True, tag="ValidationResult"):
    """A view that passes a sequence on as it is encoded."""

    request_id: str
    violations: bytes


def test_a_view_keeps_a_field_encoded(coding: Coding) -> None:
    topic = CONTRACTS.topic_of(ValidationResult)
    result = coding.codec.from_json(ValidationResult, topic.examples[0])
    kept = coding.decoder(Passing)(coding.encoder(ValidationResult)(result)).violations
    assert b"VAL-TOTAL-NET" in kept
    assert kept.startswith(b"\2")
    assert kept.endswith(b"\0")


class Wanting(Struct, frozen=True, tag="InvoiceUploaded"):
    colour: str


class Mandatory(Struct, frozen=True, tag="InvoiceUploaded"):
    vendor_id: str


class Numeric(Struct, frozen=True, tag="InvoiceUploaded"):
    request_id: int


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (Wanting, "Wanting.colour is not in the contract of InvoiceUploaded"),
        (Mandatory, "Mandatory.vendor_id can be null by contract"),
        (Numeric, "Numeric.request_id does not fit the contract's string"),
    ],
)
def test_a_class_that_does_not_fit_is_named(coding: Coding, view: type[Any], sentence: str) -> None:
    with pytest.raises(BindingError, match=sentence):
        coding.decoder(view)


def test_a_class_without_a_topic_is_named(coding: Coding) -> None:
    class Stranger(Struct):
        pass

    with pytest.raises(ContractError, match="no topic carries Stranger"):
        coding.decoder(Stranger)
