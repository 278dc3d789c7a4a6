import pytest

from operators.extraction.page import Page, Word
from operators.extraction.understand import understand
from operators.extraction.understood import Understood
from tests.unit.extraction_pages import (
    amount,
    amounts,
    field_of,
    invoice_of,
    page_of,
    receipt_of,
    understood,
)


def sums(text: str) -> list[str | None]:
    found = invoice_of(text).totals
    return amounts([found.net, found.tax, found.gross, found.payable])


@pytest.mark.parametrize(
    "text",
    [
        "Nettobetrag     100,00\nMwSt. 19%     19,00\nGesamtbetrag     119,00",
        "Subtotal     100.00\nVAT 19%     19.00\nTotal     119.00",
        "Total HT     100,00\nTVA 19%     19,00\nTotal TTC     119,00",
        "Base imponible     100,00\nIVA 19%     19,00\nTotal factura     119,00",
        "Imponibile     100,00\nIVA 19%     19,00\nTotale documento     119,00",
        "Totaal excl. btw     100,00\nBtw 19%     19,00\nTotaal incl. btw     119,00",
        "Net     VAT     Gross\n100.00  19.00   119.00",
        "19,00% MwSt.:     100,00     19,00     119,00\nSumme gesamt     119,00",
    ],
)
def test_totals_are_found_in_each_language(text: str) -> None:
    assert sums(text) == ["100.00", "19.00", "119.00", "119.00"]


def test_a_value_that_makes_the_sums_hold_wins_over_a_label() -> None:
    assert sums("Total     100.00\nVAT 19%     19.00\nAmount     119.00")[:3] == [
        "100.00",
        "19.00",
        "119.00",
    ]


def test_a_missing_sum_is_computed() -> None:
    found = understood("Summe     119,00\nenthaltene MwSt. 19%     19,00")
    assert found.invoice.totals.net == amount("100")
    assert field_of(found, "totals.net").obtained == "ARITHMETIC"
    assert field_of(found, "totals.net").page is None


def test_cash_and_change_are_never_the_total() -> None:
    found = receipt_of("BOOK SHOP LTD\nTOTAL     9.00\nCASH     10.00\nCHANGE     1.00").totals
    assert amounts([found.net, found.tax, found.gross]) == [None, None, "9.00"]


def test_a_receipt_is_rounded() -> None:
    found = receipt_of(
        "BOOK SHOP SDN BHD\nTotal     9.53\nRounding     0.02\n"
        "Rounded Total (RM)     9.55\nCASH     10.00"
    ).totals
    assert amounts([found.gross, found.rounding, found.payable]) == ["9.53", "0.02", "9.55"]


def test_a_receipts_second_total_may_be_the_rounded_one() -> None:
    found = receipt_of(
        "SHOP LTD\nTotal     9.53\nRounding adj     -0.03\nTotal     9.50\nCash     20.00"
    )
    assert amounts([found.totals.gross, found.totals.payable]) == ["9.53", "9.50"]


def test_what_was_paid_tells_the_rounded_total_from_the_exact_one() -> None:
    found = receipt_of(
        "SHOP LTD\nGrand total     32.26\nRounding adj.     -0.01\nTotal     32.25\n"
        "Cash tendered     40.00\nCHANGE     7.75"
    ).totals
    assert amounts([found.gross, found.rounding, found.payable]) == ["32.26", "-0.01", "32.25"]


def test_what_was_paid_before_is_taken_off() -> None:
    found = invoice_of(
        "Total TTC     1 848,00\nAcompte versé     500,00\nNet à payer     1 348,00"
    ).totals
    assert amounts([found.gross, found.prepaid, found.payable]) == ["1848.00", "500.00", "1348.00"]


def test_a_charge_lies_between_the_lines_and_the_net_amount() -> None:
    found = invoice_of(
        "Sous-total HT     1 520,00\nFrais de port     20,00\nTotal HT     1 540,00\n"
        "TVA 20%     308,00\nTotal TTC     1 848,00"
    )
    assert amounts([found.totals.lines_net, found.totals.charges, found.totals.net]) == [
        "1520.00",
        "20.00",
        "1540.00",
    ]
    assert [(each.charge, each.amount) for each in found.allowances_charges] == [
        (True, amount("20"))
    ]


