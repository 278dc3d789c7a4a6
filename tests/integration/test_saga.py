"""After kills under load, inventory's books are right, by the command that audits them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from connectors.stream import Outgoing
from manifold.generator import Sample
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.inventory import OrderReservations
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline, generated
from tests.integration.raw import write

APART = ("validation", "inventory", "fraud", "pricing", "decide")
COUNT = 2_400
SHARED = 3
"""Requests that bill the same lines of the same order, so that they fight for what is there."""


def shared(samples: list[Sample]) -> list[Sample]:
    """Each invoice under several requests, one of them uploaded twice, one corrected later."""
    found: list[Sample] = []
    for number, sample in enumerate(samples):
        upload = sample.upload
        for copy in range(SHARED):
            again = replace(upload, request_id=f"{upload.request_id[:-2]}-{copy}")
            found.append(replace(sample, upload=again))
        if number % 3 == 0:
            found.append(found[-1])
        if number % 5 == 0:
            found.append(replace(found[-2], upload=replace(found[-2].upload, attempt=2)))
    return found


def audit(pipeline: Pipeline) -> tuple[int, list[dict[str, Any]]]:
    """The command's exit code and what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "manifold", "saga", "check", "--json"],
        cwd=REPOSITORY,
        env=pipeline.variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_books_are_right_after_kills_under_load_and_an_error_in_them_is_found(
    bootstrap: str, tmp_path: Path
) -> None:
    world, samples = generated(COUNT // SHARED, fault_rate=0.3)
    uploads = shared(samples)
    with Pipeline(bootstrap, tmp_path, MANIFOLD_JOIN__DEADLINE="600") as pipeline:
        pipeline.publish_reference(world)
        pipeline.running("validation", "fraud", "pricing")
        victims = [
            pipeline.start(flow, instance)
            for flow in ("inventory", "decide")
            for instance in ("one", "two")
        ]
        with pipeline.load(uploads, per_second=120) as sent:
            for number in range(8):
                pipeline.until(pipeline.more(InvoiceDecision, 60), "decisions since the last kill")
                victims[number % 4] = pipeline.killed(victims[number % 4])
                if number == 3:
                    code, lines = audit(pipeline)
                    assert (code, lines[-1]["violations"]) == (0, 0), lines
            pipeline.until(lambda: len(sent) == len(uploads), "all uploads sent")
        pipeline.at_rest(*APART)

        code, [summary] = audit(pipeline)
        assert code == 0
        assert summary["violations"] == summary["unproven"] == 0
        assert summary["requests"] == len({each.upload.request_id for each in uploads})
        assert summary["settlements"] == len(pipeline.seen.all(InvoiceSettled)) > COUNT // 4
        assert summary["commits"] > 50

        pipeline.running()
        order = book_one_more(pipeline)
        code, [*findings, summary] = audit(pipeline)
        assert code == 1
        assert summary["violations"] == len(findings) > 0
        assert {each["purchase_order"] for each in findings} == {order}
        assert "books_differ" in {each["kind"] for each in findings}


def book_one_more(pipeline: Pipeline) -> str:
    """Write what a defect would: one more of an order line than its requests hold; which order."""
    partition, (order, value) = next(
        (partition, entry)
        for partition, entries in pipeline.table("inventory", "reservations").items()
        for entry in entries.items()
    )
    booked = msgspec.msgpack.decode(value, type=OrderReservations)
    line = next(iter(booked.lines))
    wrong = booked.changed([(line, (1, 0))])
    topic = pipeline.contracts.changelog("inventory", "reservations").name
    value = msgspec.msgpack.encode(wrong)
    write(pipeline.kafka, [Outgoing(topic, order.encode(), value, [], partition)])
    return order
