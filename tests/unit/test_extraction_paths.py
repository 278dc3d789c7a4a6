"""Values by their paths."""

import pytest
from hypothesis import given

from operators.extraction.paths import paths_of, value_at, without
from operators.invoice import Invoice, Line, Party, Payment, Totals
from tests.unit.any_invoice import INVOICES

INVOICE = Invoice(
    number="R-1",
    seller=Party(name="Example Supplies GmbH"),
    buyer=Party(),
    lines=(Line(id="1", net=10), Line(id="2", net=20)),
    payments=(Payment(means="58"),),
    totals=Totals(gross=30),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("number", "R-1"),
        ("lines[1].net", 20),
        ("lines[2].net", None),
        ("payments[0].account.id", None),
        ("seller.address.city", None),
    ],
)
def test_a_path_leads_to_its_value_or_to_nothing(path: str, value: object) -> None:
    assert value_at(INVOICE, path) == value


@pytest.mark.parametrize("path", ["", "Lines[0]", "lines[x].net", "number;"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        value_at(INVOICE, path)


def test_a_value_is_taken_out_and_the_rest_stays() -> None:
    cut = without(INVOICE, ("lines[0].net", "totals.gross", "payments[0].account.id"))

    assert cut.lines == (Line(id="1"), Line(id="2", net=20))
    assert cut.totals == Totals()
    assert cut.payments == INVOICE.payments


@given(INVOICES)
def test_every_value_has_a_path_and_without_them_nothing_is_left(invoice: Invoice) -> None:
    paths = list(paths_of(invoice))

    assert len(set(paths)) == len(paths)
    assert all(value_at(invoice, path) is not None for path in paths)
    assert not list(paths_of(without(invoice, paths)))
