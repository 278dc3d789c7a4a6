"""What `collect` does with the records of a poll: the database first, then the topics."""

from collections.abc import Iterator
from typing import Any, Protocol

from connectors.errors import Misconfigured, Unavailable
from connectors.failures import RecordFailed
from connectors.stream import Decoded, Produced
from connectors.wire import FORWARDED
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
        """What follows from the records of one partition number.

        A record that another process has sent on is kept where it stood first, and once.
        """
        records = [each for each in records if each.received.header(FORWARDED) is None]
        chain = f"{self._group}-{partition}"
        entries = self._stored(chain, records)
        for decoded, entry in zip(records, entries, strict=True):
            yield Produced(entry, decoded.received)
            if isinstance(decoded.record, InvoiceDecision):
                note = notification(decoded.record)
                if note is not None:
                    yield Produced(note, decoded.received)

    def _stored(self, chain: str, records: list[Decoded[Any]]) -> list[InvoiceAudit]:
        events = [event_of(decoded) for decoded in records]
        try:
            return self._trail.append(chain, events)
        except (Misconfigured, Unavailable):
            raise
        except Exception:
            # Nothing of the batch is stored. One record may be to blame: find out which.
            for decoded, event in zip(records, events, strict=True):
                try:
                    self._trail.append(chain, [event])
                except Exception as error:
                    raise RecordFailed(decoded.received, error) from error
            raise


def event_of(decoded: Decoded[Any]) -> Event:
    """What a record says has happened. Raises RecordFailed."""
    received = decoded.received
    try:
        return witness(received.topic, decoded.record, received.source, received.value or b"")
    except Exception as error:
        raise RecordFailed(received, error) from error
