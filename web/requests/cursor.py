"""Where a list goes on, as text that says nothing and that nobody should take apart.

>>> decode(encode("newest", (1_700_000_000_000, "r-1")), "newest")
(1700000000000, 'r-1')
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec

from web.problem import Problem

_Packed = tuple[str, int | float | str, str]


def encode(sort: str, place: tuple[Any, str]) -> str:
    """The cursor of a place in a list that is sorted so."""
    packed = msgspec.json.encode([sort, *place])
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode(cursor: str, sort: str) -> tuple[Any, str]:
    """The place again. Raises Problem when it is none, or of a list that is sorted otherwise."""
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        given, value, request_id = msgspec.json.decode(
            packed, type=tuple[str, int | float | str, str]
        )
    except (ValueError, msgspec.MsgspecError):
        raise _wrong("This cursor is none of ours: begin without one.") from None
    if given != sort:
        raise _wrong(f"This cursor is of a list sorted by {given}: begin without one.")
    return value, request_id


def _wrong(detail: str) -> Problem:
    return Problem(422, "cursor", "The cursor cannot be used", detail)
