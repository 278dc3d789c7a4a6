"""Pages are made level and of one size of print by their lines."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.documents import Grey, corners_of
from connectors.documents.geometry import SAME
from connectors.documents.levelled import (
    LINE_HEIGHT,
    Quadrilaterals,
    levelled,
    other_turns,
    slopes,
)
from connectors.documents.preprocess import Prepared
from operators.extraction.page import Box

MOST = 9_000_000
DPI = 144.0


def lines(*, above: float = 0.0, below: float = 0.0, high: float = 22.0) -> Quadrilaterals:
    """Twelve lines on a page of 800 by 1000, that slope more or less from the top to the foot."""
    found = []
    for number in range(12):
        top = 60 + 75 * number
        slope = above + (below - above) * (top + high / 2 + 400 * above) / 1000
        rise = 500 * slope
        found.append([[150, top], [650, top + rise], [650, top + rise + high], [150, top + high]])
    return np.array(found, np.float32)


def page(drawn: Quadrilaterals) -> Prepared:
    pixels: Grey = np.full((1000, 800), 255, np.uint8)
    for line in drawn:
        cv2.fillPoly(pixels, [line.astype(np.int32)], (0,))
    return Prepared(pixels, DPI, SAME)


@given(st.floats(-0.08, 0.08), st.floats(-0.08, 0.08))
@settings(max_examples=30)
def test_lines_tell_how_they_slope(above: float, below: float) -> None:
    middle, apart = slopes(lines(above=above, below=below), 1000)

    assert middle == pytest.approx((above + below) / 2, abs=0.012)
    assert apart == pytest.approx(below - above, abs=0.012)


def test_a_stamp_across_a_page_does_not_make_it_slope() -> None:
    stamp = np.array([[[200, 500], [600, 350], [610, 380], [210, 530]]], np.float32)

    middle, apart = slopes(np.concatenate([lines(), stamp]), 1000)

    assert middle == pytest.approx(0, abs=0.01)
    assert apart == pytest.approx(0, abs=0.01)


def test_rows_that_run_apart_are_level_afterwards() -> None:
    drawn = lines(above=-0.05, below=0.05)

    found = levelled(page(drawn), drawn, MOST)

    middle = found.pixels[:, found.pixels.shape[1] // 4 : found.pixels.shape[1] * 3 // 4] < 128
    through = (middle.mean(axis=1) > 0.97).sum()
    assert through > 0.75 * 12 * LINE_HEIGHT


def test_lines_become_as_high_as_they_are_read_best() -> None:
    drawn = lines(high=22.0)

    found = levelled(page(drawn), drawn, MOST)

    assert found.dpi == pytest.approx(DPI * LINE_HEIGHT / 22.0)
    assert found.pixels.shape[0] == pytest.approx(1000 * LINE_HEIGHT / 22.0, abs=2)


def test_the_places_of_a_levelled_page_are_known() -> None:
    drawn = lines(above=0.06, below=0.0)

    found = levelled(page(drawn), drawn, MOST)

    rows, columns = np.nonzero(found.pixels < 128)
    left, top = (float(side.min()) * 72 / found.dpi for side in (columns, rows))
    place = corners_of(Box(left, top, left, top), found.to_page)[0]
    assert [side * DPI / 72 for side in place] == pytest.approx([150, 60], abs=4)


def test_what_lies_beside_the_text_is_cut_off_but_nothing_above_or_below() -> None:
    drawn = lines()[4:8] * np.array((0.5, 1), np.float32) + np.array((200, 0), np.float32)

    found = levelled(page(drawn), drawn, MOST)

    assert found.size[0] < 0.6 * page(drawn).size[0]
    assert found.size[1] == pytest.approx(page(drawn).size[1], rel=0.02)
    left, top = corners_of(Box(0, 0, 0, 0), found.to_page)[0]
    assert 100 < left * DPI / 72 < 275
    assert top == pytest.approx(0, abs=1)


def test_without_lines_a_page_stays_as_it_is() -> None:
    plain = page(lines())

    assert levelled(plain, np.zeros((0, 4, 2), np.float32), MOST) is plain


def test_a_huge_page_becomes_no_larger_than_what_is_worked_on() -> None:
    drawn = lines(high=5.0)

    assert levelled(page(drawn), drawn, 1_000_000).pixels.size < 1_010_000


def test_lines_that_run_down_the_page_ask_for_a_quarter_turn() -> None:
    down = [[[left, 100], [left + 20, 100], [left + 20, 600], [left, 600]] for left in (50, 90)]

    assert other_turns(lines()) == [180]
    assert other_turns(np.array(down, np.float32)) == [90, 270]
