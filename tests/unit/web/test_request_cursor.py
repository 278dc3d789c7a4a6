"""Where a list goes on, and from when on: what nobody has been given is refused."""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

import pytest
from msgspec.json import encode as json

from web.problem import Problem
from web.requests.area import _instant
from web.requests.cursor import decode, encode


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("newest", 1_700_000_000_000),
        ("oldest", -62_135_596_800_000),
        ("dearest", "160.53000000"),
        ("cheapest", "-0.5"),
        ("dearest", 160.53),
        ("dearest", 160),
    ],
)
def test_what_was_given_is_taken_back(sort: str, value: Any) -> None:
    assert decode(encode(sort, (value, "r-1")), sort) == (value, "r-1")


@pytest.mark.parametrize("value", ["abc", "NaN", "Infinity", "1e9", "", "٣", "9" * 2_000, 10**30])
@pytest.mark.parametrize("sort", ["newest", "dearest"])
def test_a_place_that_no_list_has_is_refused(sort: str, value: Any) -> None:
    made = urlsafe_b64encode(json([sort, None, "r-1"]).replace(b"null", _raw(value))).decode()
    with pytest.raises(Problem) as caught:
        decode(made.rstrip("="), sort)
    assert (caught.value.status, caught.value.kind) == (422, "cursor")


@pytest.mark.parametrize(("value", "request_id"), [("1.5", "r-1"), (1.5, "r-1"), (1, "r\x001")])
def test_a_place_in_time_is_an_instant_and_no_request_has_nul(value: Any, request_id: str) -> None:
    with pytest.raises(Problem):
        decode(encode("newest", (value, request_id)), "newest")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T01:00:00.0014+01:00", 1),
        ("2026-03-02T12:00:00Z", 1_772_452_800_000),
        ("0001-01-01T00:00:00+14:00", -62_135_596_800_000 - 14 * 3_600_000),
        ("9999-12-31T23:59:59-14:00", 253_402_300_799_000 + 14 * 3_600_000),
    ],
)
def test_every_time_has_an_instant(text: str, instant: int) -> None:
    assert _instant(datetime.fromisoformat(text)) == instant


def _raw(value: Any) -> bytes:
    return str(value).encode() if isinstance(value, int) else json(value)
