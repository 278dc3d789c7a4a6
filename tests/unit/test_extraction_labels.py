import pytest

from operators.extraction.labels import labels_in
from operators.extraction.rows import rows_of
from tests.unit.extraction_pages import laid_out, page_of


def fields(text: str, mend: bool = False) -> list[str]:
    return [label.fields[0] for label in labels_in(rows_of([page_of(text)])[0], mend)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Rechnungsnummer: 17", "number"),
        ("Rechnungs-Nr. 17", "number"),
        ("N.º de Facture : 17", "number"),
        ("Numero fattura 17", "number"),
        ("InvoiceNo.12345", "number"),
        ("Fällig am 1.2.2026", "due_date"),
        ("Faellig am 1.2.2026", "due_date"),
        ("Échéance 1/2/2026", "due_date"),
        ("Kundennummer 17", "customer"),
        ("Your order 17", "order"),
        ("Base imponible 12,00", "net"),
        ("Totaal incl. btw 12,00", "gross"),
        ("Te betalen 12,00", "payable"),
        ("Rounding Adj 0.02", "rounding"),
        ("WECHSELGELD 1,00", "tendered"),
        ("Übertrag 12,00", "carried"),
    ],
)
def test_what_documents_call_things_is_known_in_each_language(text: str, field: str) -> None:
    assert fields(text) == [field]


def test_the_longest_phrase_wins() -> None:
    assert fields("Rechnungsdatum") == ["issue_date"]
    assert fields("Total HT") == ["net"]


def test_a_phrase_inside_of_a_word_is_none() -> None:
    assert "tax" not in fields("Umsatzsteuerberater")


def test_one_wrong_sign_is_allowed_only_where_an_engine_read_it() -> None:
    assert fields("lnvoice Numbcr 17", mend=False) == []
    assert fields("lnvoice Number 17", mend=True) == ["number"]
    assert fields("T0TAL AMOUNT 9.00", mend=True) == ["gross"]


def test_short_words_are_never_guessed() -> None:
    assert fields("Datun 17", mend=True) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Total (RM) incl 6% GST: 33.90", "gross"),
        ("Total excluding GST @6%     31.98", "net"),
        ("Total 6% GST     1.92", "tax"),
        ("Netto (zzgl. 19% MwSt)     100,00", "net"),
        ("Gesamt inkl. der gesetzlichen MwSt     119,00", "gross"),
        ("Total net     12.00", "net"),
    ],
)
def test_words_around_a_total_tell_which_it_is(text: str, field: str) -> None:
    document = laid_out(f"{text}\nVAT     1.00")
    assert document.labels[0].fields[0] == field


def test_a_label_alone_in_its_cell_is_told_from_one_with_its_value() -> None:
    alone, beside = laid_out("Invoice no.     17\nInvoice no. 17").labels
    assert alone.alone
    assert not beside.alone


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rechnung\nWir danken für den Auftrag und bitten um Zahlung", "de"),
        ("Invoice\nThank you for your business and please pay within 30 days", "en"),
        ("Facture\nNous vous remercions de votre commande", "fr"),
        ("Factura\nGracias por su compra y por la confianza", "es"),
        ("Fattura\nGrazie per la fiducia che ci avete dato", "it"),
        ("Factuur\nWij danken u voor de bestelling", "nl"),
        ("4711", None),
    ],
)
def test_the_language_is_told_by_labels_and_small_words(text: str, language: str | None) -> None:
    assert laid_out(text).language == language
