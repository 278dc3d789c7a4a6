"""Invoices with anything missing and anything wrong, for tests that nothing raises."""

import types
from datetime import date
from typing import Any, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from operators.invoice import Invoice
from operators.money import ONE

_AMOUNTS = st.one_of(
    st.sampled_from([0, 1, ONE, -ONE, 5 * ONE, 10**28 - 1, -(10**28)]),
    st.integers(-(10**28), 10**28),
)
_TEXTS = st.one_of(
    st.sampled_from(["", " ", "10", "010", "EUR", "USD", "PO1", "A-1", "C62", "H87", "380", "381"]),
    st.text(max_size=80),
)


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if kind is str:
        return _TEXTS
    if kind is int:
        return _AMOUNTS
    if kind is bool:
        return st.booleans()
    if kind is date:
        return st.dates()
    if kind is type(None):
        return st.none()
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(_of(option) for option in get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(_of(get_args(kind)[0]), max_size=4).map(tuple)
    return st.builds(
        kind, **{field.name: _of(field.type) for field in msgspec.structs.fields(kind)}
    )


INVOICES: st.SearchStrategy[Invoice] = _of(Invoice)
"""Any invoice the contract allows."""
