"""Requests as they are asked for: of one tenant, found by what they are, page by page."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from connectors.at_rest import AtRest
from connectors.database import Store
from connectors.database.requests import Requests, Sort, Wanted
from connectors.database.sealing import PLAIN, PURPOSE, Sealing
from operators.audit import Event, witness
from operators.money import parse
from operators.result import Source
from operators.upload import InvoiceUploaded
from tests.integration.database.records import (
    UPLOADED_AT,
    Arrival,
    decision,
    fraud,
    upload,
    validation,
)
from web.requests.cursor import decode as place_of
from web.requests.cursor import encode as cursor_of

_OFFSETS = count()


@pytest.fixture(params=[False, True], ids=["plain", "sealed"])
def sealing(request: pytest.FixtureRequest, keys: Path) -> Sealing:
    return Sealing(AtRest(keys, PURPOSE), ["all"]) if request.param else PLAIN


@pytest.fixture
def requests(url: str, sealing: Sealing) -> Iterator[Requests]:
    opened = Requests(url, 2, sealing)
    yield opened
    opened.close()


def event(record: Any) -> Event:
    kind = type(record).__name__
    return witness(kind, record, Source(kind, 0, next(_OFFSETS)), encode(record))


def sent(number: int, tenant: str | None = None, attempt: int = 1) -> InvoiceUploaded:
    made = upload(Arrival(f"r-{number}", attempt), number=f"RE-{number}")
    assert made.invoice is not None
    totals = replace(made.invoice.totals, payable=parse(str(number * 7 % 10 * 100)))
    return replace(
        made,
        vendor_id=f"V-{number % 2}",
        uploaded_at=UPLOADED_AT + number // 2,
        tenant=tenant,
        invoice=replace(made.invoice, totals=totals),
    )


def test_a_request_is_told_with_all_that_is_stored_of_it(store: Store, requests: Requests) -> None:
    arrival = Arrival("r-1")
    records = [upload(arrival), validation(arrival), fraud(arrival), decision(arrival)]
    store.append("collect-0", [event(each) for each in records])
    known = requests.known("r-1", None)
    assert known is not None
    assert [each.number for each in known.uploads] == ["RE-1"]
    assert {each.branch for each in known.answers} == {"VALIDATION", "FRAUD"}
    assert len(known.decisions) == 1
    assert len(known.audit) == 4
    assert known.answers[0].violations[0]["rule_id"] == "BR-CO-10"


def test_what_is_another_tenants_is_not_there(store: Store, requests: Requests) -> None:
    store.append("collect-0", [event(sent(1, "north")), event(sent(2, "south")), event(sent(3))])
    for number, tenant in ((1, "north"), (2, "south"), (3, None)):
        for asking in ("north", "south", None):
            assert (requests.known(f"r-{number}", asking) is not None) == (asking == tenant)
    found = requests.found(Wanted(), "north")
    assert [each.upload.request_id for each in found] == ["r-1"]
    assert requests.tenants(["r-1", "r-2", "r-3", "r-4"]) == {
        "r-1": "north",
        "r-2": "south",
        "r-3": None,
    }


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("correction_first", [True, False])
def test_a_correction_is_of_whom_the_first_upload_is(
    store: Store, requests: Requests, together: bool, correction_first: bool
) -> None:
    records = [event(sent(1, "north")), event(sent(1, attempt=2))]
    if correction_first:
        records.reverse()
    if together:
        store.append("collect-0", records)
    else:
        for each in records:
            store.append("collect-0", [each])
    (found,) = requests.found(Wanted(), "north")
    assert found.upload.attempt == 2
    assert requests.found(Wanted(), None) == []
    known = requests.known("r-1", "north")
    assert known is not None
    assert [each.tenant for each in known.uploads] == ["north", "north"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "dearest", "cheapest"])
def test_pages_have_every_request_once_and_in_order(
    store: Store, requests: Requests, sort: Sort
) -> None:
    store.append("collect-0", [event(sent(number)) for number in range(23)])
    seen, after = [], None
    while page := requests.found(Wanted(sort=sort, size=4, after=after), None):
        seen += page
        after = place_of(cursor_of(sort, page[-1].place), sort)
    assert len({each.upload.request_id for each in seen}) == len(seen) == 23
    by = [
        (each.upload.uploaded_at if sort in ("newest", "oldest") else each.upload.payable or 0)
        for each in seen
    ]
    assert by == sorted(by, reverse=sort in ("newest", "dearest"))


@pytest.mark.parametrize("place", ["0", "-0.5", -0.5, -1, 2**63 - 1, "9" * 28])
def test_a_place_is_an_amount_however_it_is_told(
    store: Store, requests: Requests, place: float | str
) -> None:
    """Each database tells it in its own way; a cursor of the other one is no fault."""
    store.append("collect-0", [event(sent(number)) for number in range(3)])
    after = place_of(cursor_of("cheapest", (place, "r-0")), "cheapest")
    found = requests.found(Wanted(sort="cheapest", after=after), None)
    assert bool(found) == (float(place) <= 0)


def test_requests_are_found_by_what_they_are(store: Store, requests: Requests) -> None:
    store.append("collect-0", [event(sent(number)) for number in range(6)])
    store.append("collect-0", [event(decision(Arrival("r-3")))])

    def found(**wanted: Any) -> set[str]:
        return {each.upload.request_id for each in requests.found(Wanted(**wanted), None)}

    status = decision(Arrival("r-3")).status
    assert found(status=status) == {"r-3"}
    assert found(status="OPEN") == {"r-0", "r-1", "r-2", "r-4", "r-5"}
    assert found(vendor_id="V-1") == {"r-1", "r-3", "r-5"}
    assert found(number="RE-4") == {"r-4"}
    assert found(since=UPLOADED_AT + 1, until=UPLOADED_AT + 2) == {"r-2", "r-3"}
    assert found(origin="SCAN") == set()
    assert found(vendor_id="V-1' OR 1=1 --") == set()
