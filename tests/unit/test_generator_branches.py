"""The real branches over generated streams: right invoices pass, each fault is found."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import pytest

from manifold.generator import FAULTS, Sample, World, invoices, world
from operators import fraud, inventory, pricing, validation
from operators.decide import VERDICTS
from operators.decision import Branch
from operators.exchange import rate_key
from operators.invoice import Invoice
from operators.judgement import Judgement
from operators.reference import ReferenceContract, ReferenceGoodsReceipt
from operators.table import MemoryTable

TODAY = date(2026, 3, 2)
START = 1_772_409_600_000
COUNT = 1500

Judge: TypeAlias = Callable[[Sample], Judgement[Any]]
Judged: TypeAlias = list[tuple[Sample, dict[Branch, Judgement[Any]]]]


def invoice_of(sample: Sample) -> Invoice:
    assert sample.upload.invoice is not None
    return sample.upload.invoice


def branches(made: World) -> dict[Branch, Judge]:
    """The branches' operators over a world, with their state in memory."""
    taxes = {tax.country: tax for tax in made.tax_rates}
    orders = {order.purchase_order: order for order in made.purchase_orders}
    found: dict[str, list[ReferenceGoodsReceipt]] = defaultdict(list)
    for receipt in made.goods_receipts:
        found[receipt.purchase_order].append(receipt)
    receipts = {order: tuple(those) for order, those in found.items()}
    vendors = {vendor.vendor_id: vendor for vendor in made.vendors}
    contracts: dict[str, list[ReferenceContract]] = defaultdict(list)
    for contract in made.contracts:
        for key in pricing.keys_of_contract(contract):
            contracts[key].append(contract)
    agreements = {each.vendor_id: (each,) for each in made.agreements}
    rates = {rate_key(rate.currency, rate.as_of): rate for rate in made.exchange_rates}
    volumes = MemoryTable[pricing.PeriodVolume]()
    priced = MemoryTable[pricing.RequestVolumes]()
    profiles = MemoryTable[fraud.VendorProfile]()
    pages = MemoryTable[fraud.SealedPage]()
    reservations = MemoryTable[inventory.OrderReservations]()
    requests = MemoryTable[inventory.RequestClaims]()

    def validates(sample: Sample) -> Judgement[Any]:
        today = datetime.fromtimestamp(sample.upload.uploaded_at / 1000, UTC).date()
        return validation.judge(invoice_of(sample), made.policy, taxes, today)

    def matches(sample: Sample) -> Judgement[Any]:
        upload = sample.upload
        return inventory.judge(
            upload.request_id,
            upload.attempt,
            upload.vendor_id or "",
            invoice_of(sample),
            orders=orders,
            receipts=receipts,
            policy=made.policy,
            reservations=reservations,
            requests=requests,
        )

    def suspects(sample: Sample) -> Judgement[Any]:
        upload = sample.upload
        return fraud.judge(
            upload.request_id,
            upload.attempt,
            upload.vendor_id or "",
            invoice_of(sample),
            upload.uploaded_at,
            vendors=vendors,
            owners=fraud.by_account(made.vendors),
            rates=rates,
            policy=made.policy,
            profiles=profiles,
            seen=pages,
        )

    def prices(sample: Sample) -> Judgement[Any]:
        upload = sample.upload
        return pricing.judge(
            upload.request_id,
            upload.attempt,
            upload.vendor_id or "",
            invoice_of(sample),
            TODAY,
            contracts=contracts,
            agreements=agreements,
            rates=rates,
            tax_rates=taxes,
            policy=made.policy,
            volumes=volumes,
            requests=priced,
        )

    return {
        "VALIDATION": validates,
        "INVENTORY": matches,
        "FRAUD": suspects,
        "PRICING": prices,
    }


@pytest.fixture(scope="module", params=[1, 2, 3], ids="seed {}".format)
def judged(request: pytest.FixtureRequest) -> Judged:
    """A stream with what each branch said. Nothing is settled, so every reservation stays."""
    made = world(request.param, COUNT, TODAY)
    judges = branches(made)
    return [
        (sample, {branch: judge(sample) for branch, judge in judges.items()})
        for sample in invoices(made, request.param, COUNT, START)
    ]


def unwelcome(sample: Sample, answers: dict[Branch, Judgement[Any]]) -> list[object]:
    """Answers other than approval from branches to which the fault is not visible."""
    return [
        (sample.fault, branch, answer)
        for branch, answer in answers.items()
        if branch != sample.branch
        and branch not in sample.also
        and VERDICTS.get((branch, answer.status)) != "APPROVED"
    ]


def test_right_invoices_pass_every_branch(judged: Judged) -> None:
    right = [entry for entry in judged if entry[0].fault is None]

    assert len(right) > COUNT / 2
    assert [each for entry in right for each in unwelcome(*entry)] == []


def test_each_fault_is_found_by_its_branch(judged: Judged) -> None:
    faulty = [entry for entry in judged if entry[0].fault]
    missed = [
        (sample.fault, answers)
        for sample, answers in faulty
        if sample.branch is None or answers[sample.branch].status != sample.expected
    ]

    assert {sample.fault for sample, _ in faulty} == set(FAULTS)
    assert missed == []


def test_no_other_branch_minds_a_fault(judged: Judged) -> None:
    assert [each for entry in judged for each in unwelcome(*entry)] == []


def test_the_decision_is_the_one_announced(judged: Judged) -> None:
    for sample, answers in judged:
        verdicts = {VERDICTS[branch, answer.status] for branch, answer in answers.items()}
        worst = next(v for v in ("REJECTED", "REVIEW", "APPROVED") if v in verdicts)

        assert worst == sample.decision, sample.fault
