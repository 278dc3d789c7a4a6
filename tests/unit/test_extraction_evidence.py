"""What makes a value surer, and what does not."""

from math import isclose

import pytest

from operators.extraction.candidate import Evidence
from operators.extraction.confidence import confidence, typed_confidences
from operators.extraction.page import Box, Page, Word
from operators.extraction.understand import understand
from operators.extraction.understood import Understood
from tests.unit.extraction_pages import amounts, field_of, invoice_of, page_of, understood

LETTERHEAD = """
Muster Werkzeuge GmbH     info@muster-werkzeuge.example
Hauptstr. 5
10115 Berlin

Kunde Beispiel AG
Ringweg 7
50667 Köln

"""
HEAD = "Rechnungsnummer:  RE-2026-017     Rechnungsdatum:  02.03.2026\n"
SUMS = "Gesamt netto     100,00 EUR\nzzgl. 19 % MwSt.     19,00 EUR\nGesamtbetrag     119,00 EUR\n"
FOOT = "\nMuster Werkzeuge GmbH · IBAN DE02 1203 0000 0000 2020 51 · USt-IdNr. DE136695976\n"


def sure(found: Understood, field: str) -> float:
    return field_of(found, field).confidence


def surer(field: str, text: str, than: str) -> bool:
    return sure(understood(text), field) > sure(understood(than), field)


@pytest.mark.parametrize(
    ("field", "text", "than"),
    [
        pytest.param(
            "number",
            LETTERHEAD + HEAD + SUMS + "Verwendungszweck: RE-2026-017\n",
            LETTERHEAD + HEAD + SUMS,
            id="a number said twice",
        ),
        pytest.param(
            "number",
            LETTERHEAD + HEAD + SUMS,
            LETTERHEAD + HEAD.replace("RE-2026-017", "RE-1958-017") + SUMS,
            id="a number with the year of the invoice in it",
        ),
        pytest.param(
            "number",
            LETTERHEAD + HEAD.replace("RE-2026-017", "017-26-A") + SUMS,
            LETTERHEAD + HEAD.replace("RE-2026-017", "017-58-A") + SUMS,
            id="a number with the year in two digits",
        ),
        pytest.param(
            "number",
            LETTERHEAD + "Rechnung RE-017\n" + SUMS,
            LETTERHEAD + "Rechnung RE-017 laut Vertrag\n" + SUMS,
            id="a number with nothing but the title before it",
        ),
        pytest.param(
            "issue_date",
            LETTERHEAD + HEAD + "Fällig am:  01.04.2026\n" + SUMS,
            LETTERHEAD + HEAD + "Fällig am:  19.04.2026\n" + SUMS,
            id="a day from which payment is due after a usual term",
        ),
        pytest.param(
            "totals.gross",
            LETTERHEAD + HEAD + SUMS,
            LETTERHEAD + HEAD + SUMS.replace("19,00 EUR\nG", "17,00 EUR\nG"),
            id="a total that the others come to",
        ),
        pytest.param(
            "totals.payable",
            LETTERHEAD + HEAD + SUMS + "Zahlbetrag     119,00 EUR\n",
            LETTERHEAD + HEAD + SUMS + "Zahlbetrag     98,00 EUR\n",
            id="an amount due that is what is left",
        ),
        pytest.param(
            "seller.name",
            LETTERHEAD + HEAD + SUMS + FOOT,
            LETTERHEAD + HEAD + SUMS,
            id="a name that stands at the foot, too",
        ),
        pytest.param(
            "currency",
            LETTERHEAD + HEAD + SUMS,
            LETTERHEAD + HEAD + SUMS.replace(" EUR", ""),
            id="a currency that is written",
        ),
    ],
)
def test_surer_is(field: str, text: str, than: str) -> None:
    assert surer(field, text, than)


def test_a_wrong_check_digit_is_a_misreading_of_engines_only() -> None:
    read = Evidence(label=1.0, near=1.0, alone=1.0, form=1.0, check=-1.0, engine=0.99)

    typed = typed_confidences({"seller.vat_id": read})["seller.vat_id"]
    assert typed > confidence("seller.vat_id", read) + 0.1


def test_the_type_has_a_confidence_and_the_place_of_its_title() -> None:
    found = field_of(understood("Rechnung\n" + LETTERHEAD + HEAD + SUMS), "type_code")

    assert found.text == "Rechnung"
    assert found.page == 1
    assert 0.9 < found.confidence < 1.0


def test_what_was_paid_and_what_is_left_need_no_names() -> None:
    totals = invoice_of(
        LETTERHEAD + HEAD + SUMS + "Bapo:     20,00 EUR\nZutra:     99,00 EUR\n"
    ).totals

    assert amounts([totals.gross, totals.prepaid, totals.payable]) == ["119.00", "20.00", "99.00"]


def test_a_name_broken_over_two_lines_is_whole_where_the_pages_have_it_whole() -> None:
    broken = LETTERHEAD.replace("Muster Werkzeuge GmbH  ", "Muster\nWerkzeuge GmbH  ")

    assert invoice_of(broken + HEAD + SUMS + FOOT).seller.name == "Muster Werkzeuge GmbH"


def test_less_than_nothing_without_a_title_is_a_credit_note() -> None:
    text = "Vonu:  7711     Datum:  02.03.2026\n" + "".join(
        line.replace("     ", "     -") + "\n" for line in SUMS.splitlines()
    )

    found = understood(LETTERHEAD + text)

    assert found.kind == "CREDIT_NOTE"
    assert amounts([found.invoice.totals.gross]) == ["119.00"]


