"""Records of a few requests, as `collect` meets them."""

from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from operators.audit import Event, Recorded, witness
from operators.decision import BranchAnswer, DecisionStatus, InvoiceDecision
from operators.invoice import Account, Invoice, Party, Payment, Totals
from operators.money import parse
from operators.result import (
    Evidence,
    FraudDetails,
    FraudResult,
    FraudStatus,
    InventoryDetails,
    InventoryResult,
    LineMatch,
    LinePrice,
    PricingDetails,
    PricingResult,
    Source,
    ValidationDetails,
    ValidationResult,
    ValidationStatus,
    Violation,
)
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import DAY
from operators.upload import InvoiceUploaded, Metadata

UPLOADED_AT = 1_700_000_000_123
VIOLATION = Violation("BR-CO-10", "The lines add up to 19.90, not 20.00.", "ERROR", "totals")


class Arrival(Struct, frozen=True):
    """What the four branches have in common of an upload."""

    request_id: str
    attempt: int = 1
    offset: int = 0


def upload(arrival: Arrival, number: str = "RE-1") -> InvoiceUploaded:
    return InvoiceUploaded(
        request_id=arrival.request_id,
        attempt=arrival.attempt,
        invoice_id="i-1",
        vendor_id="v-1",
        origin="API",
        uploaded_at=UPLOADED_AT,
        invoice=Invoice(
            number=number,
            issue_date=date(2023, 11, 14),
            currency="EUR",
            payments=(Payment("58", Account("DE02120300000000202051")),),
            seller=Party(name="Seller GmbH"),
            buyer=Party(name="Buyer AG"),
            totals=Totals(payable=parse("1190.005")),
        ),
        metadata=Metadata(),
    )


def validation(arrival: Arrival, status: ValidationStatus = "REJECTED") -> ValidationResult:
    return ValidationResult(
        **_common(arrival),
        status=status,
        violations=(VIOLATION,),
        details=ValidationDetails(rules_checked=12),
    )


def inventory(arrival: Arrival) -> InventoryResult:
    match = LineMatch(line="1", invoiced=parse("3"), available=parse("2.5"), reserved=0)
    details = InventoryDetails(purchase_order="PO-1", lines=(match,))
    return InventoryResult(**_common(arrival), status="LIMITED", details=details)


def fraud(arrival: Arrival, status: FraudStatus = "PASS") -> FraudResult:
    evidence = Evidence("duplicate_number", 60, "RE-1 was billed before")
    details = FraudDetails(60, (evidence,))
    return FraudResult(**_common(arrival), status=status, details=details)


def pricing(arrival: Arrival) -> PricingResult:
    price = LinePrice(
        line="1",
        contract="C-1",
        expected=parse("19.90"),
        invoiced=parse("20"),
        difference=parse("0.30"),
    )
    details = PricingDetails(
        currency="EUR", expected_net=parse("59.7"), invoiced_net=parse("60"), lines=(price,)
    )
    return PricingResult(**_common(arrival), status="DEVIATION", details=details)


def decision(
    arrival: Arrival, revision: int = 1, status: DecisionStatus = "REVIEW"
) -> InvoiceDecision:
    answers = tuple(
        BranchAnswer(
            branch=branch,
            status="WARNING",
            violations=(VIOLATION,),
            decided_at=UPLOADED_AT + 5,
            latency_ms=5,
            policy_version="2023-1",
        )
        for branch in ("VALIDATION", "INVENTORY", "FRAUD", "PRICING")
    )
    return InvoiceDecision(
        request_id=arrival.request_id,
        attempt=arrival.attempt,
        invoice_id="i-1",
        vendor_id="v-1",
        revision=revision,
        status=status,
        complete=True,
        branches=answers,
        changes=() if revision == 1 else ("fraud: UNKNOWN → PASS",),
        opened_at=UPLOADED_AT + 5,
        decided_at=UPLOADED_AT + 9,
        uploaded_at=UPLOADED_AT,
        latency_ms=9,
    )


def review(arrival: Arrival, reviewer: str = "anna") -> InvoiceReviewCompleted:
    return InvoiceReviewCompleted(
        request_id=arrival.request_id,
        attempt=arrival.attempt,
        revision=1,
        outcome="APPROVED",
        reviewer=reviewer,
        reason="Looked at.",
        completed_at=UPLOADED_AT + 60_000,
    )


def asked(arrival: Arrival, revision: int = 1, **changes: Any) -> InvoiceReviewRequested:
    return InvoiceReviewRequested(
        **{
            "request_id": arrival.request_id,
            "attempt": arrival.attempt,
            "revision": revision,
            "kind": "DECISION",
            "invoice_id": "i-1",
            "vendor_id": "v-1",
            "amount": parse("1190.005"),
            "violations": (VIOLATION,),
            "opened_at": UPLOADED_AT + 9,
            "expires_at": UPLOADED_AT + 30 * DAY,
            **changes,
        }
    )


def event(
    record: Recorded,
    offset: int,
    topic: str | None = None,
) -> Event:
    kind = type(record).__name__
    source = Source(topic or kind.lower(), 0, offset)
    return witness(kind, record, source, encode(record))


def one_of_each(request: int) -> list[Event]:
    """Upload, four results and decision of one request, each at offset `request`."""
    arrival = Arrival(f"r-{request}", offset=request)
    records = (upload, validation, inventory, fraud, pricing, decision)
    return [event(make(arrival), request) for make in records]


def _common(arrival: Arrival) -> dict[str, Any]:
    return {
        "request_id": arrival.request_id,
        "attempt": arrival.attempt,
        "invoice_id": "i-1",
        "vendor_id": "v-1",
        "decided_at": UPLOADED_AT + 5,
        "uploaded_at": UPLOADED_AT,
        "policy_version": "2023-1",
        "source": Source("uploads", 0, arrival.offset),
    }
