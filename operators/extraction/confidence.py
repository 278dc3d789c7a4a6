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
    "amount": (
        -3.63,
        1.12,
        1.41,
        2.48,
        2.74,
        0.00,
        0.87,
        0.36,
        1.96,
        1.50,
        0.76,
        0.32,
        1.30,
        -2.15,
        0.80,
    ),
    "currency": (
        -2.22,
        1.40,
        1.76,
        1.13,
        3.10,
        0.00,
        0.00,
        0.00,
        0.10,
        1.50,
        -1.39,
        -0.02,
        -0.02,
        2.00,
        0.00,
    ),
    "date": (
        2.01,
        0.15,
        -0.02,
        0.11,
        1.22,
        0.00,
        0.00,
        0.00,
        1.23,
        1.50,
        -1.19,
        0.38,
        0.65,
        0.04,
        0.00,
    ),
    "identifier": (
        -12.09,
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
        1.11,
        0.20,
        -1.09,
        0.00,
    ),
    "issued": (
        -0.41,
        -0.22,
        -1.07,
        1.23,
        0.30,
        0.24,
        3.53,
        0.00,
        -0.25,
        1.50,
        0.00,
        0.99,
        0.03,
        2.28,
        0.00,
    ),
    "kind": (
        3.37,
        -2.32,
        0.03,
        1.90,
        0.03,
        0.00,
        0.00,
        0.00,
        0.00,
        1.50,
        0.00,
        0.03,
        0.03,
        1.90,
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
    ),
    "number": (
        -5.34,
        1.65,
        1.07,
        0.10,
        1.96,
        1.68,
        0.00,
        0.00,
        1.18,
        1.50,
        0.00,
        1.82,
        0.39,
        2.58,
        0.00,
    ),
    "part": (
        1.44,
        2.39,
        -0.50,
        1.48,
        0.65,
        0.00,
        0.66,
        -0.20,
        -0.57,
        1.50,
        -0.25,
        -0.23,
        0.17,
        -0.62,
        0.27,
    ),
    "party": (
        2.16,
        1.79,
        -0.18,
        -1.74,
        -2.04,
        0.00,
        0.00,
        0.00,
        0.00,
        1.50,
        0.50,
        0.29,
        3.15,
        0.41,
        0.00,
    ),
    "rest": (
        -3.28,
        -2.88,
        1.14,
        0.23,
        4.37,
        0.00,
        0.00,
        0.00,
        -1.61,
        1.50,
        0.00,
        2.46,
        0.36,
        1.34,
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
