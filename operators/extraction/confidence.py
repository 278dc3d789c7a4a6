"""How likely a value is right: logistic regression over what speaks for it.

`python -m bench.confidence` fits the coefficients and prints them: to invented invoices and
receipts in the layouts for tuning, as they are, with what may be strange about a document, and as
engines read them. They are never written by hand; docs/extraction.md says when to fit anew.

>>> sure = Evidence(label=1.0, near=1.0, alone=1.0, form=1.0, sums=1.0, lines=1.0)
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
    "verified",
    "sums",
    "lines",
    "repeated",
    "known",
    "computed",
    "engine",
    "typed",
    "clear",
    "agreed",
)
"""Fields of the evidence in the order of `features`."""

COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    # bias, then one for each of FEATURES
    "amount": (-4.18, 1.02, 1.45, 2.63, 2.69, 0.00, 0.82, 0.41, 1.84, 1.50, 0.97, 0.88, 1.57, -2.20, 0.66),
    "currency": (-1.45, 1.15, 1.81, 0.75, 2.80, 0.00, 0.00, 0.00, -0.00, 1.50, -1.54, -0.01, -0.01, 1.99, 0.00),
    "date": (1.75, 0.58, -0.01, -0.15, 1.64, 0.00, 0.00, 0.00, 1.18, 1.50, -1.29, 0.34, 0.63, -0.12, 0.00),
    "identifier": (-10.86, 2.36, 3.59, 0.62, 5.84, 3.31, 0.00, 0.00, 0.17, 1.50, 0.00, 0.51, 0.22, -0.41, 0.00),
    "issued": (-0.81, -0.41, -0.58, 1.46, 0.81, 0.00, 2.92, 0.00, 0.23, 1.50, 0.00, 0.92, 0.09, 2.52, 0.00),
    "kind": (3.25, -1.88, 0.03, 1.68, 0.03, 0.00, 0.00, 0.00, 0.00, 1.50, 0.00, 0.03, 0.03, 1.68, 0.00),
    "line": (-7.07, 5.39, 0.00, 0.00, 0.93, 0.00, 1.64, -0.40, 0.00, 1.50, -0.97, 2.42, 2.19, 0.00, 0.22),
    "name": (-12.91, 1.22, 0.00, 1.56, 9.77, -0.13, 0.00, 0.00, 1.18, 1.50, 0.00, 3.21, 1.20, 0.00, 0.00),
    "number": (-6.31, 1.27, 1.73, 0.05, 2.22, 0.00, 0.00, 0.00, 1.20, 1.50, 0.00, 2.44, 0.56, 2.68, 0.00),
    "part": (1.74, 2.18, -0.21, 1.24, 0.54, 0.00, 0.71, -0.35, -0.54, 1.50, -0.57, -0.52, 0.51, -0.61, 0.29),
    "party": (1.68, 1.79, -0.42, -1.38, -1.83, 0.00, 0.00, 0.00, 0.00, 1.50, 0.51, 0.25, 3.19, 0.65, 0.00),
    "rest": (-2.51, -2.94, 1.18, 0.25, 4.55, 0.00, 0.00, 0.00, -0.81, 1.50, 0.00, 1.56, 0.38, 1.39, 0.00),
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
    if field in _ALONE:
        return _ALONE[field]
    if field.startswith("lines["):
        return "line"
    if last in ("vat_id", "tax_id", "legal_id", "id", "bank"):
        return "identifier"
    if field.startswith(("seller", "buyer", "delivery_address")):
        return "party"
    if field.startswith("totals."):
        return "amount"
    if field.startswith(("vat_breakdown", "allowances_charges")):
        return "part"
    return "date" if last.endswith("_date") or field.startswith("period") else "rest"


_ALONE = {
    "number": "number",
    "currency": "currency",
    "issue_date": "issued",
    "type_code": "kind",
    "seller.name": "name",
    "buyer.name": "name",
}


def confidence(field: str, evidence: Evidence) -> float:
    """The probability that a value is right, 0 to 1."""
    bias, *weights = COEFFICIENTS[family_of(field)]
    total = bias + sum(
        weight * value for weight, value in zip(weights, features(evidence), strict=True)
    )
    return 1.0 / (1.0 + exp(-total))
