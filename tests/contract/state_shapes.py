"""What a table's values look like as plain data, and what may not change between two versions.

A shape is what one version's program can read: it is committed, and read back as the types that
version had. So today's program is held against its predecessors, not only against itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Literal, TypeAlias, Union

import msgspec
from msgspec import inspect

Shape: TypeAlias = Any
"""JSON: a name of a plain type, or an object with one key, such as `list`, that says the rest."""

_PLAIN: Mapping[type[inspect.Type], str] = {
    inspect.StrType: "str",
    inspect.IntType: "int",
    inspect.FloatType: "float",
    inspect.BoolType: "bool",
    inspect.BytesType: "bytes",
    inspect.NoneType: "none",
    inspect.DateType: "date",
}
_TYPES: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "bytes": bytes,
    "none": None,
    "date": date,
}


def shape_of(type_: Any) -> Shape:
    """The shape of a type of ours."""
    return _shape(inspect.type_info(type_))


def _shape(found: inspect.Type) -> Shape:
    match found:
        case inspect.StructType():
            return {"struct": _struct(found)}
        case inspect.VarTupleType() | inspect.ListType():
            return {"list": _shape(found.item_type)}
        case inspect.TupleType():
            return {"tuple": [_shape(each) for each in found.item_types]}
        case inspect.DictType():
            return {"dict": [_shape(found.key_type), _shape(found.value_type)]}
        case inspect.UnionType():
            return {"union": [_shape(each) for each in found.types]}
        case inspect.LiteralType():
            return {"literal": sorted(found.values)}
        case _:
            # A type that is new here wants a line in each function of this module.
            return _PLAIN[type(found)]


def _struct(found: inspect.StructType) -> dict[str, Any]:
    assert not found.forbid_unknown_fields, f"{found.cls}: the version before could not read more"
    return {
        "name": found.cls.__name__,
        "array": found.array_like,
        "tag": found.tag,
        "fields": [_field(each) for each in found.fields],
    }


def _field(field: inspect.Field) -> dict[str, Any]:
    made = {"name": field.encode_name, "type": _shape(field.type)}
    if field.required:
        return made
    given = field.default
    if given is msgspec.NODEFAULT:
        given = field.default_factory()
    return {**made, "default": msgspec.json.decode(msgspec.json.encode(given))}


def type_of(shape: Shape) -> Any:
    """The type that reads and writes values of a shape."""
    if isinstance(shape, str):
        return _TYPES[shape]
    [(kind, rest)] = shape.items()
    match kind:
        case "struct":
            return _struct_type(rest)
        case "list":
            return list.__class_getitem__(type_of(rest))
        case "tuple":
            return tuple.__class_getitem__(tuple(map(type_of, rest)))
        case "dict":
            return dict.__class_getitem__(tuple(map(type_of, rest)))
        case "union":
            return Union.__getitem__(tuple(map(type_of, rest)))
        case "literal":
            return Literal.__getitem__(tuple(rest))
    raise AssertionError(f"no shape: {shape}")


def _struct_type(struct: dict[str, Any]) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for each in struct["fields"]:
        made = type_of(each["type"])
        if "default" in each:
            given = partial(msgspec.convert, each["default"], made)
            fields.append((each["name"], made, msgspec.field(default_factory=given)))
        else:
            fields.append((each["name"], made))
    return msgspec.defstruct(
        struct["name"], fields, array_like=struct["array"], tag=struct["tag"], kw_only=True
    )


def samples(shape: Shape) -> list[Any]:
    """Values of a shape as plain data: all of it, with every choice, and as little as can be."""
    found: list[Any] = []
    for choice in range(_choices(shape)):
        for whole in (True, False):
            sample = _sample(shape, choice, whole=whole)
            if sample not in found:
                found.append(sample)
    return found


def _choices(shape: Shape) -> int:
    if isinstance(shape, str):
        return 1
    [(kind, rest)] = shape.items()
    match kind:
        case "struct":
            return max((_choices(each["type"]) for each in rest["fields"]), default=1)
        case "list":
            return _choices(rest)
        case "literal":
            return len(rest)
        case "union":
            return max(len(rest), *map(_choices, rest))
        case _:
            return max(map(_choices, rest))


_VALUES: Mapping[str, Any] = {
    "str": "text",
    "int": 1_234_567_890_123,
    "float": 0.25,
    "bool": True,
    "bytes": b"\x00\xff",
    "none": None,
    "date": "2026-03-02",
}


def _sample(shape: Shape, choice: int, *, whole: bool) -> Any:
    if isinstance(shape, str):
        return _VALUES[shape]
    [(kind, rest)] = shape.items()
    match kind:
        case "struct":
            return _sample_struct(rest, choice, whole=whole)
        case "list":
            return [_sample(rest, choice, whole=whole)] if whole else []
        case "tuple":
            return [_sample(each, choice, whole=whole) for each in rest]
        case "dict":
            key, value = (_sample(each, choice, whole=whole) for each in rest)
            return {key: value} if whole else {}
        case "literal":
            return rest[choice % len(rest)]
        case _:
            return _sample(rest[choice % len(rest)], choice, whole=whole)


def _sample_struct(struct: dict[str, Any], choice: int, *, whole: bool) -> Any:
    given = {
        each["name"]: _sample(each["type"], choice, whole=whole)
        for each in struct["fields"]
        if whole or "default" not in each
    }
    tag = struct["tag"]
    if struct["array"]:
        return [*([] if tag is None else [tag]), *given.values()]
    return {**({} if tag is None else {"type": tag}), **given}


def problems(old: Shape, new: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """What keeps two versions from reading each other's values: where, and what it is."""
    before, after = _variants(old), _variants(new)
    for name in before.keys() - after.keys():
        yield path, f"{name} cannot be read any more"
    for name in after.keys() - before.keys():
        yield path, f"{name} cannot be read by the version before"
    for name in before.keys() & after.keys():
        yield from _inside(before[name], after[name], path)


