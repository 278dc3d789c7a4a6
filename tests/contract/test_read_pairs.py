"""Ten business cases, each in UBL and in CII, read to the same invoice.

The documents are KoSIT's XRechnung test suite. Where the two files of a pair really say
different things, `DIFFERENCES` names it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from connectors.einvoice import read
from operators import money
from operators.invoice import Invoice, SupportingDocument

DOCUMENTS = Path(__file__).parents[2].parent / "shared" / "data" / "e-invoices"
CASES = [f"01.{number:02d}a-INVOICE" for number in range(1, 11)]
FILES = [f"{case}_{syntax}.xml" for case in CASES for syntax in ("ubl", "uncefact")]

PLACEHOLDER = (
    "Both files give a sales order number (BT-14) and no purchase order. UBL's OrderReference"
    " must have an ID, so the UBL file fills it with the placeholder “Dummywert”; CII has an"
    " element of its own for the sales order."
)
DIFFERENCES = [
    # case, field, UBL, CII, why
    ("01.02a-INVOICE", "purchase_order", "Dummywert", None, PLACEHOLDER),
    ("01.08a-INVOICE", "purchase_order", "Dummywert", None, PLACEHOLDER),
    ("01.09a-INVOICE", "purchase_order", "Dummywert", None, PLACEHOLDER),
    (
        "01.09a-INVOICE",
        "supporting_documents",
        (),
        (SupportingDocument("ANG987654321"),),
        "A tender or lot (BT-17) has an element of its own in UBL. In CII it stands among the"
        " supporting documents, where BR-52 judges it with the rest.",
    ),
    ("01.10a-INVOICE", "purchase_order", "Dummywert", None, PLACEHOLDER),
]

pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="needs ../shared/data")


def invoice(file: str) -> Invoice:
    return read((DOCUMENTS / file).read_bytes()).invoice


def differences(
    left: object, right: object, path: str = ""
) -> Iterator[tuple[str, object, object]]:
    if isinstance(left, Struct) and type(left) is type(right):
        for name in left.__struct_fields__:
            where = f"{path}.{name}".lstrip(".")
            yield from differences(getattr(left, name), getattr(right, name), where)
    elif isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif left != right and path != "syntax":
        yield path, left, right


@pytest.mark.parametrize("case", CASES)
def test_both_syntaxes_read_to_the_same_invoice(case: str) -> None:
    found = list(differences(invoice(f"{case}_ubl.xml"), invoice(f"{case}_uncefact.xml")))

    assert found == [difference[1:4] for difference in DIFFERENCES if difference[0] == case]


@pytest.mark.parametrize("file", FILES)
def test_syntax_is_told_by_content(file: str) -> None:
    expected = "UBL Invoice" if file.endswith("_ubl.xml") else "CII"

    assert read((DOCUMENTS / file).read_bytes()).syntax == expected


@pytest.mark.parametrize("file", FILES)
def test_what_every_case_has_is_there(file: str) -> None:
    read = invoice(file)

    assert read.number
    assert read.issue_date
    assert read.currency == "EUR"
    assert read.type_code
    assert read.seller.name
    assert read.seller.vat_id or read.seller.tax_id
    assert read.payments
    for payment in read.payments:
        assert payment.means
        assert payment.account is None or (payment.account.id or "").isalnum()
    assert read.buyer.name
    assert read.buyer.address is not None
    assert read.lines
    for line in read.lines:
        assert None not in (line.id, line.name, line.quantity, line.unit, line.price, line.net)


@pytest.mark.parametrize("file", FILES)
def test_what_was_read_adds_up(file: str) -> None:
    read = invoice(file)
    totals = read.totals
    taxable = sum(part.taxable or 0 for part in read.vat_breakdown)
    tax = sum(part.tax or 0 for part in read.vat_breakdown)

    assert totals.lines_net == sum(line.net or 0 for line in read.lines)
    assert totals.net == taxable
    assert totals.net == totals.lines_net - (totals.allowances or 0) + (totals.charges or 0)
    assert totals.tax == tax
    assert totals.gross == totals.net + totals.tax
    assert totals.payable == totals.gross - (totals.prepaid or 0) + (totals.rounding or 0)
    for line in read.lines:
        assert line.quantity is not None
        assert line.price is not None
        assert line.net == money.rounded(money.times(line.quantity, line.price))
