"""Hypothesis strategies for values of an Avro type, as fastavro has them without logical types."""

from typing import Any

from hypothesis import strategies as st

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Record

LARGEST = 10**28 - 1


def amounts() -> st.SearchStrategy[bytes]:
    """Decimals of every size, in the shortest form."""
    return st.integers(-LARGEST, LARGEST).map(
        lambda amount: amount.to_bytes((amount ^ amount >> 127).bit_length() // 8 + 1, signed=True)
    )


PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=150),
    "bytes": st.binary(max_size=20),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "decimal": amounts(),
    "date": st.integers(-700_000, 2_000_000),
    "instant": st.integers(0, 4_000_000_000_000),
}


def values(of: AvroType) -> st.SearchStrategy[Any]:
    """Values of a type."""
    if isinstance(of, Nullable):
        return st.none() | values(of.value)
    if isinstance(of, Array):
        return st.lists(values(of.items), max_size=3)
    if isinstance(of, Enumeration):
        return st.sampled_from(of.symbols)
    if isinstance(of, Record):
        return st.fixed_dictionaries({field.name: values(field.type) for field in of.fields})
    return PLAIN[of.kind]
