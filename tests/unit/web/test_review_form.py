"""The form of an invoice: what is doubtful first, and values put right by their paths."""

from datetime import date

import pytest
from pydantic import ValidationError

from connectors.einvoice import Unreadable
from connectors.einvoice.editing import edited
from operators.extraction.page import Box
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead
from operators.invoice import Account, Invoice, Line, Party, Payment, Totals
from operators.money import parse
from operators.result import Violation
from web.review.asked import Changes
from web.review.form import form_of

INVOICE = Invoice(
    syntax="Page",
    number="R-7",
    issue_date=date(2026, 3, 2),
    seller=Party(name="Example GmbH"),
    buyer=Party(),
    payments=(Payment("58", Account("DE02120300000000202051")),),
    lines=(
        Line(name="Nails", quantity=parse("3"), net=parse("30")),
        Line(name="Paper", quantity=parse("0.125"), net=parse("12.345")),
    ),
    totals=Totals(gross=parse("119")),
)
READING = DocumentReading(
    route="TEXT_LAYER",
    kind="INVOICE",
    fields=(
        FieldRead("number", 0.999, "TEXT_LAYER", 1, Box(1, 2, 3, 4), "R-7"),
        FieldRead("totals.gross", 0.84, "TEXT_LAYER", 1, Box(1, 2, 3, 4), "119,00"),
        FieldRead("lines[0].net", 0.7, "TEXT_LAYER", 1, None, "30"),
    ),
    extractor="3",
)


def doubt(field: str | None) -> Violation:
    return Violation("MF-READ-DOUBTFUL", "Look at it.", "WARNING", field)


def test_what_is_asked_about_comes_first_the_least_sure_before_all() -> None:
    asked = [
        doubt("totals.gross"),
        doubt("lines[0].net"),
        doubt("seller.vat_id"),
        doubt("lines[0]"),
    ]
    form = form_of(INVOICE, READING, [*asked, doubt(None), doubt("no.field")])
    assert [(each.path, each.confidence) for each in form.doubtful] == [
        ("seller.vat_id", None),
        ("lines[0].net", 70),
        ("totals.gross", 84),
    ]
    paths = [each.path for each in form.fields if each.path]
    assert len(paths) == len(set(paths))
    assert {"number", "lines[1].net", "payments[0].account.id"} <= set(paths)
    number = next(each for each in form.fields if each.path == "number")
    # What is not quite sure does not look as if it were.
    assert (number.value, number.confidence) == ("R-7", 99)


def test_what_the_form_shows_is_read_back_unchanged() -> None:
    form = form_of(INVOICE, READING, [doubt("lines[0].net")])
    shown = {each.path: each.value for each in form.fields if each.path}
    assert edited(INVOICE, shown) == INVOICE


def test_values_are_put_right_exactly_and_the_rest_stays() -> None:
    changed = edited(
        INVOICE,
        {
            "totals.gross": "1190,5",
            "issue_date": "2026-03-03",
            "seller.address.city": "Cologne",
            "lines[1].net": "",
            "payments[0].account.id": "DE02 1203 0000 0000 2020 51",
        },
    )
    assert changed.totals.gross == parse("1190.50")
    assert changed.issue_date == date(2026, 3, 3)
    assert changed.seller.address is not None
    assert changed.seller.address.city == "Cologne"
    assert changed.lines[1] == Line(name="Paper", quantity=parse("0.125"))
    assert changed.payments == INVOICE.payments
    assert changed.lines[0] == INVOICE.lines[0]


def test_a_row_without_anything_in_it_goes_and_a_new_one_comes() -> None:
    emptied = {f"lines[0].{name}": "" for name in ("name", "quantity", "net")}
    changed = edited(INVOICE, {**emptied, "lines[2].name": "Glue"})
    assert [each.name for each in changed.lines] == ["Paper", "Glue"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("totals.gross", "1.2.3"),
        ("totals.gross", "1,234"),
        ("issue_date", "2.3.2026"),
        ("totals", "1"),
        ("nothing", "1"),
        ("lines[0]", "1"),
        ("lines[999999999].net", "1"),
        ("number.more", "1"),
        ("__class__", "1"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_path(path: str, text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        edited(INVOICE, {path: text})
    assert path.split("[")[0].split(".")[0] in str(refused.value)


def test_a_value_is_no_longer_than_any_text_has_to_be() -> None:
    with pytest.raises(ValidationError, match="at most 100000"):
        Changes(changes={"payment_terms": "x" * 100_001})
    with pytest.raises(Unreadable, match="longer than 100,000"):
        edited(INVOICE, {"payment_terms": "x" * 100_001})
    assert edited(INVOICE, {"payment_terms": "x" * 100_000}).payment_terms == "x" * 100_000
