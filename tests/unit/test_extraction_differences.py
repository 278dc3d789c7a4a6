"""What the XML in a document says, and what its page shows."""

from datetime import date

from operators.extraction.differences import Difference, differences, violations
from operators.extraction.page import Box, Page, Word
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Account, Invoice, Party, Payment, Totals
from operators.money import parse


def invoice(
    number: str = "R-1",
    gross: str = "1190.00",
    issued: date = date(2026, 2, 7),
    iban: str = "DE89370400440532013000",
) -> Invoice:
    return Invoice(
        number=number,
        issue_date=issued,
        seller=Party(),
        buyer=Party(),
        payments=(Payment(account=Account(iban)),),
        totals=Totals(gross=parse(gross)),
    )


def seen(shown: Invoice, confidence: float = 0.95) -> Understood:
    fields = ("number", "issue_date", "totals.gross", "payments[0].account.id")
    return Understood(shown, tuple(FieldRead(each, confidence, "TEXT_LAYER") for each in fields))


def page(*texts: str) -> Page:
    words = (
        Word(text, Box(10.0 * place, 0, 10.0 * place + 9, 8)) for place, text in enumerate(texts)
    )
    return Page(595, 842, tuple(words))


def test_a_page_that_shows_another_total_than_its_xml_says_contradicts_it() -> None:
    found = differences(invoice(), seen(invoice(gross="1910.00")), [page("Total", "1.910,00")])

    assert found == [Difference("totals.gross", "1190.00", "1910.00")]


def test_what_is_the_same_is_no_difference_however_it_is_written() -> None:
    shown = invoice(number="R 1", iban="DE89 3704 0044 0532 0130 00")

    assert differences(invoice(), seen(shown), [page("R 1")]) == []


def test_a_page_that_has_the_value_of_the_xml_somewhere_else_does_not_contradict_it() -> None:
    shown = seen(invoice(gross="1910.00", issued=date(2026, 3, 1)))

    assert differences(invoice(), shown, [page("1.190,00", "EUR", "7.2.2026")]) == []
    assert differences(invoice(), shown, [page("1 190", "02/07/26")]) == []


def test_what_was_not_read_with_confidence_contradicts_nothing() -> None:
    assert differences(invoice(), seen(invoice(gross="1910.00"), 0.85), [page("1910.00")]) == []


def test_a_clerk_is_told_what_the_page_shows_but_no_account() -> None:
    other = invoice(gross="1910.00", iban="GB33BUKB20201555555555")
    found = differences(invoice(), seen(other), [page("1910.00")])

    by_rule = {each.rule_id: each for each in violations(found)}

    assert by_rule["MF-DOC-GROSS"].message == (
        "The document shows another total with VAT than the XML in it: 1910.00 on the page, "
        "1190.00 in the XML."
    )
    account = by_rule["MF-DOC-ACCOUNT"]
    assert "one ending in 5555 on the page, one ending in 3000 in the XML" in account.message
    assert account.severity == "WARNING"
