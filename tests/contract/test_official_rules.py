"""A share of `make oracle`: our rules say of mutated invoices what the official ones say."""

from pathlib import Path

import pytest

from tests.oracle.__main__ import compare

SHARED = Path(__file__).parents[2].parent / "shared"

pytestmark = pytest.mark.skipif(
    not (SHARED / "oracle").is_dir(), reason="needs ../shared/oracle and ../shared/data"
)


@pytest.mark.parametrize("syntax", ["UBL", "CII"])
@pytest.mark.parametrize("seed", [2])
def test_ours_and_theirs_agree(syntax: str, seed: int) -> None:
    found = compare(syntax, 600, seed, SHARED / "oracle", SHARED / "data" / "e-invoices")

    assert found.tally.judged > 400
    assert found.documents == {}
