"""The signals by name, with what each counts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from operators.fraud.signals import (
    Case,
    account_abroad,
    account_changed,
    account_shared,
    burst,
    document_contradicts,
    duplicate,
    inactive_vendor,
    just_below_limit,
    large_first_invoice,
    near_duplicate,
    no_exchange_rate,
    number_back,
    round_amount,
    unknown_vendor,
    unusual_amount,
    weekend,
)
from operators.fraud.splits import split_invoices


class Signal(Struct, frozen=True):
    """One thing that is seen in fraud."""

    name: str
    """Stable."""
    rule_id: str
    """Of the violation it makes."""
    points: int
    """What it adds to the score unless the policy says otherwise; 0 is only said."""
    seen: Callable[[Case], str | None]
    """Says what it saw, None when it saw nothing."""
    field: str | None = None
    """The field of the invoice it looks at."""
    about_amount: bool = False
    """Several that look at the amount are one reason: only the strongest of them counts."""


SIGNALS: tuple[Signal, ...] = (
    Signal("duplicate", "MF-FRAUD-DUPLICATE", 80, duplicate, "number"),
    Signal("near_duplicate", "MF-FRAUD-NEAR-DUPLICATE", 50, near_duplicate, "number"),
    Signal("document_contradicts", "MF-FRAUD-DOCUMENT", 60, document_contradicts),
    Signal("account_changed", "MF-FRAUD-ACCOUNT", 50, account_changed, "payments"),
    Signal("account_shared", "MF-FRAUD-ACCOUNT-SHARED", 30, account_shared, "payments"),
    Signal("account_abroad", "MF-FRAUD-ACCOUNT-ABROAD", 15, account_abroad, "payments"),
    Signal(
        "split_invoices", "MF-FRAUD-SPLIT", 45, split_invoices, "totals.payable", about_amount=True
    ),
    Signal(
        "unusual_amount", "MF-FRAUD-AMOUNT", 45, unusual_amount, "totals.payable", about_amount=True
    ),
    Signal(
        "just_below_limit",
        "MF-FRAUD-LIMIT",
        45,
        just_below_limit,
        "totals.payable",
        about_amount=True,
    ),
    Signal("burst", "MF-FRAUD-BURST", 45, burst),
    Signal(
        "large_first_invoice",
        "MF-FRAUD-FIRST",
        45,
        large_first_invoice,
        "totals.payable",
        about_amount=True,
    ),
    Signal("number_back", "MF-FRAUD-NUMBER-BACK", 25, number_back, "number"),
    Signal("weekend", "MF-FRAUD-WEEKEND", 15, weekend, "issue_date"),
    Signal("round_amount", "MF-FRAUD-ROUND", 15, round_amount, "totals.payable"),
    Signal("unknown_vendor", "MF-FRAUD-VENDOR-UNKNOWN", 30, unknown_vendor),
    Signal("inactive_vendor", "MF-FRAUD-VENDOR-INACTIVE", 70, inactive_vendor),
    Signal("no_exchange_rate", "MF-FRAUD-RATE", 0, no_exchange_rate, "currency"),
)

BY_NAME: Mapping[str, Signal] = MappingProxyType({signal.name: signal for signal in SIGNALS})
