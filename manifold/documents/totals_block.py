"""The totals, and VAT by rate."""

from collections.abc import Sequence

from msgspec import Struct

from manifold.documents.draft import GREY, Draft
from manifold.documents.line_cells import code_letters
from manifold.documents.sheet import WHITE
from operators.money import ONE


class Total(Struct, frozen=True):
    """A row of the totals."""

    label: str
    """What it is."""
    amount: str
    """How much."""
    strong: bool = False
    """Whether it is what matters."""


def totals(draft: Draft) -> list[Total]:
    """The rows, from the sum of the lines to what is to be paid."""
    edition, invoice = draft.edition, draft.edition.case.invoice
    rows: list[Total] = []
    if invoice.allowances_charges:
        rows.append(Total(draft.label("total_lines"), _money(draft, "totals.lines_net")))
        for index, each in enumerate(invoice.allowances_charges):
            path = f"allowances_charges[{index}]"
            reason = edition.text(f"{path}.reason") or ""
            percent = edition.percent(f"{path}.percent")
            opposite = not each.charge
            rows.append(
                Total(
                    f"{reason} {percent}" if percent else reason,
                    _money(draft, f"{path}.amount", opposite),
                )
            )
        edition.note("totals.allowances", "totals.charges")
    else:
        edition.note("totals.lines_net")
    rows.append(Total(draft.label("total_net"), _money(draft, "totals.net")))
    rows += _vat_rows(draft)
    prepaid = edition.value("totals.prepaid") is not None
    final = "refundable" if edition.credit and draft.rng.random() < 0.5 else "total_gross"
    rows.append(Total(draft.label(final), _money(draft, "totals.gross"), not prepaid))
    if prepaid:
        rows.append(Total(draft.label("prepaid"), _money(draft, "totals.prepaid", True)))
        rows.append(Total(draft.label("payable"), _money(draft, "totals.payable"), True))
    else:
        edition.note("totals.payable")
    edition.note("type_code")
    if edition.formats.currency_at != "none":
        edition.note("currency")
    return rows


def _money(draft: Draft, path: str, opposite: bool = False) -> str:
    return draft.edition.money(path, True, draft.negative != opposite) or ""


def _vat_rows(draft: Draft) -> list[Total]:
    edition = draft.edition
    breakdown = edition.case.invoice.vat_breakdown
    single = len(breakdown) == 1
    if single and not breakdown[0].tax and draft.rng.random() < 0.4:
        return []
    if not single and draft.layout.vat != "in_totals":
        return [Total(draft.label("tax"), _money(draft, "totals.tax"))]
    rows = []
    for index in range(len(breakdown)):
        path = f"vat_breakdown[{index}]"
        rate = edition.percent(f"{path}.rate") or ""
        label = draft.label("total_tax", rate=rate)
        rows.append(Total(label, _money(draft, f"{path}.tax")))
        edition.note(f"{path}.category")
    if single:
        edition.note("vat_breakdown[0].taxable")
    edition.note("totals.tax")
    return rows


def totals_block(draft: Draft, rows: Sequence[Total], y: float) -> float:
    """Draw them below `y`; gives where they end."""
    match draft.layout.totals:
        case "strip":
            return _strip(draft, rows, y)
        case "rows":
            return _listed(draft, rows, draft.left, draft.right, y, ruled=True)
        case "left":
            return _listed(draft, rows, draft.left, draft.left + 230, y)
        case _:
            return _listed(draft, rows, _start(draft), draft.right, y)


def _start(draft: Draft) -> float:
    return max(draft.left, draft.right - 232)


