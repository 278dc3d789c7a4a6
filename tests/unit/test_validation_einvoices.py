"""Real e-invoices, which the official rules find nothing wrong with, are approved."""

from pathlib import Path

import pytest

from connectors.einvoice import read
from tests.unit.validation_subject import judged

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "e-invoices"
FILES = sorted(FOLDER.glob("*.xml"))

if not FILES:
    pytest.skip("the sample e-invoices are not beside this checkout", allow_module_level=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_approved(file: Path) -> None:
    invoice = read(file.read_bytes()).invoice
    assert invoice is not None
    judgement = judged(invoice)

    assert judgement.status == "APPROVED"
    assert {found.rule_id for found in judgement.violations} <= {"MF-VATID", "MF-DATE-OLD"}
