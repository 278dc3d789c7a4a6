"""Compares an invoice with what is agreed, and remembers what it adds to a period.

| answer    | when                                                                       |
|-----------|----------------------------------------------------------------------------|
| MATCH     | every line costs what its contract says, or no line has a contract price   |
| DEVIATION | something to look at, but nobody is overcharged for certain                 |
| MISMATCH  | a line costs more than its contract allows, or something else is clearly too high |
| UNKNOWN   | an exchange rate that a comparison needs is missing                         |

A line is compared by its net amount (BT-131), so that a discount given as a line allowance
counts as well as one in the price.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from operators.codes import CREDIT_NOTES
from operators.invoice import Invoice, Line
from operators.judgement import MOST, Judgement, reported
from operators.money import ONE, Amount, bounded, divided, times
from operators.pricing.charges import charges
from operators.pricing.contracts import in_force, newest
from operators.pricing.difference import YEARLY_TURNOVER, difference
from operators.pricing.lines import Circumstances, PricedLine, priced
from operators.pricing.tax import vat
from operators.pricing.terms import early_payment
from operators.pricing.values import NoRate, Values
from operators.pricing.volume import Claim, PeriodVolume, RequestVolumes, Running, remember
from operators.reference import (
    ReferenceAgreement,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceTaxRate,
)
from operators.result import (
    FlaggedLine,
    LinePrice,
    PricingDetails,
    PricingStatus,
    Saving,
    Severity,
    Violation,
)
from operators.table import Lookup, Table

_STATUS_OF: dict[Severity, PricingStatus] = {"ERROR": "MISMATCH", "WARNING": "DEVIATION"}
_NOBODY = RequestVolumes()
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Judgement[PricingDetails]).decode


def judge(
    request_id: str,
    attempt: int,
    vendor_id: str,
    invoice: Invoice,
    today: date,
    *,
    contracts: Lookup[Sequence[ReferenceContract]],
    agreements: Lookup[Sequence[ReferenceAgreement]],
    rates: Lookup[ReferenceExchangeRate],
    tax_rates: Lookup[ReferenceTaxRate],
    policy: ReferencePolicy,
    volumes: Table[PeriodVolume],
    requests: Table[RequestVolumes],
) -> Judgement[PricingDetails]:
    """What the invoice should cost, and what need not be paid of it.

    `contracts` is looked up by `keys_of_contract`, `agreements` by vendor, `rates` by `rate_key`,
    `tax_rates` by country. An invoice that adds to a period's volume is remembered: the
    same attempt judged again gets the first answer and is counted once, and a later attempt takes
    the place of an earlier one. An UNKNOWN answer counts nothing and may be asked for again.
    """
    known = requests.get(request_id)
    if known is not None:
        claim = known.of(attempt)
        if claim is not None and claim.answer:
            return _decode(claim.answer)
    values = Values(invoice.currency or "", invoice.issue_date, rates, policy)
    running = Running(volumes, known)
    agreed = agreements.get(vendor_id)
    agreement = newest(in_force(agreed, invoice.issue_date)) if agreed else None
    under = Circumstances(invoice, values, running, agreement, today, policy.future_days)
    found: list[Violation] = []
    saved: list[Saving] = []
    try:
        compared = priced(vendor_id, contracts, under, found)
        _compare(compared, under, policy, found, saved)
    except NoRate as missing:
        nothing = _details(invoice, [], values)
        return Judgement("UNKNOWN", nothing, (), str(missing), missing.away)
    taxed, overtaxed = vat(invoice, tax_rates)
    found += taxed
    saved += overtaxed
    worst = reported(found)
    judgement = Judgement(
        _STATUS_OF.get(worst[0].severity, "MATCH") if worst else "MATCH",
        _details(invoice, compared, values, saved, worst),
        worst,
    )
    counted = running.counted()
    if counted or known is not None:
        known = known or _NOBODY
        early = known.of(attempt) or Claim(attempt)
        claim = Claim(attempt, early.outcome, _encode(judgement).decode(), counted)
        remember(request_id, known, known.replaced(claim), volumes, requests)
    return judgement


def _compare(
    compared: Sequence[PricedLine],
    under: Circumstances,
    policy: ReferencePolicy,
    found: list[Violation],
    saved: list[Saving],
) -> None:
    """Lines, charges, allowances and terms against what is agreed. Raises NoRate."""
    invoice, agreement = under.invoice, under.agreement
    refunded = 0
    for entry in invoice.allowances_charges:
        if not entry.charge and entry.reason_code == YEARLY_TURNOVER:
            refunded += entry.amount or 0
    for each in compared:
        refunded = difference(each, policy, refunded, found, saved)
    if invoice.type_code in CREDIT_NOTES:
        return
    if agreement is not None:
        lines = frozenset(each.place for each in compared)
        said, saves = charges(invoice, agreement, under.values, policy, lines)
        found += said
        saved += saves
    if agreement is not None or invoice.payment_terms:
        said, saves = early_payment(invoice, agreement, under.today)
        found += said
        saved += saves


def _details(
    invoice: Invoice,
    compared: Sequence[PricedLine],
    values: Values,
    saved: Sequence[Saving] = (),
    found: Sequence[Violation] = (),
) -> PricingDetails:
    rate = values.in_base(values.currency)
    due = invoice.totals.payable
    return PricingDetails(
        currency=values.currency,
        exchange_rate=rate,
        expected_net=bounded(sum(each.expected for each in compared)) if compared else None,
        invoiced_net=bounded(sum(each.invoiced for each in compared)),
        lines=tuple(map(_line, compared)),
        amount_in_base=None if due is None or rate is None else bounded(times(due, rate)),
        amount=due,
        savings=tuple(saved[:MOST]),
        savings_total=_total(saved) if saved else None,
        flagged=_flagged(invoice, found) if found else (),
    )


def _line(each: PricedLine) -> LinePrice:
    periodic = each.period is not None
    return LinePrice(
        line=each.line.id,
        contract=each.contract.contract_id,
        expected=bounded(each.unit_price),
        invoiced=bounded(_unit_price(each.line)),
        difference=bounded(each.invoiced - each.expected),
        expected_net=bounded(each.expected),
        invoiced_net=bounded(each.invoiced),
        period_discount=bounded(each.period_percent) if periodic else None,
        volume=bounded(each.volume) if periodic else None,
    )


def _unit_price(line: Line) -> Amount:
    """The price of one unit as the invoice states it, else as its amount implies it."""
    if line.price is not None:
        return divided(line.price * ONE, line.base_quantity or ONE)
    return divided((line.net or 0) * ONE, line.quantity) if line.quantity else 0


def _total(saved: Sequence[Saving]) -> Amount:
    early = max((each.amount for each in saved if each.kind == "EARLY_PAYMENT"), default=0)
    return bounded(early + sum(each.amount for each in saved if each.kind != "EARLY_PAYMENT"))


def _flagged(invoice: Invoice, found: Sequence[Violation]) -> tuple[FlaggedLine, ...]:
    """The lines that violations of more than severity INFO are about."""
    flagged: dict[tuple[int, str], FlaggedLine] = {}
    for each in found:
        if each.severity != "INFO" and each.field and each.field.startswith("lines["):
            place = int(each.field[6 : each.field.index("]")])
            line = FlaggedLine(line=invoice.lines[place].id, rule_id=each.rule_id)
            flagged.setdefault((place, each.rule_id), line)
    return tuple(flagged.values())
