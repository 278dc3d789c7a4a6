import pytest

from operators.extraction.page import Box, Page, Word
from operators.extraction.understand import understand
from operators.invoice import Line
from tests.unit.extraction_pages import (
    amount,
    amounts,
    field_of,
    invoice_of,
    page_of,
    understood,
)

ENGLISH = """
Description                      Qty     Unit    Unit      VAT     Amount
                                                 price     %
Consulting services for May      12.5    hrs     80.00     20      1,000.00
including travel
Hosting 200 GB                   1               49.90     20         49.90
Widgets, blue                    1,200   pcs     0.015     20         18.00
                                                 Subtotal          1,067.90
                                                 VAT 20%             213.58
                                                 Total             1,281.48
"""


def numbers(lines: tuple[Line, ...]) -> list[list[str | None]]:
    return [amounts([line.quantity, line.price, line.net]) for line in lines]


def test_the_lines_of_a_table_are_read() -> None:
    lines = invoice_of(ENGLISH).lines
    assert numbers(lines) == [
        ["12.50", "80.00", "1000.00"],
        ["1.00", "49.90", "49.90"],
        ["1200.00", "0.015", "18.00"],
    ]
    assert [line.unit for line in lines] == ["HUR", None, "H87"]
    assert {line.vat_rate for line in lines} == {amount("20")}


def test_the_name_is_the_first_row_of_a_description() -> None:
    assert [line.name for line in invoice_of(ENGLISH).lines][1:] == [
        "Hosting 200 GB",
        "Widgets, blue",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "Bezeichnung          Menge     Einzelpreis     Gesamtpreis",
        "Description          Qty       Unit price      Amount",
        "Désignation          Qté       P.U. HT         Montant HT",
        "Descripción          Cant.     Precio          Importe",
        "Descrizione          Q.tà      Prezzo          Importo",
        "Omschrijving         Aantal    Prijs           Bedrag",
    ],
)
def test_heads_are_known_in_each_language(head: str) -> None:
    body = "M4 x 20              3         1.50            4.50"
    assert numbers(invoice_of(f"{head}\n{body}").lines) == [["3.00", "1.50", "4.50"]]


def test_a_discount_is_an_allowance_of_the_line() -> None:
    line = invoice_of(
        "Désignation          Qté    P.U. HT    Remise    Montant HT\n"
        "Chaise de bureau     2      150,00     10%       270,00"
    ).lines[0]
    assert line.net == amount("270")
    assert [each.amount for each in line.allowances_charges] == [amount("30")]


def test_a_price_may_be_for_a_hundred() -> None:
    line = invoice_of(
        "Bezeichnung          Menge      Preis         Gesamt\n"
        "Schrauben M4         500 Stk    3,50/100      17,50"
    ).lines[0]
    assert (line.price, line.base_quantity, line.unit) == (amount("3.5"), amount("100"), "H87")


def test_quantity_times_price_tells_which_column_is_which() -> None:
    # `Amount` is the quantity here, as some programs translate it.
    line = invoice_of(
        "Amount      Product          Price         Total\n"
        "400.00      Balloons         0.79          316.00"
    ).lines[0]
    assert amounts([line.quantity, line.price, line.net]) == ["400.00", "0.79", "316.00"]


def test_quantity_and_price_that_stand_close_are_two_numbers() -> None:
    head = page_of("Description          Qty      Price       Amount")
    row = [
        ("Consulting by the day", 20, 125),
        ("5", 130, 135),
        ("219.11", 143, 173),
        ("1,095.55", 190, 230),
    ]
    words = [Word(text, Box(left, 40, right, 50)) for text, left, right in row]
    found = understand([Page(600, 850, (*head.words, *words))], "TEXT_LAYER").invoice.lines
    assert numbers(found) == [["5.00", "219.11", "1095.55"]]


def test_lines_go_on_over_a_page_and_sums_carried_over_are_left_out() -> None:
    first = """
Pos    Bezeichnung          Menge     Preis       Gesamt
1      Schrauben            2         10,00       20,00
2      Muttern              1         5,00         5,00
       Übertrag                                   25,00
"""
    second = """
Pos    Bezeichnung          Menge     Preis       Gesamt
       Übertrag                                   25,00
3      Scheiben             4         1,00         4,00
       Nettobetrag                                29,00
       MwSt. 19 %                                  5,51
       Gesamtbetrag                               34,51
"""
    assert numbers(invoice_of(first, second).lines) == [
        ["2.00", "10.00", "20.00"],
        ["1.00", "5.00", "5.00"],
        ["4.00", "1.00", "4.00"],
    ]


def test_a_sum_of_the_lines_ends_the_table_whatever_it_is_called() -> None:
    lines = invoice_of(
        "Item                 Qty     Price     Amount\n"
        "Bolts                2       10.00     20.00\n"
        "Nuts                 1       5.00       5.00\nMerchandise value                      25.00"
    ).lines
    assert len(lines) == 2


def test_the_identifier_of_an_item_is_told_from_its_name() -> None:
    line = invoice_of(
        "Artikel-Nr    Bezeichnung          Menge    Preis    Betrag\n"
        "A-00017       Schrauben M4         2        1,50     3,00"
    ).lines[0]
    assert (line.item_id, line.name) == ("A-00017", "Schrauben M4")


def test_lines_without_heads_are_believed_when_they_come_to_the_total() -> None:
    found = invoice_of(
        "SHOP LTD\nPen     2 x 1.50     3.00\nPaper     6.00\nTotal     9.00\nCash     10.00"
    )
    assert [line.name for line in found.lines] == ["Pen", "Paper"]
    wrong = invoice_of(
        "SHOP LTD\nPen     2 x 1.50     3.00\nPaper     6.00\nTotal     9.50\nCash     10.00"
    )
    assert wrong.lines == ()


def test_each_value_of_a_line_says_where_it_stands() -> None:
    found = understood(ENGLISH)
    assert field_of(found, "lines[2].price").text == "0.015"
    assert field_of(found, "lines[0].net").confidence > 0.9


def test_amounts_with_tax_are_turned_into_net_ones() -> None:
    found = understood(
        "Description          Qty     Price      Amount\n"
        "Bolts                2       59.50      119.00\n"
        "Net total     100.00\nVAT 19%     19.00\nGrand total     119.00"
    )
    assert found.invoice.lines[0].net == amount("100")
    assert field_of(found, "lines[0].net").obtained == "ARITHMETIC"
