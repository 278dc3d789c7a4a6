"""A branch's work on one upload: judge it by what is remembered of its vendor."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from bench.peers import checks
from bench.peers.checks import Answer, Record


class Remembered(Protocol):
    """What is remembered of the vendor whose upload is judged."""

    def get(self, key: str) -> Any:
        """What was set under a key, None when nothing was."""

    def set(self, key: str, value: Any) -> None:
        """Remember a value that JSON can hold."""


Stateless: TypeAlias = Callable[[Record], Answer]
Stateful: TypeAlias = Callable[[Record, Any], Answer]


def inventory(upload: Record, vendor: Remembered) -> Answer:
    """Was it ordered?"""
    invoice = upload["invoice"]
    order = invoice["purchase_order"]
    answer, billed = checks.inventory(invoice, vendor.get(order) if order else None)
    if billed is not None:
        vendor.set(order, billed)
    return answer


def fraud(upload: Record, vendor: Remembered) -> Answer:
    """Does anything look wrong?"""
    answer, history = checks.fraud(
        upload["request_id"], upload["invoice"], upload["uploaded_at"], vendor.get("history")
    )
    vendor.set("history", history)
    return answer


STATELESS: Mapping[str, Stateless] = {
    "validation": lambda upload: checks.validation(upload["invoice"]),
    "pricing": lambda upload: checks.pricing(upload["invoice"]),
}
STATEFUL: Mapping[str, Stateful] = {"inventory": inventory, "fraud": fraud}


def result(upload: Record, answer: Answer, source: tuple[str, int, int], at: int) -> Record:
    """The result to write about the upload at `source`: topic, partition and offset."""
    status, violations, details = answer
    topic, partition, offset = source
    return {
        "request_id": upload["request_id"],
        "attempt": upload["attempt"],
        "invoice_id": upload["invoice_id"],
        "vendor_id": upload["vendor_id"],
        "status": status,
        "unknown_reason": None,
        "violations": violations,
        "decided_at": at,
        "uploaded_at": upload["uploaded_at"],
        "policy_version": "job",
        "source": {"topic": topic, "partition": partition, "offset": offset},
        "details": details,
    }
