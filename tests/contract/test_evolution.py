"""Versions meet: records of an older or newer schema are read by Avro's resolution rules."""

import copy
import io
from collections.abc import Callable
from typing import Any, TypeAlias

import fastavro
import pytest
from msgspec import Struct

from connectors.avro_type import Schema, parse
from connectors.codec import Codec, Undecodable, UnknownSchema
from connectors.compatibility import breaks, unreadable
from connectors.contracts import Contracts, Version
from connectors.writing import writer
from operators.decision import InvoiceNotification, InvoiceSettled
from tests.contract.implementations import USE_NATIVE

CONTRACTS = Contracts.load()
OURS = CONTRACTS.newest("InvoiceSettled")
RECORD = InvoiceSettled(
    request_id="r-1", attempt=2, invoice_id="i-1", vendor_id="v-1", outcome="APPROVED", settled_at=5
)


class OneSchema:
    """Ids of a registry that knows one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def id_of(self, topic: str, version: Version) -> int:
        return 7

    def schema_of(self, schema_id: int) -> Schema:
        if schema_id != 7:
            raise UnknownSchema(schema_id)
        return self.schema


def changed(change: Callable[[dict[str, dict[str, Any]], list[Any]], None]) -> dict[str, Any]:
    """Our schema after a change of its fields, by name and as a list."""
    schema: dict[str, Any] = copy.deepcopy(dict(OURS.schema))
    change({field["name"]: field for field in schema["fields"]}, schema["fields"])
    return schema


Reading: TypeAlias = Callable[[Schema, dict[str, Any]], InvoiceSettled]


@pytest.fixture(params=USE_NATIVE)
def use_native(request: pytest.FixtureRequest) -> bool:
    """Which of the two implementations is at work."""
    return bool(request.param)


@pytest.fixture
def read(use_native: bool) -> Reading:
    """What we read of a value that another program has written."""

    def read(schema: Schema, value: dict[str, Any]) -> InvoiceSettled:
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, fastavro.parse_schema(dict(schema)), value)
        codec = Codec(CONTRACTS, OneSchema(schema), use_native=use_native)
        return codec.decoder(InvoiceSettled)(b"\0\0\0\0\7" + buffer.getvalue())

    return read


WRITTEN = {
    "request_id": "r-1",
    "attempt": 2,
    "invoice_id": "i-1",
    "vendor_id": "v-1",
    "outcome": "APPROVED",
    "settled_at": 5,
}


def test_a_new_field_is_stepped_over(read: Reading) -> None:
    extra = {"type": "array", "items": {"type": "map", "values": "string"}}
    for added, note in (("string", "x"), (["null", "double"], None), (extra, [{"a": "b"}])):
        schema: dict[str, Any] = copy.deepcopy(dict(OURS.schema))
        schema["fields"].insert(1, {"name": "note", "type": added})
        assert read(schema, {**WRITTEN, "note": note}) == RECORD


def test_a_missing_field_has_its_default(read: Reading) -> None:
    schema = changed(lambda by, fields: fields.remove(by["attempt"]))
    assert read(schema, WRITTEN).attempt == 1


def test_an_unknown_symbol_becomes_the_default_symbol(read: Reading) -> None:
    schema = changed(lambda by, fields: by["outcome"]["type"]["symbols"].insert(0, "SPLIT"))
    assert read(schema, {**WRITTEN, "outcome": "SPLIT"}).outcome == "UNKNOWN"
    assert read(schema, WRITTEN).outcome == "APPROVED"


def test_the_order_of_fields_is_the_writers(read: Reading) -> None:
    schema = changed(lambda by, fields: fields.reverse())
    assert read(schema, WRITTEN) == RECORD


def test_a_union_around_a_value_is_taken_off(read: Reading) -> None:
    schema = changed(lambda by, fields: by["vendor_id"].update(type=["string", "null"]))
    assert read(schema, WRITTEN) == RECORD
    with pytest.raises(Undecodable, match="a mandatory field is null") as caught:
        read(schema, {**WRITTEN, "vendor_id": None})
    assert caught.value.reason == "undecodable"


def test_a_number_is_promoted(read: Reading) -> None:
    schema = changed(lambda by, fields: by["settled_at"].update(type="int"))
    assert read(schema, WRITTEN) == RECORD


def test_a_schema_that_cannot_be_read_breaks_the_contract(read: Reading) -> None:
    lacking = changed(lambda by, fields: fields.remove(by["vendor_id"]))
    other = changed(lambda by, fields: by["attempt"].update(type="boolean", default=True))
    for schema in (lacking, other):
        with pytest.raises(Undecodable) as caught:
            read(schema, {**WRITTEN, "attempt": True})
        assert caught.value.reason == "contract_broken"


def test_a_schema_of_boundless_depth_breaks_the_contract(use_native: bool) -> None:
    deep: Any = "string"
    for _ in range(3_000):
        deep = {"type": "array", "items": deep}
    schema = changed(lambda by, fields: fields.append({"name": "deep", "type": deep}))
    codec = Codec(CONTRACTS, OneSchema(schema), use_native=use_native)
    with pytest.raises(Undecodable) as caught:
        codec.decoder(InvoiceSettled)(b"\0\0\0\0\7")
    assert caught.value.reason == "contract_broken"


class Renamed(Struct, frozen=True, tag="InvoiceSettled"):
    id: str


def test_an_alias_is_followed(use_native: bool) -> None:
    schema = changed(lambda by, fields: by["request_id"].update(name="id", aliases=["request_id"]))
    newer = Version(OURS.folder, 2, schema)
    contracts = Contracts(
        CONTRACTS.topics, {**CONTRACTS.versions, OURS.folder: (OURS, newer)}, CONTRACTS.lock
    )
    value = writer(InvoiceSettled, parse(OURS.schema), b"\0\0\0\0\7")(RECORD)
    assert Codec(contracts, OneSchema(OURS.schema), use_native=use_native).decoder(Renamed)(
        value
    ) == Renamed("r-1")


def test_blocks_with_their_size_are_read(use_native: bool) -> None:
    schema = CONTRACTS.newest("InvoiceNotification").schema
    record = CONTRACTS.topics["invoice.notification"].examples[0]
    codec = Codec(CONTRACTS, OneSchema(schema), use_native=use_native)
    made = codec.from_json(InvoiceNotification, {**record, "reasons": ["a", "b"]})
    plain = codec.encoder(InvoiceNotification)(made)
    counted, sized = b"\x04\x02a\x02b\x00", b"\x03\x08\x02a\x02b\x00"
    assert plain.count(counted) == 1
    assert codec.decoder(InvoiceNotification)(plain.replace(counted, sized)) == made


@pytest.mark.parametrize(
    ("change", "mode", "field"),
    [
        (lambda by, fields: by["vendor_id"].pop("default", None), "FULL", None),
        (lambda by, fields: fields.append({"name": "x", "type": "string"}), "BACKWARD", "x"),
        (lambda by, fields: fields.append({"name": "x", "type": "string"}), "FORWARD", None),
        (lambda by, fields: fields.remove(by["vendor_id"]), "FORWARD", "vendor_id"),
        (lambda by, fields: fields.remove(by["vendor_id"]), "BACKWARD", None),
        (lambda by, fields: fields.remove(by["attempt"]), "FULL", None),
        (lambda by, fields: by["attempt"].update(type="string"), "FULL", "attempt"),
        (lambda by, fields: by["attempt"].update(type="long"), "BACKWARD", None),
        (lambda by, fields: by["attempt"].update(type="long"), "FULL", "attempt"),
        (lambda by, fields: by["vendor_id"].update(type=["null", "string"]), "BACKWARD", None),
        (lambda by, fields: by["vendor_id"].update(type=["null", "string"]), "FULL", "vendor_id"),
        (lambda by, fields: by["outcome"]["type"]["symbols"].append("SPLIT"), "FULL", None),
        (lambda by, fields: by["outcome"]["type"].pop("default"), "FULL", None),
        (lambda by, fields: by["settled_at"].update(type="long"), "FULL", "settled_at"),
    ],
)
def test_what_a_mode_forbids_is_named(
    change: Callable[[Any, Any], None], mode: Any, field: str | None
) -> None:
    found = breaks([OURS, Version(OURS.folder, 2, changed(change))], mode)
    assert {each.field for each in found} == ({field} if field else set())


def test_a_break_deep_inside_is_named_with_its_path() -> None:
    ours = CONTRACTS.newest("InvoiceUploaded")
    schema = copy.deepcopy(dict(ours.schema))
    invoice = next(each for each in schema["fields"] if each["name"] == "invoice")["type"][1]
    lines = next(each for each in invoice["fields"] if each["name"] == "lines")["type"]["items"]
    quantity = next(each for each in lines["fields"] if each["name"] == "quantity")
    quantity["type"] = ["null", "boolean"]
    (found,) = unreadable(Version(ours.folder, ours.version + 1, schema), ours)
    assert str(found) == (
        "InvoiceUploaded invoice.lines[].quantity: is boolean and was decimal; "
        f"version {ours.version + 1} cannot read what version {ours.version} writes"
    )


def test_only_transitive_modes_look_further_back() -> None:
    without = Version(OURS.folder, 2, changed(lambda by, fields: fields.remove(by["attempt"])))
    again = Version(OURS.folder, 3, changed(lambda by, fields: by["attempt"].update(type="string")))
    assert breaks([OURS, without, again], "FULL") == ()
    assert {each.field for each in breaks([OURS, without, again], "FULL_TRANSITIVE")} == {"attempt"}
