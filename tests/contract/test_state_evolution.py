"""State that one version has written is read by the next, and by the one before again.

Generations are committed under `state/`; `python -m tests.contract.state_golden` adds to them.
"""

from typing import Any

import msgspec
import pytest

from connectors.state_check import dropped
from tests.contract.state_golden import FOLDER, Generation, generations, tables
from tests.contract.state_shapes import Shape, problems, samples, shape_of, type_of

TABLES = tables()
GENERATIONS = [each for name in TABLES for each in generations(name)]
PAIRS = [
    (before, after)
    for name in TABLES
    for before, after in zip(generations(name), generations(name)[1:], strict=False)
]
DO = "run `python -m tests.contract.state_golden`, read what it says, and commit what it wrote"


def named(generation: Generation) -> str:
    return f"{generation.table}.{generation.number}"


def again(value: bytes, type_: Any) -> bytes:
    """A value as a program with this type writes it after it has read it."""
    return msgspec.msgpack.encode(msgspec.msgpack.decode(value, type=type_))


def plain(value: bytes) -> Any:
    return msgspec.msgpack.decode(value)


def test_every_table_has_its_generations_and_no_other_has() -> None:
    assert {each.name.rsplit(".", 2)[0] for each in FOLDER.glob("*.json")} == set(TABLES), DO
    for name in TABLES:
        numbers = [each.number for each in generations(name)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", TABLES)
def test_the_latest_generation_is_what_the_program_writes_now(name: str) -> None:
    latest = generations(name)[-1]
    assert (latest.shape, latest.in_pages) == (
        shape_of(TABLES[name].value),
        TABLES[name].in_pages,
    ), f"the values of {name} have changed: {DO}"


@pytest.mark.parametrize("generation", GENERATIONS, ids=named)
def test_what_any_version_has_written_is_read_whole(generation: Generation) -> None:
    table = TABLES[generation.table]
    assert table.in_pages == generation.in_pages, "its changelog would have to be made anew"
    for value in generation.values:
        assert dropped(plain(value), plain(again(value, table.value))) is None


@pytest.mark.parametrize("generation", GENERATIONS, ids=named)
def test_a_generation_is_what_a_program_of_its_shape_writes(generation: Generation) -> None:
    for value in generation.values:
        assert plain(again(value, generation.type)) == plain(value)
    assert len(generation.entries) >= len(samples(generation.shape)) // 2


@pytest.mark.parametrize("generation", GENERATIONS, ids=named)
def test_what_is_written_now_is_read_by_each_version_before_and_comes_back(
    generation: Generation,
) -> None:
    """Old → new → old: a rolling update, and its roll back."""
    table = TABLES[generation.table]
    for value in generation.values:
        by_now = again(value, table.value)
        assert plain(again(by_now, generation.type)) == plain(value), "old → new → old"
    if not any(each.accepted for each in generations(generation.table)[generation.number :]):
        for value in generations(generation.table)[-1].values:
            msgspec.msgpack.decode(again(value, generation.type), type=table.value)


def test_no_generation_breaks_with_the_one_before() -> None:
    for before, after in PAIRS:
        found = dict(problems(before.shape, after.shape))
        assert found.keys() == after.accepted.keys(), f"{named(after)}: {found}"


class Inner(msgspec.Struct, frozen=True):
    count: int
    kind: str = "A"


class Value(msgspec.Struct, frozen=True):
    name: str
    inner: tuple[Inner, ...] = ()


SHAPE = shape_of(Value)
ARRAY = {"struct": {**SHAPE["struct"], "array": True}}


def changed(shape: Shape, *fields: dict[str, Any]) -> Shape:
    return {"struct": {**shape["struct"], "fields": list(fields)}}


NAME, INNER = SHAPE["struct"]["fields"]
NEW = {"name": "new", "type": {"union": ["int", "none"]}, "default": None}
LITERAL = {"name": "name", "type": {"literal": ["A", "B"]}}

FINE = {
    "a field with a default": changed(SHAPE, NAME, INNER, NEW),
    "one at another place": changed(SHAPE, NEW, INNER, NAME),
    "one that gets a default": changed(SHAPE, {**NAME, "default": ""}, INNER),
}
BROKEN = {
    "a field without a default": (SHAPE, changed(SHAPE, NAME, INNER, {**NAME, "name": "x"}), "x"),
    "a field that is gone": (SHAPE, changed(SHAPE, NAME), "inner"),
    "a field of another type": (SHAPE, changed(SHAPE, {**NAME, "type": "int"}, INNER), "name"),
    "one that may be none": (
        SHAPE,
        changed(SHAPE, {**NAME, "type": {"union": ["str", "none"]}}, INNER),
        "name",
    ),
    "one that needs to be there": (
        SHAPE,
        changed(SHAPE, NAME, {"name": "inner", "type": INNER["type"]}),
        "inner",
    ),
    "another default": (
        changed(SHAPE, NAME, NEW),
        changed(SHAPE, NAME, {**NEW, "default": 7}),
        "new",
    ),
    "one more symbol": (
        changed(SHAPE, {**LITERAL, "type": {"literal": ["A"]}}),
        changed(SHAPE, LITERAL),
        "name",
    ),
    "one symbol less": (
        changed(SHAPE, LITERAL),
        changed(SHAPE, {**LITERAL, "type": {"literal": ["A"]}}),
        "name",
    ),
    "an array of an object": (SHAPE, ARRAY, ""),
    "an array's field in front": (ARRAY, changed(ARRAY, NEW, NAME, INNER), ""),
    "an array's fields swapped": (ARRAY, changed(ARRAY, INNER, NAME), ""),
    "another tag": (SHAPE, {"struct": {**SHAPE["struct"], "tag": "V"}}, ""),
}


@pytest.mark.parametrize("name", FINE)
def test_what_may_be_changed(name: str) -> None:
    new = FINE[name]
    assert list(problems(SHAPE, new)) == []
    old_type, new_type = type_of(SHAPE), type_of(new)
    for sample in samples(SHAPE):
        value = again(msgspec.msgpack.encode(sample), old_type)
        assert plain(again(again(value, new_type), old_type)) == plain(value)
    for sample in samples(new):
        again(again(msgspec.msgpack.encode(sample), new_type), old_type)


@pytest.mark.parametrize("name", BROKEN)
def test_what_may_not_be_changed_is_found_where_it_is(name: str) -> None:
    old, new, where = BROKEN[name]
    found = list(problems(old, new))
    assert where in [path for path, _ in found]


def test_what_is_nested_is_found() -> None:
    inner = INNER["type"]["list"]["struct"]
    less = {"list": {"struct": {**inner, "fields": inner["fields"][:1]}}}
    new = changed(SHAPE, NAME, {**INNER, "type": less})
    [(path, what)] = problems(SHAPE, new)
    assert (path, what[:7]) == ("inner[].kind", "is gone")


def test_an_array_may_grow_at_its_end() -> None:
    new = changed(ARRAY, NAME, INNER, NEW)
    assert list(problems(ARRAY, new)) == []
    value = msgspec.msgpack.encode(["a", [[1, "B"]], 5])
    inner = type_of(ARRAY)
    assert len(plain(value)) == 3
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(value, type=inner)  # its inner values are objects
    value = msgspec.msgpack.encode(["a", [], 5])
    assert plain(again(value, inner)) == ["a", []]
    assert plain(again(again(value, inner), type_of(new))) == ["a", [], None]
