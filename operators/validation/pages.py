"""Which rules hold for an invoice that was read from a page instead of from XML.

EN 16931 is about electronic invoices: a page needs no identifier of its lines, no code for a unit
and no payment means. What it needs are the particulars of Article 226 of the VAT Directive
(2006/112/EC), of a simplified invoice those of Article 226b. And its totals have to add up: they
were read surely, or a person was asked. What else is missing or does not add up may have been
misread, and is a warning.
"""

from collections.abc import Mapping

from operators.invoice import PAGE, RECEIPT
from operators.result import Severity

_ART_226: Mapping[str, Severity] = {
    "BR-02": "ERROR",  # (2) a sequential number
    "BR-03": "ERROR",  # (1) the date of issue
    "BR-05": "ERROR",
    "BR-06": "ERROR",  # (5) names and addresses
    "BR-07": "WARNING",
    "BR-08": "WARNING",
    "BR-10": "WARNING",
    "BR-14": "ERROR",
    "BR-13": "WARNING",
    "BR-15": "WARNING",
    "BR-16": "WARNING",  # (6) what was supplied
    "BR-25": "WARNING",
    "BR-45": "WARNING",  # (8) taxable amount, (9) rate, (10) VAT
    "BR-46": "WARNING",
    "BR-48": "WARNING",
    "BR-CO-26": "WARNING",  # (3) what identifies the seller
}
_OF_BUYERS = frozenset({"BR-02", "BR-07", "BR-08", "BR-10"})
"""What Article 226b does not ask for: the number, the buyer, the seller's address."""

_SUMS: Mapping[str, Severity] = {
    "BR-CO-10": "WARNING",
    "BR-CO-11": "WARNING",
    "BR-CO-12": "WARNING",
    "BR-CO-13": "WARNING",
    "BR-CO-14": "ERROR",
    "BR-CO-15": "ERROR",
    "BR-CO-16": "ERROR",
    "BR-CO-17": "WARNING",
    "PEPPOL-EN16931-R120": "WARNING",
}
_PLAUSIBLE: Mapping[str, Severity] = {
    "BR-27": "WARNING",
    "BR-29": "WARNING",
    "BR-CO-09": "WARNING",
    "MF-VAT-BREAKDOWN": "WARNING",
}

SEVERITIES: Mapping[str, Mapping[str, Severity]] = {
    PAGE: {**_ART_226, **_SUMS, **_PLAUSIBLE},
    RECEIPT: {
        **{rule: severity for rule, severity in _ART_226.items() if rule not in _OF_BUYERS},
        **_SUMS,
        **_PLAUSIBLE,
    },
}
"""The rules of EN 16931 that hold for pages, and how bad it is to break them."""


def severity_on(syntax: str | None, rule_id: str, severity: Severity) -> Severity | None:
    """How bad it is to break a rule in an invoice of a syntax; None where it does not hold.

    Our own rules (MF-) hold for every invoice.

    >>> severity_on(PAGE, "BR-21", "ERROR"), severity_on("CII", "BR-21", "ERROR")
    (None, 'ERROR')
    >>> severity_on(PAGE, "BR-07", "ERROR"), severity_on(RECEIPT, "BR-07", "ERROR")
    ('WARNING', None)
    """
    of_pages = SEVERITIES.get(syntax or "")
    if of_pages is None:
        return severity
    return of_pages.get(rule_id, severity if rule_id.startswith("MF-") else None)
