"""Pages as the world makes them, which confidence is fitted to."""

from random import Random

import pytest

from manifold.documents import disturbance
from operators.extraction.page import Box, Page, Word
from operators.invoice import Invoice, Party, Totals
from tests.unit.extraction_pages import page_of

PAGE = page_of(
    "Invoice no.: 2026-17     Date: 02.03.2026\nVAT ID: DE136695976\n"
    "Total:     119.00 EUR\nTotal:     119.00 EUR\n"
)


def texts(pages: disturbance.Pages) -> list[str]:
    return [word.text for page in pages for word in page.words]


def test_a_label_is_renamed_throughout_and_values_stay() -> None:
    before, after = texts([PAGE]), texts(disturbance.renamed([PAGE], Random(1), 1.0))

    totals = {new for old, new in zip(before, after, strict=True) if old == "Total:"}
    assert len(totals) == 1
    assert totals != {"Total:"}
    assert {"2026-17", "02.03.2026", "DE136695976", "119.00"} <= set(after)


def test_other_matter_stands_on_nothing() -> None:
    (page,) = disturbance.crowded([PAGE], Random(3), 4)

    old, new = page.words[: len(PAGE.words)], page.words[len(PAGE.words) :]
    assert old == PAGE.words
    assert new
    for one in new:
        assert not any(_touch(one.box, other.box) for other in old)


def _touch(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def test_misread_words_are_what_an_engine_says_and_never_quite_sure() -> None:
    found = disturbance.misread([PAGE], Random(1), 0.5)

    assert texts(found) != texts([PAGE])
    assert all(word.confidence < 1.0 for word in found[0].words)


def test_a_currency_that_is_nowhere_is_on_no_page() -> None:
    assert "EUR" not in texts(disturbance.without_currency([PAGE], Random(1)))


def test_the_largest_words_at_the_top_may_be_a_picture() -> None:
    small = tuple(Word("a", Box(10, 300 + 20 * n, 20, 310 + 20 * n)) for n in range(5))
    page = Page(300, 800, (Word("Logo", Box(10, 10, 90, 40)), *small))

    assert texts(disturbance.without_letterhead([page], Random(1))) == ["a"] * 5


def test_words_run_together_and_break_without_losing_a_sign() -> None:
    found = disturbance.respaced([PAGE], Random(1), 0.9)

    assert len(texts(found)) != len(texts([PAGE]))
    assert "".join(texts(found)) == "".join(texts([PAGE]))


@pytest.mark.parametrize("seed", range(4))
def test_what_was_typed_wrongly_is_wrong_in_the_truth_too(seed: int) -> None:
    record = Invoice(
        seller=Party(vat_id="DE136695976"), buyer=Party(vat_id="DE136695976"), totals=Totals()
    )

    pages, changed = disturbance.miswritten([PAGE], record, Random(seed))

    typed = {changed.seller.vat_id, changed.buyer.vat_id} - {"DE136695976"}
    assert len(typed) == 1
    assert typed <= set(texts(pages))


def test_the_same_chance_disturbs_in_the_same_way() -> None:
    once, again = (disturbance.disturbed([PAGE], Random(5)) for _ in range(2))

    assert texts(once) == texts(again)
