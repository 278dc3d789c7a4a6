"""The uploads of the benchmark's job."""

from collections import Counter

import pytest

from bench.job.expected import Branches
from bench.job.invoices import UPLOADED, VENDORS, uploads
from operators.result import Result, Source

COUNT = 5_000

RULES = {
    "ValidationResult": """BR-02 BR-03 BR-04 BR-05 BR-CL-04 BR-06 BR-07 BR-09 BR-CO-10 BR-CO-13
        BR-CO-14 BR-CO-15 BR-CO-16 BR-CO-17 JOB-DUE""".split(),
    "InventoryResult": """INV-ORDER INV-EARLY INV-RECEIPT INV-QUANTITY INV-ZERO INV-RETURN
        INV-MOST INV-UNIT INV-ITEM INV-TWICE INV-OVER""".split(),
    "FraudResult": """FRD-NUMBER FRD-ACCOUNT FRD-AMOUNT FRD-LIMIT FRD-ROUND FRD-WEEKEND FRD-FUTURE
        FRD-VAT FRD-COUNTRY FRD-SELF FRD-HURRY FRD-ORDER""".split(),
    "PricingResult": """PRC-PRICE PRC-NEGATIVE PRC-FREE PRC-BASE PRC-NET PRC-LINE PRC-CENT
        PRC-NAME PRC-RATE PRC-SUM PRC-HALF""".split(),
}
"""What must be found; BR-16 and INV-LINES cannot, for every invoice has three lines."""


@pytest.fixture(scope="module")
def results() -> list[Result]:
    branches = Branches()
    return [
        result
        for offset, upload in enumerate(uploads(1, COUNT))
        for result in branches.results(upload, Source("uploads", 0, offset))
    ]


def test_a_seed_always_gives_the_same_uploads() -> None:
    first = list(uploads(7, 600))
    assert first == list(uploads(7, 600))
    assert first[:200] == list(uploads(7, 200))
    assert first != list(uploads(8, 600))


def test_every_upload_is_an_invoice_of_three_lines_with_a_known_vendor() -> None:
    sent = list(uploads(1, COUNT, UPLOADED + 1))
    assert all(upload.invoice and len(upload.invoice.lines) == 3 for upload in sent)
    assert len({upload.vendor_id for upload in sent}) == VENDORS
    assert {upload.uploaded_at for upload in sent} == {UPLOADED + 1}


def test_a_few_uploads_are_sent_twice_and_are_the_same() -> None:
    sent = Counter(uploads(1, COUNT))
    assert 3 <= sum(times == 2 for times in sent.values()) <= 30
    assert max(sent.values()) == 2
    assert len({upload.request_id for upload in sent}) == len(sent)


def test_a_vendor_bills_several_orders_and_each_of_them_in_parts() -> None:
    orders: dict[str, Counter[str]] = {}
    for upload in uploads(1, COUNT):
        if upload.invoice and upload.invoice.purchase_order and upload.vendor_id:
            orders.setdefault(upload.vendor_id, Counter())[upload.invoice.purchase_order] += 1
    assert min(map(len, orders.values())) > 1
    assert sum(times > 1 for billed in orders.values() for times in billed.values()) > 500


@pytest.mark.parametrize("branch", RULES)
def test_every_check_of_a_branch_finds_something(branch: str, results: list[Result]) -> None:
    found = Counter(
        violation.rule_id
        for result in results
        if type(result).__name__ == branch
        for violation in result.violations
    )
    assert set(found) == set(RULES[branch])


def test_nine_in_ten_are_approved_by_each_branch(results: list[Result]) -> None:
    good = Counter(result.status for result in results)
    for status in ("APPROVED", "AVAILABLE", "PASS", "MATCH"):
        assert 0.9 * COUNT < good[status] < COUNT
    assert all(good[status] for status in ("REJECTED", "LIMITED", "UNAVAILABLE"))
    assert all(good[status] for status in ("WARNING", "FAIL", "DEVIATION", "MISMATCH"))
