"""Offsets of partitions, as brokers know them: ends, beginnings, those of an instant."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import stamina
from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.kafka import client, has_no_leader, latest, offset_of

Where: TypeAlias = tuple[str, int]
"""Topic and partition number."""

_TIMEOUT = 5.0
"""Seconds until another client is used."""


class Offsets:
    """Asks with one client for as long as that gets answers."""

    def __init__(self, kafka: Mapping[str, str]) -> None:
        """Connects when first asked."""
        self._kafka = kafka
        self._admin: AdminClient | None = None

    def ends(self, partitions: Iterable[Where]) -> dict[Where, int]:
        """Where partitions end, records of open transactions included."""
        return self.of(partitions, latest())

    def of(self, partitions: Iterable[Where], spec: Any) -> dict[Where, int]:
        """The offsets that `spec`, an `OffsetSpec`, says.

        Waits for partitions that have no leader yet, as those of a topic just created.
        """
        wanted = tuple(partitions)
        return self._of(wanted, spec) if wanted else {}

    @stamina.retry(on=has_no_leader, attempts=10, timeout=60.0, wait_initial=0.1, wait_max=2.0)
    def _of(self, partitions: tuple[Where, ...], spec: Any) -> dict[Where, int]:
        admin = self._admin or _connected(self._kafka, partitions[0][0])
        # A client asks the leaders it knew first, of the epochs it knew first: it waits for one
        # that is dead until the time is over, and goes on asking one that has refused.
        self._admin = None
        answers = admin.list_offsets(
            {TopicPartition(*where): spec for where in partitions},
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=_TIMEOUT,
        )
        found = {
            (entry.topic, entry.partition): offset_of(answer) for entry, answer in answers.items()
        }
        self._admin = admin
        return found


def _connected(kafka: Mapping[str, str], topic: str) -> AdminClient:
    """One not connected before now and then takes 1 to 3 seconds for its first answer."""
    admin = AdminClient(client(kafka))
    admin.list_topics(topic, timeout=30)
    return admin


def end_offsets(kafka: Mapping[str, str], partitions: Iterable[Where]) -> dict[Where, int]:
    """Where partitions end, asked once."""
    return Offsets(kafka).ends(partitions)
