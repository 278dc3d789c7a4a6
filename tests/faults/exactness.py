"""What must be true after any fault: nothing lost, nothing doubled, all state exact."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.stream import Received
from flows.fraud import SEEN, VENDORS
from manifold.generator import Sample, World
from operators import fraud
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.fraud import SealedPage, VendorProfile
from operators.join import Decided
from operators.judgement import Judgement
from operators.result import (
    FraudDetails,
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    ValidationResult,
)
from operators.table import MemoryTable
from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline

RESULTS: tuple[type[Result], ...] = (
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
)


def assert_each_once(pipeline: Pipeline, samples: list[Sample]) -> None:
    """Every request answered once by every branch, decided once, completely and rightly."""
    seen = pipeline.seen
    once = Counter(sample.upload.request_id for sample in samples)
    for kind in RESULTS:
        assert _differences(Counter(each.request_id for each in seen.all(kind)), once) == {}
    assert _differences(pipeline.decided(), once) == {}
    decisions = {each.request_id: each for each in seen.all(InvoiceDecision)}
    assert all(each.complete and each.revision == 1 for each in decisions.values())
    for sample in samples:
        decision = decisions[sample.upload.request_id]
        assert (sample.fault, decision.status) == (sample.fault, sample.decision)
    settled = Counter(each.request_id for each in seen.all(InvoiceSettled))
    final = Counter(each.request_id for each in decisions.values() if each.status != "REVIEW")
    assert _differences(settled, final) == {}
    assert seen.letters() == []


def assert_fraud_exact(pipeline: Pipeline, world: World) -> None:
    """Answers and tables of fraud are those of one reader that was never disturbed."""
    vendors = {each.vendor_id: each for each in world.vendors}
    rates = {each.currency: each for each in world.exchange_rates}
    tables: dict[int, tuple[MemoryTable[VendorProfile], MemoryTable[SealedPage]]] = {}
    expected: dict[str, Judgement[FraudDetails]] = {}
    uploads = zip(
        pipeline.seen.raw(InvoiceUploaded), pipeline.seen.all(InvoiceUploaded), strict=True
    )
    for received, upload in sorted(uploads, key=_place):
        profiles, pages = tables.setdefault(received.partition, (MemoryTable(), MemoryTable()))
        assert upload.invoice is not None
        expected[upload.request_id] = fraud.judge(
            upload.request_id,
            upload.attempt,
            upload.vendor_id or "",
            upload.invoice,
            upload.uploaded_at,
            vendors=vendors,
            rates=rates,
            policy=world.policy,
            profiles=profiles,
            seen=pages,
        )
    for result in pipeline.seen.all(FraudResult):
        judged = expected[result.request_id]
        answered = (result.status, result.details, result.violations)
        assert answered == (judged.status, judged.details, judged.violations)
    for number, name in enumerate((VENDORS.name, SEEN.name)):
        for partition, found in pipeline.table("fraud", name).items():
            rebuilt = tables[partition][number].items() if partition in tables else ()
            assert found == {key: _encoded(value) for key, value in rebuilt}


def assert_join_exact(pipeline: Pipeline, samples: list[Sample]) -> None:
    """The join waits for nothing, and remembers every request as decided."""
    assert [open_ for open_ in pipeline.table("decide", "requests").values() if open_] == []
    remembered = pipeline.table("decide", "closed")
    decoded = [
        (key, msgspec.msgpack.decode(value, type=Decided))
        for partition in remembered.values()
        for key, value in partition.items()
    ]
    keys = Counter(f"{sample.upload.request_id}/{sample.upload.attempt}" for sample in samples)
    assert _differences(Counter(key for key, _ in decoded), keys) == {}
    assert all(decided.unsettled is None for _, decided in decoded)


def _differences(found: Counter[str], wanted: Counter[str]) -> Mapping[str, tuple[int, int]]:
    """What is there another number of times than wanted: how often, and how often it should."""
    return {
        key: (found[key], wanted[key]) for key in {*found, *wanted} if found[key] != wanted[key]
    }


def _place(pair: tuple[Received, Any]) -> tuple[int, int]:
    return pair[0].partition, pair[0].offset


_encoded = msgspec.msgpack.encode
