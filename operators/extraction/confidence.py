"""How likely a value is right: logistic regression over what speaks for it.

The coefficients were fitted, with a prior for what hardly occurs, to 25,000 values read from 290
invented invoices and receipts in the layouts for tuning: from their text, from the same with
simulated misreadings, and from photos that RapidOCR read. Fit them anew to more of what engines
really read: `features` of the evidence that `examined` returns against whether each value was
right, for each family.

>>> sure = Evidence(label=1.0, near=1.0, alone=1.0, form=1.0, sums=1.0)
>>> confidence("totals.gross", sure) > 0.98 > confidence("totals.gross", Evidence(form=1.0))
True
"""

from collections.abc import Mapping
from math import exp

from operators.extraction.candidate import Evidence

FEATURES = (
    "label",
    "near",
    "alone",
    "form",
    "check",
    "sums",
    "known",
    "computed",
    "engine",
    "typed",
)
"""Fields of the evidence in the order of `features`."""

COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    # bias, then label, near, alone, form, check, sums, known, computed, engine, typed
    "number": (-11.73, 0.80, 0.47, 1.61, 1.10, 1.50, 2.00, 1.50, -0.30, 11.43, 2.21),
    "date": (-10.52, 0.92, 0.23, 1.20, 1.36, 1.50, 2.00, 1.50, -0.53, 13.04, 0.23),
    "amount": (-9.59, 1.68, 2.76, 1.00, 0.39, 1.50, 2.78, 1.50, 1.29, 8.48, 1.44),
    "line": (-10.65, 1.62, 0.50, 1.00, 0.06, 1.50, 0.96, 1.50, -0.16, 11.56, 1.38),
    "identifier": (-11.75, 1.45, 1.14, 0.62, 0.62, 2.81, 2.00, 1.50, -0.30, 9.72, 1.40),
    "party": (-11.15, 0.39, 0.76, 0.28, 0.71, 1.50, 2.00, 1.50, 1.75, 12.77, 0.58),
    "rest": (-11.75, 0.94, 0.12, 1.26, 0.93, 1.50, 2.00, 1.50, -0.89, 11.26, 2.31),
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
    return "number" if field == "number" else "rest"


def confidence(field: str, evidence: Evidence) -> float:
    """The probability that a value is right, 0 to 1."""
    bias, *weights = COEFFICIENTS[family_of(field)]
    total = bias + sum(
        weight * value for weight, value in zip(weights, features(evidence), strict=True)
    )
    return 1.0 / (1.0 + exp(-total))
