"""What a cited text means: amounts, identifiers, days and currencies as they are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.money import parse
from tests.unit.cited import (
    asked,
    judged,
    reasons,
)


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


def test_a_vat_identifier_with_wrong_check_digits_is_refused() -> None:
    there = asked("VAT DE 136695976 DE136695978", "seller.vat_id")
    right, wrong = "DE 136695976", "DE136695978"
    assert judged(there, ("seller.vat_id", 1, right, "")).values == {"seller.vat_id": "DE136695976"}
    assert reasons(judged(there, ("seller.vat_id", 1, wrong, ""))) == {
        "seller.vat_id": "unparsable"
    }
