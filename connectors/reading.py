"""Readers of Avro bytes: native where the extension was built, otherwise generated Python."""

from collections.abc import Callable
from typing import TypeVar

from connectors import generated, native
from connectors.avro_type import Record
from connectors.reading_plan import Malformed, plan

T = TypeVar("T")

__all__ = ["Malformed", "reader"]


def reader(
    struct: type[T], writer: Record, contract: Record, *, use_native: bool = native.available
) -> Callable[[bytes, int], T]:
    """A function that reads a Struct from bytes written by `writer`, from an offset to their end.

    `contract` is our own version of the record: what the writer lacks has its defaults, and
    symbols that it does not know become its default symbol.

    Raises BindingError when the Struct does not fit the contract, and UnsupportedSchema when
    the writer's schema needs more than what Avro's commonest evolutions do. The function
    raises Malformed, or one of Python's own errors, for bytes that do not follow the schema.
    """
    make = native.reader if use_native else generated.reader
    return make(plan(struct, writer, contract))
