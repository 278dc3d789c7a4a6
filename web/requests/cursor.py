"""Where a list goes on, as text that says nothing and that nobody should take apart.

>>> decode(encode("newest", (1_700_000_000_000, "r-1")), "newest")
(1700000000000, 'r-1')
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isfinite
from typing import Any

import msgspec

from web.problem import Problem

_Packed = tuple[str, int | float | str, str]
_AMOUNT = re.compile(r"-?\d{1,28}(\.\d{1,28})?", re.ASCII)
_BY_AMOUNT = ("dearest", "cheapest")
_LARGEST = 2**63 - 1


def encode(sort: str, place: tuple[Any, str]) -> str:
    """The cursor of a place in a list that is sorted so."""
    packed = msgspec.json.encode([sort, *place])
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode(cursor: str, sort: str) -> tuple[Any, str]:
    """The place again. Raises Problem when it is none, or of a list that is sorted otherwise."""
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        given, value, request_id = msgspec.json.decode(packed, type=_Packed)
    except (ValueError, msgspec.MsgspecError):
        raise _wrong("This cursor is none of ours: begin without one.") from None
    if given != sort:
        raise _wrong(f"This cursor is of a list sorted by {given}: begin without one.")
    if not _is_place(value, sort) or "\x00" in request_id:
        raise _wrong("This cursor is none of ours: begin without one.")
    return value, request_id


def _is_place(value: int | float | str, sort: str) -> bool:
    """Whether a list that is sorted so has such places: instants, or amounts."""
    if isinstance(value, str):
        return sort in _BY_AMOUNT and _AMOUNT.fullmatch(value) is not None
    if isinstance(value, float):
        return sort in _BY_AMOUNT and isfinite(value)
    return abs(value) <= _LARGEST


def _wrong(detail: str) -> Problem:
    return Problem(422, "cursor", "The cursor cannot be used", detail)
