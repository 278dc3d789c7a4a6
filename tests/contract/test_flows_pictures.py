"""Pictures in the documents show what the contracts and the flows are today."""

from pathlib import Path

import pytest

from manifold.pictures import BEGIN, END, pages

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("path", ["README.md", "docs/flows.md"])
def test_pictures_are_up_to_date(path: str) -> None:
    page = REPOSITORY / path
    assert page.read_text() == pages(REPOSITORY)[page], "run `make docs`"


def test_the_readme_has_a_place_for_the_topology() -> None:
    text = (REPOSITORY / "README.md").read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert "flowchart LR" in text.partition(BEGIN)[2].partition(END)[0]
