"""The native codec and the generated one do the same, whatever the schema, view and bytes."""

import resource
import sys
from datetime import date, datetime
from decimal import Decimal
from types import GenericAlias
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, defstruct
from msgspec.structs import force_setattr, replace

from connectors import native
from connectors.avro_type import Array, AvroType, Field, Plain, Record, UnsupportedSchema, parse
from connectors.contracts import Contracts
from connectors.native.extension import extension
from connectors.reading_plan import Malformed
from connectors.reading_plan import plan as reading_plan
from connectors.records import RECORDS
from connectors.writing_plan import integer
from connectors.writing_plan import plan as writing_plan
from operators.upload import InvoiceUploaded
from tests.contract.avro_trees import damaged, encoded, records, versions, views
from tests.contract.avro_values import values
from tests.contract.implementations import NEEDS_NATIVE, Pair, writers
from tests.contract.samples import upload

pytestmark = NEEDS_NATIVE
CONTRACTS = Contracts.load()
TREES = {record: parse(CONTRACTS.newest(record.__name__).schema) for record in RECORDS}
UPLOADED = TREES[InvoiceUploaded]
SIZES = {"boolean": 1, "float": 4, "double": 8}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_record_is_read_and_written_alike(record: type[Any], data: st.DataObject) -> None:
    contract = TREES[record]
    value = encoded(contract, data.draw(values(contract)))
    pair, write = Pair(record, contract, contract), writers(record, contract)

    read = pair.read(value)
    assert isinstance(read, record)
    assert write(read) == b"\0head" + value
    for bad in data.draw(st.lists(damaged(value), max_size=10)):
        pair.read(bad)
    pair.read(data.draw(st.binary(max_size=100)))


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_view_is_read_alike(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from(list(TREES.values())) | records())
    pair = Pair(data.draw(views(contract)), contract, contract)
    value = encoded(contract, data.draw(values(contract)))

    assert not isinstance(pair.read(value), str)
    for bad in data.draw(st.lists(damaged(value), max_size=10)):
        pair.read(bad)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_version_is_read_alike(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from(list(TREES.values())) | records())
    writer = data.draw(versions(contract))
    try:
        pair = Pair(data.draw(views(contract)), writer, contract)
    except UnsupportedSchema:
        return
    value = encoded(writer, data.draw(values(writer)))

    pair.read(value)
    for bad in data.draw(st.lists(damaged(value), max_size=5)):
        pair.read(bad)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_struct_is_written_alike(data: st.DataObject) -> None:
    contract = data.draw(records())
    view = data.draw(views(contract, whole=True))
    value = encoded(contract, data.draw(values(contract)))

    read = Pair(view, contract, contract).read(value)
    assert writers(view, contract)(read) == b"\0head" + value