def _variants(shape: Shape) -> dict[str, Shape]:
    """The shapes of a union, or the one there is, by what tells them apart."""
    if isinstance(shape, str):
        return {shape: shape}
    [(kind, rest)] = shape.items()
    match kind:
        case "union":
            return {name: each for one in rest for name, each in _variants(one).items()}
        case "literal":
            return {f"the value {each!r}": each for each in rest}
        case "struct":
            told = "" if rest["tag"] is None else f" with the tag {rest['tag']!r}"
            return {f"{'an array' if rest['array'] else 'an object'}{told}": shape}
        case _:
            return {f"a {kind}": shape}


def _inside(old: Shape, new: Shape, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(old, dict):
        return
    [(kind, before)], [(_, after)] = old.items(), new.items()
    match kind:
        case "struct":
            yield from _fields(before, after, path)
        case "list":
            yield from problems(before, after, f"{path}[]")
        case _:
            if len(before) != len(after):
                yield path, "has another number of parts"
            for number, (one, other) in enumerate(zip(before, after, strict=False)):
                yield from problems(one, other, f"{path}[{number}]")


def _fields(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    prefix = f"{path}." if path else ""
    old, new = ({each["name"]: each for each in one["fields"]} for one in (before, after))
    if before["array"] and list(new)[: len(old)] != list(old):
        yield path, "fields of an array keep their names and places; new ones come last"
        return
    for name, field in new.items():
        if name not in old and "default" not in field:
            yield f"{prefix}{name}", "is new and has no default: older values cannot be read"
    for name, field in old.items():
        there = f"{prefix}{name}"
        if name not in new:
            yield there, "is gone: what the version before has kept there would be lost"
            continue
        if "default" in field and "default" not in new[name]:
            yield there, "has no default any more: older values cannot be read"
        elif "default" in field and field["default"] != new[name]["default"]:
            yield there, "has another default: older values would say something else"
        yield from problems(field["type"], new[name]["type"], there)
