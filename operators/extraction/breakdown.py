"""The breakdown of VAT in the invoice record: its rows, or what follows from the sums."""

from msgspec.structs import replace

from operators.extraction.candidate import Evidence
from operators.extraction.document import Document, Figure
from operators.extraction.exemption import exempted
from operators.extraction.reads import Reads
from operators.extraction.sums import Read
from operators.extraction.totals import TotalsRead
from operators.extraction.vat_rows import RATES, VatRow, rate_between
from operators.invoice import VatSubtotal


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
