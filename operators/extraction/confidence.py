"""How likely a value is right: logistic regression over what speaks for it.

The coefficients were fitted, with a prior for what hardly occurs, to 22,000 values read from 250
invented invoices and receipts in the layouts for tuning: from their text, and from the same with
simulated misreadings, where an engine's doubts were simulated too. They are to be fitted anew to
what engines really read: `features` of the evidence that `examined` returns against whether each
value was right, for each family.

>>> sure = Evidence(label=1.0, near=1.0, alone=1.0, form=1.0, sums=1.0)
>>> confidence("totals.gross", sure) > 0.98 > confidence("totals.gross", Evidence(form=1.0))
True
"""

from collections.abc import Mapping
from math import exp

from operators.extraction.candidate import Evidence

FEATURES = ("label", "near", "alone", "form", "check", "sums", "known", "computed", "engine")
"""Fields of the evidence in the order of `features`."""

COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    # bias, then label, near, alone, form, check, sums, known, computed, engine
    "number": (-11.18, 0.78, 0.41, 1.15, 0.64, 1.50, 2.00, 1.50, -0.30, 12.06),
    "date": (-10.30, 1.27, 0.51, 1.52, 1.18, 1.50, 2.00, 1.50, -0.65, 13.24),
    "amount": (-10.15, 1.87, 1.93, 1.00, 0.63, 1.50, 2.24, 1.50, 0.98, 10.51),
    "line": (-12.05, 0.62, 0.50, 1.00, 0.02, 1.50, 1.11, 1.50, 0.16, 14.17),
    "identifier": (-12.13, 1.51, 0.91, 0.41, 0.43, 3.19, 2.00, 1.50, -0.30, 10.67),
    "party": (-11.06, 0.66, 0.18, 0.55, 0.25, 1.50, 2.00, 1.50, 1.31, 13.04),
    "rest": (-10.87, 1.39, 0.57, 1.05, 1.32, 1.50, 2.00, 1.50, -0.91, 12.21),
}
"""The bias, then one coefficient for each feature, by family."""


def features(evidence: Evidence) -> tuple[float, ...]:
    """The numbers that the regression sees."""
    return tuple(getattr(evidence, name) for name in FEATURES)


def family_of(field: str) -> str:
    """The family of a field, whose fields share their coefficients.

    >>> family_of("lines[2].net"), family_of("seller.vat_id"), family_of("due_date")
    ('line', 'identifier', 'date')
    """
    last = field.rsplit(".", 1)[-1]
    if field.startswith("lines["):
        return "line"
    if last in ("vat_id", "tax_id", "legal_id", "id", "bank"):
        return "identifier"
    if field.startswith(("seller", "buyer", "delivery_address")):
        return "party"
    if field.startswith(("totals.", "vat_breakdown", "allowances_charges")):
        return "amount"
    if last.endswith("_date") or field.startswith("period"):
        return "date"
    return "number" if field in ("number", "purchase_order") else "rest"


def confidence(field: str, evidence: Evidence) -> float:
    """The probability that a value is right, 0 to 1."""
    bias, *weights = COEFFICIENTS[family_of(field)]
    total = bias + sum(
        weight * value for weight, value in zip(weights, features(evidence), strict=True)
    )
    return 1.0 / (1.0 + exp(-total))
