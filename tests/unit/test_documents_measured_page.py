"""What was measured, in the documentation."""

from pathlib import Path

import pytest
from lxml import etree

from manifold.documents.calibration import calibration
from manifold.documents.measured_page import BEGIN, END, NoPlace, write
from manifold.documents.reliability import diagram, wilson
from manifold.documents.summary import report


def test_the_diagram_is_svg_with_a_point_for_each_bin() -> None:
    found = calibration([(0.93, True)] * 9 + [(0.93, False)] + [(0.995, True)] * 50)

    picture = etree.fromstring(diagram(found, "Mistakes").encode())

    assert len(picture.findall("{*}circle")) == len(found.bins) == 2


def test_a_value_that_is_said_to_be_wrong_too_often_lies_above_the_line() -> None:
    found = calibration([(0.99, False)] * 10 + [(0.99, True)] * 90)

    (point,) = etree.fromstring(diagram(found, "Mistakes").encode()).findall("{*}circle")

    # On the line, a point is as far down as it is to the right.
    assert float(point.get("cy", "")) - 36 < float(point.get("cx", "")) - 64


def test_an_interval_holds_the_share_and_narrows() -> None:
    few, many = wilson(1, 10), wilson(100, 1000)

    assert few[0] < 0.1 < few[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n{BEGIN}\nold\n{END}\nAfter\n", "utf-8")

    picture = write(page, report([]), "Nothing:")

    text = page.read_text("utf-8")
    assert text.startswith(f"# Before\n{BEGIN}\nNothing:\n")
    assert text.endswith(f"![Reliability diagram]({picture.name})\n{END}\nAfter\n")
    assert "\nold\n" not in text


def test_a_page_without_a_place_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n", "utf-8")

    with pytest.raises(NoPlace, match="has no line"):
        write(page, report([]), "Nothing:")

    assert page.read_text("utf-8") == "# A page\n"
    assert not list(tmp_path.glob("*.svg"))
