"""An invoice as people read it in a terminal."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from connectors.einvoice import Reading
from operators import money
from operators.extraction.gate import weighty
from operators.extraction.outcome import DocumentRead
from operators.invoice import Invoice, Party, Payment
from operators.money import Amount

_Shown: TypeAlias = str | Amount | None


def summary(file: str, found: Reading | DocumentRead) -> RenderableType:
    """What was read in a file, under its name."""
    invoice = found.invoice
    parts: list[RenderableType] = [
        _facts(invoice),
        _lines(invoice),
        _vat(invoice),
        _totals(invoice),
    ]
    if isinstance(found, DocumentRead):
        route, kind = found.reading.route, found.reading.kind
        # What a language model was not there to answer is for a person as well.
        follows = "ACCEPT" if found.step.action == "ACCEPT" else "PERSON"
        said = f"{route}, {kind}, {follows}".lower().replace("_", " ")
        memory = found.reading.memory
        if memory is not None:
            by = ", ".join(memory.by).replace("_", " ")
            said += f", with the memory of {_clean(memory.vendor_id)} ({by})"
        parts.append(_confidences(found))
    else:
        said = found.syntax
    title = Text(f"{_clean(file)}, {said}", style="bold")
    return Group(title, *(Padding(part, (0, 0, 1, 2)) for part in parts))


def _confidences(found: DocumentRead) -> RenderableType:
    """How sure the values are that have to be sure, and what contradicts the XML."""
    asked = weighty(found.reading.kind)
    if found.reading.route in ("XML", "EMBEDDED_XML"):
        asked = frozenset()
    rows = [
        (each.field, f"{each.confidence:.1%}", each.obtained.lower(), _clean(each.text))
        for each in found.reading.fields
        if each.field in asked
    ]
    rows += [(field, "missing", "", "") for field in found.step.doubtful if not _has(field, rows)]
    rows += [
        (each.field, "differs", "page", f"{each.visible}, and {each.embedded} in the XML")
        for each in found.reading.differences
    ]
    return _table(("Field", ">Sure", "Obtained", "As it stands there"), rows)


def _has(field: str, rows: list[tuple[str, str, str, str]]) -> bool:
    return any(row[0] == field for row in rows)


def _facts(invoice: Invoice) -> Table:
    period = (invoice.period.start, invoice.period.end) if invoice.period else ()
    return _pairs(
        ("Number", invoice.number),
        ("Type", invoice.type_code),
        ("Issued", _joined(invoice.issue_date)),
        ("Due", _joined(invoice.due_date)),
        ("Delivered", _joined(invoice.delivery_date)),
        ("Period", _joined(*period, between=" to ") if any(period) else None),
        ("Currency", _joined(invoice.currency, invoice.tax_currency)),
        ("Seller", _party(invoice.seller)),
        ("Buyer", _party(invoice.buyer)),
        ("Order", invoice.purchase_order),
        ("Goods receipt", invoice.goods_receipt),
        ("Contract", invoice.contract),
        ("Buyer reference", invoice.buyer_reference),
        ("Corrects", _joined(*(each.number for each in invoice.preceding_invoices))),
        ("Payment", _joined(*map(_payment, invoice.payments), invoice.payment_terms)),
    )


def _payment(payment: Payment) -> str | None:
    account = payment.account.id if payment.account else None
    return _joined(payment.means, account, payment.debited_account, payment.card)


def _party(party: Party) -> str | None:
    where = party.address
    place = (where.street, where.postcode, where.city, where.country) if where else ()
    return _joined(party.name, party.vat_id, party.tax_id, *place)


def _lines(invoice: Invoice) -> Table:
    heads = ("Line", "Item", "Name", ">Quantity", "Unit", ">Price", ">Net", ">VAT")
    return _table(
        heads,
        [
            (
                _clean(line.id),
                _clean(line.item_id),
                _clean(line.name),
                _clean(line.quantity, 0),
                _clean(line.unit),
                _joined(_clean(line.price), _per(line.base_quantity), between=" ") or "",
                _clean(line.net),
                _rate(line.vat_category, line.vat_rate),
            )
            for line in invoice.lines
        ],
    )


def _vat(invoice: Invoice) -> Table:
    return _table(
        ("VAT", ">Taxable", ">Tax", "Exempt because"),
        [
            (
                _rate(part.category, part.rate),
                _clean(part.taxable),
                _clean(part.tax),
                _clean(_joined(part.exemption_code, part.exemption_reason)),
            )
            for part in invoice.vat_breakdown
        ],
    )


def _totals(invoice: Invoice) -> Table:
    totals = invoice.totals
    return _pairs(
        *(
            (
                _clean(_joined("Charge" if item.charge else "Allowance", item.reason)),
                item.amount,
            )
            for item in invoice.allowances_charges
        ),
        ("Sum of lines", totals.lines_net),
        ("Allowances", totals.allowances),
        ("Charges", totals.charges),
        ("Net", totals.net),
        ("VAT", totals.tax),
        ("VAT, accounting", totals.tax_accounting),
        ("Gross", totals.gross),
        ("Prepaid", totals.prepaid),
        ("Rounding", totals.rounding),
        ("Payable", totals.payable),
        justify="right",
    )


def _pairs(*rows: tuple[str, _Shown], justify: Literal["left", "right"] = "left") -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(justify=justify)
    for name, value in rows:
        if value is not None:
            table.add_row(name, _clean(value))
    return table


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """A table without the columns that nothing stands in; > before a head aligns right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    shown = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    for column in shown:
        head = heads[column]
        if head.startswith(">"):
            table.add_column(head[1:], justify="right", no_wrap=True)
        else:
            table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(row[column] for column in shown))
    return table


def _per(base_quantity: Amount | None) -> str | None:
    return None if base_quantity is None else f"for {money.render(base_quantity, 0)}"


def _rate(category: str | None, rate: Amount | None) -> str:
    return _clean(
        _joined(category, None if rate is None else f"{money.render(rate, 0)} %", between=" ")
    )


def _joined(*parts: object, between: str = ", ") -> str | None:
    return between.join(str(part) for part in parts if part is not None) or None


def _clean(value: _Shown, digits: int = 2) -> str:
    """Text fit for a terminal: whatever could move its cursor is a space."""
    if isinstance(value, int):
        return money.render(value, digits)
    return "".join(sign if sign.isprintable() else " " for sign in value or "")
