"""A share of `make oracle`: our rules say of mutated invoices what the official ones say."""

import pytest

from tests.maven import maven
from tests.oracle.__main__ import INVOICES, compare
from tests.oracle.artefacts import fetched


@pytest.mark.parametrize("syntax", ["UBL", "CII"])
@pytest.mark.parametrize("seed", [2])
def test_ours_and_theirs_agree(syntax: str, seed: int) -> None:
    with maven():
        official = fetched()
    found = compare(syntax, 600, seed, official, INVOICES)

    assert found.tally.judged > 400
    assert found.documents == {}
