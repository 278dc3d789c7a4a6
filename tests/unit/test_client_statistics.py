"""The Kafka client's statistics as metrics."""

import json
from typing import Any

import pytest

from connectors import catalogue
from connectors.client_statistics import ClientStatistics
from connectors.measures import Measures


def broker(**told: Any) -> dict[str, Any]:
    return {
        "nodeid": 1,
        "state": "UP",
        "source": "learned",
        "txretries": 0,
        "req_timeouts": 0,
        "disconnects": 0,
        "rtt": {"cnt": 5, "p50": 1_500, "p99": 20_000},
        "a figure that nobody wants": {"x": 1},
        **told,
    }


class Told:
    def __init__(self) -> None:
        self.measures = Measures()
        self.statistics = ClientStatistics(self.measures, "decide")
        self.take: Any = self.statistics.settings("consumer")["stats_cb"]

    def tell(self, **told: Any) -> None:
        self.take(json.dumps({"msg_cnt": 0, "rx_bytes": 0, **told}))

    def value(self, metric: Any, *labels: str) -> float:
        return self.measures.value(metric, "decide", "consumer", *labels)


@pytest.fixture
def told() -> Told:
    return Told()


def test_before_the_first_client_no_broker_can_be_read_from_and_nobody_is_called_away() -> None:
    told = Told()
    families = list(told.measures.collect())
    found = {
        sample.labels["client"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == catalogue.CLIENT_BROKERS_UP.name
    }
    assert found == {"consumer": 0}
    assert not told.statistics.away


def test_gauges_are_what_was_told_last(told: Told) -> None:
    partitions = {"0": {"fetchq_cnt": 7, "fetchq_size": 70}, "1": {"fetchq_cnt": 1}}
    told.tell(brokers={"a:1/1": broker()}, topics={"t": {"partitions": partitions}})
    assert told.value(catalogue.CLIENT_QUEUE) == 8
    assert told.value(catalogue.CLIENT_QUEUE_BYTES) == 70
    assert told.value(catalogue.CLIENT_RTT, "1", "0.99") == 0.02
    assert told.value(catalogue.CLIENT_BROKERS_UP) == 1


def test_totals_of_a_client_that_is_replaced_go_on_growing(told: Told) -> None:
    told.tell(brokers={"a": broker(disconnects=3)}, rx_bytes=100)
    told.tell(brokers={"a": broker(disconnects=5)}, rx_bytes=150)
    told.take = told.statistics.settings("consumer")["stats_cb"]
    told.tell(brokers={"a": broker(disconnects=1, req_timeouts=2)}, rx_bytes=10)
    assert told.value(catalogue.CLIENT_TIMEOUTS, "1") == 2
    assert told.value(catalogue.CLIENT_DISCONNECTS, "1") == 6
    assert told.value(catalogue.CLIENT_RECEIVED_BYTES) == 160


def test_brokers_without_a_number_are_called_by_their_part(told: Told) -> None:
    told.tell(
        brokers={
            "b:9092/bootstrap": broker(source="configured", nodeid=-1, disconnects=1),
            "GroupCoordinator": broker(source="logical", nodeid=-1, txretries=2),
        }
    )
    assert told.value(catalogue.CLIENT_DISCONNECTS, "bootstrap") == 1
    assert told.value(catalogue.CLIENT_RETRIES, "coordinator") == 2
    assert told.value(catalogue.CLIENT_BROKERS_UP) == 0


def test_it_is_away_when_no_client_has_a_broker(told: Told) -> None:
    assert not told.statistics.away, "nothing has been told yet"
    told.tell(brokers={"a": broker(state="TRY_CONNECT")})
    assert told.statistics.away
    told.tell(brokers={"a": broker()})
    assert not told.statistics.away


def test_what_cannot_be_read_changes_nothing(told: Told) -> None:
    told.tell(msg_cnt=4)
    told.take('{"msg_cnt": "many"}')
    assert told.value(catalogue.CLIENT_QUEUE) == 4
