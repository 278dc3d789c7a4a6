"""How likely a value is right: logistic regression over what speaks for it.

The coefficients are set by hand until they are fitted to documents with known truth: fit
`features` of the evidence that `examined` returns against whether each value was right, for each
family, and put the result into `COEFFICIENTS`.

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
    #             bias  label near alone form check sums known computed engine
    "number": (-4.6, 2.0, 0.8, 1.6, 1.2, 0.0, 0.0, 1.5, 0.0, 2.6),
    "date": (-4.4, 2.2, 0.7, 1.2, 1.4, 0.0, 0.0, 0.5, -0.6, 2.8),
    "amount": (-4.4, 1.8, 0.6, 0.5, 0.8, 0.0, 3.6, 0.5, -0.7, 2.6),
    "line": (-2.6, 0.6, 0.0, 0.0, 0.6, 0.0, 3.0, 0.0, -0.5, 2.6),
    "identifier": (-2.8, 1.0, 0.4, 0.6, 0.4, 2.6, 0.0, 2.0, 0.0, 2.4),
    "party": (-4.0, 1.4, 0.0, 1.6, 1.0, 0.0, 0.0, 3.0, 0.0, 2.4),
    "rest": (-3.4, 1.6, 0.4, 0.6, 1.0, 0.0, 0.8, 0.5, -0.4, 2.4),
}
"""The bias, then one coefficient for each feature, by family. Set by hand, not fitted."""


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
