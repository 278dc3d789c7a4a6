from datetime import date

import pytest

from tests.unit.extraction_pages import field_of, invoice_of, understood


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Rechnung Nr. RE-2024-0017 vom 01.02.2024", "RE-2024-0017"),
        ("INVOICE\nInvoice No.          INV-00123", "INV-00123"),
        (
            "INVOICE\nInvoice No.     Date          Due\nINV-00123       02/03/2024    01/04/2024",
            "INV-00123",
        ),
        ("Facture n° F2024-0012 du 3 mars 2024", "F2024-0012"),
        ("Fattura n. 12/2024 del 15/01/2024", "12/2024"),
        ("Factura nº: A 2024 0017", "A 2024 0017"),
        ("Factuurnummer : 2024.0017", "2024.0017"),
        ("TAX INVOICE\nDoc No. : CS00012345     Date: 25/12/2018 8:13:39 PM", "CS00012345"),
        ("RECHNUNG     4711\nKundennummer 2024", "4711"),
    ],
)
def test_the_number_is_found_beside_or_under_its_label(text: str, number: str) -> None:
    assert invoice_of(text).number == number


def test_the_number_of_customer_and_order_are_not_taken_for_the_documents() -> None:
    found = invoice_of("Rechnung\nKundennummer: 10234\nBestellnummer: 4500012345\nNr. 2024-17")
    assert found.number == "2024-17"
    assert found.purchase_order == "4500012345"


def test_what_a_label_begins_with_may_be_part_of_the_value() -> None:
    assert invoice_of("Invoice no. 17\nOrder No.: PO-001041").purchase_order == "PO-001041"


def test_a_date_is_no_number() -> None:
    assert invoice_of("Rechnung\nRechnung 01.02.2024").number is None


def test_a_value_broken_off_its_label_is_found_in_the_next_row() -> None:
    text = "Invoice no: 17 | Date: 2024-02-01 | Your reference: A-1 | Contract no:\nV24-77 and more"
    assert invoice_of(text).contract == "V24-77"


def test_the_invoice_that_a_credit_note_corrects_is_not_its_number() -> None:
    found = invoice_of(
        "GUTSCHRIFT\nGutschriftsnummer: G-17\nzu Rechnung Nr. RE-99\nGesamtbetrag 119,00"
    )
    assert found.number == "G-17"
    assert [each.number for each in found.preceding_invoices] == ["RE-99"]


def test_dates_are_told_apart_by_their_labels() -> None:
    found = invoice_of(
        "Rechnung Nr. 17\nRechnungsdatum: 05.03.2024\nLieferdatum: 01.03.2024\n"
        "Fällig am: 04.04.2024"
    )
    assert found.issue_date == date(2024, 3, 5)
    assert found.delivery_date == date(2024, 3, 1)
    assert found.due_date == date(2024, 4, 4)


def test_the_date_behind_the_number_is_the_issue_date() -> None:
    assert invoice_of("Rechnung Nr. 17 vom 5. März 2024").issue_date == date(2024, 3, 5)


def test_a_receipts_date_needs_no_label() -> None:
    assert invoice_of("BOOK SHOP LTD\n25/12/2018 8:13:39 PM\nTOTAL 9.00").issue_date == date(
        2018, 12, 25
    )


def test_american_dates_are_told_by_one_that_cannot_be_otherwise() -> None:
    found = invoice_of("Invoice no. 17\nDate: 02/03/2024\nDue date: 03/31/2024")
    assert found.issue_date == date(2024, 2, 3)


def test_dollars_alone_make_no_american_date_where_there_is_an_iban() -> None:
    text = "Invoice no. 17\nDate: 02/03/2024\nTotal USD 119.00"
    assert invoice_of(text).issue_date == date(2024, 2, 3)
    assert invoice_of(f"{text}\nIBAN: DE88 2008 0000 0970 3757 00").issue_date == date(2024, 3, 2)


def test_payment_is_not_due_before_the_issue() -> None:
    found = invoice_of("Invoice no. 17\nDate: 05/03/2024\nDue date: 01/02/2023\nPay by 04/04/2024")
    assert found.due_date == date(2024, 4, 4)


def test_a_due_date_follows_from_the_terms() -> None:
    found = understood("Rechnung Nr. 17 vom 01.03.2024\nZahlbar innerhalb von 30 Tagen netto.")
    assert found.invoice.due_date == date(2024, 3, 31)
    assert field_of(found, "due_date").obtained == "ARITHMETIC"


def test_terms_of_early_payment_and_of_default_are_no_due_date() -> None:
    text = "Rechnung Nr. 17 vom 01.03.2024\n2 % Skonto bei Zahlung innerhalb von 10 Tagen\n"
    assert invoice_of(text + "Verzug tritt 30 Tage nach Zahlung ein").due_date is None


def test_a_period_is_two_days_in_a_row() -> None:
    period = invoice_of("Invoice no. 17\nBilling period: 01/05/2024 - 31/05/2024").period
    assert period is not None
    assert (period.start, period.end) == (date(2024, 5, 1), date(2024, 5, 31))


def test_where_a_value_stands_is_said() -> None:
    found = understood("nothing here", "Invoice number: INV-17")
    read = field_of(found, "number")
    assert (read.page, read.text, read.obtained) == (2, "INV-17", "TEXT_LAYER")
    assert read.box is not None
    assert read.box.left > 90
