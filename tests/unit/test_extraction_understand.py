from datetime import date
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.extraction.coefficients import COEFFICIENTS
from operators.extraction.confidence import FEATURES, features
from operators.extraction.page import Box, Page, Reader, Word
from operators.extraction.understand import examined, understand
from tests.unit.extraction_pages import amounts, page_of, understood

FRENCH = """
SARL Dupont · 12 rue de la Paix · 75002 Paris

                                        Martin SAS
                                        5 avenue Foch
                                        69006 Lyon

FACTURE N° F-2024-017                   Date : 3 mars 2024
Votre commande n° 4500012345            Échéance : 02/04/2024

Désignation                 Qté     P.U. HT       Montant HT
Maintenance annuelle        1       1 200,00      1 200,00
Cartouche filtrante         4          12,50         50,00

                            Total HT              1 250,00 €
                            TVA 20 %                250,00 €
                            Total TTC             1 500,00 €
"""


def test_an_invoice_is_understood_as_a_whole() -> None:
    found = understood(FRENCH)
    invoice = found.invoice
    assert (found.kind, found.language, invoice.currency) == ("INVOICE", "fr", "EUR")
    assert (invoice.number, invoice.purchase_order) == ("F-2024-017", "4500012345")
    assert (invoice.issue_date, invoice.due_date) == (date(2024, 3, 3), date(2024, 4, 2))
    assert (invoice.seller.name, invoice.buyer.name) == ("SARL Dupont", "Martin SAS")
    assert amounts([line.net for line in invoice.lines]) == ["1200.00", "50.00"]
    totals = invoice.totals
    assert amounts([totals.net, totals.tax, totals.gross]) == ["1250.00", "250.00", "1500.00"]


@pytest.mark.parametrize(
    ("title", "kind", "code"),
    [
        ("Rechnung", "INVOICE", "380"),
        ("Gutschrift", "CREDIT_NOTE", "381"),
        ("CREDIT NOTE", "CREDIT_NOTE", "381"),
        ("Avoir", "CREDIT_NOTE", "381"),
        ("Nota de crédito", "CREDIT_NOTE", "381"),
        ("Nota di credito", "CREDIT_NOTE", "381"),
        ("Creditnota", "CREDIT_NOTE", "381"),
        ("Delivery note", "OTHER", None),
    ],
)
def test_the_kind_is_what_a_document_calls_itself(title: str, kind: str, code: str | None) -> None:
    found = understood(f"{title}\nNr. 4711\nArtikel 17")
    assert (found.kind, found.invoice.type_code) == (kind, code)


def test_an_invoice_that_mentions_credit_notes_is_none() -> None:
    assert (
        understood("Rechnung Nr. 17\nGesamtbetrag 119,00\nEine Gutschrift folgt").kind == "INVOICE"
    )


def test_a_credit_note_with_minus_signs_has_positive_amounts() -> None:
    found = understood(
        "Gutschrift Nr. 17\nBezeichnung      Menge    Preis    Gesamt\n"
        "Schrauben        2        10,00    -20,00\n"
        "Nettobetrag     -20,00\nMwSt. 19%     -3,80\nGesamtbetrag     -23,80"
    ).invoice
    assert amounts([found.totals.net, found.totals.gross, found.lines[0].net]) == [
        "20.00",
        "23.80",
        "20.00",
    ]


def test_every_value_said_has_a_confidence_and_a_source() -> None:
    found = understood(FRENCH)
    assert all(0.0 < field.confidence < 1.0 for field in found.fields)
    for field in found.fields:
        assert (field.page is None) == (field.obtained in ("ARITHMETIC", "MEMORY"))
    assert len({field.field for field in found.fields}) == len(found.fields)


def test_the_evidence_can_be_fitted() -> None:
    found = examined([page_of(FRENCH)], "TEXT_LAYER")
    assert {field.field for field in found.understood.fields} == found.evidence.keys()
    assert all(len(features(each)) == len(FEATURES) for each in found.evidence.values())
    assert all(len(weights) == len(FEATURES) + 1 for weights in COEFFICIENTS.values())


def test_an_empty_document_is_nothing() -> None:
    found = understand([], "TEXT_LAYER")
    assert (found.kind, found.fields, found.language) == ("OTHER", (), None)


def test_issue_dates_far_in_the_future_are_not_believed() -> None:
    page = page_of("Invoice no. 17\nDate: 2094-02-01\n2024-02-01")
    assert understand([page], "RAPIDOCR", today=date(2024, 3, 1)).invoice.issue_date == date(
        2024, 2, 1
    )


WORDS = st.one_of(
    st.text(min_size=1, max_size=14),
    st.sampled_from(
        "Invoice Total VAT 19% 100.00 19.00 119,00 Rechnung Nr. Datum 01.02.2024 IBAN · | Menge"
        " Preis Betrag Beschreibung 2 x 1.50 DE136695976 12345 Berlin GmbH (12.00) -5,00 €".split()
    ),
)
PLACES = st.tuples(st.floats(0, 500), st.floats(0, 700), st.floats(0.1, 90), st.floats(0.1, 40))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(WORDS, PLACES), max_size=60),
    st.sampled_from(("TEXT_LAYER", "TESSERACT", "RAPIDOCR")),
)
def test_no_page_is_too_strange(
    words: list[tuple[str, tuple[float, float, float, float]]], reader: Reader
) -> None:
    placed = tuple(
        Word(text, Box(left, top, left + width, top + height), 0.5)
        for text, (left, top, width, height) in words
    )
    found = understand([Page(600, 800, placed)], reader)
    assert all(field.page in (None, 1) for field in found.fields)


def test_time_grows_with_the_pages_and_not_with_their_square() -> None:
    page = page_of("\n".join([FRENCH] * 2))

    def taken(count: int) -> float:
        started = process_time()
        understand([page] * count, "TEXT_LAYER")
        return process_time() - started

    taken(1)
    few, many = min(taken(3) for _ in range(3)), min(taken(24) for _ in range(2))
    assert many < 24 * few  # eight times when it grows with the pages, 64 with their square
