"""What of a language model's answer is believed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.extraction.asking import FIELDS, Cited, Row, question
from operators.extraction.citing import AGREEING, CITED, Judged
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Box, Page, Word
from operators.money import parse
from tests.unit.cited import (
    HAMMER,
    IBAN,
    INVOICE,
    NAILS,
    OTHER_IBAN,
    asked,
    judged,
    page_of,
    reasons,
)


def test_a_value_on_its_line_is_accepted_with_its_place() -> None:
    found = judged(asked(INVOICE, "totals.gross"), ("totals.gross", 7, "119,00", "119.00"))
    assert found.values == {"totals.gross": parse("119")}
    (field,) = found.fields
    assert (field.obtained, field.page, field.text, field.confidence) == (
        "MODEL",
        1,
        "119,00",
        CITED,
    )
    assert field.box is not None
    assert (field.box.top, field.box.bottom) == (120, 130)


def test_lines_are_numbered_through_all_pages() -> None:
    lines = numbered_lines([page_of("a\nb"), page_of("c")])
    assert [(line.number, line.page, line.text) for line in lines] == [
        (0, 1, "a"),
        (1, 1, "b"),
        (2, 2, "c"),
    ]


def test_words_that_stand_a_little_higher_or_lower_are_one_line() -> None:
    words = (Word("b", Box(50, 3, 60, 13)), Word("a", Box(10, 0, 20, 10)))
    assert [line.text for line in numbered_lines([Page(100, 100, words)])] == ["a\tb"]


@pytest.mark.parametrize(
    ("cited", "reason"),
    [
        (("totals.gross", 5, "119,00", "119.00"), "not_on_line"),
        (("totals.gross", 7, "19,00", "19.00"), "not_on_line"),
        (("totals.gross", 7, "1,00", "1.00"), "not_on_line"),
        (("totals.gross", 7, "", ""), "not_on_line"),
        (("totals.gross", 99, "119,00", "119.00"), "no_such_line"),
        (("totals.gross", -1, "119,00", "119.00"), "no_such_line"),
        (("totals.gross", 7, "119,00", "11900"), "not_what_it_says"),
        (("totals.gross", 7, "119,00", "-119"), "not_what_it_says"),
        (("totals.gross", 7, "119,00", "much"), "not_what_it_says"),
        (("totals.gross", 7, "Total", "119"), "unparsable"),
        (("totals.net", 5, "100,00", "100"), "not_asked"),
    ],
)
def test_what_is_not_there_is_refused(cited: tuple[str, int, str, str], reason: str) -> None:
    found = judged(asked(INVOICE, "totals.gross"), cited)
    assert found.values == {}
    assert reasons(found) == {cited[0]: reason}


def test_a_field_given_twice_in_two_ways_is_refused_and_given_twice_alike_is_not() -> None:
    question_ = asked(INVOICE, "totals.gross")
    one, other = ("totals.gross", 7, "119,00", "119"), ("totals.gross", 5, "100,00", "100")
    assert reasons(judged(question_, one, other)) == {"totals.gross": "given_twice"}
    assert judged(question_, one, one).values == {"totals.gross": parse("119")}


@pytest.mark.parametrize(
    ("line", "text", "said", "value"),
    [
        ("Total 1.234,50", "1.234,50", "1234.5", "1234.50"),
        ("Total 1,234.50", "1,234.50", "1234.5", "1234.50"),
        ("Total 1 234,50", "1 234,50", "1234.5", "1234.50"),
        ("Total 1'234.50", "1'234.50", "1234.5", "1234.50"),
        ("Total 1.234", "1.234", "1234", "1234"),
        ("Total 1.234", "1.234", "1.234", "1.234"),
        ("Total RM12.30", "12.30", "12.3", "12.30"),
        ("Total EUR19,90", "19,90", "19.9", "19.90"),
        ("Total €19,90", "€19,90", "19.9", "19.90"),
        ("Total 19,90-", "19,90-", "-19.9", "-19.90"),
        ("Total (19.90)", "(19.90)", "-19.9", "-19.90"),
        ("Total -19,90", "-19,90", "-19.9", "-19.90"),
        ("Total 25,-", "25,-", "25", "25"),
    ],
)
def test_amounts_are_read_as_they_are_written(line: str, text: str, said: str, value: str) -> None:
    found = judged(asked(line, "totals.gross"), ("totals.gross", 1, text, said))
    assert found.values == {"totals.gross": parse(value)}


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        ("Total 1 234,50", "234,50", "234.5"),
        ("Total 1 234,50", "1", "1"),
        ("Total 1'234.50", "234.50", "234.5"),
        ("Total 21,00", "1,00", "1"),
        ("Total 1,005", "1,00", "1"),
        ("Total -19,90", "19,90", "19.9"),
        ("Total 19,90-", "19,90", "19.9"),
        ("Total (19,90)", "19,90", "19.9"),
        ("03.04.2026", "04", "4"),
        ("A4", "4", "4"),
        ("Total 100   000,00", "100 000,00", "100000"),
    ],
)
def test_a_part_of_a_number_is_no_number(line: str, text: str, said: str) -> None:
    found = judged(asked(line, "totals.gross"), ("totals.gross", 1, text, said))
    assert reasons(found) == {"totals.gross": "not_on_line"}


def test_a_tax_rate_is_no_amount_of_money() -> None:
    line = "VAT 19 %   19,00"
    for text in ("19", "19 %"):
        found = judged(asked(line, "totals.tax"), ("totals.tax", 1, text, "19"))
        assert found.values == {}
    rate = Row("vat_breakdown", (Cited("rate", 1, "19 %", "19"),))
    assert judged(asked(line, "vat_breakdown"), rows=(rate,)).values == {
        "vat_breakdown[0].rate": parse("19")
    }


_FORMATS = ((",", "."), (".", ","), ("'", "."), (" ", ","), ("’", "."), ("", ","), ("", "."))


@given(st.integers(0, 10**12), st.sampled_from(_FORMATS), st.booleans())
def test_an_amount_means_itself_in_every_usual_format(
    cents: int, marks: tuple[str, str], negative: bool
) -> None:
    grouping, decimal_mark = marks
    whole, rest = divmod(cents, 100)
    text = f"{whole:,}".replace(",", grouping) + f"{decimal_mark}{rest:02d}"
    said = f"{'-' if negative else ''}{whole}.{rest:02d}"
    written = f"-{text}" if negative else text
    found = judged(
        asked(f"Total {written} EUR", "totals.gross"), ("totals.gross", 1, written, said)
    )
    assert found.values == {"totals.gross": parse(said)}


def test_a_name_may_run_over_a_wide_gap() -> None:
    found = judged(asked("Mill   & Co", "seller.name"), ("seller.name", 1, "Mill & Co", ""))
    assert found.values == {"seller.name": "Mill & Co"}


def test_a_number_beside_a_column_is_whole() -> None:
    found = judged(asked("2   100,00", "totals.gross"), ("totals.gross", 1, "100,00", "100"))
    assert found.values == {"totals.gross": parse("100")}


@pytest.mark.parametrize(
    ("line", "text", "whole"),
    [
        ("Invoice R-17", "R-17", True),
        ("Invoice R-17", "17", False),
        ("Invoice R-17", "R-1", False),
        ("Invoice R-1A", "R-1", False),
        ("Invoice R-1/A", "R-1", False),
        ("Nr.:R-17;", "R-17", True),
        ("Nr. 2026.17", "17", False),
        ("Nr. 2026/17", "2026", False),
        ("Nr. 2026 17", "2026 17", True),
    ],
)
def test_a_part_of_an_identifier_is_no_identifier(line: str, text: str, whole: bool) -> None:
    found = judged(asked(line, "number"), ("number", 1, text, "whatever it says"))
    assert found.values == ({"number": text} if whole else {})


@pytest.mark.parametrize(
    ("text", "said", "day"),
    [
        ("03.04.2026", "2026-04-03", date(2026, 4, 3)),
        ("03/04/26", "2026-03-04", date(2026, 3, 4)),
        ("2026-04-03", "2026-04-03", date(2026, 4, 3)),
        ("3. April 2026", "2026-04-03", date(2026, 4, 3)),
        ("3 avril 2026", "2026-04-03", date(2026, 4, 3)),
        ("3 de abril de 2026", "2026-04-03", date(2026, 4, 3)),
        ("April 3, 2026", "2026-04-03", date(2026, 4, 3)),
        ("03-Apr-26", "2026-04-03", date(2026, 4, 3)),
        ("1er août 2026", "2026-08-01", date(2026, 8, 1)),
        ("2 März 2026", "2026-03-02", date(2026, 3, 2)),
    ],
)
def test_days_are_read_in_six_languages(text: str, said: str, day: date) -> None:
    found = judged(asked(f"Date: {text}", "issue_date"), ("issue_date", 1, text, said))
    assert found.values == {"issue_date": day}


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        ("03.04.2026", "2026-04-05", "not_what_it_says"),
        ("31.02.2026", "2026-02-28", "unparsable"),
        ("soon", "2026-04-03", "unparsable"),
        ("3 Smarch 2026", "2026-03-03", "unparsable"),
    ],
)
def test_a_day_that_the_text_does_not_mean_is_refused(text: str, said: str, reason: str) -> None:
    found = judged(asked(f"Date: {text}", "issue_date"), ("issue_date", 1, text, said))
    assert reasons(found) == {"issue_date": reason}


def test_a_currency_may_be_a_sign_and_must_be_one_that_it_may_mean() -> None:
    there = asked("Total $5.00", "currency")
    assert judged(there, ("currency", 1, "$", "CAD")).values == {"currency": "CAD"}
    assert reasons(judged(there, ("currency", 1, "$", "EUR"))) == {"currency": "not_what_it_says"}
    other = asked("Total US$5.00", "currency")
    assert judged(other, ("currency", 1, "US$", "USD")).values == {"currency": "USD"}
    assert reasons(judged(other, ("currency", 1, "$", "CAD"))) == {"currency": "not_on_line"}


def test_totals_that_do_not_agree_with_what_is_known_are_refused() -> None:
    text = INVOICE.replace("119,00", "191,00")
    known = asked(text, "totals.gross", net="100", tax="19")
    found = judged(known, ("totals.gross", 7, "191,00", "191"))
    assert reasons(found) == {"totals.gross": "contradicts_arithmetic"}


def test_totals_that_agree_are_surer_than_those_that_nothing_confirms() -> None:
    known = asked(INVOICE, "totals.gross", "number", net="100", tax="19")
    found = judged(known, ("totals.gross", 7, "119,00", "119"), ("number", 2, "R-17", "R-17"))
    assert {field.field: field.confidence for field in found.fields} == {
        "totals.gross": AGREEING,
        "number": CITED,
    }


def test_what_an_engine_read_badly_is_less_sure() -> None:
    found = question(numbered_lines([page_of(INVOICE, confidence=0.5)]), ["number"])
    assert found is not None
    (field,) = judged(found, ("number", 2, "R-17", "R-17")).fields
    assert field.confidence == CITED / 2


def test_an_allowance_that_nobody_has_read_is_no_contradiction() -> None:
    known = asked("Subtotal 100,00\nNet 90,00", "totals.net", lines_net="100")
    assert judged(known, ("totals.net", 2, "90,00", "90")).values == {"totals.net": parse("90")}


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


def test_an_account_is_accepted_only_when_the_document_has_no_other_one() -> None:
    field = "payments[0].account.id"
    one = asked(f"Bank {IBAN}", field)
    assert judged(one, (field, 1, IBAN, IBAN)).values == {field: IBAN}
    two = asked(f"Bank {IBAN}\nNew account: {OTHER_IBAN} BIC PSSTFRPP", field)
    assert reasons(judged(two, (field, 1, IBAN, IBAN))) == {field: "several_accounts"}
    wrong = asked(f"Bank {IBAN[:-1]}7", field)
    assert reasons(judged(wrong, (field, 1, f"{IBAN[:-1]}7", ""))) == {field: "unparsable"}


def test_a_vat_identifier_with_wrong_check_digits_is_refused() -> None:
    there = asked("VAT DE 136695976 DE136695978", "seller.vat_id")
    right, wrong = "DE 136695976", "DE136695978"
    assert judged(there, ("seller.vat_id", 1, right, "")).values == {"seller.vat_id": "DE136695976"}
    assert reasons(judged(there, ("seller.vat_id", 1, wrong, ""))) == {
        "seller.vat_id": "unparsable"
    }


@given(st.text(max_size=60), st.text(max_size=60), st.integers(-3, 9), st.text(max_size=30))
def test_no_answer_brings_a_value_that_is_not_on_the_page(
    line: str, text: str, number: int, said: str
) -> None:
    there = question(numbered_lines([Page(10, 10, (Word(line, Box(0, 0, 9, 9)),))]), FIELDS)
    if there is None:
        return
    for field in FIELDS:
        found = judged(there, (field, number, text, said))
        for read in found.fields:
            assert read.text is not None
            assert read.text in there.lines[number - 1].text
            assert read.page == 1
