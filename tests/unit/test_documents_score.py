"""The scoring of extraction on cases whose figures are known."""

import json
import os
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.einvoice import Unreadable, to_json
from manifold.documents.calibration import calibration, coverage
from manifold.documents.fields import FIELDS, same_address
from manifold.documents.held_back import HeldBack
from manifold.documents.known import Known, known, plain_amount, plain_day
from manifold.documents.line_matching import best_assignment, scored_lines
from manifold.documents.measure import documents, measured
from manifold.documents.score import Scored, scored
from manifold.documents.summary import report
from operators.extraction.gate import Gates, next_step
from operators.extraction.outcome import DocumentRead
from operators.extraction.paths import paths_of
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead
from operators.invoice import Address, Invoice, Line, Party, Totals, VatSubtotal
from operators.money import ONE, parse

INVOICE = Invoice(
    number="R-1",
    issue_date=date(2026, 3, 2),
    currency="EUR",
    seller=Party(name="Müller & Söhne GmbH", vat_id="DE136695976"),
    buyer=Party(),
    lines=(
        Line(name="Nails", quantity=2 * ONE, price=5 * ONE, net=10 * ONE),
        Line(name="Screws", quantity=ONE, price=7 * ONE, net=7 * ONE),
    ),
    vat_breakdown=(VatSubtotal("S", 19 * ONE, 17 * ONE, parse("3.23")),),
    totals=Totals(net=17 * ONE, tax=parse("3.23"), gross=parse("20.23")),
)


def understood(invoice: Invoice, confidence: float = 0.99, **stated: float) -> DocumentRead:
    fields = tuple(
        FieldRead(path, stated.get(path.replace(".", "_"), confidence), "TEXT_LAYER", page=1)
        for path in paths_of(invoice)
    )
    reading = DocumentReading(route="TEXT_LAYER", kind="INVOICE", fields=fields, extractor="1")
    return DocumentRead(invoice, reading, next_step(fields, "INVOICE", Gates(), ()))


def truth(tmp_path: Path, told: object) -> Known:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(told), "utf-8")
    return known(path)


def outcomes(document: Scored) -> dict[str, str]:
    return {each.field: each.outcome for each in document.fields}


def test_what_is_read_as_it_is_is_right_everywhere(tmp_path: Path) -> None:
    document = scored("one.pdf", truth(tmp_path, to_json(INVOICE)), understood(INVOICE))

    assert set(outcomes(document).values()) == {"right"}
    assert document.lines is not None
    assert (document.lines.right, document.lines.truths, document.lines.read) == (2, 2, 2)
    found = report([document])
    assert found.lines.f1 == 1.0
    assert found.at_gate.share == 1.0
    assert found.at_precision.precision == 1.0


def test_a_wrong_a_missing_and_an_invented_value_are_told_apart(tmp_path: Path) -> None:
    told = {"header": {"complete": True}, "invoice": to_json(INVOICE)}
    read = replace(INVOICE, number="R-7", issue_date=None, due_date=date(2026, 4, 1))

    found = outcomes(scored("one.pdf", truth(tmp_path, told), understood(read)))

    assert found["number"] == "wrong"
    assert found["issue_date"] == "missed"
    assert found["due_date"] == "invented"
    assert found["totals.gross"] == "right"


def test_a_value_that_a_truth_of_a_few_fields_lacks_does_not_count(tmp_path: Path) -> None:
    told = {"number": "R-1", "totals": {"gross": "20.23"}}

    document = scored("one.pdf", truth(tmp_path, told), understood(INVOICE))

    assert outcomes(document) == {"number": "right", "totals.gross": "right"}
    assert document.lines is None


def test_a_right_value_that_is_computed_and_not_printed_is_no_invention(tmp_path: Path) -> None:
    printed = to_json(replace(INVOICE, totals=replace(INVOICE.totals, net=None)))
    told = {"header": {"complete": True}, "invoice": printed, "record": to_json(INVOICE)}
    wrong = replace(INVOICE, totals=replace(INVOICE.totals, net=18 * ONE))

    assert "totals.net" not in outcomes(scored("a", truth(tmp_path, told), understood(INVOICE)))
    assert outcomes(scored("a", truth(tmp_path, told), understood(wrong)))["totals.net"] == (
        "invented"
    )


def test_the_sum_of_lines_that_are_not_known_is_no_invention(tmp_path: Path) -> None:
    receipt = to_json(replace(INVOICE, lines=()))
    told = {"header": {"complete": True}, "invoice": receipt}
    read = replace(INVOICE, totals=replace(INVOICE.totals, lines_net=parse("20.23")))

    document = scored("one.jpg", truth(tmp_path, told), understood(read))

    assert "totals.lines_net" not in outcomes(document)
    assert document.lines is None