def _listed(
    draft: Draft,
    rows: Sequence[Total],
    left: float,
    right: float,
    y: float,
    ruled: bool = False,
) -> float:
    sheet, layout = draft.sheet, draft.layout
    top = y
    colon = ":" if layout.colon and layout.totals != "rows" else ""
    pad = 5.0 if layout.totals in ("boxed", "banner") else 3.0
    for row in rows:
        size = layout.size + (1.5 if row.strong and layout.totals != "rows" else 0)
        amount = sheet.measure(row.amount, bold=row.strong, size=size)
        room = right - left - amount - 3 * pad
        label = sheet.fitting(f"{row.label}{colon}", room, size, bold=row.strong)
        banner = row.strong and layout.totals == "banner"
        if banner:
            sheet.rectangle(left, y, right, y + size * 1.28 + 6, fill=draft.accent)
        elif row.strong and layout.totals == "right":
            sheet.rule(left, y + 1, right, 0.8)
        colour = WHITE if banner else (0.0, 0.0, 0.0)
        at_right = ruled
        sheet.text(right - amount - 3 * pad if at_right else left + pad, y + 3,
                   f"{row.label}{colon}", bold=row.strong, size=label, colour=colour,
                   align="right" if at_right else "left")  # fmt: skip
        y = sheet.text(right - pad, y + 3, row.amount, bold=row.strong, size=size, align="right",
                       colour=colour) + 3  # fmt: skip
        if ruled:
            sheet.rule(left, y, right, 0.4, GREY)
    if layout.totals == "boxed":
        sheet.rectangle(left, top, right, y + 1, border=GREY, weight=0.8)
    return y + 6


def _strip(draft: Draft, rows: Sequence[Total], y: float) -> float:
    sheet, size = draft.sheet, draft.layout.size
    shown = list(rows)
    while shown:
        row, shown = shown[:5], shown[5:]
        width = (draft.right - draft.left) / len(row)
        middle = y
        for index, total in enumerate(row):
            x = draft.left + index * width
            middle = max(middle, sheet.paragraph(x + 4, y + 3, width - 8, total.label,
                                                 size=size - 1, colour=GREY))  # fmt: skip
        bottom = middle
        for index, total in enumerate(row):
            right = draft.left + (index + 1) * width - 4
            fit = sheet.fitting(total.amount, width - 8, size + 0.5, bold=total.strong)
            bottom = max(bottom, sheet.text(right, middle + 2, total.amount, bold=total.strong,
                                            size=fit, align="right"))  # fmt: skip
        for index in range(len(row)):
            x = draft.left + index * width
            sheet.rectangle(x, y, x + width, bottom + 2, border=GREY)
        y = bottom + 3
    return y + 5


def vat_table(draft: Draft, left: float, right: float, y: float) -> float:
    """VAT by rate in a small table, with a code first when lines have one."""
    edition, sheet = draft.edition, draft.sheet
    coded = draft.layout.vat == "coded"
    size = draft.layout.size - 1
    letters = code_letters(draft)
    heads = [draft.label(name) for name in ("rate", "taxable", "tax")]
    rows = [heads]
    for index, each in enumerate(edition.case.invoice.vat_breakdown):
        path = f"vat_breakdown[{index}]"
        edition.note(f"{path}.category")
        rate = edition.percent(f"{path}.rate") or ""
        code = f"{letters.get(each.rate or 0, '')} = " if coded else ""
        rows.append(
            [f"{code}{rate}", _money(draft, f"{path}.taxable"), _money(draft, f"{path}.tax")]
        )
    width = (right - left) / 3
    for number, row in enumerate(rows):
        below = y
        for index, text in enumerate(row):
            at = left + (index + 1) * width - 3 if index else left + 3
            fit = sheet.fitting(text, width - 6, size, bold=number == 0)
            below = max(below, sheet.text(at, y + 2, text, bold=number == 0, size=fit,
                                          align="right" if index else "left"))  # fmt: skip
        y = below + 1
        sheet.rule(left, y, right, 0.4, GREY)
    edition.note("totals.tax")
    return y + 6


def vat_sentences(draft: Draft, y: float) -> float:
    """VAT by rate in words."""
    edition = draft.edition
    for index in range(len(edition.case.invoice.vat_breakdown)):
        path = f"vat_breakdown[{index}]"
        edition.note(f"{path}.category")
        text = (
            f"{draft.label('rate')} {edition.percent(f'{path}.rate')}: "
            f"{draft.label('taxable')} {_money(draft, f'{path}.taxable')}, "
            f"{draft.label('tax')} {_money(draft, f'{path}.tax')}"
        )
        y = draft.sheet.paragraph(draft.left, y, draft.right - draft.left, text,
                                  size=draft.layout.size - 0.5)  # fmt: skip
    edition.note("totals.tax")
    return y + 4


def has_rates(draft: Draft) -> bool:
    """Whether there is VAT to show by rate."""
    return any((each.rate or 0) >= ONE for each in draft.edition.case.invoice.vat_breakdown)
