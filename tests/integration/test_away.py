"""A part is away while invoices flow; when it is back, each request is judged again, once."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from flows import BRANCHES, FUSED, JOIN
from manifold.generator import Sample, reference_records
from operators.answer import NO_POLICY
from operators.decision import InvoiceDecision
from operators.reference import ReferencePolicy
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from tests.integration.pipeline import Pipeline, generated

COUNT = 300
RATE = 100
RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)


@pytest.mark.parametrize("ways", [(*BRANCHES, JOIN), (FUSED,)], ids=["apart", "fused"])
def test_without_a_policy_all_are_unknown_at_once_and_judged_when_there_is_one(
    bootstrap: str, tmp_path: Path, ways: Sequence[str]
) -> None:
    made, samples = generated(COUNT, fault_rate=0)
    records = [record for _, record in reference_records(made)]
    [policy] = [record for record in records if isinstance(record, ReferencePolicy)]
    with Pipeline(bootstrap, tmp_path, MANIFOLD_FLOW__RESUME_PER_SECOND=str(RATE)) as pipeline:
        pipeline.publish(*(record for record in records if record is not policy))
        pipeline.running(*ways)
        pipeline.publish(*(sample.upload for sample in samples))
        pipeline.until(lambda: len(pipeline.decided()) == COUNT, "all decided at once")
        first = list(pipeline.seen.all(InvoiceDecision))
        assert {each.status for each in first} == {"REVIEW"}
        assert {answer.unknown_reason for each in first for answer in each.branches} == {NO_POLICY}
        assert len(pipeline.seen.all(PricingResult)) == COUNT
        killed = "pricing" if "pricing" in ways else FUSED
        for process in pipeline.processes:
            if process.flow == killed:
                pipeline.killed(process)

        pipeline.publish(policy)

        for share in (COUNT // 3, COUNT // 2):
            pipeline.until(partial(known, pipeline, share), f"{share} known to pricing")
            for process in pipeline.processes:
                if process.flow == killed:
                    pipeline.killed(process)
        pipeline.until(lambda: all_approved(pipeline, samples), "all approved")
        pipeline.at_rest(*ways)

        for kind in RESULTS:
            times = Counter(
                (each.request_id, each.status == "UNKNOWN") for each in pipeline.seen.all(kind)
            )
            assert set(times.values()) == {1}
            assert len(times) == 2 * COUNT
        for branch in BRANCHES:
            assert not any(pipeline.table(branch, "postponed").values())


def known(pipeline: Pipeline, enough: int) -> bool:
    """Whether pricing has judged so many requests."""
    return sum(each.status != "UNKNOWN" for each in pipeline.seen.all(PricingResult)) >= enough


def all_approved(pipeline: Pipeline, samples: Sequence[Sample]) -> bool:
    """Whether the latest revision of each request is."""
    latest = {each.request_id: each.status for each in pipeline.seen.all(InvoiceDecision)}
    return len(latest) == len(samples) and set(latest.values()) == {"APPROVED"}
