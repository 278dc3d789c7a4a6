"""What `collect` does with the records of a poll: the database first, then the topics."""

from collections.abc import Iterator
from typing import Any, Protocol

from connectors.failures import RecordFailed
from connectors.stream import Decoded, Produced
from operators.audit import Event, InvoiceAudit, witness
from operators.decision import InvoiceDecision
from operators.notification import notification
from operators.time import Instant


class Trail(Protocol):
    """Where events are stored and chained."""

    def append(self, chain: str, events: list[Event], /) -> list[InvoiceAudit]:
        """The events' entries in the events' order, made durable; idempotent."""


class Collected:
    """Stores records, and writes their audit entries and whom to notify."""

    def __init__(self, group: str, trail: Trail) -> None:
        """`group` names the chains, one for each partition number."""
        self._group = group
        self._trail = trail

    def __call__(
        self, partition: int, records: list[Decoded[Any]], at: Instant
    ) -> Iterator[Produced]:
        """What follows from the records of one partition number."""
        events = [_event(decoded) for decoded in records]
        entries = self._trail.append(f"{self._group}-{partition}", events)
        for decoded, entry in zip(records, entries, strict=True):
            yield Produced(entry, decoded.received)
            if isinstance(decoded.record, InvoiceDecision):
                note = notification(decoded.record)
                if note is not None:
                    yield Produced(note, decoded.received)


def _event(decoded: Decoded[Any]) -> Event:
    received = decoded.received
    try:
        return witness(received.topic, decoded.record, received.source, received.value or b"")
    except Exception as error:
        raise RecordFailed(received, error) from error
