"""Inventory's replay follows any mixture of uploads and settlements that a run may have had."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any
from zlib import crc32

import msgspec
import pytest
from msgspec.structs import replace

from connectors.changelog_table import ChangelogTable, TableType
from connectors.stream import Outgoing, Received
from operators import inventory
from operators.answer import answer
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.result import InventoryResult
from operators.upload import InvoiceUploaded
from tests.contract.generated_records import AT, CODEC, CONTRACTS, SAMPLES, WORLD
from tests.faults.checks.inventory import inventory_replayed
from tests.faults.checks.reference import Reference
from tests.faults.recorded import in_memory

REFERENCE = Reference(WORLD)
ENCODE: dict[type[Any], Callable[[Any], bytes]] = {
    kind: CODEC.encoder(kind) for kind in (InvoiceUploaded, InvoiceSettled, InventoryResult)
}
UPLOADS = CONTRACTS.topic_of(InvoiceUploaded).name
SETTLED = CONTRACTS.topic_of(InvoiceSettled).name
RESULTS = CONTRACTS.topic_of(InventoryResult).name
TABLES = {
    name: CONTRACTS.changelog("inventory", name).name for name in ("reservations", "requests")
}


@cache
def _sweeping(number: int) -> str:
    """A request whose settlement sweeps the table of requests, as one in 64 does."""
    return next(
        name
        for name in (f"r{number}-{tried}" for tried in range(10_000))
        if crc32(name.encode()) % 64 == 0
    )


class Inventory:
    """One partition of the flow, with polls cut at random and everything it wrote."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.records: list[Received] = []
        self.next: Counter[str] = Counter()
        """The next offset of each topic."""
        self.judged: list[InvoiceUploaded] = []
        self.settled: set[tuple[str, int]] = set()
        self.reservations = ChangelogTable[OrderReservations](
            TABLES["reservations"], TableType("reservations", OrderReservations)
        )
        self.requests = ChangelogTable[RequestClaims](
            TABLES["requests"], TableType("requests", RequestClaims, in_pages=True)
        )

    def written(self) -> list[Received]:
        """Everything, after as many epochs as it takes."""
        waiting = list(self._invoices())
        while waiting or len(self.settled) < len(self.judged) // 2:
            count = self.chance.randrange(0, 7)
            polled, waiting = waiting[:count], waiting[count:]
            self._epoch(polled, list(self._outcomes()))
        return self.records

    def _invoices(self) -> Iterator[InvoiceUploaded]:
        """Each invoice several times under other requests, so that releases are fought over."""
        few = self.chance.sample(SAMPLES, 5)
        for number in range(60):
            upload = self.chance.choice(few).upload
            yield replace(upload, request_id=_sweeping(number))
            if number % 9 == 0:
                yield replace(upload, request_id=_sweeping(number), attempt=2)
            if number % 13 == 0:
                yield replace(upload, request_id=_sweeping(number))

    def _outcomes(self) -> Iterator[InvoiceSettled]:
        open_ = [
            each for each in self.judged if (each.request_id, each.attempt) not in self.settled
        ]
        for upload in self.chance.sample(open_, self.chance.randrange(0, min(5, len(open_)) + 1)):
            self.settled.add((upload.request_id, upload.attempt))
            yield InvoiceSettled(
                request_id=upload.request_id,
                attempt=upload.attempt,
                invoice_id=upload.invoice_id,
                vendor_id=upload.vendor_id or "",
                outcome=self.chance.choice(("APPROVED", "REJECTED", "REJECTED")),
                settled_at=AT + len(self.settled),
            )

    def _epoch(self, uploads: list[InvoiceUploaded], outcomes: list[InvoiceSettled]) -> None:
        turns = [True] * len(uploads) + [False] * len(outcomes)
        self.chance.shuffle(turns)
        for is_upload in turns:
            if is_upload:
                self._judge(uploads.pop(0))
            else:
                self._settle(outcomes.pop(0))
        for table in (self.reservations, self.requests):
            for key, value in table.changes():
                self._write(Outgoing(table.topic, key, value, []))
            self.next[table.topic] += 1

    def _judge(self, upload: InvoiceUploaded) -> None:
        received = self._write(Outgoing(UPLOADS, b"", ENCODE[InvoiceUploaded](upload), []))
        assert upload.invoice is not None
        judgement = inventory.judge(
            upload.request_id,
            upload.attempt,
            upload.vendor_id or "",
            upload.invoice,
            orders=REFERENCE.orders,
            receipts=REFERENCE.receipts,
            policy=REFERENCE.policy,
            reservations=self.reservations,
            requests=self.requests,
        )
        result = answer(
            InventoryResult,
            upload,
            received.source,
            judgement,
            decided_at=AT,
            policy_version=REFERENCE.policy.version,
        )
        self._write(Outgoing(RESULTS, b"", ENCODE[InventoryResult](result), []))
        self.judged.append(upload)

    def _settle(self, settled: InvoiceSettled) -> None:
        self._write(Outgoing(SETTLED, b"", ENCODE[InvoiceSettled](settled), []))
        inventory.settle(settled, reservations=self.reservations, requests=self.requests)

    def _write(self, each: Outgoing) -> Received:
        received = Received(each.topic, 0, self.next[each.topic], each.key, each.value, [], AT)
        self.next[each.topic] += 1
        self.records.append(received)
        return received


@pytest.mark.parametrize("seed", range(20))
def test_any_mixture_is_followed(seed: int) -> None:
    check = inventory_replayed(in_memory(CONTRACTS, Inventory(seed).written()), REFERENCE)
    assert check.passed, check.detail


@pytest.mark.parametrize("seed", range(5))
def test_a_mixture_that_gives_other_answers_is_not(seed: int) -> None:
    """The answer of a request is that which it would have had without the others."""
    records = Inventory(seed).written()
    decode = CODEC.decoder(InventoryResult)
    short = next(
        each
        for each in records
        if each.topic == RESULTS and decode(each.value or b"").status == "LIMITED"
    )
    result = decode(short.value or b"")
    lines = tuple(
        msgspec.structs.replace(line, available=line.available + 1) for line in result.details.lines
    )
    other = replace(result, details=replace(result.details, lines=lines))
    planted = replace(short, value=ENCODE[InventoryResult](other))
    check = inventory_replayed(
        in_memory(CONTRACTS, [planted if each is short else each for each in records]), REFERENCE
    )
    assert not check.passed
    assert f"request {result.request_id} attempt {result.attempt}" in check.detail
