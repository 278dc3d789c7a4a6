from operators.extraction.page import Box, Page, Word
from operators.extraction.rows import cells_of, rows_of, sureness
from tests.unit.extraction_pages import page_of


def texts(*pages: Page) -> list[str]:
    return [row.text for row in rows_of(pages)]


def test_words_become_rows_with_cells_at_wide_gaps() -> None:
    assert texts(page_of("Total amount     9.00\nCash    10.00")) == [
        "Total amount\t9.00",
        "Cash\t10.00",
    ]


def test_the_order_of_the_words_does_not_matter() -> None:
    page = page_of("one two     three\nfour five")
    turned = Page(page.width, page.height, page.words[::-1])
    assert texts(turned) == texts(page)


def test_rows_of_a_slightly_skewed_page_stay_whole() -> None:
    lines = "\n".join(
        f"Item number {n} of many          {n}.00          {n}.50" for n in range(1, 9)
    )
    assert texts(page_of(lines, slope=0.03)) == texts(page_of(lines))


def test_what_an_engine_gives_as_one_word_is_split_at_blanks() -> None:
    page = Page(300, 300, (Word("Total RM 9.00", Box(10, 10, 75, 20), 0.7),))
    row = rows_of([page])[0]
    assert [word.text for word in row.words] == ["Total", "RM", "9.00"]
    assert row.words[2].box.left > row.words[1].box.right


def test_leaders_of_dots_part_cells() -> None:
    page = Page(300, 300, (Word("Total..........9.00", Box(10, 10, 105, 20)),))
    assert texts(page) == ["Total\t9.00"]


def test_a_large_word_and_a_small_one_on_one_baseline_are_one_row() -> None:
    words = (Word("TOTAL", Box(10, 0, 90, 20)), Word("9.00", Box(120, 10, 140, 20)))
    assert texts(Page(300, 300, words)) == ["TOTAL\t9.00"]


def test_digits_of_other_scripts_are_digits() -> None:
    assert texts(Page(300, 300, (Word("١٢٣٫４５", Box(10, 10, 50, 20)),))) == ["123٫45"]


def test_words_along_the_margin_are_left_out() -> None:
    words = (Word("Form-4711-DE", Box(2, 100, 10, 200)), Word("Total", Box(40, 100, 70, 110)))
    assert texts(Page(300, 300, words)) == ["Total"]


def test_rows_of_later_pages_follow_and_know_their_page() -> None:
    rows = rows_of([page_of("first"), page_of("second")])
    assert [(row.page, row.text) for row in rows] == [(1, "first"), (2, "second")]


def test_a_cell_knows_where_it_stands() -> None:
    row = rows_of([page_of("Total     9.00")])[0]
    total, value = cells_of(row)
    assert (total.text, value.text) == ("Total", "9.00")
    assert value.box.left > total.box.right


def test_the_worst_word_tells_how_sure_a_part_of_a_row_is() -> None:
    words = (Word("Total", Box(0, 0, 25, 10), 0.9), Word("9.00", Box(30, 0, 50, 10), 0.4))
    row = rows_of([Page(100, 100, words)])[0]
    assert sureness(row, 0, len(row.text)) == 0.4
    assert sureness(row, 0, 5) == 0.9


def test_a_page_without_words_has_no_rows() -> None:
    assert rows_of([Page(100, 100, ())]) == ()


def test_boxes_drawn_tightly_around_letters_are_evened_out() -> None:
    # Heights as a text layer gives them: small letters are half as high, a dash has hardly any.
    words = []
    for line, text in enumerate(
        ("aus Hof - nur 9.00", "von Rom - nur 8.00", "Summe gesamt ... 17.00")
    ):
        left = 10.0
        for part in text.split():
            base = 100.0 + 12.0 * line
            tall = 5.3 if set(part) <= set("aceimnorsuvwxz") else 0.5 if part in "-..." else 7.2
            top = base - 3.0 if part == "-" else base - tall
            words.append(Word(part, Box(left, top, left + 5.0 * len(part), top + tall)))
            left += 5.0 * len(part) + 3.0
    found = texts(Page(300, 300, tuple(words)))
    assert found == ["aus Hof - nur 9.00", "von Rom - nur 8.00", "Summe gesamt ... 17.00"]


def test_the_wide_blanks_of_typewriters_part_no_cells() -> None:
    line = "one two three four five six seven eight nine ten"
    words, left = [], 10.0
    for part in line.split():
        words.append(Word(part, Box(left, 10, left + 6.0 * len(part), 20)))
        left += 6.0 * len(part) + 9.5
    words.append(Word("9.00", Box(left + 20, 10, left + 44, 20)))
    assert texts(Page(900, 300, tuple(words))) == [f"{line}\t9.00"]
