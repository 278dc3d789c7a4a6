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
    "printed",
    "agreed",
)
"""Fields of the evidence in the order of `features`."""

COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    # bias, then one for each of FEATURES
    "amount": (
        -3.66,
        1.12,
        1.39,
        2.52,
        2.76,
        0.00,
        0.86,
        0.37,
        1.95,
        1.50,
        0.78,
        0.26,
        1.46,
        -1.92,
        -0.79,
        0.87,
    ),
    "currency": (
        -2.16,
        1.23,
        1.21,
        1.09,
        3.12,
        0.00,
        0.00,
        0.00,
        0.09,
        1.50,
        -1.47,
        -0.02,
        -0.02,
        1.46,
        1.46,
        0.00,
    ),
    "date": (
        2.37,
        0.12,
        -0.02,
        -0.11,
        1.23,
        0.00,
        0.00,
        0.00,
        1.24,
        1.50,
        -1.05,
        0.36,
        0.17,
        -0.19,
        0.69,
        0.00,
    ),
    "identifier": (
        -12.07,
        2.82,
        3.52,
        0.97,
        7.03,
        2.63,
        0.00,
        0.00,
        0.13,
        1.50,
        0.00,
        1.10,
        0.17,
        -1.11,
        0.04,
        0.00,
    ),
    "issued": (
        -0.32,
        -0.50,
        -0.92,
        0.63,
        0.35,
        1.69,
        3.41,
        0.00,
        -0.15,
        1.50,
        0.00,
        0.74,
        -0.23,
        1.98,
        0.82,
        0.00,
    ),
    "kind": (
        3.32,
        -2.55,
        0.03,
        1.39,
        0.03,
        0.00,
        0.00,
        0.00,
        0.00,
        1.50,
        0.00,
        0.03,
        0.03,
        1.39,
        1.39,
        0.00,
    ),
    "line": (
        -6.85,
        5.40,
        0.00,
        0.00,
        0.99,
        0.00,
        1.68,
        -0.29,
        0.00,
        1.50,
        -0.80,
        2.08,
        2.04,
        0.00,
        0.00,
        0.11,
    ),
    "name": (
        -12.08,
        1.19,
        0.00,
        1.66,
        9.46,
        -0.04,
        0.00,
        0.00,
        1.01,
        1.50,
        0.00,
        2.62,
        1.12,
        0.00,
        0.00,
        0.00,
    ),
    "number": (
        -4.10,
        0.92,
        0.87,
        -0.38,
        1.35,
        3.69,
        0.00,
        0.00,
        1.35,
        1.50,
        0.00,
        1.54,
        -0.49,
        1.59,
        1.76,
        0.00,
    ),
    "part": (
        1.35,
        2.43,
        -0.48,
        1.60,
        0.63,
        0.00,
        0.66,
        -0.13,
        -0.53,
        1.50,
        -0.26,
        -0.23,
        0.24,
        -0.28,
        -0.85,
        0.34,
    ),
    "party": (
        3.09,
        1.71,
        -0.68,
        -1.76,
        -1.97,
        0.00,
        0.00,
        0.00,
        0.00,
        1.50,
        0.51,
        0.26,
        2.28,
        0.01,
        1.57,
        0.00,
    ),
    "rest": (
        -3.26,
        -2.87,
        1.11,
        0.05,
        4.43,
        0.00,
        0.00,
        0.00,
        -1.55,
        1.50,
        0.00,
        2.56,
        0.18,
        1.13,
        0.55,
        0.00,
    ),
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
