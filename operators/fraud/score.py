"""Adds up what the signals saw, and remembers the invoice for those that follow."""

from collections.abc import Sequence

from msgspec.structs import replace

from operators.codes import CREDIT_NOTES
from operators.exchange import value_in_base
from operators.extraction.differences import Difference
from operators.fraud.catalogue import BY_NAME, SIGNALS
from operators.fraud.features import account, amount_of, likeness_of, number_of, similar
from operators.fraud.profile import (
    Answer,
    Entry,
    History,
    SealedPage,
    VendorProfile,
    fingerprint,
    marks_of,
    replaced,
    without,
)
from operators.fraud.signals import EARLIER_NEEDED, Case
from operators.invoice import Invoice
from operators.judgement import Judgement, reported
from operators.money import ONE, Amount, times
from operators.reference import ReferenceExchangeRate, ReferencePolicy, ReferenceVendor
from operators.result import Evidence, FraudDetails, FraudStatus, Severity, Violation
from operators.table import Lookup, Table
from operators.time import Instant

_LARGEST = 2**63 - 1
_BILLED_ALIKE = 2
"""Invoices of one amount and day with other numbers, after which a vendor bills like that."""
_CLEAN = Judgement("PASS", FraudDetails(0))


def judge(
    request_id: str,
    attempt: int,
    vendor_id: str,
    invoice: Invoice,
    uploaded_at: Instant,
    contradicted: Sequence[Difference] = (),
    *,
    vendors: Lookup[ReferenceVendor],
    owners: Lookup[Sequence[ReferenceVendor]],
    rates: Lookup[ReferenceExchangeRate],
    policy: ReferencePolicy,
    profiles: Table[VendorProfile],
    seen: Table[SealedPage],
) -> Judgement[FraudDetails]:
    """How much of what is seen in fraud is seen in this invoice, from 0 to 100 points.

    The same attempt judged again gets the first answer and changes nothing, as long as the
    vendor's history reaches back to it. A later attempt takes the place of an earlier one; an
    attempt that comes after a later one leaves no trace.
    """
    history = History(vendor_id, profiles, seen)
    number = number_of(invoice)
    amount = amount_of(invoice)
    likeness = likeness_of(invoice, amount)
    before: Entry | None = None
    same: Entry | None = None
    alike: Entry | None = None
    unlike = 0
    for entry in history.matching(marks_of(request_id, number, likeness)):
        if entry.request_id == request_id:
            before = entry
        elif number and entry.number == number:
            same = same or entry
        elif likeness and entry.likeness == likeness:
            if similar(entry.number, number):
                alike = alike or entry
            else:
                unlike += 1
    if unlike >= _BILLED_ALIKE:
        alike = None
    if before is not None:
        for answer in (before.answer, *before.earlier):
            if answer.attempt == attempt:
                return _judgement(answer, vendors.get(vendor_id))

    credit = invoice.type_code in CREDIT_NOTES
    base, converted = (None, True) if credit else _in_base(amount, invoice, rates, policy)
    vendor = vendors.get(vendor_id)
    iban = _questionable(invoice, vendor)
    own = fingerprint(vendor_id, iban) if iban and not (vendor and vendor.ibans) else ""
    recent = tuple(entry for entry in history.newest() if entry.request_id != request_id)
    case = Case(
        invoice,
        policy,
        vendor,
        number,
        base,
        converted,
        same,
        alike,
        recent,
        _ordinary(recent),
        lambda: _ordinary(tuple(e for e in history.all() if e.request_id != request_id)),
        uploaded_at,
        _owner(iban, vendor_id, owners),
        iban,
        own,
        without(history.profile.accounts, before.account if before else ""),
        contradicted,
    )
    weights = {weight.signal: weight.points for weight in policy.weights}
    evidence = _weighed(
        [
            Evidence(signal.name, weights.get(signal.name, signal.points), text)
            for signal in SIGNALS
            if (text := signal.seen(case)) is not None
        ]
    )
    answer = Answer(attempt, policy.fraud_warning_score, policy.fraud_fail_score, tuple(evidence))
    if before is None or before.answer.attempt < attempt:
        issued = 0 if invoice.issue_date is None else invoice.issue_date.toordinal()
        entry = Entry(request_id, answer, number, likeness, base, uploaded_at, own, issued=issued)
        history.record(replaced(entry, before), before)
    return _judgement(answer, vendor)


