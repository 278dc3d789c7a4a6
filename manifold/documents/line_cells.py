"""What stands in the columns of the line table."""

from msgspec import Struct

from manifold.documents.draft import Draft
from manifold.documents.layout import Column
from manifold.documents.sheet import Align

RIGHT: frozenset[Column] = frozenset({"quantity", "price", "discount", "vat", "net"})
"""Columns with numbers."""


class Cells(Struct, frozen=True):
    """The table as text."""

    columns: tuple[Column, ...]
    """Those that are shown."""
    heads: tuple[str, ...]
    """Their heads."""
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    """For each line and column the lines of text in it."""


def align(column: Column) -> Align:
    """Where a column's text stands."""
    if column in RIGHT:
        return "right"
    return "center" if column == "code" else "left"


def cells(draft: Draft, columns: tuple[Column, ...], item_below: bool) -> Cells:
    """The text of the table with those columns."""
    invoice = draft.edition.case.invoice
    codes = code_letters(draft)
    rows = tuple(
        tuple(_cell(draft, column, index, columns, item_below, codes) for column in columns)
        for index in range(len(invoice.lines))
    )
    return Cells(columns, tuple(_head(draft, column) for column in columns), rows)


def _head(draft: Draft, column: Column) -> str:
    if column != "net" or not draft.currency_in_head:
        return draft.label(column)
    sign = draft.edition.formats.sign
    return f"{draft.label(column)} {draft.edition.shown('currency', sign)}"


def code_letters(draft: Draft) -> dict[int, str]:
    """A letter for each VAT rate of the document."""
    rates = [each.rate or 0 for each in draft.edition.case.invoice.vat_breakdown]
    return {rate: "ABCDEFG"[index] for index, rate in enumerate(rates[:7])}


def _cell(
    draft: Draft,
    column: Column,
    index: int,
    columns: tuple[Column, ...],
    item_below: bool,
    codes: dict[int, str],
) -> tuple[str, ...]:
    edition, path = draft.edition, f"lines[{index}]"
    money = edition.formats.currency_in_lines
    match column:
        case "position":
            return (edition.text(f"{path}.id") or "",)
        case "item":
            return (edition.text(f"{path}.item_id") or "",)
        case "description":
            return _description(draft, index, columns, item_below)
        case "quantity":
            return (_quantity(draft, path, "unit" in columns),)
        case "unit":
            return (_unit(draft, path),)
        case "price":
            return (_price(draft, path, money),)
        case "discount":
            return (edition.percent(f"{path}.allowances_charges[0].percent") or "",)
        case "vat":
            return (edition.percent(f"{path}.vat_rate") or "",)
        case "code":
            edition.note(f"{path}.vat_rate")
            return (codes.get(edition.amount(f"{path}.vat_rate"), ""),)
        case "net":
            return (edition.money(f"{path}.net", money, draft.negative) or "",)


def _unit(draft: Draft, path: str) -> str:
    edition = draft.edition
    code = edition.value(f"{path}.unit")
    return edition.shown(f"{path}.unit", edition.units[code]) if isinstance(code, str) else ""


def _quantity(draft: Draft, path: str, has_unit: bool) -> str:
    edition = draft.edition
    written = edition.number(f"{path}.quantity", 0, 3) or ""
    beside = draft.unit_beside_quantity and not has_unit
    return f"{written} {_unit(draft, path)}" if beside else written


def _price(draft: Draft, path: str, money: bool) -> str:
    edition = draft.edition
    written = edition.money(f"{path}.price", money) or ""
    per = edition.number(f"{path}.base_quantity")
    return f"{written} / {per}" if per else written


def _description(
    draft: Draft, index: int, columns: tuple[Column, ...], item_below: bool
) -> tuple[str, ...]:
    edition, path = draft.edition, f"lines[{index}]"
    name = edition.text(f"{path}.name") or ""
    lines = [name]
    if item_below and (item := edition.text(f"{path}.item_id")):
        lines.append(f"{draft.label('item')} {item}")
    if draft.layout.further:
        good = next(each for each in edition.case.wording.goods if each.name == name)
        lines += good.further
    if "discount" not in columns and edition.value(f"{path}.allowances_charges[0]"):
        percent = edition.percent(f"{path}.allowances_charges[0].percent")
        lines.append(f"{draft.label('discount').removesuffix(' %')} {percent}")
    return tuple(lines)
