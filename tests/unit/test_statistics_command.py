"""`manifold statistics`: the latest record of each key counts, and partitions add up."""

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.publish import Publisher
from manifold.cli.app import app
from operators.money import ONE
from operators.statistics import InvoiceStatistics
from operators.statistics.record import (
    CurrencyAmount,
    LatencyBucket,
    LatencyQuantiles,
    RuleCount,
    StatusCount,
)
from operators.time import Instant

CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))
NINE = 1_772_442_000_000
MINUTE = 60_000


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{each.host}:{each.port}" for each in brokers)
    cluster.flush(0)


def record(
    start: Instant, partition: int, count: int, revision: int = 1, latency: int = 50
) -> InvoiceStatistics:
    buckets = (LatencyBucket(latency, count),)
    return InvoiceStatistics(
        window_id=f"1m/{start}/{partition}",
        length="MINUTE",
        starts_at=start,
        ends_at=start + MINUTE,
        partition=partition,
        revision=revision,
        closed=partition == 0,
        decided=count,
        late=0,
        statuses=(StatusCount("APPROVED", count),),
        rules=(RuleCount("BR-02", 1),),
        amounts=(CurrencyAmount("EUR", "APPROVED", count, count * ONE),),
        without_amount=0,
        latencies=(LatencyQuantiles("DECISION", count, latency, latency, latency, buckets),),
    )


def test_partitions_are_added_up_and_the_latest_record_counts(bootstrap: str) -> None:
    with Publisher({"bootstrap.servers": bootstrap}, CONTRACTS, CODEC) as publisher:
        for each in (
            record(NINE - MINUTE, 0, 1),
            record(NINE, 0, 2),
            record(NINE, 0, 7, revision=2),
            record(NINE, 1, 93, latency=1_000),
            record(NINE + MINUTE, 0, 5),
        ):
            publisher.send(each)
    stranger = Producer({"bootstrap.servers": bootstrap})
    stranger.produce(CONTRACTS.topic_of(InvoiceStatistics).name, b"no record", b"x")
    stranger.flush(10)
    run = CliRunner().invoke(app, ["statistics", "--last", "2", "--json", "-b", bootstrap])
    assert run.exit_code == 0, run.output
    nine, after = map(json.loads, run.stdout.splitlines())
    assert (nine["starts_at"], nine["decided"], nine["closed"]) == (
        "2026-03-02T09:00:00.000Z",
        100,
        False,
    )
    assert nine["statuses"] == {"APPROVED": 100}
    assert nine["rules"] == {"BR-02": 2}
    assert nine["amounts"] == [
        {"currency": "EUR", "status": "APPROVED", "count": 100, "amount": "100.00"}
    ]
    assert nine["latencies"]["DECISION"] == {"count": 100, "p50": 1_000, "p90": 1_000, "p99": 1_000}
    assert (after["decided"], after["closed"]) == (5, True)

    run = CliRunner().invoke(app, ["statistics", "--last", "1", "-b", bootstrap])
    assert "03-02 09:01" in run.stdout
    assert "03-02 09:00" not in run.stdout

    run = CliRunner().invoke(app, ["statistics", "--window", "1h", "-b", bootstrap])
    assert run.exit_code == 0
    assert "Nothing has been counted yet" in run.stderr
