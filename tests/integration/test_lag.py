"""`manifold lag` on a real broker: real flows, running, paused and stopped, beside bad readers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted
from typer.testing import CliRunner

from connectors.groups import go_on_from
from connectors.lag import Lags
from manifold.cli.app import app
from operators.lag import PartitionLag
from operators.lag_state import State
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline, generated
from tests.integration.readers import Reader, committing

WINDOW = 5_000


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path) as made:
        yield made


@pytest.fixture
def topic(bootstrap: str, unique: str) -> Iterator[str]:
    """A topic of one partition with 10 committed records, each in a transaction of its own."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    name = f"{unique}topic"
    admin.create_topics([NewTopic(name, 1, 1)])[name].result()
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name})
    producer.init_transactions(30)
    for _ in range(10):
        producer.begin_transaction()
        producer.produce(name, b"record")
        producer.commit_transaction(30)
    yield name
    admin.delete_topics([name])[name].result()


def kafkas_own(bootstrap: str, *groups: str) -> dict[tuple[str, str, int], tuple[int, int, int]]:
    """Commit, end and lag of each partition, as `kafka-consumer-groups.sh` prints them."""
    tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
    chosen = [argument for group in groups for argument in ("--group", group)]
    where = ["--bootstrap-server", bootstrap]
    printed = subprocess.run(
        [REPOSITORY / "deploy/kafka/broker", "tool", tool, "--describe", *chosen, *where],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = {}
    for line in printed.splitlines():
        words = line.split()
        if len(words) > 5 and words[0] in groups and words[3].isdecimal():
            found[words[0], words[1], int(words[2])] = (int(words[3]), int(words[4]), int(words[5]))
    return found


def test_states_and_figures_beside_kafkas_own_tool(pipeline: Pipeline) -> None:
    made, samples = generated(20_000)
    pipeline.publish_reference(made)
    _, paused, stopped = map(pipeline.start, ("validation", "fraud", "pricing"))
    uploads = next(name for name in pipeline.contracts.topics if name.endswith("invoice.uploaded"))
    slow, stuck, back = (
        Reader(pipeline.kafka, pipeline.namespace + name, uploads)
        for name in ("slow", "stuck", "back")
    )
    flows = [pipeline.namespace + flow for flow in ("validation", "fraud", "pricing")]
    groups = dict.fromkeys([*flows, slow.group, stuck.group, back.group])
    lags = Lags(pipeline.kafka, WINDOW)
    found: dict[tuple[str, int], PartitionLag] = {}

    def states(**wanted: State) -> bool:
        for each in lags.look(groups):
            if each.topic != uploads:
                continue
            found[each.group.removeprefix(pipeline.namespace), each.partition] = each
        # A group that has not committed yet has no partitions.
        seen = {name: each.state for (name, partition), each in found.items() if partition == 0}
        return wanted.items() <= seen.items()

    with pipeline.load(samples, 100) as sent:
        pipeline.until(
            lambda: len(sent) > 500 and states(validation=State.OK, fraud=State.OK),
            "flows read what is sent",
        )
        paused.pause()
        pipeline.stop(stopped)
        bad = {
            slow: lambda turn: 1 + turn // 3,
            stuck: lambda _: 7,
            back: lambda turn: max(1, 100 - turn // 4),
        }
        with committing(bad):
            pipeline.until(
                lambda: states(
                    validation=State.OK,
                    fraud=State.STOP,
                    pricing=State.STOP,
                    slow=State.WARN,
                    stuck=State.STALL,
                    back=State.REWIND,
                ),
                "each group is in its state",
            )
            assert found["pricing", 0].reads is not None
            assert found["pricing", 0].seconds_left is None
    pipeline.until(
        lambda: states() and found["pricing", 0].members == 0, "the named member has timed out"
    )
    pipeline.at_rest("validation")
    last = lags.look(groups)
    own = kafkas_own(pipeline.kafka["bootstrap.servers"], *groups)
    assert own == {
        (each.group, each.topic, each.partition): (each.committed, each.end, each.behind)
        for each in last
    }
    lags.close()
    paused.resume()
    pipeline.until(lambda: pipeline.lag("fraud") == 0, "the paused flow has caught up")


def command(bootstrap: str, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["lag", *arguments, "--json", "--bootstrap", bootstrap])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_marker_that_is_left_is_no_lag(bootstrap: str, topic: str) -> None:
    reader = Reader({"bootstrap.servers": bootstrap}, f"{topic}-group", topic)
    assert len(reader.read(10)) == 10
    reader.commit(19)  # behind the tenth record, before its marker
    code, found = command(bootstrap, reader.group, "--fail-on", "WARN")
    reader.close()
    assert [(each["behind"], each["lag"], each["state"]) for each in found] == [(1, 0, "OK")]
    assert code == 0


def test_a_stopped_group_is_seen_at_the_first_look(bootstrap: str, topic: str) -> None:
    go_on_from({"bootstrap.servers": bootstrap}, f"{topic}-group", {(topic, 0): 4})
    arguments = (f"{topic}-group", "--window", "1")

    def look() -> tuple[int, list[dict[str, object]]]:
        return command(bootstrap, *arguments, "--fail-on", "STOP")

    code, found = look()
    for _ in range(20):
        if code:
            break
        code, found = look()
    assert code == 1
    assert [(each["members"], each["state"], each["committed"]) for each in found] == [
        (0, "STOP", 4)
    ]
    assert found[0]["seconds"] > 0  # type: ignore[operator]  # JSON
    assert command(bootstrap, *arguments, "--fail-on", "REWIND")[0] == 0


def test_records_of_an_open_transaction_are_no_lag_and_told(bootstrap: str, topic: str) -> None:
    go_on_from({"bootstrap.servers": bootstrap}, f"{topic}-group", {(topic, 0): 20})
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"{topic}-open"})
    producer.init_transactions(30)
    producer.begin_transaction()
    for _ in range(3):
        producer.produce(topic, b"not committed")
    producer.flush(30)
    _, found = command(bootstrap, f"{topic}-group")
    assert [(each["lag"], each["behind"], each["in_open_transactions"]) for each in found] == [
        (0, 3, 3)
    ]
    producer.abort_transaction(30)
    _, found = command(bootstrap, f"{topic}-group")
    assert [(each["lag"], each["behind"], each["in_open_transactions"]) for each in found] == [
        (0, 4, 0)
    ]


