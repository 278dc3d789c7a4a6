"""Whether day or month comes first, and how sure that is."""

import pytest

from operators.extraction.dates import dates_in
from operators.extraction.day_order import DayOrder, day_order
from tests.unit.extraction_pages import field_of, laid_out, understood


@pytest.mark.parametrize(
    ("texts", "language", "currency", "expected"),
    [
        pytest.param(["Data 02/03/2026"], "it", "EUR", DayOrder(True, True), id="by its language"),
        pytest.param(
            ["02/03/2026", "VAT GB123", "M1 4BT"], "en", None, DayOrder(True, True), id="British"
        ),
        pytest.param(
            ["02/03/2026", "Austin, TX 78701", "IBAN GB13 UYFZ 6142 4281 1363 98"],
            "en",
            "USD",
            DayOrder(False, True),
            id="American with an account abroad",
        ),
        pytest.param(["02/03/2026"], "en", "USD", DayOrder(False, False), id="dollars alone"),
        pytest.param(["02/03/2026"], "en", None, DayOrder(True, False), id="nothing tells"),
        pytest.param(
            ["02/03/2026", "03/25/2026"], "en", None, DayOrder(False, True), id="another date tells"
        ),
    ],
)
def test_the_order_of_day_and_month_follows_from_what_a_document_says(
    texts: list[str], language: str, currency: str | None, expected: DayOrder
) -> None:
    dates = [each for text in texts for each in dates_in(text)]

    assert day_order(dates, texts, language, currency) == expected


def test_only_a_date_whose_order_is_a_guess_may_be_either() -> None:
    english = laid_out("Invoice no. 17\nDate 02/03/2026\nTotal 12.00")
    german = laid_out("Rechnungsnummer 17\nRechnungsdatum 02/03/2026\nGesamtbetrag 12,00 EUR")

    assert [day.either for day in english.days] == [True]
    assert [day.either for day in german.days] == [False]


def test_a_date_whose_order_is_settled_is_surer() -> None:
    english = understood("Invoice number: 17\nInvoice date: 02/03/2026\nTotal: 12.00")
    british = understood("Invoice number: 17\nInvoice date: 02/03/2026\nTotal: £12.00")

    assert field_of(british, "issue_date").confidence > field_of(english, "issue_date").confidence
