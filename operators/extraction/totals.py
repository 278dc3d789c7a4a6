"""The totals of the invoice record and its breakdown of VAT, from the sums chosen."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.arithmetic import chosen_sums, computed, total_of
from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.document import Document, Figure
from operators.extraction.reads import Reads
from operators.extraction.settlement import adjusted, adjustments, confirmed, settled
from operators.extraction.sums import Known, Read, Sums
from operators.extraction.tendered import before_rounding, with_tendered
from operators.extraction.vat_rows import VatRow, implied_taxable
from operators.invoice import AllowanceCharge, Totals
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
        implied=implied_taxable(alone) if alone and not rows else None,
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


def totals(
    found: TotalsRead, reads: Reads, exempt: bool
) -> tuple[Totals, tuple[AllowanceCharge, ...]]:
    """The totals and the allowances and charges of the document, noted among the reads.

    Args:
        found: What was found of the sums.
        reads: Where each value is noted.
        exempt: Whether the document says why there is no tax.
    """
    sums = found.sums
    tax = sums.tax
    if tax is not None and not tax.value and exempt:
        tax = replace(tax, evidence=replace(tax.evidence, label=1.0, near=1.0, form=1.0, sums=1.0))
    due = confirmed(settled(found.roles, sums.gross, found.unlabelled), sums.gross)
    steps = adjusted(found.roles, sums.net, found.known.lines, found.unlabelled, sums.gross)
    off = total_of(each.value for each in steps.allowances)
    on = total_of(each.value for each in steps.charges)
    result = Totals(
        lines_net=reads.take("totals.lines_net", steps.lines_net),
        allowances=_sum(reads, "totals.allowances", off, steps.allowances),
        charges=_sum(reads, "totals.charges", on, steps.charges),
        net=reads.take("totals.net", sums.net),
        tax=reads.take("totals.tax", tax),
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


def rates_named(document: Document) -> list[Amount]:
    """Percentages in rows that speak of tax, which are rates in force somewhere."""
    taxed = {label.row for label in document.labels if label.means("tax")}
    found = [
        each.amount
        for each in document.figures
        if each.percent and each.row in taxed and ONE <= each.amount < 30 * ONE
    ]
    return list(dict.fromkeys(found))
