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

from msgspec.structs import replace

from operators.extraction.candidate import Evidence
from operators.extraction.coefficients import COEFFICIENTS

FEATURES = (
    "label",
    "near",
    "alone",
    "form",
    "verified",
    "sums",
    "lines",
    "repeated",
    "vouched",
    "known",
    "computed",
    "engine",
    "typed",
    "clear",
    "printed",
    "agreed",
)
"""Fields of the evidence in the order of `features`."""


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


def typed_confidences(evidence: Mapping[str, Evidence]) -> Mapping[str, float]:
    """The same, of each field, if its words had been typed: no engine could misread them."""
    return {field: confidence(field, replace(each, engine=1.0)) for field, each in evidence.items()}


def confidence(field: str, evidence: Evidence) -> float:
    """The probability that a value is right, 0 to 1."""
    bias, *weights = COEFFICIENTS[family_of(field)]
    total = bias + sum(
        weight * value for weight, value in zip(weights, features(evidence), strict=True)
    )
    return 1.0 / (1.0 + exp(-total))
