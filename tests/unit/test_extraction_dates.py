from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.extraction.dates import dates_in, day_first, day_of

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
DAYS = st.dates(date(1990, 1, 1), date(2069, 12, 31))


def read(text: str, first: bool = True, mend: bool = False) -> list[date | None]:
    return [day_of(each, first) for each in dates_in(text, mend)]


@given(DAYS, st.sampled_from("./-"), st.booleans(), st.booleans())
def test_numeric_dates_are_read_back_in_the_order_of_their_document(
    day: date, sign: str, first: bool, short: bool
) -> None:
    year = f"{day:%y}" if short else f"{day:%Y}"
    text = sign.join(
        [f"{day:%d}", f"{day:%m}", year] if first else [f"{day:%m}", f"{day:%d}", year]
    )
    assert read(text, first)[0] == day


@given(DAYS, st.sampled_from(sorted(MONTHS)), st.booleans())
def test_written_months_are_read_back_in_every_language(
    day: date, language: str, short: bool
) -> None:
    name = MONTHS[language].split()[day.month - 1]
    text = f"{day.day}. {name} {day:%y}" if short else f"{day.day} {name} {day:%Y}"
    assert read(f"Datum: {text}") == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("27. Februar 2026", date(2026, 2, 27)),
        ("Feb 27, 2026", date(2026, 2, 27)),
        ("27-FEB-2026", date(2026, 2, 27)),
        ("2026-02-27", date(2026, 2, 27)),
        ("27 de febrero de 2026", date(2026, 2, 27)),
        ("1er août 2026", date(2026, 8, 1)),
        ("15Mar18", date(2018, 3, 15)),
        ("25/12/2018 8:13:39 PM", date(2018, 12, 25)),
        ("25/12/20188:13:39PM", date(2018, 12, 25)),
        ("Date:25/12/2018", date(2018, 12, 25)),
        ("05.03. 2024", date(2024, 3, 5)),
    ],
)
def test_each_way_of_writing_a_date_is_understood(text: str, day: date) -> None:
    assert read(text) == [day]


@pytest.mark.parametrize(
    "text", ["03-1234 5678", "201/113/40209", "13:45:10", "192.168.1.1", "03/2024"]
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert read(text) == []


def test_a_date_that_is_possible_in_one_order_decides_for_the_others() -> None:
    american = [each for text in ("02/03/2026", "12/31/2026") for each in dates_in(text)]
    assert not day_first(american)
    assert day_of(american[0], day_first(american)) == date(2026, 2, 3)


def test_letters_that_look_like_digits_are_mended_where_an_engine_read_them() -> None:
    assert read("O5/l2/2018", mend=True) == [date(2018, 12, 5)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("07 0ct 2022", date(2022, 10, 7)),
        ("12-0CT-18 9:10", date(2018, 10, 12)),
        ("6. lanuar 2017", date(2017, 1, 6)),
        ("12 ma9910 2022", date(2022, 5, 12)),
    ],
)
def test_months_are_mended_where_an_engine_misread_them(text: str, day: date) -> None:
    assert read(text, mend=True) == [day]
    assert read(text) == []


def test_a_word_between_two_numbers_is_not_made_a_month_of() -> None:
    assert read("3 Netto 20", mend=True) == []


def test_a_time_may_be_joined_to_a_date_by_a_hyphen() -> None:
    assert read("16/03/2018-12:30") == [date(2018, 3, 16)]


def test_a_stroke_that_was_read_as_a_digit_is_put_right() -> None:
    assert read("19/0272020", mend=True) == [date(2020, 2, 19)]
    assert read("19/0272020") == []


def test_a_date_without_marks_is_believed_only_weakly() -> None:
    assert dates_in("20240115")[0].weak
    assert dates_in("20 03 2018")[0].weak