@pytest.mark.parametrize(
    ("field", "truth", "read", "same"),
    [
        ("number", "RE-2026/1", "re 2026 1", True),
        ("number", "RE-2026/1", "RE-2026/7", False),
        ("seller.vat_id", "DE136695976", "DE 136.695.976", True),
        ("seller.name", "Müller & Söhne GmbH", "MÜLLER & SÖHNE  GmbH.", True),
        ("seller.name", "Müller & Söhne GmbH", "Muller & Sohne GmbH", False),
        ("totals.gross", parse("20.23"), parse("20.23"), True),
        ("totals.gross", parse("20.23"), parse("20.24"), False),
        (
            "vat_breakdown",
            (VatSubtotal("S", 19 * ONE, None, parse("3.23")),),
            INVOICE.vat_breakdown,
            True,
        ),
        ("vat_breakdown", INVOICE.vat_breakdown, (VatSubtotal("S", 7 * ONE, 17 * ONE),), False),
    ],
)
def test_values_are_compared_after_the_normalisation_that_is_stated(
    field: str, truth: object, read: object, same: bool
) -> None:
    assert next(each for each in FIELDS if each.name == field).same(truth, read) is same


def test_the_truth_of_public_receipts_counts_company_day_address_and_total(
    tmp_path: Path,
) -> None:
    told = {
        "company": "KEDAI BUNGA SDN BHD",
        "date": "25/12/2018 8:13:39 PM",
        "address": "NO. 5, JALAN SS 2/24, 47300 PETALING JAYA",
        "total": "RM 1,009.05",
    }
    address = Address("NO 5 JALAN SS 2/24", "PETALING JAYA", "47300", "MY")
    read = Invoice(
        issue_date=date(2018, 12, 25),
        seller=Party(name="Kedai Bunga Sdn. Bhd.", address=address),
        buyer=Party(),
        totals=Totals(gross=parse("1009.05")),
    )

    document = scored("one.jpg", truth(tmp_path, told), understood(read))

    assert outcomes(document) == {
        "seller.name": "right",
        "issue_date": "right",
        "total": "right",
        "address": "right",
    }
    assert document.certainty == 0.99


def test_a_total_with_rounding_is_what_is_to_be_paid(tmp_path: Path) -> None:
    read = replace(INVOICE, totals=Totals(gross=parse("20.23"), payable=parse("20.25")))

    document = scored("one.jpg", truth(tmp_path, {"total": "20.25"}), understood(read))

    assert outcomes(document)["total"] == "right"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12/2018", date(2018, 12, 25)),
        ("2018-12-25", date(2018, 12, 25)),
        ("03-04-18", date(2018, 4, 3)),
        ("12 APR 2018", date(2018, 4, 12)),
        ("(25-Dec-18)", date(2018, 12, 25)),
        ("12/25/2018", date(2018, 12, 25)),
    ],
)
def test_days_of_public_receipts_are_understood(text: str, day: date) -> None:
    assert plain_day(text, Path("one.json")) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [("9.00", "9"), ("RM1,234.50", "1234.5"), ("1.234,50 €", "1234.5"), ("1,200", "1200")],
)
def test_totals_of_public_receipts_are_understood(text: str, amount: str) -> None:
    assert plain_amount(text, Path("one.json")) == parse(amount)


def test_an_address_may_lack_one_word_in_ten() -> None:
    words = "no 5 jalan ss 2 24 taman seri petaling jaya"

    assert same_address(words, words.removesuffix(" jaya"))
    assert not same_address(words, "no 5 jalan ss 2 24")


def test_lines_are_matched_whatever_their_order_and_scored_one_by_one() -> None:
    one, other = INVOICE.lines
    misread = replace(other, net=8 * ONE)

    found = scored_lines((one, other), (misread, one))

    assert found.pairs == ((0, 1), (1, 0))
    assert found.right == 1
    assert found.cells["net"] == (1, 2)
    assert found.cells["name"] == (2, 2)


def test_a_price_for_a_hundred_is_the_price_for_one_times_a_hundred() -> None:
    per_hundred = Line(name="Nails", price=500 * ONE, base_quantity=100 * ONE, net=10 * ONE)
    per_one = Line(name="Nails", price=5 * ONE, net=10 * ONE)

    assert scored_lines((per_hundred,), (per_one,)).right == 1


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 9).map(float), min_size=width, max_size=width),
            min_size=1,
            max_size=4,
        )
    )
)
def test_the_assignment_is_the_best_there_is(gains: list[list[float]]) -> None:
    rows, columns = len(gains), len(gains[0])
    if rows <= columns:
        tried = [list(enumerate(chosen)) for chosen in permutations(range(columns), rows)]
    else:
        tried = [
            [(row, column) for column, row in enumerate(chosen)]
            for chosen in permutations(range(rows), columns)
        ]
    best = max(sum(gains[row][column] for row, column in pairs) for pairs in tried)

    pairs = best_assignment(gains)

    assert sum(gains[row][column] for row, column in pairs) == best
    assert len({row for row, _ in pairs}) == len(pairs) == min(rows, columns)
    assert len({column for _, column in pairs}) == len(pairs)


