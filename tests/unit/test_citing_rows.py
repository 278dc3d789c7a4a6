"""What of a language model's answer is believed of lines and tax rates, a row at a time."""

from operators.extraction.asking import Cited, Row
from operators.extraction.citing import AGREEING, Judged
from operators.money import parse
from tests.unit.cited import (
    HAMMER,
    INVOICE,
    NAILS,
    asked,
    judged,
    reasons,
)


def test_a_tax_rate_is_no_amount_of_money() -> None:
    line = "VAT 19 %   19,00"
    for text in ("19", "19 %"):
        found = judged(asked(line, "totals.tax"), ("totals.tax", 1, text, "19"))
        assert found.values == {}
    rate = Row("vat_breakdown", (Cited("rate", 1, "19 %", "19"),))
    assert judged(asked(line, "vat_breakdown"), rows=(rate,)).values == {
        "vat_breakdown[0].rate": parse("19")
    }


def test_lines_are_rows_of_values_with_their_places() -> None:
    found = judged(asked(INVOICE, "lines", net="100"), rows=(NAILS, HAMMER))
    assert found.values["lines[1].name"] == "Hammer"
    assert found.values["lines[0].net"] == parse("10")
    assert found.refused == ()
    by_field = {field.field: field for field in found.fields}
    assert by_field["lines[0].price"].confidence == AGREEING
    price, net = by_field["lines[1].price"].box, by_field["lines[1].net"].box
    assert price is not None
    assert net is not None
    assert price.right < net.left, "the same text twice is two places"


def test_lines_that_do_not_come_to_the_total_are_all_refused() -> None:
    found = judged(asked(INVOICE, "lines", net="100"), rows=(HAMMER,))
    assert found.values == {}
    assert set(reasons(found).values()) == {"contradicts_arithmetic"}


def test_a_line_given_twice_counts_once() -> None:
    found = judged(asked(INVOICE, "lines"), rows=(NAILS, NAILS, HAMMER))
    assert {path for path in found.values if path.endswith("name")} == {
        "lines[0].name",
        "lines[1].name",
    }
    assert set(reasons(found).values()) == {"not_on_line"}


def test_rows_and_columns_that_were_not_asked_for_are_refused() -> None:
    assert reasons(judged(asked(INVOICE, "number"), rows=(NAILS,))) == {"lines": "not_asked"}
    bad = Row("lines", (Cited("rate", 6, "19", "19"),))
    assert reasons(judged(asked(INVOICE, "lines"), rows=(bad,))) == {"lines[0]": "not_asked"}
    unknown = Row("payments", (Cited("iban", 1, "Mill", "Mill"),))
    assert reasons(judged(asked(INVOICE, "lines"), rows=(unknown,))) == {"": "not_asked"}


def test_tax_rates_must_come_out() -> None:
    def rates(tax: str) -> Judged:
        text = f"19 %   100,00   {tax}"
        cells = (("rate", "19"), ("taxable", "100,00"), ("tax", tax))
        row = Row(
            "vat_breakdown",
            tuple(Cited(name, 1, cell, cell.replace(",", ".")) for name, cell in cells),
        )
        return judged(asked(text, "vat_breakdown"), rows=(row,))

    assert rates("19,00").values["vat_breakdown[0].tax"] == parse("19")
    assert set(reasons(rates("91,00")).values()) == {"contradicts_arithmetic"}
