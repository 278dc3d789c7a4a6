import pytest
from msgspec.structs import replace

from operators.extraction.accounts import compact_iban
from operators.extraction.addresses import address_in, address_line
from operators.extraction.identifiers import identifiers
from operators.extraction.page import Box, Page, Word
from operators.extraction.parties import Sides, buyers_mark
from operators.extraction.understand import understand
from operators.invoice import Address
from operators.reference import ReferenceVendor
from tests.unit.extraction_pages import field_of, invoice_of, laid_out, page_of, understood

LETTER = """
Kraxi GmbH · Flugzeugallee 17 · 12345 Papierfeld

Vertriebs AG
Helga Musterfrau
Rabattstr. 25
34567 Osterhausen

Rechnung Nr. 17                         USt-IdNr. DE136695976
                                        IBAN DE88 2008 0000 0970 3757 00
                                        BIC COBADEFFXXX
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["Muster GmbH", "Musterweg 1", "60325 Frankfurt am Main"],
            ("Musterweg 1", "60325", "Frankfurt am Main"),
        ),
        (
            ["ACME Ltd", "12 High Street", "London", "SW1A 1AA"],
            ("12 High Street", "SW1A 1AA", "London"),
        ),
        (
            ["Jansen B.V.", "Keizersgracht 12", "1015 CJ Amsterdam"],
            ("Keizersgracht 12", "1015 CJ", "Amsterdam"),
        ),
        (
            ["Foo Inc.", "123 Main St", "Springfield, IL 62701"],
            ("123 Main St", "62701", "Springfield"),
        ),
        (["Rossi S.r.l.", "Via Roma 12", "20121 Milano (MI)"], ("Via Roma 12", "20121", "Milano")),
        (["Bar AG", "Bahnhofstrasse 1", "CH-8001 Zürich"], ("Bahnhofstrasse 1", "8001", "Zürich")),
        (
            ["Foo Ltd", "151 Station Road", "Dublin 2, D02 X285"],
            ("151 Station Road", "D02 X285", "Dublin 2"),
        ),
    ],
)
def test_addresses_of_many_countries_are_understood(
    lines: list[str], expected: tuple[str, str, str]
) -> None:
    found = address_in(lines)
    assert found is not None
    assert (found.street, found.postcode, found.city) == expected
    assert found.name == lines[0]


def test_an_address_on_one_line_is_understood() -> None:
    found = address_line("Foo S.L. · C/ Mayor, 133 · 46002 Valencia")
    assert found is not None
    assert (found.name, found.street, found.city) == ("Foo S.L.", "C/ Mayor, 133", "Valencia")


def test_a_postcode_and_its_city_may_stand_under_each_other() -> None:
    found = address_in(["Foo GmbH", "Weg 1", "60325", "Frankfurt", "Deutschland"])
    assert found is not None
    assert (found.postcode, found.city, found.country) == ("60325", "Frankfurt", "DE")


@pytest.mark.parametrize("line", ["HRB 12345 Hamburg", "Tel. 12345 Berlin", "IBAN DE12 34567 Bank"])
def test_numbers_of_registers_and_telephones_are_no_postcodes(line: str) -> None:
    assert address_in(["Foo GmbH", "Weg 1", line]) is None


def test_the_sender_over_the_window_is_the_seller_and_who_is_in_it_the_buyer() -> None:
    found = invoice_of(LETTER)
    assert found.seller.name == "Kraxi GmbH"
    assert found.seller.address == Address("Flugzeugallee 17", "Papierfeld", "12345", "DE")
    assert found.buyer.name == "Vertriebs AG"
    assert found.buyer.address is not None
    assert found.buyer.address.city == "Osterhausen"


def test_labels_tell_the_parties() -> None:
    found = invoice_of(
        "Bill to                        Seller\nBuyer Ltd                      Shop Ltd\n"
        "1 High Street                  2 Low Street\n"
        "Leeds LS1 4AP                  York YO1 7HH\n\nInvoice no. 17"
    )
    assert (found.seller.name, found.buyer.name) == ("Shop Ltd", "Buyer Ltd")


def test_where_the_goods_go_is_neither_party() -> None:
    found = invoice_of(
        "Shop Ltd · 2 Low Street · York YO1 7HH\n\nInvoice to                     Ship to\n"
        "Buyer Ltd                      Depot Ltd\n1 High Street                  3 Port Road\n"
        "Leeds LS1 4AP                  Hull HU1 2AA\n\nInvoice no. 17"
    )
    assert found.buyer.name == "Buyer Ltd"
    assert found.delivery_address is not None
    assert found.delivery_address.city == "Hull"


def test_identifiers_and_accounts_are_the_sellers() -> None:
    found = invoice_of(LETTER)
    assert found.seller.vat_id == "DE136695976"
    account = found.payments[0].account
    assert account is not None
    assert (account.id, account.bank) == ("DE88200800000970375700", "COBADEFFXXX")


def test_the_vat_identifier_of_the_customer_is_the_buyers() -> None:
    found = invoice_of(LETTER + "\nIhre USt-IdNr. ATU11216904\n")
    assert found.buyer.vat_id == "ATU11216904"
    assert found.seller.vat_id == "DE136695976"


@pytest.mark.parametrize(
    ("text", "vat_id"),
    [
        ("Factura nº 17\nGracias por su compra\nCIF: B-58378431", "ESB58378431"),
        ("Fattura n. 17\nGrazie\nP.IVA 00743110157", "IT00743110157"),
        ("Invoice no. 17\nthank you for your order\nVAT No. 220 4302 31", "GB220430231"),
        ("Facture n° 17\nN° TVA FR 83 404833048", "FR83404833048"),
    ],
)
def test_national_ways_of_writing_a_vat_identifier_are_known(text: str, vat_id: str) -> None:
    assert invoice_of(text).seller.vat_id == vat_id


def test_wrong_check_digits_are_reported_but_not_believed() -> None:
    found = understood("Rechnung Nr. 17\nUSt-IdNr. DE123456789")
    assert found.invoice.seller.vat_id == "DE123456789"
    assert field_of(found, "seller.vat_id").confidence < 0.8


def test_an_iban_over_two_rows_is_put_together() -> None:
    found = invoice_of("Foo SAS          IBAN: FR60 4542 0491 41P2 KCLL\n69002 Lyon       EEA3 J14")
    accounts = [each.account.id for each in found.payments if each.account]
    assert accounts == ["FR604542049141P2KCLLEEA3J14"]


def test_an_iban_is_known_by_its_check_digits() -> None:
    assert compact_iban("DE88 2008 0000 0970 3757 00") == "DE88200800000970375700"
    assert compact_iban("DE89 2008 0000 0970 3757 00") is None
    assert compact_iban("DE88 2008 0000 0970 3757 0Ü") is None


def test_a_vendor_known_by_its_account_names_the_seller() -> None:
    vendor = ReferenceVendor("V1", "Kraxi Spielwaren GmbH", vat_id="DE136695976")
    page = page_of("Rechnung Nr. 17\nUSt-IdNr. DE136695976")
    found = understand([page], "TEXT_LAYER", vendors={"DE136695976": vendor})
    assert found.invoice.seller.name == "Kraxi Spielwaren GmbH"
    assert field_of(found, "seller.name").obtained == "MEMORY"


def test_the_currency_is_what_is_paid_with_where_the_seller_is() -> None:
    assert invoice_of(LETTER + "\nGesamtbetrag 119,00").currency == "EUR"
    assert invoice_of("Invoice no. 17\nTotal 119.00").currency is None


def test_a_company_at_the_top_is_the_seller_of_a_document_that_names_none_else() -> None:
    found = invoice_of("Foo Trading Ltd          INVOICE\n\nInvoice no. 17\nTotal 119.00")
    assert found.seller.name == "Foo Trading Ltd"


def test_signs_of_other_alphabets_in_an_account_are_no_reason_to_fail() -> None:
    found = invoice_of(
        "Foo SAS          IBAN: FR60 4542 0491\n69002 Lyon       41P2 KCLÜ ٣٤٥٦ EEA3 J14"
    )
    assert found.payments == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["Denominazione: ROSSI SRL", "Indirizzo: VIA ROMA 1", "Comune: MILANO Provincia: MI",
         "CAP: 20121 Nazione: IT"],
        ["Denominazione: ROSSI SRL", "Indirizzo: VIA ROMA 1", "CAP: 20121", "Comune: MILANO"],
        ["ROSSI SRL", "VIA ROMA 1", "Comune: MILANO", "CAP: 20121", "Prov.: MI"],
    ],
)  # fmt: skip
def test_an_address_may_be_a_form_with_a_label_for_each_part(lines: list[str]) -> None:
    found = address_in(lines)

    assert found is not None
    assert (found.name, found.street) == ("ROSSI SRL", "VIA ROMA 1")
    assert (found.postcode, found.city) == ("20121", "MILANO")


def test_parties_in_forms_side_by_side_are_told_apart() -> None:
    found = invoice_of(
        """
