"""How a Struct class and an Avro record fit together."""

import inspect
from collections.abc import Collection
from itertools import takewhile
from typing import Any

import msgspec

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Plain, Record
from connectors.errors import Misconfigured


class BindingError(Misconfigured):
    """A Struct class does not fit its contract; the text names the field."""


_FITTING: dict[str, type[msgspec.inspect.Type]] = {
    "string": msgspec.inspect.StrType,
    "bytes": msgspec.inspect.BytesType,
    "int": msgspec.inspect.IntType,
    "long": msgspec.inspect.IntType,
    "float": msgspec.inspect.FloatType,
    "double": msgspec.inspect.FloatType,
    "boolean": msgspec.inspect.BoolType,
    "decimal": msgspec.inspect.IntType,
    "date": msgspec.inspect.DateType,
    "instant": msgspec.inspect.IntType,
}


def struct_type(struct: type[Any]) -> msgspec.inspect.StructType:
    """What msgspec knows of a Struct class."""
    found = msgspec.inspect.type_info(struct)
    if not isinstance(found, msgspec.inspect.StructType):
        raise BindingError(f"{struct.__name__} is not a msgspec Struct")
    return found


def without_none(wanted: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """The type besides None."""
    if isinstance(wanted, msgspec.inspect.UnionType):
        rest = [each for each in wanted.types if not isinstance(each, msgspec.inspect.NoneType)]
        if len(rest) == 1:
            return rest[0]
    return wanted


def keeps_bytes(found: AvroType, wanted: msgspec.inspect.Type) -> bool:
    """Whether the Struct takes the field as it is encoded, to pass it on unread.

    A Struct says so by declaring a sequence or a record as `bytes`.
    """
    return isinstance(wanted, msgspec.inspect.BytesType) and isinstance(found, Array | Record)


def arrangement(struct: type[Any], given: Collection[str]) -> tuple[list[str], list[str]]:
    """Which of these fields a call that makes a Struct gives by position, and which by name."""
    parameters = list(inspect.signature(struct).parameters.values())
    by_position = [
        parameter.name
        for parameter in takewhile(lambda parameter: parameter.name in given, parameters)
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    rest = parameters[len(by_position) :]
    return by_position, [parameter.name for parameter in rest if parameter.name in given]


def call(struct: type[Any], values: dict[str, str]) -> str:
    """The source text of the arguments that construct a Struct from these expressions."""
    by_position, by_name = arrangement(struct, values.keys())
    return ", ".join(
        [values[name] for name in by_position] + [f"{name}={values[name]}" for name in by_name]
    )


def check(struct: type[Any], record: Record) -> None:
    """Raise BindingError unless the Struct can be read from and compared with the record.

    A Struct may have fewer fields than the record: a view of it. A field that the record
    lacks needs a default.
    """
    _check_struct(struct_type(struct), record, struct.__name__)


def _check_struct(struct: msgspec.inspect.StructType, record: Record, path: str) -> None:
    for wanted in struct.fields:
        found = record.find(wanted.name)
        if found is not None:
            _check_type(wanted.type, found.type, f"{path}.{wanted.name}")
        elif wanted.required:
            raise BindingError(
                f"{path}.{wanted.name} is not in the contract of {record.name}: "
                "add it to a new version of the schema, or give it a default"
            )


def _check_type(wanted: msgspec.inspect.Type, found: AvroType, path: str) -> None:
    if isinstance(found, Nullable):
        if not isinstance(wanted, msgspec.inspect.UnionType) or not wanted.includes_none:
            raise BindingError(f"{path} can be null by contract: declare it `… | None`")
        _check_type(without_none(wanted), found.value, path)
        return
    if keeps_bytes(found, wanted):
        return
    wanted = without_none(wanted)
    if isinstance(found, Array) and isinstance(wanted, msgspec.inspect.VarTupleType):
        _check_type(wanted.item_type, found.items, f"{path}[]")
    elif isinstance(found, Record) and isinstance(wanted, msgspec.inspect.StructType):
        _check_struct(wanted, found, path)
    elif isinstance(found, Enumeration) and isinstance(wanted, msgspec.inspect.LiteralType):
        missing = set(found.symbols) - set(wanted.values)
        if missing:
            raise BindingError(f"{path} lacks the symbols {', '.join(sorted(missing))}")
    elif isinstance(found, Enumeration):
        _expect(wanted, msgspec.inspect.StrType, "string", path)
    elif isinstance(found, Plain):
        _expect(wanted, _FITTING[found.kind], found.kind, path)
    else:
        raise BindingError(f"{path} does not fit the contract's {type(found).__name__.lower()}")


def _expect(
    wanted: msgspec.inspect.Type, fitting: type[msgspec.inspect.Type], kind: str, path: str
) -> None:
    if not isinstance(wanted, fitting):
        raise BindingError(f"{path} does not fit the contract's {kind}")
