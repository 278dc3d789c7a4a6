"""A part is away while invoices flow; when it is back, each request is judged again, once."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from flows import BRANCHES, FUSED, JOIN
from manifold.generator import Sample, reference_records
from operators.answer import NO_POLICY
from operators.decision import InvoiceDecision
from operators.reference import ReferenceContract, ReferenceExchangeRate, ReferencePolicy
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline, generated
from tests.rates_server import RatesServer

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
        # What is written together is not read together, over several partitions.
        pipeline.until(lambda: len(pipeline.seen.all(PricingResult)) == COUNT, "all answered")
        flow = "pricing" if "pricing" in ways else FUSED
        killed(pipeline, flow)

        pipeline.publish(policy)

        for share in (COUNT // 3, COUNT // 2):
            pipeline.until(partial(known, pipeline, share), f"{share} known to pricing")
            killed(pipeline, flow)
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


def test_a_rate_service_that_hangs_and_goes_delays_nothing_and_all_are_priced_when_it_is_back(
    bootstrap: str, tmp_path: Path
) -> None:
    made, samples = generated(COUNT, fault_rate=0)
    records = [
        replace(record, currency="GBP") if isinstance(record, ReferenceContract) else record
        for _, record in reference_records(made)
        if not isinstance(record, ReferenceExchangeRate)
    ]
    with RatesServer() as hanging:
        hanging.mode = "hangs"
        variables = {
            "MANIFOLD_SERVICES__EXCHANGE_RATES__URL": hanging.url,
            "MANIFOLD_FLOW__RESUME_PER_SECOND": str(RATE),
        }
        with Pipeline(bootstrap, tmp_path, **variables) as pipeline:
            pipeline.publish(*records)
            pipeline.running(*BRANCHES, JOIN)
            pipeline.publish(samples[0].upload)
            pipeline.until(pipeline.more(InvoiceDecision), "the first one decided")
            with pipeline.load(samples[1:], per_second=50) as sent:
                pipeline.until(lambda: len(sent) > COUNT // 2, "half of them while it hangs")
                hanging.__exit__()
                pipeline.until(lambda: len(sent) == COUNT - 1, "the others while it is gone")
            pipeline.until(lambda: len(pipeline.decided()) == COUNT, "all decided")
            answers = list(pipeline.seen.all(PricingResult))
            unknown = {each.request_id for each in answers if each.status == "UNKNOWN"}
            assert len(unknown) > COUNT // 2
            assert {each.unknown_reason or "" for each in answers} <= {
                "",
                "the exchange-rate service has not answered yet",
                "the exchange-rate service is away: no answer in time",
                "the exchange-rate service is away: no answer (ReadError)",
                "the exchange-rate service is away: no answer (RemoteProtocolError)",
                "the exchange-rate service is away: no answer (ConnectError)",
            }
            uploads = pipeline.contracts.topic_of(InvoiceUploaded)
            came = {each.source: each.timestamp for each in pipeline.read(uploads)}
            waited = sorted(
                each.decided_at - came[each.source]
                for each in answers
                if each.request_id != samples[0].upload.request_id
            )
            print(f"from upload to answer: median {waited[COUNT // 2]} ms, most {waited[-1]} ms")
            assert waited[COUNT // 2] < 500
            assert told(bootstrap, pipeline)["pricing", "exchange-rate service"]["state"] == "OPEN"
            killed(pipeline, "pricing")

            with RatesServer(hanging.port):
                pipeline.until(partial(known, pipeline, COUNT * 2 // 3), "some are priced")
                killed(pipeline, "pricing")
                pipeline.until(partial(known, pipeline, COUNT), "all are priced")
                pipeline.at_rest(*BRANCHES, JOIN)

            times = Counter(
                (each.request_id, each.status == "UNKNOWN")
                for each in pipeline.seen.all(PricingResult)
            )
            assert set(times.values()) == {1}
            assert {request for request, is_unknown in times if is_unknown} == unknown
            assert not any(pipeline.table("pricing", "postponed").values())
            revisions = pipeline.decided()
            assert {request for request, count in revisions.items() if count == 2} == unknown
            assert max(revisions.values()) == 2
            assert {each["state"] for each in told(bootstrap, pipeline).values()} == {"CLOSED"}


def killed(pipeline: Pipeline, flow: str) -> None:
    """`kill -9` of a flow, and another process in its place."""
    for process in pipeline.processes:
        if process.flow == flow:
            pipeline.killed(process)


def told(bootstrap: str, pipeline: Pipeline) -> dict[tuple[str, str], dict[str, Any]]:
    """What `manifold dependencies` says, by branch and dependency."""
    command = [sys.executable, "-m", "manifold", "dependencies", "--json", "-b", bootstrap]
    environment = {**os.environ, **pipeline.variables}
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in output.stdout.splitlines()]
    return {(each["flow"], each["dependency"]): each for each in lines if each["flow"] in BRANCHES}


def known(pipeline: Pipeline, enough: int) -> bool:
    """Whether pricing has judged so many requests."""
    return sum(each.status != "UNKNOWN" for each in pipeline.seen.all(PricingResult)) >= enough


def all_approved(pipeline: Pipeline, samples: Sequence[Sample]) -> bool:
    """Whether the latest revision of each request is."""
    latest = {each.request_id: each.status for each in pipeline.seen.all(InvoiceDecision)}
    return len(latest) == len(samples) and set(latest.values()) == {"APPROVED"}