Leverancier                              Factuur aan
Bedrijfsnaam: Navarro Machines BV        Bedrijfsnaam: Elmora Installaties BV
Adres: Industrieweg 40                   Adres: Havenkade 152
Plaats: Rotterdam                        Plaats: Amsterdam
Postcode: 3011 GZ                        Postcode: 1012 AB

Factuurnummer: 17
"""
    )

    assert (found.seller.name, found.buyer.name) == (
        "Navarro Machines BV",
        "Elmora Installaties BV",
    )
    assert found.seller.address == Address("Industrieweg 40", "Rotterdam", "3011 GZ", "NL")


def test_a_vat_identifier_under_a_head_that_names_the_customer_is_the_buyers() -> None:
    found = invoice_of(
        """
Outillage Pirelo SA · 154 avenue Jean Jaurès · 44000 Nantes

Hollis GmbH & Co. KG         Facture N°       N° de contrat    TVA client
Lindenweg 126                2022-146         V22/2066         DE136695976
20095 Hamburg
Deutschland

IBAN FR14 2004 1010 0505 0001 3M02 606    TVA intracommunautaire FR40303265045
"""
    )

    assert (found.seller.vat_id, found.buyer.vat_id) == ("FR40303265045", "DE136695976")


def test_of_two_vat_identifiers_each_party_has_that_of_its_country() -> None:
    found = invoice_of(
        """