def test_the_breakdown_has_a_row_for_each_rate() -> None:
    found = invoice_of(
        "Satz     Netto     MwSt.\n7 %     100,00     7,00\n19 %     200,00     38,00\n"
        "Nettobetrag     300,00\nMwSt. gesamt     45,00\nGesamtbetrag     345,00"
    )
    assert [amounts([each.rate, each.taxable, each.tax]) for each in found.vat_breakdown] == [
        ["7.00", "100.00", "7.00"],
        ["19.00", "200.00", "38.00"],
    ]


def test_taxes_of_several_rates_are_added() -> None:
    text = (
        "Total before tax     2,562.28\nVAT 23%     512.52\nVAT 13.5%     45.08\n"
        "Total incl. VAT     3,119.88"
    )
    assert sums(text)[:3] == ["2562.28", "557.60", "3119.88"]


def test_a_reason_for_charging_no_tax_is_told() -> None:
    found = invoice_of(
        "Nettobetrag     100,00\nGesamtbetrag     100,00\n"
        "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge)"
    )
    (subtotal,) = found.vat_breakdown
    assert (subtotal.category, subtotal.rate, subtotal.tax) == ("AE", 0, 0)
    assert subtotal.taxable == amount("100")


def test_a_discount_with_an_unknown_name_is_found_by_its_amount() -> None:
    found = invoice_of(
        "Bezeichnung      Menge    Preis    Gesamt\nSchrauben        2        50,00    100,00\n"
        "Zwischensumme     100,00\nJubiläumsbonus     -5,00\nNettobetrag     95,00\n"
        "MwSt. 19%     18,05\nGesamtbetrag     113,05"
    )
    assert [(each.charge, each.amount) for each in found.allowances_charges] == [
        (False, amount("5"))
    ]


def test_nothing_is_invented() -> None:
    assert sums("Hello     world") == [None, None, None, None]
    assert invoice_of("Hello     world").vat_breakdown == ()


def confidence(found: Understood, path: str) -> float:
    return field_of(found, path).confidence


def test_sums_that_hold_are_surer_than_one_that_stands_alone() -> None:
    whole = understood("Net total     100.00\nVAT 19%     19.00\nGrand total     119.00")
    alone = understood("Total     119.00")
    assert confidence(whole, "totals.gross") > 0.98
    assert confidence(alone, "totals.gross") < confidence(whole, "totals.gross")


def test_an_unsure_engine_makes_a_value_less_sure() -> None:
    page = page_of("Grand total     119.00")
    blurred = tuple(Word(word.text, word.box, 0.5) for word in page.words)
    clear = understand([page], "RAPIDOCR")
    unsure = understand([Page(page.width, page.height, blurred)], "RAPIDOCR")
    assert confidence(unsure, "totals.gross") < confidence(clear, "totals.gross")


@pytest.mark.parametrize(
    "sentence",
    [
        "Bei Zahlung bis 12.03.2026 abzüglich 2 % Skonto = 2,38, zu zahlen 116,62.",
        "Si paiement avant le 12/03/2026 : escompte 2 % soit 2,38, montant à payer 116,62.",
        "Per pagamento entro il 12/03/2026: sconto 2 % 2,38, totale da pagare 116,62.",
    ],
)
def test_what_an_early_payment_comes_to_is_not_what_is_due(sentence: str) -> None:
    found = invoice_of(
        "Rechnungsdatum 02.03.2026\nNettobetrag     100,00\nMwSt. 19%     19,00\n"
        f"Gesamtbetrag     119,00\n{sentence}"
    )

    assert amounts([found.totals.gross, found.totals.payable]) == ["119.00", "119.00"]
    assert str(found.issue_date) == "2026-03-02"