UNFIT: list[Any] = [
    *(None, True, 1, 2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 2**95 - 1, 2**95, -(2**95), 2**200),
    *(1.5, 1e300, float("nan"), Decimal("1.5"), date(2024, 2, 29), datetime(2024, 2, 29, 1)),
    *("", "é", "\ud800", b"", b"\0", bytearray(b"x"), object()),
    *((), (1,), ("a", "b"), ["a"], [None], {}, {1: 2}),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_cannot_be_written_is_refused_alike(record: type[Any], data: st.DataObject) -> None:
    contract = TREES[record]
    value = encoded(contract, data.draw(values(contract)))
    read = Pair(record, contract, contract).read(value)
    write = writers(record, contract)

    for _ in range(5):
        changed = read
        name = data.draw(st.sampled_from(changed.__struct_fields__))
        inner = getattr(changed, name)
        if isinstance(inner, Struct) and data.draw(st.booleans()):
            inside = data.draw(st.sampled_from(inner.__struct_fields__))
            changed = replace(
                changed, **{name: replace(inner, **{inside: data.draw(st.sampled_from(UNFIT))})}
            )
        else:
            changed = replace(changed, **{name: data.draw(st.sampled_from(UNFIT))})
        write(changed)


@given(st.integers(1, 3_652_059))
def test_every_date_is_written_alike(day: int) -> None:
    contract = Record("R", (Field("day", Plain("date")),))
    view = defstruct("View", [("day", date)])
    write, pair = writers(view, contract), Pair(view, contract, contract)
    for each in (day, 1, 3_652_059):
        made = view(date.fromordinal(each))
        assert pair.read(write(made)[5:]) == made


def test_an_integer_of_more_than_64_bits_is_malformed() -> None:
    contract = Record("R", (Field("number", Plain("long")),))
    pair = Pair(defstruct("View", [("number", int)]), contract, contract)
    assert pair.read(b"\xff" * 9 + b"\1").number == -(2**63)
    assert pair.read(b"\xff" * 9 + b"\2") == "malformed: an integer is longer than 64 bits"
    assert pair.read(b"\xff" * 10 + b"\1") == "malformed: an integer is longer than 64 bits"
    assert pair.read(b"\xff" * 9) == "refused"


def test_an_integer_of_more_than_its_32_bits_is_malformed() -> None:
    contract = Record("R", (Field("number", Plain("int")),))
    pair = Pair(defstruct("View", [("number", int)]), contract, contract)
    for number in (2**31 - 1, -(2**31)):
        assert pair.read(integer(number)).number == number
    for number in (2**31, -(2**31) - 1, 2**63 - 1):
        assert pair.read(integer(number)) == "malformed: an integer is longer than 32 bits"


def test_a_promise_of_many_items_takes_no_memory() -> None:
    contract = Record("R", (Field("items", Array(Plain("long"))),))
    pair = Pair(defstruct("View", [("items", tuple[int, ...])]), contract, contract)
    assert pair.read(b"\xfe" + b"\xff" * 8 + b"\1" + b"\2" * 20) == "refused"
    assert pair.read(b"\xff" * 9 + b"\1" + b"\2" * 20) == "refused"
    assert pair.read(b"\4\2\4\3\4\6\10\2\6\0").items == (1, 2, 3, 4, 3)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", ["boolean", "float", "double"])
def test_a_promise_of_many_items_that_nobody_looks_at_takes_no_time(kind: Any) -> None:
    left = Field("left", Plain(kind))
    added = Field("added", Plain("long"), has_default=True, default=7)
    written = Record("R", (Field("items", Array(Record("Item", (left,)))),))
    contract = Record("R", (Field("items", Array(Record("Item", (left, added)))), added))
    item = defstruct("Item", [("added", int)])
    value = integer(2**62) + b"\1" * 20
    skipping = Pair(defstruct("View", [("added", int)]), written, contract)
    assert skipping.read(value) == "refused"
    items = GenericAlias(tuple, (item, ...))
    filling = Pair(defstruct("View", [("items", items)]), written, contract)
    assert filling.read(value) == "refused"
    assert [each.added for each in filling.read(b"\2" + b"\1" * SIZES[kind] + b"\0").items] == [7]


def test_a_record_within_records_too_deep_is_left_to_others() -> None:
    contract = Record("R", (Field("number", Plain("long")),))
    deep: AvroType = Plain("long")
    for _ in range(100):
        deep = Array(deep)
    writer = Record("R", (*contract.fields, Field("deep", deep)))
    with pytest.raises(UnsupportedSchema, match="nests deeper"):
        Pair(defstruct("View", [("number", int)]), writer, contract)


class Trap(Struct):
    """A struct of another class, whose attributes are code."""

    owner: Any

    @property
    def items(self) -> Any:
        """Items that vanish while they are written."""
        force_setattr(self.owner, "inner", None)
        return ["a" * 10_000, "b"]


def test_a_record_that_changes_while_it_is_written_is_harmless() -> None:
    inner = Record("I", (Field("items", Array(Plain("string"))), Field("items2", Plain("long"))))
    contract = Record("R", (Field("inner", inner), Field("last", Plain("string"))))
    inside = defstruct("Inside", [("items", tuple[str, ...]), ("items2", int)])
    view = defstruct("View", [("inner", inside), ("last", str)])
    made = view(None, "x")
    force_setattr(made, "inner", Trap(made))
    assert writers(view, contract)(made) == "refused"


def test_nothing_is_leaked() -> None:
    plan = reading_plan(InvoiceUploaded, UPLOADED, UPLOADED)
    read = native.reader(plan)
    write = native.writer(writing_plan(InvoiceUploaded, UPLOADED), b"")
    value = write(upload())
    late = value[:-3] + b"\xff\xff\xff"
    bad = replace(upload(), metadata="x")
    held = (None, InvoiceUploaded, upload().origin, type(upload().invoice), plan)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            write(read(value, 0))
            for function, wrong in ((read, (late, 0)), (write, (bad,))):
                try:
                    function(*wrong)
                except (AttributeError, IndexError, Malformed):
                    continue
                raise AssertionError("a wrong value was taken")

    work(1_000)
    blocks, references = sys.getallocatedblocks(), [sys.getrefcount(each) for each in held]
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work(50_000)
    assert abs(sys.getallocatedblocks() - blocks) < 500
    for each, before in zip(held, references, strict=True):
        assert abs(sys.getrefcount(each) - before) < 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident < 4_096


STEP = ("long", 0, 0, None)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        ("long",),
        (("long", 0, 1, None),),
        (("long", 0, -1, None),),
        (("keep", 0, 0, (STEP,)),),
        (("odd", 0, 0, None),),
        (("array", 0, 0, 1),),
        (("symbol", 0, 0, None),),
        (("record", 0, 0, ()),),
    ],
)
def test_a_program_that_makes_no_sense_is_refused(steps: Any) -> None:
    view = defstruct("View", [("a", int)])
    extension().Reader((view, False, ("a",), 1, (STEP,), ()), Malformed)
    with pytest.raises((TypeError, ValueError)):
        extension().Reader((view, False, ("a",), 1, steps, ()), Malformed)
    with pytest.raises(TypeError, match="by a call"):
        extension().Reader((view, True, ("a",), 1, (STEP,), ()), Malformed)


@pytest.mark.parametrize("name", ["fixed", "symbol", "odd", "record"])
def test_a_writer_that_makes_no_sense_is_refused(name: str) -> None:
    view = defstruct("View", [("a", int)])
    with pytest.raises((TypeError, ValueError)):
        extension().Writer((view, ((name, 0, "a", 1),)), b"")