def test_what_expired_unread_is_told(bootstrap: str, topic: str) -> None:
    go_on_from({"bootstrap.servers": bootstrap}, f"{topic}-group", {(topic, 0): 4})
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for gone in admin.delete_records([TopicPartition(topic, 0, 10)]).values():
        gone.result()
    _, found = command(bootstrap, f"{topic}-group")
    assert [(each["lag"], each["behind"], each["expired"]) for each in found] == [(10, 16, 6)]


@pytest.mark.parametrize("refused", ["start_offsets", "CommitLog"])
def test_where_commits_may_not_be_read_states_come_with_a_second_look(
    bootstrap: str, topic: str, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))

    monkeypatch.setattr(f"connectors.lag.{refused}", refuse)
    kafka = {"bootstrap.servers": bootstrap}
    go_on_from(kafka, f"{topic}-group", {(topic, 0): 4})
    lags = Lags(kafka, 1)
    first, second = (lags.look({f"{topic}-group": None}) for _ in range(2))
    lags.close()
    assert [(each.lag, each.state) for each in first] == [(16, None)]
    assert [each.state is None for each in second] == [False]


def test_an_unknown_group_is_a_sentence(bootstrap: str, topic: str) -> None:
    result = CliRunner().invoke(app, ["lag", f"{topic}-nobody", "--bootstrap", bootstrap])
    assert result.exit_code == 2
    assert f"there is no group {topic}-nobody" in result.stderr


def test_prometheus_is_served_what_the_command_says(bootstrap: str, topic: str) -> None:
    go_on_from({"bootstrap.servers": bootstrap}, f"{topic}-group", {(topic, 0): 4})
    arguments = ["lag", f"{topic}-group", "--serve", "--port", "0", "--interval", "0.5"]
    serving = subprocess.Popen(
        [sys.executable, "-m", "manifold", *arguments, "--bootstrap", bootstrap],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stderr is not None
        address = serving.stderr.readline().split()[-1]
        while "manifold_lag_records{" not in (text := _get(address)):
            assert serving.poll() is None
        assert "looked_at" in _get(address.replace("metrics", "health/ready"))
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    labels = f'{{group="{topic}-group",partition="0",topic="{topic}"}}'
    assert f"manifold_lag_records{labels} 16.0" in text
    assert f"manifold_lag_state{labels} " in text
    assert f'manifold_lag_members{{group="{topic}-group"}} 0.0' in text


def _get(address: str) -> str:
    with urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())
