"""Signs of a line, and the blanks that a recogniser leaves out."""

import numpy as np
import pytest

from connectors.documents.signs import LineSigns, Steps, signs_of

CHARACTERS = ("", *"abcdefghijklmnopqrstuvwxyz0123456789.:/-", " ")
BLANK = len(CHARACTERS) - 1


def said(text: str, places: list[int], blanks: dict[int, float] | None = None) -> Steps:
    """What a recogniser says that sees the signs of a text at some steps, and may see blanks."""
    steps = np.full((places[-1] + 3, len(CHARACTERS)), 1e-6, np.float32)
    steps[:, 0] = 0.6
    for place, sign in zip(places, text, strict=True):
        steps[place, CHARACTERS.index(sign)] = 0.9
    for place, probability in (blanks or {}).items():
        steps[place, BLANK] = probability
    return steps


def read(steps: Steps) -> LineSigns:
    return signs_of(steps, CHARACTERS, 1.0)


def test_signs_are_read_once_with_their_places_and_confidence() -> None:
    steps = said("ab", [1, 4])
    steps[2] = steps[1]

    found = read(steps)

    assert found.text == "ab"
    assert found.places == pytest.approx((1.5 / 7, 4.5 / 7))
    assert found.confidence == pytest.approx(0.9)


def test_a_blank_that_was_thought_possible_where_signs_stand_apart_is_one() -> None:
    assert read(said("abcd", [0, 2, 6, 8], {4: 0.02})).text == "ab cd"


def test_signs_that_stand_apart_by_themselves_are_one_word() -> None:
    assert read(said("abcd", [0, 2, 6, 8])).text == "abcd"


def test_signs_that_stand_close_are_one_word_whatever_was_thought_possible() -> None:
    assert read(said("abcd", [0, 2, 4, 6], {3: 0.05})).text == "abcd"


@pytest.mark.parametrize("text", ["1234", "12.3", "1/23", "ab:c"])
def test_numbers_and_what_stands_before_a_mark_are_not_parted(text: str) -> None:
    assert read(said(text, [0, 2, 6, 8], {4: 0.2})).text == text


def test_a_blank_that_was_read_is_not_doubled() -> None:
    assert read(said("ab cd", [0, 2, 4, 6, 8], {5: 0.1})).text == "ab cd"


def test_nothing_is_read_where_nothing_is() -> None:
    steps = np.full((4, len(CHARACTERS)), 0.01, np.float32)
    steps[:, 0] = 0.9

    assert read(steps) == LineSigns("", (), ())
