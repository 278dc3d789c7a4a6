"""From one process a flow to one for all, and back: each way begins where the other has ended."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import stamina
from confluent_kafka import KafkaException

from connectors.browse import every_partition
from connectors.changelog_table import TableType
from connectors.contracts import Contracts, Topic
from connectors.errors import Misconfigured
from connectors.groups import committed, go_on_from
from connectors.joined import CANCELLED, REVIEWS
from connectors.kafka import wait_for_broker
from connectors.logs import Log
from connectors.moving import move
from connectors.offsets import Where, end_offsets
from connectors.settings import Settings
from flows import BRANCHES, FUSED, JOIN
from operators.decide import NAMES
from operators.review import InvoiceReviewCompleted

log = Log(__name__)

Offsets: TypeAlias = Mapping[Where, int]


class Unfinished(Misconfigured):
    """The other way of running has not come to an end that one could go on from."""


class Handover:
    """The groups of both ways of running, on one cluster."""

    def __init__(self, settings: Settings) -> None:
        """Wait for the broker, and see how far every group has come."""
        self._kafka, self._namespace = settings.kafka_client, settings.namespace
        wait_for_broker(self._kafka, lambda: False)
        contracts = Contracts.load(namespace=settings.namespace)
        self._contracts = contracts
        # What both ways of running read from the same topics, by the flow that reads it apart.
        self._inputs = {branch: _partitions(contracts.read_by(branch)) for branch in BRANCHES}
        self._inputs[JOIN] = _partitions([contracts.topic_of(InvoiceReviewCompleted)])
        self._results = _partitions(contracts.topic_of(record) for record in NAMES)
        self._apart = {flow: self._at(flow, read) for flow, read in self._inputs.items()}
        every = dict.fromkeys(where for read in self._inputs.values() for where in read)
        self._fused = self._at(FUSED, every)

    def to_fused(self) -> bool:
        """Let the fused flow go on from where the others have ended, if they ran last.

        Raises Unfinished when they have ended in different places, or results wait to be joined.
        Reviews that are open go along, and cancellations that wait for an answer.
        """
        if not any(_ahead(at, self._fused) for at in self._apart.values()):
            return False
        together: dict[Where, int] = {}
        for at in self._apart.values():
            for where, offset in at.items():
                if together.setdefault(where, offset) != offset:
                    raise Unfinished(_unfinished("the branches have not read the same uploads"))
        joined = [*self._results, *self._inputs[JOIN]]
        if self._at(JOIN, joined) != end_offsets(self._kafka, joined):
            raise Unfinished(_unfinished("results wait for the join"))
        self._take(REVIEWS, JOIN, FUSED, lambda review: review.request.vendor_id)
        self._take(CANCELLED, JOIN, FUSED, lambda kept: kept.vendor_id or kept.request_id)
        self._move(FUSED, together)
        return True

    def to_apart(self) -> bool:
        """Let one process a flow go on from where the fused flow has ended, if it ran last.

        Reviews that are open go along.
        """
        if not any(_ahead(self._fused, at) for at in self._apart.values()):
            return False
        self._take(REVIEWS, FUSED, JOIN, lambda review: review.request.request_id)
        self._take(CANCELLED, FUSED, JOIN, lambda kept: kept.request_id)
        for flow, read in self._inputs.items():
            offsets = {where: self._fused[where] for where in read}
            if flow == JOIN:
                # The fused flow has joined whatever it has written.
                offsets |= end_offsets(self._kafka, self._results)
            self._move(flow, offsets)
        return True

    def _take(self, table: TableType, one: str, other: str, key: Callable[[Any], str]) -> None:
        """Move what is still open to the partitions of the other way of running."""
        source, target = (self._contracts.changelog(flow, table.name) for flow in (one, other))
        count = move(
            self._kafka, table, source.name, target.name, key, f"{self._namespace}handover"
        )
        if count:
            log.info("what is open goes along", table=table.name, count=count, to=other)

    def _at(self, flow: str, read: Iterable[Where]) -> dict[Where, int]:
        found = committed(self._kafka, self._namespace + flow, read)
        return {where: offset or 0 for where, offset in found.items()}

    def _move(self, flow: str, offsets: Offsets) -> None:
        group = self._namespace + flow
        try:
            _when_left(self._kafka, group, offsets)
        except KafkaException as error:
            raise Unfinished(
                f"group {group} could not be told where to go on ({error.args[0].str()}): stop its "
                "processes and start again"
            ) from None
        log.info("goes on where the other way of running has ended", group=group)


@stamina.retry(on=KafkaException, attempts=None, timeout=15.0, wait_initial=1.0, wait_max=1.0)
def _when_left(kafka: Mapping[str, str], group: str, offsets: Offsets) -> None:
    """Named members are missed, when they have ended, only after their session: six seconds."""
    go_on_from(kafka, group, offsets)


def _partitions(topics: Iterable[Topic]) -> list[Where]:
    return every_partition({topic.name: topic.partitions for topic in topics})


def _ahead(one: Offsets, other: Offsets) -> bool:
    return any(offset > other.get(where, 0) for where, offset in one.items() if where in other)


def _unfinished(what: str) -> str:
    return (
        f"{what}: run `manifold up` without --fused until `manifold doctor` shows no lag, "
        "with producers at rest, then stop it and start again"
    )