Outillage Pirelo SA · 154 avenue Jean Jaurès · 44000 Nantes

Hollis GmbH & Co. KG
Lindenweg 126
20095 Hamburg
Deutschland











Facture N° 17
TVA DE136695976
TVA FR40303265045
IBAN FR14 2004 1010 0505 0001 3M02 606
"""
    )

    assert (found.seller.vat_id, found.buyer.vat_id) == ("FR40303265045", "DE136695976")


BIG_LETTERS = """
                                                      Werkstrasse 44
                                                      9080 St. Gallen
                                                      Tel. 071 123 45 67

Serrano AG
Bahnhofstrasse 21
3011 Bern

Rechnung FA-2025-6086        31.12.2025
Total CHF 119.00
"""


def test_large_letters_beside_an_address_are_its_name_though_they_are_a_row_of_their_own() -> None:
    page = page_of(BIG_LETTERS)
    name = [
        Word("Rovigo", Box(20, 26, 80, 66)),
        Word("&", Box(90, 26, 100, 66)),
        Word("Cie", Box(110, 26, 150, 66)),
    ]
    found = understand([Page(page.width, page.height, (*name, *page.words))], "RAPIDOCR").invoice

    assert found.seller.name == "Rovigo & Cie"
    assert found.buyer.name == "Serrano AG"


def test_a_dot_that_was_read_as_a_dash_does_not_cost_the_name_before_it() -> None:
    found = address_line(
        "Tolvik-Caldera Foods LLC - 180 Main Street · Columbus, OH 43215 · EIN: 82-489 - Reg. 43636"
    )

    assert found is not None
    assert (found.name, found.street) == ("Tolvik-Caldera Foods LLC", "180 Main Street")


TWO_IDENTIFIERS = """
Elmora Logistica SL · Calle Mayor 5 · 28013 Madrid

Ulmeno Obras SA
Plaza de España 18
50003 Zaragoza








                              Factura R2208534
                              CIF cliente:   {buyer}

Total factura: EUR 121,00

Elmora Logistica SL · Calle Mayor 5 · 28013 Madrid · CIF: {home}{abroad}
"""


def test_an_identifier_said_to_be_the_customer_s_is_so_without_a_label_that_we_know() -> None:
    document = laid_out(TWO_IDENTIFIERS.format(buyer="ESB49964133", home="", abroad=""))
    (mark,) = (each for each in identifiers(document) if each.kind == "vat_id")

    assert buyers_mark(document, replace(mark, label=None), Sides()) > 0


def test_an_identifier_of_another_country_does_not_make_the_one_at_home_less_sure() -> None:
    page = TWO_IDENTIFIERS.format(
        buyer="ESB49964133", home="ESB22888408", abroad=" · CIF (NL): NL877322503B75"
    )

    found = understood(page)

    assert found.invoice.seller.vat_id == "ESB22888408"
    assert field_of(found, "seller.vat_id").confidence > 0.98
