from datetime import date

import pytest

from operators.extraction.receipt import trimmed
from tests.unit.extraction_pages import amount, amounts, field_of, receipt_of, understood

MALAYSIAN = """
        tan woon yann
   BOOK TA .K (TAMAN DAYA) SDN BHD
            789417-W
 NO.53 55,57 & 59, JALAN SAGU 18,
          TAMAN DAYA,
       81100 JOHOR BAHRU,
             JOHOR.
 Document No : TD01167104
 Date:         25/12/2018 8:13:39 PM
 Cashier:      MANIS
 KF MODELLING CLAY KIDDY FISH
 1 PC   *      9.000           9.00
 Total :                       9.00
 Rounding Adjustment :         0.00
 Rounded Total (RM):           9.00
 Cash                         10.00
 CHANGE                        1.00
"""


def test_a_malaysian_receipt_is_understood() -> None:
    found = receipt_of(MALAYSIAN)
    assert found.seller.name == "BOOK TA .K (TAMAN DAYA) SDN BHD"
    assert found.issue_date == date(2018, 12, 25)
    assert found.number == "TD01167104"
    assert amounts([found.totals.payable]) == ["9.00"]
    assert found.currency == "MYR"
    assert found.seller.address is not None
    assert found.seller.address.postcode == "81100"


def test_it_is_known_as_a_receipt() -> None:
    assert understood(MALAYSIAN, reader="RAPIDOCR", width=300.0).kind == "RECEIPT"


@pytest.mark.parametrize(
    ("top", "company"),
    [
        (
            "*** COPY ***\nMR D.I.Y. (JOHOR) SDN BHD\nLOT 1851-A, JALAN KPB 6",
            "MR D.I.Y. (JOHOR) SDN BHD",
        ),
        (
            "GERBANG ALAF RESTAURANTS SDN\nBHD (65351-M)\nLEVEL 6, BANGUNAN TH",
            "GERBANG ALAF RESTAURANTS SDN BHD",
        ),
        (
            "PASAR RAYA MAJU\nSDN BHD (1023456-P)\nLOT 5, JALAN MERU UTAMA",
            "PASAR RAYA MAJU SDN BHD",
        ),
        ("Backhaus Muster GmbH\nHauptstraße 5\n10115 Berlin", "Backhaus Muster GmbH"),
        ("WELCOME\nCAFE CENTRAL\n12 High Street", "CAFE CENTRAL"),
        ("SUPERMERCADOS EJEMPLO S.L.\nCIF B58378431\nC/ Mayor 5", "SUPERMERCADOS EJEMPLO S.L."),
    ],
)
def test_the_company_is_the_first_real_line(top: str, company: str) -> None:
    found = receipt_of(f"{top}\nDate 25/12/2018 10:15\nTOTAL     9.00\nCASH     10.00")
    assert found.seller.name == company


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BOOK SHOP SDN BHD (123456-A)", "BOOK SHOP SDN BHD"),
        ("SHOP SDN. BHD.", "SHOP SDN. BHD."),
        ("MR D.I.Y. (JOHOR) SDN BHD", "MR D.I.Y. (JOHOR) SDN BHD"),
    ],
)
def test_the_number_in_the_register_is_no_part_of_the_name(text: str, name: str) -> None:
    assert trimmed(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Sub Total     8.49\nGST 6%     0.51\nTotal     9.00\nCASH     50.00\nCHANGE     41.00",
        "TOTAL SALES (EXCLUDING GST)     8.49\nTOTAL SALES (INCLUSIVE OF GST)     9.00",
        "SUMME     EUR     9,00\nGEGEBEN BAR     10,00\nRÜCKGELD     1,00",
        "TOTAL TTC     9,00\nESPECES     20,00\nRENDU     11,00",
        "IMPORTO PAGATO     9,00\nContanti     10,00\nResto     1,00",
        "TE BETALEN     9,00\nPIN     9,00",
        "Total Qty     3\nTota1 Amount     RM9.00\nVisa     9.00",
        "T0TAL     9. 00\nCASH     1O.00",
    ],
)
def test_the_total_is_found_however_it_is_called(text: str) -> None:
    assert amounts([receipt_of(f"SHOP LTD\n25/12/2018 10:15\n{text}").totals.gross]) == ["9.00"]


def test_what_was_tendered_less_the_change_is_the_total_where_that_was_not_read() -> None:
    found = receipt_of("SHOP LTD\n25/12/2018 10:15\nPen     9.00\nCASH     10.00\nCHANGE     1.00")
    assert amounts([found.totals.gross]) == ["9.00"]


