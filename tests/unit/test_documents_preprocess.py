"""A page is made upright, straight and white, and the way back to it is known."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.documents import Grey, Raster, box_of, corners_of
from connectors.documents.letters import in_the_light, letters, lies_on_side, tilt
from connectors.documents.light import evened
from connectors.documents.page_edges import lies_on_something
from connectors.documents.preprocess import Prepared, Turn, prepared
from connectors.documents.preprocess import turned as turn
from operators.extraction.page import Box
from tests.unit.documents import on_table, picture

PAGE: Grey = np.asarray(picture(), np.uint8)
MOST = 9_000_000


def turned(pixels: Grey, degrees: float, white: int = 255) -> Grey:
    """Turned counter-clockwise on a sheet that is large enough."""
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (width, height), borderValue=(white,)), np.uint8
    )


def make(pixels: Grey, *, on_head: bool = False) -> Prepared:
    return prepared(Raster(pixels, 200.0), MOST, lambda lines: on_head)


def ink(pixels: Grey) -> Box:
    """What is written, as one box."""
    rows, columns = np.nonzero(pixels < 128)
    return Box(*(float(side) for side in (columns.min(), rows.min(), columns.max(), rows.max())))


def ink_on_the_page(found: Prepared, dpi: float = 200.0) -> Box:
    """The same of a prepared page, in pixels of the page that it came from."""
    box = ink(found.pixels)
    points = Box(*(side * 72 / found.dpi for side in (box.left, box.top, box.right, box.bottom)))
    back = box_of(points, found.to_page)
    return Box(*(side * dpi / 72 for side in (back.left, back.top, back.right, back.bottom)))


def middle(pixels: Grey, darker: int = 128) -> tuple[float, float]:
    """Where what is written has its middle."""
    rows, columns = np.nonzero(pixels < darker)
    return float(columns.mean()), float(rows.mean())


def middle_on_the_page(found: Prepared, dpi: float = 200.0) -> tuple[float, float]:
    """The same of a prepared page, in pixels of the page that it came from."""
    across, down = (side * 72 / found.dpi for side in middle(found.pixels))
    place = corners_of(Box(across, down, across, down), found.to_page)[0]
    return place[0] * dpi / 72, place[1] * dpi / 72


def near(one: Box, other: Box, pixels: float) -> bool:
    pairs = zip(
        (one.left, one.top, one.right, one.bottom),
        (other.left, other.top, other.right, other.bottom),
        strict=True,
    )
    return all(abs(a - b) <= pixels for a, b in pairs)


def test_a_clean_page_stays_as_it_is() -> None:
    found = make(PAGE)

    assert found.turned == 0
    assert not found.photo
    assert found.pixels.shape == PAGE.shape
    assert near(ink_on_the_page(found), ink(PAGE), 2)


@given(st.floats(-9, 9))
@settings(max_examples=12)
def test_the_tilt_of_a_page_is_measured(degrees: float) -> None:
    assert tilt(letters(turned(PAGE, -degrees))) == pytest.approx(degrees, abs=0.25)


@pytest.mark.parametrize("degrees", [-6.0, -1.0, 2.5])
def test_a_tilted_page_is_straightened_and_its_places_are_known(degrees: float) -> None:
    tilted = turned(PAGE, degrees)

    found = make(tilted)

    assert abs(tilt(letters(found.pixels))) < 0.3
    assert middle_on_the_page(found) == pytest.approx(middle(tilted), abs=3)


def test_the_grain_of_a_dark_table_is_not_taken_for_letters() -> None:
    grain = np.random.default_rng(1).integers(0, 2, (PAGE.shape[0] // 6 + 1, 100), np.uint8)
    table = cv2.resize(grain * 40 + 20, (600, PAGE.shape[0]), interpolation=cv2.INTER_NEAREST)
    photo = np.asarray(np.hstack([table, PAGE]), np.uint8)

    everything = letters(photo)
    found = in_the_light(everything, photo)

    assert (everything.boxes[:, 0] < 590 * everything.scale).any()
    assert len(found.boxes) > 100
    assert found.boxes[:, 0].min() >= 590 * found.scale


def test_lines_across_do_not_lie_on_their_side() -> None:
    assert not lies_on_side(letters(PAGE))
    assert lies_on_side(letters(np.ascontiguousarray(np.rot90(PAGE))))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_is_turned_stands_upright_and_its_places_are_known(quarters: int) -> None:
    page = np.ascontiguousarray(np.rot90(PAGE, quarters))

    found = make(page, on_head=quarters in (2, 3))

    assert found.turned == {1: 90, 2: 180, 3: 270}[quarters]
    assert near(ink_on_the_page(found), ink(page), 3)


def test_without_an_engine_to_ask_a_page_on_its_head_stays_so() -> None:
    found = prepared(Raster(np.ascontiguousarray(np.rot90(PAGE, 2)), 200.0), MOST)

    assert found.turned == 0


def test_the_lines_that_are_asked_about_are_lines() -> None:
    asked: list[Sequence[Grey]] = []

    def ask(lines: Sequence[Grey]) -> bool:
        asked.append(lines)
        return False

    prepared(Raster(PAGE, 200.0), MOST, ask)

    assert len(asked[0]) >= 5
    assert all(line.shape[1] > 3 * line.shape[0] for line in asked[0])


def test_a_sheet_on_a_table_is_a_photo_of_which_nothing_is_cut_off() -> None:
    photo = on_table(picture())

    found = make(photo)

    assert found.photo
    assert abs(tilt(letters(found.pixels))) < 2
    width, height = found.size
    corners = corners_of(Box(0, 0, width, height), found.to_page)
    seen = np.array([(x * 200 / 72, y * 200 / 72) for x, y in corners])
    assert (seen.min(axis=0) <= 1).all()
    assert (seen.max(axis=0) >= (photo.shape[1] - 1, photo.shape[0] - 1)).all()


def test_a_clean_scan_is_no_photo() -> None:
    assert not lies_on_something(PAGE)


def test_a_dark_heading_is_no_table() -> None:
    page = PAGE.copy()
    page[:180] = 40

    assert not lies_on_something(page)


def test_rows_of_equals_signs_are_no_letters() -> None:
    page = PAGE.copy()
    for top in range(1500, 2300, 40):
        for left in range(100, 1500, 30):
            page[top : top + 3, left : left + 20] = 0

    assert letters(page).height == pytest.approx(letters(PAGE).height, rel=0.15)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_prepared_page_can_be_turned_and_its_places_stay_known(degrees: Turn) -> None:
    found = turn(make(PAGE), degrees)

    assert found.turned == degrees
    assert near(ink_on_the_page(found), ink(PAGE), 3)


def test_a_shadow_is_taken_from_the_paper() -> None:
    shadow = np.linspace(0.45, 1.0, PAGE.shape[1])
    dark = (PAGE * shadow).astype(np.uint8)

    found = evened(dark)

    assert float(np.percentile(found[:, 100:200], 50)) > 235
    assert float(found[PAGE < 60].mean()) < 90


def test_a_clean_page_is_not_touched() -> None:
    assert np.array_equal(evened(PAGE), PAGE)


def test_faint_print_is_made_to_stand_out() -> None:
    faint = (205 + PAGE.astype(np.float64) / 255 * 45).astype(np.uint8)
    found = evened(faint)

    before = float(faint[PAGE > 250].mean() - faint[PAGE < 60].mean())
    after = float(found[PAGE > 250].mean() - found[PAGE < 60].mean())
    assert after > 2 * before


def test_noise_is_smoothed() -> None:
    noise = np.random.default_rng(1).normal(0, 30, PAGE.shape)
    noisy = np.clip(PAGE.astype(np.float64) * 0.85 + 20 + noise, 0, 255).astype(np.uint8)

    blank = (slice(1500, 1700), slice(200, 1400))
    assert float(evened(noisy)[blank].std()) < 0.7 * float(noisy[blank].std())


def test_small_letters_are_enlarged_without_changing_the_page_s_size() -> None:
    small = np.asarray(cv2.resize(PAGE, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA))
    raster = Raster(np.asarray(small, np.uint8), 50.0)

    found = prepared(raster, MOST)

    assert found.pixels.shape[0] > 1.5 * raster.pixels.shape[0]
    assert found.size == pytest.approx((raster.width, raster.height), rel=0.01)
    assert near(ink_on_the_page(found, 50.0), ink(raster.pixels), 3)


def test_an_empty_page_is_prepared_too() -> None:
    assert make(np.full((300, 200), 255, np.uint8)).pixels.shape == (300, 200)


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(0, 255),
    st.integers(0, 120),
    st.booleans(),
)
@settings(max_examples=60)
def test_any_image_can_be_prepared(
    height: int, width: int, shade: int, noise: int, camera: bool
) -> None:
    grain = np.random.default_rng(height * width).integers(-noise, noise + 1, (height, width))
    pixels = np.clip(shade + grain, 0, 255).astype(np.uint8)

    found = prepared(Raster(pixels, 200.0, camera), MOST, lambda lines: True)

    assert found.pixels.dtype == np.uint8
    assert min(found.pixels.shape) > 0
