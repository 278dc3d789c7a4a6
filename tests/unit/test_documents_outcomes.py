"""Which values are right, for fitting."""

from datetime import date

from msgspec.structs import replace

from manifold.documents.outcomes import outcomes
from operators.extraction.paths import paths_of
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice, Line, Party, Totals, VatSubtotal
from operators.money import ONE

RECORD = Invoice(
    number="R-1",
    issue_date=date(2026, 3, 2),
    seller=Party(name="Müller & Söhne GmbH"),
    buyer=Party(),
    lines=(
        Line(name="Nails", quantity=2 * ONE, price=5 * ONE, net=10 * ONE),
        Line(name="Screws", quantity=ONE, price=7 * ONE, net=7 * ONE),
    ),
    vat_breakdown=(
        VatSubtotal("S", 19 * ONE, 10 * ONE, 2 * ONE),
        VatSubtotal("S", 7 * ONE, 7 * ONE, ONE),
    ),
    totals=Totals(net=17 * ONE, gross=20 * ONE),
)


def wrong(read: Invoice) -> set[str]:
    fields = tuple(FieldRead(path, 0.9, "TEXT_LAYER") for path in paths_of(read))
    return {path for path, right in outcomes(RECORD, Understood(read, fields)) if not right}


def test_what_is_the_records_is_right_in_whatever_order() -> None:
    turned = replace(
        RECORD, lines=RECORD.lines[::-1], vat_breakdown=RECORD.vat_breakdown[::-1], number="r 1"
    )

    assert wrong(turned) == set()


def test_another_value_and_one_that_the_record_has_not_are_wrong() -> None:
    read = replace(RECORD, number="R-2", due_date=date(2026, 4, 1))

    assert wrong(read) == {"number", "due_date"}


def test_a_line_that_is_none_is_wrong_in_all_it_says() -> None:
    read = replace(RECORD, lines=(*RECORD.lines, Line(name="Total", net=99 * ONE)))

    assert wrong(read) == {"lines[2].name", "lines[2].net"}


def test_nothing_that_was_read_as_nothing_is_right() -> None:
    assert wrong(replace(RECORD, totals=replace(RECORD.totals, prepaid=0))) == set()
