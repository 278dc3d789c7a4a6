"""Records of requests as the flows would write them, at a pace, without any flow."""

import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from connectors.clock import now
from connectors.publish import Publisher
from operators.decision import BranchAnswer, InvoiceDecision
from operators.invoice import Invoice, Party, Totals
from operators.money import ONE
from operators.result import (
    FraudDetails,
    FraudResult,
    InventoryDetails,
    InventoryResult,
    PricingDetails,
    PricingResult,
    Source,
    ValidationDetails,
    ValidationResult,
)
from operators.time import Instant
from operators.upload import InvoiceUploaded, Metadata
from tests.integration.pipeline import Pipeline

BETWEEN = 0.05
"""Seconds from one record of a request to its next."""


def flood(
    pipeline: Pipeline, per_second: float, seconds: float, stop: Callable[[], bool] = lambda: False
) -> int:
    """Write six records for each of so many requests a second; how many requests."""
    stages: list[list[tuple[str, Instant, int]]] = [[] for _ in range(3)]
    began, sent = time.monotonic(), 0
    with Publisher(pipeline.kafka, pipeline.contracts, pipeline.codec, "test") as publisher:
        while (passed := time.monotonic() - began) < seconds and not stop():
            due = int(passed * per_second) - sent
            fresh = [(str(uuid.uuid4()), now(), sent + each) for each in range(due)]
            sent += due
            for records, some in zip(
                (_upload, _answers, _decision), [fresh, *stages], strict=False
            ):
                for each in some:
                    for record in records(*each):
                        publisher.send(record)
            stages = [fresh, stages[0], stages[1]]
            time.sleep(BETWEEN)
        for records, some in ((_answers, stages[0]), (_decision, [*stages[0], *stages[1]])):
            for each in some:
                for record in records(*each):
                    publisher.send(record)
    return sent


def _upload(request_id: str, at: Instant, number: int) -> Iterable[Struct]:
    yield InvoiceUploaded(
        request_id=request_id,
        invoice_id=f"i-{number}",
        vendor_id=f"V-{number % 500}",
        origin="API",
        uploaded_at=at,
        invoice=Invoice(
            number=f"RE-{number}",
            currency="EUR",
            seller=Party(name="Seller GmbH"),
            buyer=Party(name="Buyer AG"),
            totals=Totals(payable=(number % 9_000 + 10) * ONE),
        ),
        metadata=Metadata(),
    )


def _answers(request_id: str, at: Instant, number: int) -> Iterable[Struct]:
    common: dict[str, Any] = {
        "request_id": request_id,
        "invoice_id": f"i-{number}",
        "vendor_id": f"V-{number % 500}",
        "decided_at": now(),
        "uploaded_at": at,
        "policy_version": "1",
        "source": Source("invoice.uploaded", 0, number),
    }
    yield ValidationResult(
        **common,
        status="REJECTED" if number % 20 == 0 else "APPROVED",
        details=ValidationDetails(rules_checked=12),
    )
    yield InventoryResult(**common, status="AVAILABLE", details=InventoryDetails())
    yield FraudResult(
        **common, status="WARNING" if number % 10 == 3 else "PASS", details=FraudDetails(0)
    )
    yield PricingResult(
        **common, status="MATCH", details=PricingDetails(currency="EUR", invoiced_net=ONE)
    )


def _decision(request_id: str, at: Instant, number: int) -> Iterable[Struct]:
    decided_at = now()
    answer = BranchAnswer(
        branch="FRAUD", status="PASS", decided_at=decided_at, latency_ms=1, policy_version="1"
    )
    yield InvoiceDecision(
        request_id=request_id,
        invoice_id=f"i-{number}",
        vendor_id=f"V-{number % 500}",
        revision=1,
        status="REJECTED" if number % 20 == 0 else "REVIEW" if number % 10 == 3 else "APPROVED",
        complete=True,
        branches=(answer,) * 4,
        opened_at=decided_at,
        decided_at=decided_at,
        uploaded_at=at,
        latency_ms=max(0, decided_at - at),
    )
