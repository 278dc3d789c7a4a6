"""A run without a fault, watched and judged as one with faults: everything is as it should be."""

import os
from datetime import UTC, datetime
from pathlib import Path

from connectors.clock import now
from flows import FLOWS
from operators.decision import InvoiceDecision
from tests.faults.exactness import assert_passed
from tests.faults.history import Expected, Injected, Measured, Run
from tests.faults.observer import Observer
from tests.faults.page import write
from tests.faults.verdict import evidence_of, felt, verdict
from tests.integration.pipeline import Pipeline, generated

COUNT = 500
PER_SECOND = 100


def test_what_is_seen_live_is_what_stands_there(pipeline: Pipeline, tmp_path: Path) -> None:
    world, samples = generated(COUNT)
    pipeline.publish_reference(world)
    observer = Observer(pipeline.kafka, pipeline.contracts, tmp_path)
    observer.start()
    began = now()
    try:
        pipeline.running(*FLOWS)
        with pipeline.load(samples, PER_SECOND) as sent:
            pipeline.until(pipeline.more(InvoiceDecision, COUNT // 4), "some decisions")
            [decide] = [each for each in pipeline.processes if each.flow == "decide"]
            kill = Injected("kill_anywhere", "decide-one", now(), now())
            pipeline.killed(decide)
            pipeline.until(lambda: len(sent) == COUNT, "everything uploaded")
        pipeline.at_rest()
        observer.stop()
    finally:
        observer.kill()
    run = Run(
        seed=1,
        seconds=(now() - began) / 1_000,
        invoices=COUNT,
        today=datetime.now(UTC).date(),
        started_at=began,
        ended_at=now(),
        kafka=pipeline.kafka,
        namespace=pipeline.namespace,
        database=pipeline.database,
        join_deadline_s=600,
        samples=tuple(
            Expected(each.upload.request_id, 1, each.fault, each.decision) for each in sent
        ),
        faults=(kill,),
        processes=(Measured(now(), "test", "one", os.getpid(), 1 << 20, 10),),
        restarts={"decide/one": 1},
        folder=tmp_path,
    )
    evidence = evidence_of(run)
    checks = verdict(evidence)
    assert_passed(*checks)
    write(run, checks, felt(evidence), {"machine": "any"}, tmp_path)
    page = (tmp_path / "latest.md").read_text()
    assert f"{len(checks)} of {len(checks)} checks passed" in page
    assert "| kill_anywhere | 1 | 1 |" in page
