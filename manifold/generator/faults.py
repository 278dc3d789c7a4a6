"""The faults that can be put into an invoice, and who should find each."""

from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from operators.decide import VERDICTS
from operators.decision import Branch, DecisionStatus

Fault: TypeAlias = Literal[
    "line_arithmetic",
    "total_arithmetic",
    "vat_amount",
    "missing_number",
    "missing_buyer",
    "bad_iban_check_digit",
    "future_date",
    "over_billed",
    "unknown_order_line",
    "not_received",
    "duplicate_number",
    "changed_account",
    "just_below_limit",
    "unusual_amount",
    "over_price",
    "missed_volume_discount",
    "missed_period_discount",
    "excessive_freight",
    "shorter_terms",
]
"""What is wrong with an invoice."""

FAULTS: tuple[Fault, ...] = get_args(Fault)


class Finding(Struct, frozen=True):
    """Who should find a fault."""

    branch: Branch
    """The branch that must find it."""
    status: str
    """What that branch must answer."""
    also: tuple[Branch, ...] = ()
    """Other branches to which the same fault may be visible."""

    @property
    def decision(self) -> DecisionStatus:
        """What the answer makes of the whole."""
        return VERDICTS[self.branch, self.status]


FINDINGS: dict[Fault, Finding] = {
    "line_arithmetic": Finding("VALIDATION", "REJECTED", also=("PRICING",)),
    "total_arithmetic": Finding("VALIDATION", "REJECTED"),
    "vat_amount": Finding("VALIDATION", "REJECTED", also=("PRICING",)),
    "missing_number": Finding("VALIDATION", "REJECTED"),
    "missing_buyer": Finding("VALIDATION", "REJECTED"),
    "bad_iban_check_digit": Finding("VALIDATION", "REJECTED", also=("FRAUD",)),
    "future_date": Finding("VALIDATION", "REJECTED"),
    "over_billed": Finding("INVENTORY", "LIMITED", also=("FRAUD",)),
    "unknown_order_line": Finding("INVENTORY", "LIMITED", also=("FRAUD",)),
    "not_received": Finding("INVENTORY", "LIMITED"),
    "duplicate_number": Finding("FRAUD", "FAIL"),
    "changed_account": Finding("FRAUD", "WARNING"),
    "just_below_limit": Finding("FRAUD", "WARNING"),
    "unusual_amount": Finding("FRAUD", "WARNING"),
    "over_price": Finding("PRICING", "MISMATCH", also=("INVENTORY",)),
    "missed_volume_discount": Finding("PRICING", "MISMATCH", also=("INVENTORY",)),
    "missed_period_discount": Finding("PRICING", "MISMATCH"),
    "excessive_freight": Finding("PRICING", "MISMATCH"),
    "shorter_terms": Finding("PRICING", "DEVIATION"),
}
"""Every fault, with who should find it."""
