"""Generated documents say what their truth says, and can be told apart by what they are for."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from random import Random

import msgspec
import pypdfium2
import pytest

from connectors.einvoice import read
from manifold.documents import fonts
from manifold.documents.case import drawn_case
from manifold.documents.document import document
from manifold.documents.invoice_pages import Printed, printed
from manifold.documents.layout import Layout
from manifold.documents.layouts_reporting import REPORTING
from manifold.documents.layouts_tuning import TUNING
from manifold.documents.places import LANGUAGES, Language
from manifold.documents.plan import Difficulty, Kind, Plan, Purpose, plans
from manifold.documents.reader import read as read_document
from manifold.documents.receipt_case import drawn_purchase
from manifold.documents.receipt_layouts import (
    REPORTING_RECEIPTS,
    TUNING_RECEIPTS,
    ReceiptLayout,
)
from manifold.documents.receipt_pages import printed_receipt
from manifold.documents.sheet import Placed
from operators.invoice import Invoice
from tests.unit.validation_subject import judged

LAYOUTS = TUNING + REPORTING
RECEIPTS = TUNING_RECEIPTS + REPORTING_RECEIPTS
SEEDS = range(6)
SHAPES = ("letterhead", "addressing", "particulars", "title", "head", "rows", "totals", "vat",
          "footer", "bank")  # fmt: skip


def printed_in(layout: Layout, seed: int) -> Printed:
    language = LANGUAGES[seed % len(LANGUAGES)]
    return printed(drawn_case(language, Random(f"test {seed}")), layout, f"test {seed}")


def text_of(pdf: bytes) -> str:
    found = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in found)
    finally:
        found.close()


def squeezed(text: str) -> str:
    return "".join(text.replace("\u00ad", "-").replace("\ufffe", "-").split())


def plan(kind: Kind, index: int = 0, language: Language = "de") -> Plan:
    difficulty: Difficulty | None = 3 if kind in ("scan", "photo", "receipt") else None
    return Plan("tuning", 1, index, kind, language, difficulty)


def overlapping(placed: Iterable[Placed]) -> list[tuple[str, str]]:
    return [
        (one.text, other.text)
        for one, other in combinations(placed, 2)
        if one.page == other.page
        and one.box.left < other.box.right - 0.5
        and other.box.left < one.box.right - 0.5
        and one.box.top < other.box.bottom - 1
        and other.box.top < one.box.bottom - 1
    ]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_text_of_a_page_holds_every_value_that_the_truth_has(layout: Layout) -> None:
    for seed in SEEDS:
        made = printed_in(layout, seed)
        there = squeezed(text_of(made.pdf))

        missing = [path for path, text in made.edition.printed if squeezed(text) not in there]

        # The text of a row can come between the lines of a description.
        assert [path for path in missing if not path.endswith(".name")] == []
        assert len(missing) <= len(made.edition.case.invoice.lines) // 2


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_no_text_stands_on_another_or_off_the_page(layout: Layout) -> None:
    for seed in SEEDS:
        made = printed_in(layout, seed)

        assert overlapping(made.placed) == []
        assert all(each.box.left > 0 and each.box.right < 612 for each in made.placed)
        assert all(each.box.top > 0 and each.box.bottom < 842 for each in made.placed)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_what_has_to_be_found_is_said_by_every_layout(layout: Layout) -> None:
    for seed in SEEDS:
        said = printed_in(layout, seed).edition.said

        assert {"number", "issue_date", "type_code", "seller.name"} <= said
        assert {"totals.net", "totals.gross", "totals.payable", "lines[0].net"} <= said


@pytest.mark.parametrize("layout", RECEIPTS, ids=lambda layout: layout.name)
def test_a_receipt_holds_every_value_that_its_truth_has(layout: ReceiptLayout) -> None:
    for seed in SEEDS:
        language = LANGUAGES[seed % len(LANGUAGES)]
        made = printed_receipt(drawn_purchase(language, Random(seed)), layout, f"{seed}")
        there = squeezed(text_of(made.pdf))

        assert [path for path, text in made.edition.printed if squeezed(text) not in there] == []
        assert {"seller.name", "issue_date", "totals.payable"} <= made.edition.said
        assert overlapping(made.placed) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_invoices_are_right_by_the_rules_of_the_validation_branch(
    language: Language,
) -> None:
    for seed in range(40):
        found = judged(drawn_case(language, Random(f"{language} {seed}")).invoice).violations

        assert [each.rule_id for each in found if not each.rule_id.startswith("MF-DATE")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipts_sums_hold(language: Language) -> None:
    for seed in range(40):
        purchase = drawn_purchase(language, Random(f"{language} {seed}"))
        totals = purchase.case.invoice.totals
        items = sum(item.amount for item in purchase.items)

        assert (totals.gross if purchase.included else totals.net) == items
        assert (totals.net or 0) + (totals.tax or 0) == totals.gross
        assert (totals.gross or 0) + (totals.rounding or 0) == totals.payable
        assert purchase.given is None or purchase.given >= (totals.payable or 0)


def test_the_truth_reads_back_as_the_part_of_the_record_that_is_printed() -> None:
    made = document(plan("pdf"))
    invoice = read(_json(made.truth.printed)).invoice
    whole = read(_json(made.truth.record)).invoice

    assert invoice.number == whole.number
    assert invoice.totals.payable == whole.totals.payable
    assert len(invoice.lines) == len(whole.lines)
    assert whole.customization is not None
    assert invoice.customization is None


@pytest.mark.parametrize("kind", ["pdf", "scan", "photo", "receipt"])
def test_the_same_plan_gives_the_same_bytes(kind: Kind) -> None:
    one, same, other = document(plan(kind)), document(plan(kind)), document(plan(kind, 1))

    assert one.content == same.content
    assert one.truth == same.truth
    assert one.content != other.content


def test_a_hybrid_has_the_whole_record_in_it_each_time(tmp_path: Path) -> None:
    for index in range(3):
        made, again = document(plan("hybrid", index)), document(plan("hybrid", index))
        invoice = read(_json(made.truth.record)).invoice

        found = _found(made.content, tmp_path)

        assert (found.number, found.totals) == (invoice.number, invoice.totals)
        assert [line.net for line in found.lines] == [line.net for line in invoice.lines]
        assert found == _found(again.content, tmp_path)
        assert text_of(made.content) == text_of(again.content)


def test_a_scan_has_no_text_to_read() -> None:
    assert text_of(document(plan("scan")).content).strip() == ""


def test_layouts_for_tuning_and_for_reporting_are_different_ones() -> None:
    tuning = [each.name for each in TUNING] + [each.name for each in TUNING_RECEIPTS]
    reporting = [each.name for each in REPORTING] + [each.name for each in REPORTING_RECEIPTS]

    assert all(name.startswith("tuning-") for name in tuning)
    assert all(name.startswith("reporting-") for name in reporting)
    assert len({*tuning, *reporting}) == len(tuning) + len(reporting)


@pytest.mark.parametrize("layout", REPORTING, ids=lambda layout: layout.name)
def test_a_layout_for_reporting_has_three_elements_that_none_for_tuning_has(
    layout: Layout,
) -> None:
    tuned = {(shape, getattr(each, shape)) for each in TUNING for shape in SHAPES}
    own = {(shape, getattr(layout, shape)) for shape in SHAPES} - tuned

    assert len(own) >= 3
    assert layout.columns not in {each.columns for each in TUNING}


@pytest.mark.parametrize("layout", REPORTING_RECEIPTS, ids=lambda layout: layout.name)
def test_a_receipt_for_reporting_lists_and_arranges_otherwise(layout: ReceiptLayout) -> None:
    assert layout.items not in {each.items for each in TUNING_RECEIPTS}
    assert layout.particulars not in {each.particulars for each in TUNING_RECEIPTS}


def test_documents_of_the_two_sets_share_no_number() -> None:
    def numbers(purpose: Purpose) -> set[str]:
        made = map(document, plans(purpose, 1, 12, kinds=("pdf",)))
        return {each.truth.printed["number"] for each in made}

    assert numbers("tuning").isdisjoint(numbers("reporting"))


def test_a_set_has_every_kind_language_and_difficulty() -> None:
    made = list(plans("tuning", 1, 150))

    assert {(each.kind, each.language) for each in made} == {
        (kind, language)
        for kind in ("pdf", "hybrid", "scan", "photo", "receipt")
        for language in LANGUAGES
    }
    assert {each.difficulty for each in made if each.kind == "photo"} == {1, 2, 3, 4, 5}
    assert len({each.name for each in made}) == 150


def test_a_font_that_is_not_installed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", (Path("/nowhere"),))
    fonts.face.cache_clear()
    try:
        assert fonts.face("dejavu-sans").regular == "Helvetica"
        assert fonts.face("dejavu-mono").bold == "Courier-Bold"
    finally:
        fonts.face.cache_clear()


def _json(record: object) -> bytes:
    return msgspec.json.encode(record)


def _found(content: bytes, folder: Path) -> Invoice:
    path = folder / "document.pdf"
    path.write_bytes(content)
    return read_document(path).invoice