@pytest.mark.parametrize("rounding", ["-0.01", "- RM 0.01", "0.01-"])
def test_what_stands_above_a_rounding_is_the_gross_amount_whatever_it_is_called(
    rounding: str,
) -> None:
    found = receipt_of(
        "SHOP SDN BHD\n25/12/2018 10:15\nPens     16.66\nSUB TOTAL     16.66\n"
        f"Rounding     {rounding}\nAmount Due     16.65\nCASH     50.00\nCHANGE     33.35"
    )
    assert amounts([found.totals.gross, found.totals.payable]) == ["16.66", "16.65"]


def test_a_total_that_was_paid_is_believed_although_a_part_of_the_tax_adds_up_by_itself() -> None:
    found = receipt_of(
        "SHOP S.N.C.\n01/08/2019 16:18\nBANANE     1,68 B\nDETERSIVO     1,41.A\n"
        "Totale     3,09\nBancomat     3,09\nA IVA 22,00% Netto 1,16     0,25"
    )
    assert amounts([found.totals.gross]) == ["3.09"]


def test_an_article_s_code_is_no_date() -> None:
    found = receipt_of(
        "SHOP SDN BHD\nAIR PRESSURE SPRAYER\nHC03-7 - 15\n1 X 8.02     8.02\n"
        "TOTAL     8.02\nCASH     8.02\n12-01-19 21:13 SH01"
    )
    assert found.issue_date == date(2019, 1, 12)


def test_a_seller_taken_for_a_buyer_makes_a_till_s_receipt_no_invoice() -> None:
    text = (
        "Bill to:\nSHOP TRADING\n12 High Street\nLONDON SW1A 1AA\nCASH BILL\n25/12/2018\n"
        "Pens     9.00\nTOTAL     9.00\nCARD     9.00"
    )
    assert understood(text, reader="RAPIDOCR", width=700.0).kind == "RECEIPT"


def test_words_that_an_engine_ran_together_are_told_apart() -> None:
    found = receipt_of(
        "SHOPSDNBHD\nInvoiceNo:12345\nDate:25/12/2018 10:15\nTotalSales(InclusiveGST):33.90"
    )
    assert found.number == "12345"
    assert found.issue_date == date(2018, 12, 25)
    assert amounts([found.totals.gross]) == ["33.90"]


def test_a_name_that_had_no_room_for_its_next_word_goes_on_in_the_next_line() -> None:
    found = receipt_of(
        """
   PELGRIM-QUENDAL-LINDNER
     INSTALACIONES S.A.
  Pol. Ind. Las Eras, nave 54
        28013 Madrid
  23-03-2022          15:27:49
  IMPORTE TOTAL          44,83
"""
    )

    assert found.seller.name == "PELGRIM-QUENDAL-LINDNER INSTALACIONES S.A."


def test_a_line_that_had_room_for_more_is_no_part_of_the_name_under_it() -> None:
    found = receipt_of(
        """
         ELMORA
     INSTALACIONES S.A.
  Pol. Ind. Las Eras, nave 54
        28013 Madrid
  23-03-2022          15:27:49
  IMPORTE TOTAL          44,83
"""
    )

    assert found.seller.name == "INSTALACIONES S.A."


TILL = """
   Tolvik Logistica S.A.
      Calle del Sol, 10
        28013 Madrid
  {date}
  PLATANO                 7,47
  {other}
  IMPORTE TOTAL          44,83
  EFECTIVO               50,00
"""


def test_the_only_date_with_a_time_behind_it_is_surer_than_one_of_two_without() -> None:
    def sure(date: str, other: str) -> float:
        text = TILL.format(date=date, other=other)
        return field_of(understood(text, reader="RAPIDOCR", width=300.0), "issue_date").confidence

    assert sure("23-03-2022   15:27:49", "") > 0.95
    assert sure("23-03-2022   15:27:49", "") > sure("23-03-2022", "21-02-2022")


def test_taxes_without_what_they_are_on_are_held_against_their_rates() -> None:
    def sure(second: str) -> float:
        text = TILL.format(date="23-03-2022  15:27", other="") + (
            f"  Cuota IVA 21 %          1,01\n  Cuota IVA 10 %          {second}\n"
        )
        return field_of(understood(text, reader="RAPIDOCR", width=300.0), "totals.tax").confidence

    assert sure("3,55") > sure("2,55")


def test_a_percent_sign_read_as_a_digit_is_known_by_the_sums() -> None:
    found = receipt_of(
        "BOOK SHOP LTD\nTOTAL     121.00\nCASH     130.00\nCHANGE     9.00\n"
        "VAT 219     100.00     21.00"
    )

    assert [(each.rate, each.tax) for each in found.vat_breakdown] == [
        (amount("21"), amount("21.00"))
    ]