def test_a_label_in_two_languages_is_nobodys_name() -> None:
    buyer = "Rechnung an / Bill to\nKunde Beispiel AG\n"

    found = invoice_of(LETTERHEAD.replace("Kunde Beispiel AG\n", buyer) + HEAD + SUMS)

    assert found.buyer.name == "Kunde Beispiel AG"


def test_a_day_may_be_of_issue_and_of_delivery_at_once() -> None:
    head = "Rechnungsnummer: 2014-03     Liefer- und Rechnungsdatum: 11. Juli 2014\n"

    found = invoice_of(LETTERHEAD + head + SUMS)

    assert found.issue_date == found.delivery_date
    assert found.issue_date is not None


@pytest.mark.parametrize(
    "place", ["Gelnhausen, 07.08.2014", "Lyon, le 7 août 2014", "München, den 7. August 2014"]
)
def test_a_letter_is_dated_where_it_was_written(place: str) -> None:
    head = f"Rechnung Nr. 30064443     {place}\n"

    found = invoice_of(LETTERHEAD + head + "Zeitraum:  01.07.2014 - 31.07.2014\n" + SUMS)

    assert str(found.issue_date) == "2014-08-07"


def test_an_address_is_without_the_labels_that_stand_in_its_block() -> None:
    buyer = "Kunde: Beispiel AG\nRingweg 7\n50667 Köln\nUSt-IdNr.: DE136695976\n"

    found = invoice_of(
        LETTERHEAD.replace("Kunde Beispiel AG\nRingweg 7\n50667 Köln\n", buyer) + HEAD + SUMS
    ).buyer

    assert found.name == "Beispiel AG"
    assert found.address is not None
    assert found.address.city == "Köln"


def test_the_last_day_for_paying_less_is_not_when_payment_is_due() -> None:
    found = invoice_of(
        LETTERHEAD + HEAD + SUMS + "Bei Zahlung bis 12.03.2026 abzüglich 2 % Skonto: 116,62\n"
    )

    assert found.due_date is None


def test_a_name_broken_in_a_narrow_letterhead_is_whole() -> None:
    large = (("Ostara-Tremont", 20.0), ("Werkzeuge GmbH", 36.0))
    small = (("Hauptstr. 5", 54.0), ("10115 Berlin", 66.0), ("Tel. 030 123456", 78.0))
    words = [*page_of("\n" * 8 + HEAD + SUMS).words]
    for lines, height in ((large, 13.0), (small, 8.0)):
        for text, top in lines:
            left = 400.0
            for part in text.split():
                right = left + 6 * len(part)
                words.append(Word(part, Box(left, top, right, top + height)))
                left = right + 3

    found = understand([Page(600, 850, tuple(words))], "TEXT_LAYER")

    assert found.invoice.seller.name == "Ostara-Tremont Werkzeuge GmbH"


def test_the_beginning_of_an_orders_number_is_no_label() -> None:
    head = HEAD + "Ihre Bestellung:\nPO-002098 | Lieferdatum: 01.03.2026\n"

    assert invoice_of(LETTERHEAD + head + SUMS).purchase_order == "PO-002098"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("Verdano-Quendal\nMetallbau AG", "Verdano-Quendal Metallbau AG"),
        ("Halvern &\nJorvik GmbH", "Halvern & Jorvik GmbH"),
        ("Anna Berger\nMetallbau AG", "Anna Berger"),
    ],
)
def test_a_buyers_name_goes_on_where_its_first_line_is_none(lines: str, name: str) -> None:
    page = LETTERHEAD.replace("Kunde Beispiel AG", f"Kunde:\n{lines}") + HEAD + SUMS

    assert invoice_of(page).buyer.name == name


def test_totals_in_a_strip_belong_to_their_heads_by_order() -> None:
    strip = (
        "Netto             USt. 19 %             Rechnungsbetrag\n"
        "          100,00 €            19,00 €                      119,00 €\n"
    )

    totals = invoice_of(LETTERHEAD + HEAD + strip).totals

    assert amounts([totals.net, totals.tax, totals.gross]) == ["100.00", "19.00", "119.00"]


def test_a_title_in_two_languages_is_a_title() -> None:
    found = understood("Avoir / Credit Note\n" + LETTERHEAD + HEAD + SUMS)

    assert found.kind == "CREDIT_NOTE"


def test_evidence_of_nothing_is_no_certainty() -> None:
    fields = ("number", "issue_date", "currency", "seller.name", "totals.gross")

    said = [confidence(field, Evidence()) for field in fields]

    assert all(each < 0.9 for each in said)
    assert not any(isclose(each, 0.5) for each in said)


def test_a_day_behind_a_town_is_as_sure_across_a_gap() -> None:
    near = LETTERHEAD + "Berlin, den 02.03.2026\nRechnungsnummer: RE-2026-017\n" + SUMS
    apart = LETTERHEAD + "Berlin, den      02.03.2026\nRechnungsnummer: RE-2026-017\n" + SUMS

    assert sure(understood(apart), "issue_date") == sure(understood(near), "issue_date") > 0.9


def test_a_seller_is_not_sure_while_no_buyer_was_found() -> None:
    both = understood(LETTERHEAD + HEAD + SUMS + FOOT)
    one = understood(LETTERHEAD.partition("Kunde")[0] + HEAD + SUMS + FOOT)

    assert both.invoice.buyer.name is not None
    assert one.invoice.buyer.name is None
    assert sure(one, "seller.name") < min(0.97, sure(both, "seller.name"))


def test_a_name_that_ends_in_the_middle_is_not_believed() -> None:
    whole = understood(LETTERHEAD + HEAD + SUMS)
    cut = understood(LETTERHEAD.replace("Werkzeuge GmbH", "Werkzeuge GmbH &") + HEAD + SUMS)

    assert sure(cut, "seller.name") < 0.5 < sure(whole, "seller.name")
