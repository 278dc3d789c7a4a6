"""What of a language model's answer is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.extraction.asking import FIELDS, question
from operators.extraction.citing import AGREEING, CITED
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Box, Page, Word
from operators.money import parse
from tests.unit.cited import (
    IBAN,
    INVOICE,
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


def test_an_account_is_accepted_only_when_the_document_has_no_other_one() -> None:
    field = "payments[0].account.id"
    one = asked(f"Bank {IBAN}", field)
    assert judged(one, (field, 1, IBAN, IBAN)).values == {field: IBAN}
    two = asked(f"Bank {IBAN}\nNew account: {OTHER_IBAN} BIC PSSTFRPP", field)
    assert reasons(judged(two, (field, 1, IBAN, IBAN))) == {field: "several_accounts"}
    wrong = asked(f"Bank {IBAN[:-1]}7", field)
    assert reasons(judged(wrong, (field, 1, f"{IBAN[:-1]}7", ""))) == {field: "unparsable"}


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
