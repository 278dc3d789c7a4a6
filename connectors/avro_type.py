"""Avro schemas as trees: named types resolved, logical types recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
"""An Avro schema as its JSON reads."""

Scalar: TypeAlias = Literal[
    "string", "bytes", "int", "long", "float", "double", "boolean", "decimal", "date", "instant"
]


class UnsupportedSchema(Exception):
    """A schema uses a type that the codec does not read directly."""


@dataclass(frozen=True)
class Plain:
    """A string, number, boolean, byte string, decimal(28, 8), date or instant."""

    kind: Scalar


@dataclass(frozen=True)
class Enumeration:
    """An enumeration and the symbol that stands for those it does not know."""

    symbols: tuple[str, ...]
    default: str | None


@dataclass(frozen=True)
class Nullable:
    """Null or a value; `null_first` says which of the union's branches is null."""

    value: "AvroType"
    null_first: bool


@dataclass(frozen=True)
class Array:
    """A sequence."""

    items: "AvroType"


@dataclass(frozen=True)
class Field:
    """A field of a record."""

    name: str
    type: "AvroType"
    has_default: bool = False
    default: Any = field(default=None, hash=False)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A record; `name` is without its namespace."""

    name: str
    fields: tuple[Field, ...]

    def find(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def find_for(self, reader: Field) -> Field | None:
        """The field that a reader's field is read from: of its name, else of an alias."""
        names = (reader.name, *reader.aliases)
        return next((found for name in names if (found := self.find(name)) is not None), None)


AvroType: TypeAlias = Plain | Enumeration | Nullable | Array | Record

DECIMAL = {"precision": 28, "scale": 8}
_LOGICAL: dict[tuple[str, str], Scalar] = {
    ("int", "date"): "date",
    ("long", "timestamp-millis"): "instant",
}
_PRIMITIVES: dict[str, Scalar] = {
    "string": "string",
    "bytes": "bytes",
    "int": "int",
    "long": "long",
    "float": "float",
    "double": "double",
    "boolean": "boolean",
}


def parse(schema: Schema) -> Record:
    """The tree of a record's schema.

    Raises UnsupportedSchema for maps, fixed, unions other than "null or one type", decimals
    other than (28, 8) and records that contain themselves.
    """
    tree = _Parser().type(schema, "")
    if not isinstance(tree, Record):
        raise UnsupportedSchema("the schema is not a record")
    return tree


class _Parser:
    def __init__(self) -> None:
        self.named: dict[str, AvroType | None] = {}

    def type(self, schema: Any, namespace: str) -> AvroType:
        if isinstance(schema, str):
            return self.reference(schema, namespace)
        if isinstance(schema, Sequence):
            return self.union(schema, namespace)
        kind = schema["type"]
        if kind == "record":
            return self.record(schema, namespace)
        if kind == "enum":
            enumeration = Enumeration(tuple(schema["symbols"]), schema.get("default"))
            self.define(schema, namespace, enumeration)
            return enumeration
        if kind == "array":
            return Array(self.type(schema["items"], namespace))
        if isinstance(kind, str) and kind in _PRIMITIVES:
            return Plain(self.scalar(kind, schema))
        if kind in ("map", "fixed"):
            raise UnsupportedSchema(f"{kind} is not read directly")
        return self.type(kind, namespace)

    def scalar(self, kind: str, schema: Schema) -> Scalar:
        logical = schema.get("logicalType")
        if logical == "decimal":
            found = {"precision": schema.get("precision"), "scale": schema.get("scale", 0)}
            if kind != "bytes" or found != DECIMAL:
                raise UnsupportedSchema("decimals are bytes of precision 28 and scale 8")
            return "decimal"
        return _LOGICAL.get((kind, str(logical)), _PRIMITIVES[kind])

    def reference(self, name: str, namespace: str) -> AvroType:
        if name in _PRIMITIVES:
            return Plain(_PRIMITIVES[name])
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        found = self.named.get(full) or self.named.get(name)
        if found is None:
            reason = "contains itself" if full in self.named else "is not a known type"
            raise UnsupportedSchema(f"{name} {reason}")
        return found

    def union(self, branches: Sequence[Any], namespace: str) -> AvroType:
        if len(branches) != 2 or branches.count("null") != 1:
            raise UnsupportedSchema("a union is either null or one type")
        null_first = branches[0] == "null"
        return Nullable(self.type(branches[1 if null_first else 0], namespace), null_first)

    def record(self, schema: Schema, namespace: str) -> AvroType:
        inner = self.namespace(schema, namespace)
        self.define(schema, namespace, None)
        fields = tuple(
            Field(
                each["name"],
                self.type(each["type"], inner),
                "default" in each,
                each.get("default"),
                tuple(each.get("aliases", ())),
            )
            for each in schema["fields"]
        )
        if not fields:
            raise UnsupportedSchema(f"{schema['name']} has no fields")
        record = Record(schema["name"].rpartition(".")[2], fields)
        self.define(schema, namespace, record)
        return record

    def define(self, schema: Schema, namespace: str, tree: AvroType | None) -> None:
        inner = self.namespace(schema, namespace)
        name = schema["name"].rpartition(".")[2]
        self.named[f"{inner}.{name}" if inner else name] = tree

    @staticmethod
    def namespace(schema: Schema, enclosing: str) -> str:
        return str(schema["name"].rpartition(".")[0] or schema.get("namespace", enclosing))


def without_logical_types(schema: Any) -> Any:
    """The same schema with decimals as bytes, dates and instants as integers."""
    if isinstance(schema, Mapping):
        return {
            key: without_logical_types(value) if key in ("type", "fields", "items") else value
            for key, value in schema.items()
            if key not in ("logicalType", "precision", "scale")
        }
    if isinstance(schema, str):
        return schema
    return [without_logical_types(each) for each in schema]
