"""Writers of Avro bytes: native where the extension was built, otherwise generated Python."""

from collections.abc import Callable
from typing import TypeVar

from connectors import generated, native
from connectors.avro_type import Record
from connectors.writing_plan import plan

T = TypeVar("T")


def writer(
    struct: type[T], contract: Record, prefix: bytes = b"", *, use_native: bool = native.available
) -> Callable[[T], bytes]:
    """A function that gives the Avro bytes of a Struct behind a prefix.

    Fields that the Struct lacks take the contract's default. Raises BindingError when the
    Struct does not fit the contract. The function raises one of Python's own errors for a
    value that its declared type would not allow.
    """
    make = native.writer if use_native else generated.writer
    return make(plan(struct, contract), prefix)
