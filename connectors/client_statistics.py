"""What the Kafka client tells of itself, as the few figures that help at night.

librdkafka's statistics are described in its STATISTICS.md. They come as JSON while the client is
polled, in the thread that polls it.
"""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from connectors import catalogue
from connectors.logs import Log
from connectors.measures import Measures
from connectors.metric import Metric

log = Log(__name__)

Client: TypeAlias = Literal["consumer", "producer"]

_EVERY_MS = 5_000
_SOURCES = {"configured": "bootstrap", "logical": "coordinator"}
"""What is called by its part, since it has no number of its own."""


class _Rtt(Struct, frozen=True):
    cnt: int = 0
    p50: int = 0
    p99: int = 0


class _Broker(Struct, frozen=True):
    nodeid: int = -1
    state: str = ""
    source: str = ""
    txretries: int = 0
    req_timeouts: int = 0
    disconnects: int = 0
    rtt: _Rtt = _Rtt()


class _Partition(Struct, frozen=True):
    fetchq_cnt: int = 0
    fetchq_size: int = 0


class _Topic(Struct, frozen=True):
    partitions: dict[str, _Partition] = {}


class _Told(Struct, frozen=True):
    msg_cnt: int = 0
    msg_size: int = 0
    tx_bytes: int = 0
    rx_bytes: int = 0
    brokers: dict[str, _Broker] = {}
    topics: dict[str, _Topic] = {}


_decode = msgspec.json.Decoder(_Told).decode


class ClientStatistics:
    """Takes over what the clients of one flow tell."""

    def __init__(self, measures: Measures, flow: str) -> None:
        """Nothing told yet."""
        self._measures = measures
        self._flow = flow
        self._up: dict[Client, int] = {}
        # A process that waits for its first broker has no client that could tell so.
        measures.set(catalogue.CLIENT_BROKERS_UP, 0, flow, "consumer")

    @property
    def away(self) -> bool:
        """Whether the consumer has told that it is connected to no broker.

        A producer that has nothing to do is not polled, and tells nothing.
        """
        return self._up.get("consumer") == 0

    def settings(self, client: Client) -> Mapping[str, object]:
        """What one client needs to tell; another one of the kind begins to count anew."""
        before: dict[tuple[Metric, tuple[str, ...]], int] = {}

        def grown(metric: Metric, total: int, *labels: str) -> None:
            key = metric, labels
            self._measures.add(metric, total - before.get(key, 0), self._flow, client, *labels)
            before[key] = total

        def take(text: str) -> None:
            try:
                self._take(client, _decode(text), grown)
            except msgspec.DecodeError as error:
                log.warning("the Kafka client's statistics cannot be read", because=str(error))

        return {"statistics.interval.ms": _EVERY_MS, "stats_cb": take}

    def _take(self, client: Client, told: _Told, grown: Callable[..., None]) -> None:
        measures, flow = self._measures, self._flow
        fetched = [each for topic in told.topics.values() for each in topic.partitions.values()]
        waiting = told.msg_cnt + sum(each.fetchq_cnt for each in fetched)
        size = told.msg_size + sum(each.fetchq_size for each in fetched)
        measures.set(catalogue.CLIENT_QUEUE, waiting, flow, client)
        measures.set(catalogue.CLIENT_QUEUE_BYTES, size, flow, client)
        grown(catalogue.CLIENT_SENT_BYTES, told.tx_bytes)
        grown(catalogue.CLIENT_RECEIVED_BYTES, told.rx_bytes)
        up = 0
        totals: dict[str, list[int]] = {}
        for broker in told.brokers.values():
            name = _SOURCES.get(broker.source, str(broker.nodeid))
            up += broker.source == "learned" and broker.state in ("UP", "UPDATE")
            total = totals.setdefault(name, [0, 0, 0])
            total[0] += broker.txretries
            total[1] += broker.req_timeouts
            total[2] += broker.disconnects
            if broker.rtt.cnt and broker.source == "learned":
                for quantile, us in (("0.5", broker.rtt.p50), ("0.99", broker.rtt.p99)):
                    measures.set(catalogue.CLIENT_RTT, us / 1_000_000, flow, client, name, quantile)
        for name, (retries, timeouts, disconnects) in totals.items():
            grown(catalogue.CLIENT_RETRIES, retries, name)
            grown(catalogue.CLIENT_TIMEOUTS, timeouts, name)
            grown(catalogue.CLIENT_DISCONNECTS, disconnects, name)
        measures.set(catalogue.CLIENT_BROKERS_UP, up, flow, client)
        self._up[client] = up
