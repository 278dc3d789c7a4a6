"""What can be wrong with an invoice of the job: at least one fault for nearly every check."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from msgspec.structs import replace

from bench.job.billing import billed
from operators.invoice import Account, Invoice, Line, Payment
from operators.money import CENT, ONE, Amount, divided

Fault: TypeAlias = Callable[[Invoice, str], Invoice]
"""Makes an invoice faulty; the text is the number of an earlier invoice of the vendor."""

_DAY = timedelta(days=1)


def _with(**fields: Any) -> Fault:
    return lambda invoice, _: replace(invoice, **fields)


def _seller(**fields: Any) -> Fault:
    return lambda invoice, _: replace(invoice, seller=replace(invoice.seller, **fields))


def _total(name: str, error: Amount) -> Fault:
    def fault(invoice: Invoice, _: str) -> Invoice:
        wrong = (getattr(invoice.totals, name) or 0) + error
        return replace(invoice, totals=replace(invoice.totals, **{name: wrong}))

    return fault


def _line(**fields: Any) -> Fault:
    """The second line is otherwise, the amounts stay as they were."""
    return lambda invoice, _: _with_line(invoice, replace(invoice.lines[1], **fields))


def _rebilled(**fields: Any) -> Fault:
    """The second line is otherwise, and the amounts follow from it."""

    def fault(invoice: Invoice, _: str) -> Invoice:
        changed = _with_line(invoice, replace(invoice.lines[1], **fields))
        return billed(changed, changed.lines)

    return fault


def _net(error: Amount) -> Fault:
    def fault(invoice: Invoice, _: str) -> Invoice:
        line = invoice.lines[1]
        return _with_line(invoice, replace(line, net=(line.net or 0) + error))

    return fault


def _worth(gross: Amount) -> Fault:
    """Prices are such that the gross amount is nearly that."""

    def fault(invoice: Invoice, _: str) -> Invoice:
        now = invoice.totals.gross or ONE
        return billed(
            invoice,
            [
                replace(line, price=divided((line.price or 0) * gross, now * CENT) * CENT)
                for line in invoice.lines
            ],
        )

    return fault


def _with_line(invoice: Invoice, line: Line) -> Invoice:
    return replace(invoice, lines=(invoice.lines[0], line, *invoice.lines[2:]))


def _used_number(invoice: Invoice, earlier: str) -> Invoice:
    return replace(invoice, number=earlier)


def _early_due(invoice: Invoice, _: str) -> Invoice:
    assert invoice.issue_date is not None
    return replace(invoice, due_date=invoice.issue_date - _DAY)


def _due_at_once(invoice: Invoice, _: str) -> Invoice:
    return replace(invoice, due_date=invoice.issue_date)


def _weekend(invoice: Invoice, _: str) -> Invoice:
    assert invoice.issue_date is not None
    return replace(invoice, issue_date=invoice.issue_date - _DAY * invoice.issue_date.isoweekday())


def _late_delivery(invoice: Invoice, _: str) -> Invoice:
    assert invoice.issue_date is not None
    return replace(invoice, delivery_date=invoice.issue_date + _DAY)


def _wrong_vat(invoice: Invoice, _: str) -> Invoice:
    first, *rest = invoice.vat_breakdown
    wrong = replace(first, tax=(first.tax or 0) + CENT)
    return replace(invoice, vat_breakdown=(wrong, *rest))


def _no_country(invoice: Invoice, _: str) -> Invoice:
    assert invoice.seller.address is not None
    address = replace(invoice.seller.address, country=None)
    return replace(invoice, seller=replace(invoice.seller, address=address))


def _no_buyer(invoice: Invoice, _: str) -> Invoice:
    return replace(invoice, buyer=replace(invoice.buyer, name=None))


def _paid_to(account: str) -> Fault:
    return _with(payments=(Payment("58", Account(account)),))


def _to_itself(invoice: Invoice, _: str) -> Invoice:
    return replace(invoice, buyer=replace(invoice.buyer, vat_id=invoice.seller.vat_id))


def _item_twice(invoice: Invoice, _: str) -> Invoice:
    return _with_line(invoice, replace(invoice.lines[1], item_id=invoice.lines[0].item_id))


def _half_let_off(invoice: Invoice, _: str) -> Invoice:
    return billed(invoice, invoice.lines, 60 * ONE)


def _round(invoice: Invoice, _: str) -> Invoice:
    free = {"quantity": ONE, "price": 500 * ONE, "base_quantity": None}
    exempt = {"vat_category": "AE", "vat_rate": 0}
    return billed(invoice, [replace(line, **free, **exempt) for line in invoice.lines])


def _large_without_order(invoice: Invoice, earlier: str) -> Invoice:
    return replace(_worth(20_000 * ONE)(invoice, earlier), purchase_order=None)


FAULTS: Sequence[Fault] = (
    _with(number=None),
    _with(issue_date=None),
    _with(type_code=None),
    _with(currency=None),
    _with(currency="euro"),
    _seller(name=None),
    _no_buyer,
    _no_country,
    _total("lines_net", 10 * CENT),
    _total("net", CENT),
    _total("tax", ONE),
    _total("gross", -CENT),
    _total("payable", 100 * ONE),
    _wrong_vat,
    _early_due,
    _with(purchase_order=None),
    _late_delivery,
    _with(goods_receipt=""),
    _line(quantity=None),
    _rebilled(quantity=0),
    _rebilled(quantity=-ONE),
    _rebilled(quantity=600 * ONE),
    _rebilled(quantity=1_200 * ONE),
    _line(unit=None),
    _line(item_id=None),
    _item_twice,
    _used_number,
    _paid_to("DE00999999990000000001"),
    _worth(9_800 * ONE),
    _worth(60_000 * ONE),
    _round,
    _weekend,
    _with(issue_date=date(2099, 12, 31), due_date=date(2100, 1, 31)),
    _seller(vat_id=None),
    _paid_to("LT009999900000000001"),
    _to_itself,
    _due_at_once,
    _large_without_order,
    _line(price=None),
    _rebilled(price=-5 * ONE),
    _rebilled(price=0),
    _line(base_quantity=0),
    _line(net=None),
    _net(5 * ONE),
    _net(CENT),
    _line(name=None),
    _rebilled(vat_rate=6 * ONE),
    _half_let_off,
)
"""Each as likely as any other."""
