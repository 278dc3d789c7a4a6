"""How processes of flows start and end: what they wait for, refuse, and leave behind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.kafka import client
from flows import BRANCHES
from manifold.exits import Exit
from operators.decision import InvoiceDecision
from operators.result import ValidationResult
from operators.upload import InvoiceOcrCompleted
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline, generated


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path) as pipeline:
        yield pipeline


def test_missing_topics_are_named_with_the_command_that_creates_them(pipeline: Pipeline) -> None:
    elsewhere = pipeline.namespace + "elsewhere."
    process = pipeline.start("decide", MANIFOLD_NAMESPACE=elsewhere)
    pipeline.let_go(process)
    assert process.wait() == Exit.MISCONFIGURED
    said = process.log.read_text()
    assert f"{elsewhere}invoice.decision" in said
    assert "create them with `manifold topics apply`" in said
    assert "Traceback" not in said


def test_topics_read_together_must_have_as_many_partitions(pipeline: Pipeline) -> None:
    uneven = pipeline.contracts.topic_of(InvoiceOcrCompleted).name
    admin = AdminClient(client(pipeline.kafka))
    for done in admin.create_partitions([NewPartitions(uneven, 5)]).values():
        done.result()
    # The controller has them; brokers learn of them a little later.
    pipeline.until(
        lambda: len(admin.list_topics(uneven, timeout=10).topics[uneven].partitions) == 5,
        "the broker knows of the new partition",
    )
    process = pipeline.start("fraud")
    pipeline.let_go(process)
    assert process.wait() == Exit.MISCONFIGURED
    said = process.log.read_text()
    assert "must have the same number of partitions" in said
    assert f"{uneven} has 5" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [([], "start them with `manifold run FLOW`"), (["-w", "2"], "start more processes instead")],
    ids=["epochs by the clock", "two workers"],
)
def test_the_engines_own_runner_is_refused(
    pipeline: Pipeline, arguments: list[str], sentence: str
) -> None:
    run = [sys.executable, "-m", "bytewax.run", "tests.integration.plain_flow:flow()", *arguments]
    refused = subprocess.run(
        run,
        cwd=REPOSITORY,
        env=pipeline.variables,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert refused.returncode != 0
    assert sentence in refused.stderr


def test_a_process_asked_to_end_leaves_its_partitions_to_others_at_once(
    pipeline: Pipeline,
) -> None:
    world, samples = generated(3_000)
    pipeline.publish_reference(world)
    group = pipeline.namespace + "validation"
    first = pipeline.start("validation", instance=None)
    second = pipeline.start("validation", instance=None)
    pipeline.until(lambda: _shares(pipeline, group) == [2, 2], "two processes share the partitions")
    with pipeline.load(samples, per_second=100) as sent:
        pipeline.until(pipeline.more(ValidationResult, 50), "answers")
        pipeline.stop(first)
        # A member that had only gone silent would be missed after six seconds.
        pipeline.until(
            lambda: _shares(pipeline, group) == [4], "the other has all partitions", seconds=4
        )
        pipeline.until(pipeline.more(ValidationResult, 50), "its answers")
    pipeline.at_rest("validation")
    pipeline.stop(second)
    assert _shares(pipeline, group) == []
    answered = sorted(result.request_id for result in pipeline.seen.all(ValidationResult))
    assert answered == sorted(sample.upload.request_id for sample in sent)


class Broker:
    """A broker of a test's own."""

    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self._port = str(port)

    def __call__(self, command: str) -> None:
        subprocess.run(
            [sys.executable, "deploy/kafka/broker", command],
            cwd=REPOSITORY,
            env={**os.environ, "MANIFOLD_KAFKA_PORT": self._port},
            check=True,
            timeout=120,
        )

    def remove(self) -> None:
        """Stop it and delete what it has stored."""
        self("stop")
        shutil.rmtree(REPOSITORY / ".kafka" / self._port, ignore_errors=True)


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker(29_292)
    yield broker
    broker.remove()


def test_flows_wait_for_their_broker_and_outlive_its_restart(
    broker: Broker, tmp_path: Path
) -> None:
    broker("start")
    world, samples = generated(3_000)
    with Pipeline(broker.address, tmp_path) as pipeline:
        pipeline.publish_reference(world)
        broker("stop")
        processes = [pipeline.start(flow) for flow in (*BRANCHES, "decide")]
        pipeline.until(
            lambda: all(
                "waiting for the broker" in process.log.read_text() for process in processes
            ),
            "every flow says that it waits",
        )
        broker("start")
        with pipeline.load(samples, per_second=20) as sent:
            pipeline.until(pipeline.more(InvoiceDecision, 20), "decisions")
            broker("stop")
            broker("start")
            # A process whose commit was cut off ends and is started again, as by a supervisor.
            pipeline.until(pipeline.more(InvoiceDecision, 100), "more decisions")
        pipeline.at_rest(*BRANCHES, "decide")
        assert pipeline.decided() == {sample.upload.request_id: 1 for sample in sent}


def _shares(pipeline: Pipeline, group: str) -> list[int]:
    """How many partitions of its first topic each member of a group has, once it is stable."""
    admin = AdminClient(client(pipeline.kafka))
    answer = admin.describe_consumer_groups([group], request_timeout=15)[group].result()
    if answer.state.name not in ("STABLE", "EMPTY"):
        return [-1]
    topic = pipeline.contracts.read_by("validation")[0].name
    return [
        sum(each.topic == topic for each in member.assignment.topic_partitions)
        for member in answer.members
    ]
