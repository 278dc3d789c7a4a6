"""The totals of the invoice record and its breakdown of VAT, from the sums chosen."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.arithmetic import Known, Read, Sums, chosen_sums, computed, total_of
from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.document import Document, Figure
from operators.extraction.exemption import exempted
from operators.extraction.reads import Reads
from operators.extraction.settlement import adjusted, adjustments, settled
from operators.extraction.tendered import before_rounding, with_tendered
from operators.extraction.vat_rows import RATES, VatRow, rate_between
from operators.invoice import AllowanceCharge, Totals, VatSubtotal
from operators.money import ONE, Amount

_ADDED = 1.5
"""Log odds of a sum over a breakdown."""


class TotalsRead(Struct, frozen=True):
    """What was found of the sums of a document."""

    alone: Sequence[tuple[Figure, Figure]]
    """Rates with their taxes, where what they are on is not written."""
    roles: Mapping[str, Sequence[Read]]
    """Candidates by role."""
    rows: Sequence[VatRow]
    """Rows of the breakdown."""
    unlabelled: Sequence[Read]
    """Other amounts."""
    sums: Sums
    """Those chosen."""
    known: Known
    """What they were held against."""


def read_totals(
    roles: Mapping[str, Sequence[Read]],
    unlabelled: Sequence[Read],
    rows: Sequence[VatRow],
    alone: Sequence[tuple[Figure, Figure]],
    rates: Sequence[Amount],
    lines: Amount | None,
) -> TotalsRead:
    """Chooses the sums of a document.

    Args:
        roles: Candidates by role.
        unlabelled: Amounts that nothing names.
        rows: Rows of the breakdown of VAT.
        alone: Rates with their taxes, where what they are on is not written.
        rates: Rates that the document names anywhere.
        lines: What the lines come to.
    """
    known = Known(
        lines=lines,
        taxable=total_of(row.taxable.amount for row in rows),
        tax=total_of(row.tax.amount for row in rows)
        if rows
        else total_of(tax.amount for _, tax in alone),
        rates=tuple(dict.fromkeys([*(row.rate for row in rows), *rates])),
        adjustments=tuple(sign * each for each in adjustments(roles) for sign in (1, -1)),
    )
    if rows or alone:
        taxes = [tax for _, tax in alone] if not rows else [row.tax for row in rows]
        roles = {**roles, "tax": [_sum_of(taxes), *roles.get("tax", ())]}
    if rows:
        roles = {**roles, "net": [_sum_of([row.taxable for row in rows]), *roles.get("net", ())]}
    roles = {**roles, "gross": [*before_rounding(roles), *roles.get("gross", ())]}
    gross, paid = with_tendered(roles)
    roles, known = {**roles, "gross": gross}, replace(known, paid=paid)
    sums = chosen_sums(roles, unlabelled, known)
    return TotalsRead(alone, roles, rows, unlabelled, sums, known)


def _sum_of(figures: Sequence[Figure]) -> Read:
    """What amounts of a breakdown come to; where there is one, it stands there."""
    one = figures[0]
    engine = min(figure.confidence for figure in figures)
    evidence = Evidence(label=1.0, near=1.0, form=1.0, engine=engine)
    if len(figures) == 1:
        return Candidate(one.amount, _ADDED, evidence, one.row, one.text, one.box)
    evidence = replace(evidence, computed=1.0)
    return Candidate(sum(figure.amount for figure in figures), _ADDED, evidence)


def totals(found: TotalsRead, reads: Reads) -> tuple[Totals, tuple[AllowanceCharge, ...]]:
    """The totals and the allowances and charges of the document, noted among the reads."""
    sums = found.sums
    due = settled(found.roles, sums.gross)
    steps = adjusted(found.roles, sums.net, found.known.lines, found.unlabelled, sums.gross)
    off = total_of(each.value for each in steps.allowances)
    on = total_of(each.value for each in steps.charges)
    result = Totals(
        lines_net=reads.take("totals.lines_net", steps.lines_net),
        allowances=_sum(reads, "totals.allowances", off, steps.allowances),
        charges=_sum(reads, "totals.charges", on, steps.charges),
        net=reads.take("totals.net", sums.net),
        tax=reads.take("totals.tax", sums.tax),
        gross=reads.take("totals.gross", sums.gross),
        prepaid=reads.take("totals.prepaid", due.prepaid),
        rounding=reads.take("totals.rounding", due.rounding),
        payable=reads.take("totals.payable", due.payable),
    )
    entries = [(each, False) for each in steps.allowances] + [
        (each, True) for each in steps.charges
    ]
    others = tuple(
        AllowanceCharge(
            charge=charge, amount=reads.take(f"allowances_charges[{number}].amount", each)
        )
        for number, (each, charge) in enumerate(entries)
    )
    return result, others


def _sum(reads: Reads, field: str, value: Amount | None, of: Sequence[Read]) -> Amount | None:
    if value is None:
        return None
    return reads.take(field, of[0] if len(of) == 1 else computed(value, *of))


def breakdown(found: TotalsRead, reads: Reads, document: Document) -> tuple[VatSubtotal, ...]:
    """The breakdown of VAT: its rows, or the one that the sums themselves are."""
    if found.rows:
        return tuple(_subtotal(number, row, reads) for number, row in enumerate(found.rows))
    net, tax = found.sums.net, found.sums.tax
    if found.alone and tax is not None and tax.value == sum(each.amount for _, each in found.alone):
        return tuple(_tax_alone(number, *each, reads) for number, each in enumerate(found.alone))
    if net is None or tax is None:
        return ()
    if not tax.value:
        return _untaxed(net, document, reads)
    named = [each for each in document.figures if each.percent and each.amount in found.known.rates]
    rate = rate_between(net.value, tax.value, found.known.rates)
    rate = rate if rate is not None else rate_between(net.value, tax.value, RATES)
    if rate is None:
        return ()
    read = next((each for each in named if each.amount == rate), None)
    evidence = Evidence(label=1.0, form=1.0, sums=1.0, computed=0.0 if read else 1.0)
    if read is not None:
        reads.note("vat_breakdown[0].rate", evidence, read.row, read.box, read.text)
    else:
        reads.note("vat_breakdown[0].rate", evidence)
    return (
        VatSubtotal(
            category="S" if rate else None,
            rate=rate,
            taxable=reads.take("vat_breakdown[0].taxable", net),
            tax=reads.take("vat_breakdown[0].tax", tax),
        ),
    )


def _tax_alone(number: int, rated: Figure, tax: Figure, reads: Reads) -> VatSubtotal:
    for field, figure in (("rate", rated), ("tax", tax)):
        evidence = Evidence(label=1.0, near=1.0, form=1.0, sums=0.7, engine=figure.confidence)
        path = f"vat_breakdown[{number}].{field}"
        reads.note(path, evidence, figure.row, figure.box, figure.text)
    return VatSubtotal(category="S", rate=rated.amount, tax=tax.amount)


def _untaxed(net: Read, document: Document, reads: Reads) -> tuple[VatSubtotal, ...]:
    """The breakdown of a document that says that its tax is nothing, or why there is none."""
    taxed = {label.row for label in document.labels if label.means("tax")}
    nothing = [each for each in document.figures if each.row in taxed and not each.amount]
    rate = next((each for each in nothing if each.percent), None)
    reason = next((row for row in document.rows if exempted(row.text)), None)
    said = rate or next(iter(nothing), None)
    if said is None and reason is None:
        return ()
    evidence = Evidence(label=1.0, near=1.0, form=1.0, sums=0.5)
    for field in ("rate", "tax"):
        path = f"vat_breakdown[0].{field}"
        if said is not None:
            reads.note(path, evidence, said.row, said.box, said.text)
        else:
            reads.note(path, replace(evidence, computed=1.0))
    if reason is not None:
        path = "vat_breakdown[0].exemption_reason"
        reads.note(path, evidence, reason.number, reason.box, reason.text)
    return (
        VatSubtotal(
            category=exempted(reason.text) if reason is not None else None,
            rate=0,
            taxable=reads.take("vat_breakdown[0].taxable", net),
            tax=0,
            exemption_reason=reason.text.replace("\t", " ") if reason is not None else None,
        ),
    )


def _subtotal(number: int, row: VatRow, reads: Reads) -> VatSubtotal:
    path = f"vat_breakdown[{number}]"
    for field, figure in (("taxable", row.taxable), ("tax", row.tax), ("rate", row.rated)):
        engine = figure.confidence if figure is not None else 1.0
        evidence = Evidence(label=0.8, near=1.0, form=1.0, sums=1.0, engine=engine)
        if figure is not None:
            reads.note(f"{path}.{field}", evidence, figure.row, figure.box, figure.text)
        else:
            reads.note(f"{path}.{field}", evidence)
    return VatSubtotal(
        category="S" if row.rate else None,
        rate=row.rate,
        taxable=row.taxable.amount,
        tax=row.tax.amount,
    )


def rates_named(document: Document) -> list[Amount]:
    """Percentages in rows that speak of tax, which are rates in force somewhere."""
    taxed = {label.row for label in document.labels if label.means("tax")}
    found = [
        each.amount
        for each in document.figures
        if each.percent and each.row in taxed and ONE <= each.amount < 30 * ONE
    ]
    return list(dict.fromkeys(found))
