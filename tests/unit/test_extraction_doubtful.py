"""Which lines are read a second time, and what that says of which values."""

from operators.extraction.doubtful import Line, doubtful_lines, read_anew, was_read_again
from operators.extraction.gate import Gates
from operators.extraction.page import Box, Page, Word
from operators.extraction.second_reading import confirmed
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice, Party, Totals

SELLER = Word("Seller", Box(10, 10, 50, 20))
NUMBER = Word("R-1", Box(100, 50, 130, 60))
NET = Word("100.00", Box(200, 90, 240, 100))
GROSS = Word("119.00", Box(200, 130, 240, 140))
PAGE = Page(300, 200, (SELLER, Word("Number", Box(10, 50, 60, 60)), NUMBER, NET, GROSS))

SURE = {"seller.name": 0.99, "number": 0.99, "totals.net": 0.99, "totals.gross": 0.99}


def field(name: str, confidence: float, word: Word | None = None) -> FieldRead:
    if word is None:
        return FieldRead(name, confidence, "ARITHMETIC")
    return FieldRead(name, confidence, "RAPIDOCR", 1, word.box, word.text)


def lines_of(*fields: FieldRead) -> tuple[Line, ...]:
    (lines,) = doubtful_lines(fields, "INVOICE", SURE, [PAGE], Gates())
    return lines


def tops(lines: tuple[Line, ...]) -> list[float]:
    return [line[0].top for line in lines]


def test_only_the_line_of_a_doubtful_value_is_read_again_with_its_label() -> None:
    (line,) = lines_of(field("number", 0.95, NUMBER), field("totals.gross", 0.99, GROSS))

    assert [part.left for part in line] == [10, 100]
    assert tops((line,)) == [50]


def test_what_would_not_be_sure_if_it_had_been_typed_is_not_read_again() -> None:
    ((),) = doubtful_lines(
        [field("number", 0.95, NUMBER)], "INVOICE", {"number": 0.97}, [PAGE], Gates()
    )


def test_a_value_that_decides_nothing_is_read_again_only_where_it_would_be_left_out() -> None:
    doubtful = field("contract", 0.9, NUMBER), field("buyer.name", 0.7, SELLER)
    typed = {"contract": 0.99, "buyer.name": 0.9}

    (lines,) = doubtful_lines(doubtful, "INVOICE", typed, [PAGE], Gates())

    assert tops(lines) == [10]


def test_the_tax_of_a_receipt_is_read_again_where_it_would_be_left_out() -> None:
    tax, number = field("totals.tax", 0.95, NET), field("number", 0.95, NUMBER)
    typed = {"totals.tax": 0.99, "number": 0.99}

    (lines,) = doubtful_lines([tax, number], "RECEIPT", typed, [PAGE], Gates())

    assert tops(lines) == [90]


def test_for_what_stands_nowhere_all_that_it_may_follow_from_is_read_again() -> None:
    fields = (
        field("totals.net", 0.95),
        field("number", 0.99, NUMBER),
        field("totals.tax", 0.99, NET),
        field("totals.gross", 0.99, GROSS),
    )

    assert tops(lines_of(*fields)) == [50, 90, 130]


def test_words_elsewhere_stay_as_they_were_read_first() -> None:
    again = Word("R-7", NUMBER.box, 0.5)

    page = read_anew(PAGE, [(NUMBER.box,)], [again])

    assert {word.text for word in page.words} == {"Seller", "Number", "R-7", "100.00", "119.00"}


def test_a_value_is_read_again_where_most_of_its_height_was() -> None:
    name = FieldRead("seller.name", 0.9, "RAPIDOCR", 1, Box(10, 10, 60, 34), "Seller Ltd")
    first, second = (Box(10, 10, 60, 20),), (Box(10, 24, 60, 34),)

    assert not was_read_again(name, "INVOICE", [[first]])
    assert was_read_again(name, "INVOICE", [[first, second]])


def test_a_second_reading_says_nothing_of_lines_that_it_did_not_look_at() -> None:
    invoice = Invoice(number="R-1", seller=Party(), buyer=Party(), totals=Totals(gross=119))
    read = Understood(invoice, (field("number", 0.95, NUMBER), field("totals.gross", 0.95, GROSS)))

    found = confirmed(read, read, SURE, [[(NUMBER.box,)]])

    assert [each.confidence for each in found] == [0.99, 0.95]
