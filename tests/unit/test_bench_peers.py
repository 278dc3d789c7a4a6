"""The Python peers judge and join as the job's reference does."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from random import Random
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from bench.job.billing import billed
from bench.job.expected import Branches
from bench.job.faults import FAULTS
from bench.job.invoices import uploads
from bench.peers.avro import reader, writer
from bench.peers.branches import STATEFUL, STATELESS, result
from bench.peers.checks import Record
from bench.peers.decisions import DEADLINE_MS, answered, overdue
from bench.peers.place import BRANCHES
from bench.peers.plain.branch import Vendor
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from operators.decision import DecisionStatus, InvoiceDecision
from operators.join import Join
from operators.money import ONE
from operators.request import Cancellation, Remembered, Request, Review
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    Source,
    ValidationResult,
)
from operators.table import MemoryTable
from operators.time import DAY
from operators.upload import InvoiceUploaded

COUNT = 5_000
RECORDS: dict[str, type[Result]] = {
    "validation": ValidationResult,
    "inventory": InventoryResult,
    "fraud": FraudResult,
    "pricing": PricingResult,
}
OPENED = 1_748_900_000_000


@pytest.fixture(scope="module")
def codec() -> Codec:
    contracts = Contracts.load()
    return Codec(contracts, LockIds(contracts))


@pytest.fixture(scope="module")
def sent() -> list[InvoiceUploaded]:
    """Uploads on the edge of a rule, then many, every second of them with several faults."""
    rng = Random(11)
    many = list(uploads(11, COUNT))
    return [
        *_on_an_edge(many[0]),
        *(_worse(upload, rng) if number % 2 else upload for number, upload in enumerate(many)),
    ]


def _on_an_edge(upload: InvoiceUploaded) -> Iterator[InvoiceUploaded]:
    invoice, last = upload.invoice, date(2099, 12, 31)
    assert invoice is not None
    forty_points = replace(invoice, issue_date=last, due_date=last)
    lines = [
        replace(line, quantity=ONE, price=500 * ONE, base_quantity=None) for line in invoice.lines
    ]
    half_let_off = billed(invoice, lines, 50 * ONE)
    for number, edge in enumerate((forty_points, half_let_off)):
        yield replace(upload, request_id=f"edge-{number}", invoice=edge)


def _worse(upload: InvoiceUploaded, rng: Random) -> InvoiceUploaded:
    invoice = upload.invoice
    assert invoice is not None
    for fault in rng.sample(FAULTS, 4):
        # Some need a date that another has taken away.
        with suppress(AssertionError):
            invoice = fault(invoice, "000001-25")
    return replace(upload, invoice=invoice)


@pytest.fixture(scope="module")
def wanted(sent: list[InvoiceUploaded]) -> dict[str, list[Result]]:
    branches = Branches()
    found: dict[str, list[Result]] = {branch: [] for branch in BRANCHES}
    for offset, upload in enumerate(sent):
        for each in branches.results(upload, Source("uploads", 3, offset)):
            found[type(each).__name__.removesuffix("Result").lower()].append(each)
    return found


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_branch_writes_what_the_reference_says(
    branch: str, codec: Codec, sent: list[InvoiceUploaded], wanted: dict[str, list[Result]]
) -> None:
    encode, decode = codec.encoder(InvoiceUploaded), codec.decoder(RECORDS[branch])
    read, write = reader("invoice_uploaded"), writer(f"{branch}_result")
    vendors: dict[str, Vendor] = {}
    found = []
    for offset, each in enumerate(sent):
        upload = read(encode(each))
        vendor = vendors.setdefault(upload["vendor_id"], Vendor())
        judge: Any = STATELESS.get(branch)
        answer = judge(upload) if judge else STATEFUL[branch](upload, vendor)
        found.append(decode(write(result(upload, answer, ("uploads", 3, offset), 0))))
    assert found == wanted[branch]


def _in_turn(
    wanted: dict[str, list[Result]], late: str | None = None
) -> Iterator[tuple[int, str, Result]]:
    """Answers by the milliseconds they are written at; those of `late` after the deadline."""
    for place in range(400):
        for number, branch in enumerate(BRANCHES):
            if branch != late:
                yield OPENED + number, branch, wanted[branch][place]
    if late is not None:
        for place in range(400):
            yield OPENED + 2 * DEADLINE_MS, late, wanted[late][place]


@pytest.mark.parametrize("late", [None, *BRANCHES])
def test_the_join_decides_as_the_reference_does(
    late: str | None, codec: Codec, wanted: dict[str, list[Result]]
) -> None:
    join = Join(DEADLINE_MS, DAY)
    tables = (
        MemoryTable[Request](),
        MemoryTable[Remembered](),
        MemoryTable[Review](),
        MemoryTable[Cancellation](),
    )
    requests: dict[str, Any] = {}
    write, decode = writer("invoice_decision"), codec.decoder(InvoiceDecision)
    reading = {branch: reader(f"{branch}_result") for branch in BRANCHES}
    writing = {branch: codec.encoder(record) for branch, record in RECORDS.items()}
    reference: list[InvoiceDecision] = []
    found: list[InvoiceDecision] = []

    def took(outcomes: Any) -> None:
        reference.extend(each for each in outcomes if isinstance(each, InvoiceDecision))

    swept = False
    for at, branch, each in _in_turn(wanted, late):
        if at > OPENED + DEADLINE_MS and not swept:
            swept = True
            took(join.caught_up(*tables, at - 1, at - 1))
            for key, request in requests.items():
                requests[key], decision = overdue(request, at - 1)
                found.append(decode(write(decision)))
        took(join.answer(*tables, each, at, at))
        key = f"{each.request_id}/{each.attempt}"
        answer = reading[branch](writing[branch](each))
        changed, due = answered(requests.get(key), branch, answer, at, at)
        requests[key] = changed or requests[key]
        if due is not None:
            found.append(decode(write(due)))
    assert found == reference
    revisions = Counter(decision.revision for decision in found)
    assert set(revisions) == ({1} if late is None else {1, 2})
    statuses = {decision.status for decision in found}
    assert statuses == set(get_args(DecisionStatus)) - {"REPLACED", "UNKNOWN"}


def test_an_answer_that_a_request_has_is_ignored(wanted: dict[str, list[Result]]) -> None:
    said: Record = {"status": "APPROVED", "unknown_reason": None, "violations": [], "decided_at": 2}
    ids = {"request_id": "r", "attempt": 1, "invoice_id": "i", "vendor_id": "v"}
    first = {**ids, **said, "uploaded_at": 1, "policy_version": "job"}
    opened, decision = answered(None, "validation", first, 5, 5)
    assert opened is not None
    assert decision is None
    assert answered(opened, "validation", first, 6, 6) == (None, None)
    for branch in ("inventory", "fraud"):
        opened, decision = answered(opened, branch, first, 6, 6)
    decided, decision = answered(opened, "pricing", first, 7, 7)
    assert decision is not None
    assert answered(decided, "pricing", first, 8, 8) == (None, None)
