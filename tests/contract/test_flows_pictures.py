"""Pictures and examples in the documents show what contracts, flows and answers are today."""

from pathlib import Path
from typing import Any

import pytest

from manifold.examples import EXAMPLES, marks, with_examples
from manifold.pictures import BEGIN, END, pages

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("path", ["README.md", "docs/flows.md", "docs/metrics.md"])
def test_pictures_are_up_to_date(path: str) -> None:
    page = REPOSITORY / path
    assert page.read_text() == pages(REPOSITORY)[page], "run `make docs`"


def test_the_readme_has_a_place_for_the_topology() -> None:
    text = (REPOSITORY / "README.md").read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert "flowchart LR" in text.partition(BEGIN)[2].partition(END)[0]


def test_examples_are_what_running_them_gives() -> None:
    for page, text in with_examples(REPOSITORY / "docs").items():
        assert page.read_text() == text, f"run `make docs`: {page.name} shows other answers"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_each_example_is_in_its_page_once_and_says_something(example: Any) -> None:
    text = (REPOSITORY / "docs" / example.page).read_text()
    begin, end = marks(example.name)
    assert text.count(begin) == text.count(end) == 1
    shown = text.partition(begin)[2].partition(end)[0]
    says = ("LIMITED", "FAIL", "MISMATCH", "ERROR", "an invoice costs", "a million invoices cost")
    assert any(each in shown for each in says)
