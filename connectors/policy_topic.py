"""The policies as they stand in their topic, and changes of them in one transaction.

All of them stand in the partition of the policy in force, so that readers meet them in the order
in which they were written. Writers fence each other: a change is made to what its writer has read.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from confluent_kafka import KafkaException, Producer
from msgspec import Struct

from connectors.browse import partitions_of, read_all
from connectors.clock import now
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.envelope import Envelope
from connectors.errors import Unavailable
from connectors.kafka import client
from connectors.murmur2 import partition_of
from operators.candidate import IN_FORCE
from operators.policy_change import Changes
from operators.reference import ReferencePolicy
from operators.time import Instant

_PATIENCE = 30
"""Seconds within which the broker must have acknowledged what was written."""


class Published(Struct, frozen=True):
    """A policy that stands in the topic."""

    policy: ReferencePolicy
    at: Instant
    """When it was written."""


class NotPublished(Unavailable):
    """The broker has not taken a change over; the text says why."""


class PolicyTopic:
    """The topic of the policies."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._contracts = contracts
        self._topic = contracts.topic_of(ReferencePolicy)
        self._decode = codec.decoder(ReferencePolicy)
        self._encode = codec.encoder(ReferencePolicy)
        self._producer: Producer | None = None

    def published(self) -> dict[str, Published]:
        """The policies by key. Raises TopicsMissing and BrokerAway."""
        found: dict[str, Published] = {}
        for key, entry in self.history():
            if entry is None:
                found.pop(key, None)
            else:
                found[key] = entry
        return found

    def history(self) -> Iterator[tuple[str, Published | None]]:
        """Every record that has not been compacted away, in order; None deletes.

        One that does not decode is left out, as the flows do.
        """
        for each in read_all(self._kafka, [self._topic.name]):
            key = (each.key or b"").decode(errors="replace")
            if each.value is None:
                yield key, None
                continue
            with suppress(Undecodable):
                yield key, Published(self._decode(each.value), each.timestamp)

    def claim(self) -> None:
        """Be the only writer from here on: what `published` says then holds until `change`."""
        partitions_of(self._kafka, {self._topic.name})
        self._producer = Producer(
            client(
                self._kafka,
                {
                    "transactional.id": f"{self._contracts.namespace}policy",
                    "message.timeout.ms": _PATIENCE * 1_000,
                    "transaction.timeout.ms": _PATIENCE * 1_000,
                },
            )
        )
        try:
            self._producer.init_transactions(_PATIENCE)
        except KafkaException as error:
            raise NotPublished(_why(error)) from None

    def change(self, changes: Changes) -> None:
        """Write changes, all of them or none, after `claim`. Raises NotPublished."""
        assert self._producer is not None
        name = self._topic.name
        count = partitions_of(self._kafka, {name})[name]
        envelope = Envelope("policy", name.removeprefix(self._contracts.namespace))
        try:
            self._producer.begin_transaction()
            for key, policy in changes.items():
                self._producer.produce(
                    name,
                    None if policy is None else self._encode(policy),
                    key.encode(),
                    partition_of(IN_FORCE.encode(), count),
                    headers=[] if policy is None else list(envelope.headers(policy, now())),
                )
            self._producer.commit_transaction(_PATIENCE)
        except KafkaException as error:
            with suppress(KafkaException):
                self._producer.abort_transaction(_PATIENCE)
            raise NotPublished(_why(error)) from None


def _why(error: KafkaException) -> str:
    return (
        f"The policy was not written: {error.args[0].str()}. When somebody else has published "
        "one at the same time, look at `manifold policy status` and try again."
    )