def _questionable(invoice: Invoice, vendor: ReferenceVendor | None) -> str:
    """The first account to pay to that the master data does not name, else the first."""
    paid_to = (payment.account for payment in invoice.payments)
    accounts = [account(each.id) for each in paid_to if each is not None and each.id]
    known = {account(iban) for iban in vendor.ibans} if vendor is not None else set()
    return next((each for each in accounts if each not in known), accounts[0] if accounts else "")


def _ordinary(recent: tuple[Entry, ...]) -> tuple[Entry, ...]:
    ordinary = tuple(entry for entry in recent if not _suspicious(entry.answer))
    return ordinary if len(ordinary) >= EARLIER_NEEDED else recent


def _suspicious(answer: Answer) -> bool:
    return bool(answer.evidence) and _score(answer.evidence) >= answer.warning_score


def _owner(iban: str, vendor_id: str, owners: Lookup[Sequence[ReferenceVendor]]) -> str | None:
    """Another vendor whose account it is, when it is not this one's as well."""
    ids = [vendor.vendor_id for vendor in (owners.get(iban) or ())] if iban else []
    return None if not ids or vendor_id in ids else ids[0]


def _judgement(answer: Answer, vendor: ReferenceVendor | None) -> Judgement[FraudDetails]:
    of_class = None if vendor is None else vendor.vendor_class
    if (
        of_class is None
        and not answer.evidence
        and answer.warning_score > 0
        and answer.fail_score > 0
    ):
        return _CLEAN
    score = _score(answer.evidence)
    status: FraudStatus = "PASS"
    if score >= answer.fail_score:
        status = "FAIL"
    elif score >= answer.warning_score:
        status = "WARNING"
    violations = [_violation(found, answer.fail_score) for found in answer.evidence]
    details = FraudDetails(score, answer.evidence, of_class)
    return Judgement(status, details, reported(violations) if violations else ())


def _violation(found: Evidence, fail_score: int) -> Violation:
    severity: Severity = "WARNING"
    if found.points <= 0:
        severity = "INFO"
    elif found.points >= fail_score:
        severity = "ERROR"
    signal = BY_NAME.get(found.signal)
    rule_id = "MF-FRAUD" if signal is None else signal.rule_id
    field = None if signal is None else signal.field
    return Violation(rule_id, found.explanation, severity, field)


def _in_base(
    amount: Amount | None,
    invoice: Invoice,
    rates: Lookup[ReferenceExchangeRate],
    policy: ReferencePolicy,
) -> tuple[Amount | None, bool]:
    """The amount in base currency, and whether there was a rate for it."""
    if amount is None:
        return None, True
    value = value_in_base(invoice.currency or "", invoice.issue_date, rates, policy)
    if value is None:
        return None, False
    amount = amount if value == ONE else times(amount, value)
    return max(-_LARGEST, min(amount, _LARGEST)), True


def _weighed(evidence: list[Evidence]) -> list[Evidence]:
    """The strongest first; of those that look at the amount only the first has points."""
    evidence.sort(key=_points, reverse=True)
    amounts = [found for found in evidence if BY_NAME[found.signal].about_amount]
    for found in amounts[1:]:
        evidence[evidence.index(found)] = replace(found, points=0)
    evidence.sort(key=_points, reverse=True)
    return evidence


def _score(evidence: Sequence[Evidence]) -> int:
    return max(0, min(100, sum(found.points for found in evidence)))


def _points(found: Evidence) -> int:
    return found.points
