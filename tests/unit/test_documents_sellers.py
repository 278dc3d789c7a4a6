"""Several documents of one seller, and what the correction of the first does to the others."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from manifold.documents import corrections as measuring
from manifold.documents.corrections import corrections, remembered
from manifold.documents.document import document
from manifold.documents.folder import write
from manifold.documents.measure import documents
from manifold.documents.plan import Plan, plans
from manifold.documents.reader import looked_at
from operators.extraction.memory_reading import Looked
from operators.extraction.outcome import DocumentRead


def planned(count: int, of_a_seller: int) -> list[Plan]:
    return list(plans("tuning", 3, count, ("pdf",), ("de", "en"), of_a_seller))


def test_documents_behind_each_other_are_of_one_seller_in_one_layout() -> None:
    made = [document(plan) for plan in planned(4, 2)]

    sellers = [each.truth.record["seller"]["name"] for each in made]
    layouts = [each.layout for each in made]
    assert sellers[0] == sellers[1] != sellers[2] == sellers[3]
    assert layouts[0] == layouts[1]
    assert len({each.truth.record["number"] for each in made}) == 4


def test_sellers_take_the_kinds_in_turn() -> None:
    kinds = [plan.kind for plan in plans("tuning", 3, 4, ("pdf", "photo"), ("de",), 2)]

    assert kinds == ["pdf", "pdf", "photo", "photo"]


def test_without_groups_every_document_has_a_seller_of_its_own() -> None:
    assert {plan.seller for plan in planned(3, 1)} == {None}


def misread(content: bytes) -> tuple[DocumentRead, Looked | None]:
    """The document, with another seller's name than it says."""
    found, looked = looked_at(content)
    wrong = replace(found.invoice.seller, name="Somebody")
    return replace(found, invoice=replace(found.invoice, seller=wrong)), looked


def test_one_correction_is_enough_for_the_seller_s_other_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "looked_at", misread)
    for plan in planned(3, 3):
        write(document(plan), tmp_path)

    found = remembered(corrections(documents(tmp_path), print))

    name = next(each for each in found.fields if each.field == "seller.name")
    assert (found.documents, found.vendors, found.known, found.mistaken) == (3, 1, 2, 0)
    assert (name.truths, name.before, name.after) == (2, 0, 2)
