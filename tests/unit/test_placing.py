"""An answer's accepted values in the invoice that they were missing from."""

from datetime import date

import pytest

from operators.extraction.citing import CITED
from operators.extraction.gate import Gates
from operators.extraction.placing import certain_totals, completed
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice, Party, Totals
from operators.money import parse
from tests.unit.cited import (
    HAMMER,
    INVOICE,
    NAILS,
    asked,
    judged,
)


def test_accepted_values_take_their_place_in_the_invoice() -> None:
    empty = Invoice(seller=Party(), buyer=Party(), totals=Totals(gross=parse("7")))
    doubtful = FieldRead("totals.gross", 0.4, "TEXT_LAYER", 1)
    sure = FieldRead("currency", 0.99, "TEXT_LAYER", 1)
    found = judged(
        asked(INVOICE, "totals.gross", "issue_date", "seller.address.city", "lines"),
        ("totals.gross", 7, "119,00", "119"),
        ("issue_date", 2, "03.04.2026", "2026-04-03"),
        ("seller.address.city", 1, "Mill", "Mill"),
        rows=(NAILS, HAMMER),
    )
    after = completed(Understood(empty, (doubtful, sure)), found)
    assert after.invoice.totals.gross == parse("119")
    assert after.invoice.issue_date == date(2026, 4, 3)
    assert after.invoice.seller.address is not None
    assert after.invoice.seller.address.city == "Mill"
    assert [line.name for line in after.invoice.lines] == ["Nails", "Hammer"]
    assert sure in after.fields
    assert doubtful not in after.fields


def test_a_value_that_was_read_before_is_surer_and_another_one_is_less_sure() -> None:
    def after(read: str, confidence: float) -> FieldRead:
        invoice = Invoice(seller=Party(), buyer=Party(), totals=Totals(gross=parse(read)))
        old = FieldRead("totals.gross", confidence, "TEXT_LAYER", 1)
        found = judged(asked(INVOICE, "totals.gross"), ("totals.gross", 7, "119,00", "119"))
        (field,) = completed(Understood(invoice, (old,)), found).fields
        return field

    right, wrong_alike = 0.85 * CITED, 0.15 * (1 - CITED) / 2
    assert after("119", 0.85).confidence == pytest.approx(right / (right + wrong_alike))
    assert after("119", Gates().model).confidence > Gates().accept, "what the gate is for"
    assert after("119", 1 / 3).confidence == pytest.approx(CITED)
    assert after("191", 0.0).confidence == pytest.approx(CITED, abs=0.01)
    assert after("191", 0.85).confidence < 0.6
    assert after("191", 0.85).obtained == "MODEL"


def test_only_totals_that_are_sure_have_to_be_agreed_with() -> None:
    totals = Totals(net=parse("100"), tax=parse("19"))
    fields = (
        FieldRead("totals.net", 0.99, "TEXT_LAYER"),
        FieldRead("totals.tax", 0.7, "TEXT_LAYER"),
        FieldRead("totals.gross", 0.99, "TEXT_LAYER"),
    )
    invoice = Invoice(seller=Party(), buyer=Party(), totals=totals)
    assert certain_totals(Understood(invoice, fields), 0.98) == {"totals.net": parse("100")}