def test_brier_and_ece_are_those_computed_by_hand() -> None:
    found = calibration([(0.95, True), (0.95, False), (0.55, True), (0.55, True)])

    assert found.brier == pytest.approx((0.05**2 + 0.95**2 + 2 * 0.45**2) / 4)
    assert found.ece == pytest.approx((2 * abs(0.5 - 0.95) + 2 * abs(1 - 0.55)) / 4)
    assert [(each.count, each.accuracy) for each in found.bins] == [(2, 1.0), (2, 0.5)]


def test_coverage_takes_as_many_as_the_precision_allows_and_ties_together() -> None:
    certain = [(0.99, 99, 0), (0.95, 1, 1), (0.9, 0, 5)]

    assert coverage(certain, 0.99) == (2, 0.95)
    assert coverage([(0.9, 1, 0), (0.9, 0, 1)], 0.99) == (0, 1.0)
    # Later right ones make up for an earlier mistake.
    assert coverage([(0.99, 0, 1), (0.9, 99, 0)], 0.99) == (2, 0.9)


def test_a_document_is_only_accepted_with_a_date_and_a_total(tmp_path: Path) -> None:
    told = truth(tmp_path, to_json(INVOICE))
    dateless = understood(replace(INVOICE, issue_date=None))
    unsure = understood(INVOICE, number=0.5)

    assert scored("one.pdf", told, dateless).certainty is None
    assert scored("one.pdf", told, unsure).certainty == 0.5


def test_the_report_adds_up(tmp_path: Path) -> None:
    told = truth(tmp_path, to_json(INVOICE))
    wrong = replace(INVOICE, number="R-9", lines=INVOICE.lines[:1])
    found = report(
        [
            scored("a.pdf", told, understood(INVOICE), seconds=0.1, cost=0.02),
            scored("b.pdf", told, understood(wrong, number=0.6), seconds=0.3),
            scored("c.pdf", told, None, "unknown_format", seconds=0.2),
        ]
    )

    number = next(each for each in found.fields if each.field == "number")
    assert (number.right, number.wrong, number.missed) == (1, 1, 1)
    assert number.accuracy == pytest.approx(1 / 3)
    assert number.acceptable == pytest.approx(1 / 3)
    assert (found.lines.right, found.lines.truths, found.lines.read) == (3, 6, 3)
    assert found.lines.f1 == pytest.approx(2 * 3 / 9)
    assert found.refused == {"unknown_format": 1}
    assert found.at_precision.documents == 1
    assert found.at_gate.share == pytest.approx(1 / 3)
    assert found.held_back == (HeldBack("number", 1, 0, 1, 0),)
    assert (found.median_seconds, found.p95_seconds) == (0.2, 0.3)
    assert found.mean_cost == pytest.approx(0.02 / 3)
    assert [each.name for each in found.worst] == ["c.pdf", "b.pdf"]
    assert "number wrong on page 1" in found.worst[1].mistakes


def test_only_documents_with_a_truth_beside_them_are_read(tmp_path: Path) -> None:
    for name in ("a.pdf", "a.json", "b.jpg", "b.json", "c.pdf", "d.json", "notes.txt"):
        (tmp_path / name).write_text("{}")

    assert [path.name for path in documents(tmp_path)] == ["a.pdf", "b.jpg"]


def test_a_truth_that_cannot_be_read_is_said_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "a.json").write_text("no JSON")
    said: list[str] = []

    found = list(measured(documents(tmp_path), refuses, unusable=said.append))

    assert found == []
    assert len(said) == 1
    assert "a.json" in said[0]


def test_a_bug_that_one_document_meets_does_not_end_the_measurement(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "a.json").write_text('{"number": "R-1"}')

    def divides(path: Path) -> DocumentRead:
        raise ZeroDivisionError

    assert [each.refused for each in measured(documents(tmp_path), divides)] == [
        "ZeroDivisionError"
    ]


def test_a_document_that_kills_its_process_counts_as_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.pdf").write_bytes(b"")
        (tmp_path / f"{name}.json").write_text('{"number": "R-1"}')

    found = list(measured(documents(tmp_path), dies_of_a, workers=2))

    assert [each.refused for each in found] == ["died", "unknown_format"]
    assert outcomes(found[0]) == {"number": "missed"}


def refuses(path: Path) -> DocumentRead:
    raise Unreadable("unknown_format", f"{path.name} is refused.")


def dies_of_a(path: Path) -> DocumentRead:
    if path.stem == "a":
        os._exit(1)
    return refuses(path)
