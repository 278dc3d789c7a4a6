"""Spans of what a flow does with records, made of the headers that records have anyway.

A record that is written names its trace and a span of its own in `traceparent`; the one that it
follows from names the span before. So a span needs nothing but the two: it begins when the first
was written, and ends with the commit. Which traces are told is decided by their identifiers, so
that all flows decide alike; what became a dead letter or took long is always told.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Protocol, TypeAlias

from msgspec import Struct

from connectors.envelope import TRACEPARENT, context
from connectors.steps import Written
from connectors.stream import (
    Forwarded,
    HandedOn,
    Ignored,
    Outgoing,
    Produced,
    Received,
    Rejected,
)
from operators.time import Instant

_OURS = b"/manifold/"
"""Begins `ce_source` of what our own commands send, which tell no spans themselves."""
_RANDOM = slice(19, 35)
"""Where `traceparent` has the part of the trace identifier that is random by every standard."""
_SAMPLED = frozenset(bytes([digit]) for digit in b"13579bdf")
"""What the flags of a `traceparent` end with when its producer tells of the trace."""
_MOST = 2_000
"""Spans of an epoch; those beyond are left out: a backlog should not drown whoever takes them."""


class Span(Struct, frozen=True):
    """What was done with one record. Instants in milliseconds."""

    trace_id: int
    span_id: int
    parent_id: int | None
    name: str
    began: Instant
    ended: Instant
    attributes: dict[str, str | int]
    error: str | None = None
    """Why the record became a dead letter."""
    sends: bool = False
    """Whether it is that of a producer."""
    links: tuple[int, ...] = ()
    """Spans of the same trace, beside the parent, that it follows from as well."""


class Exporter(Protocol):
    """What takes spans."""

    def export(self, spans: Sequence[Span], /) -> None:
        """Take them, without waiting for anybody."""

    def close(self) -> None:
        """Send what there is."""


Links: TypeAlias = Callable[[Received, Struct | None], tuple[int, ...]]
"""What a record that follows from a cause follows from as well, if it is one: spans."""


class Spans:
    """The spans of the open epoch: told when it is committed, or not at all."""

    def __init__(self, flow: str, exporter: Exporter, share: float, slow: Instant) -> None:
        """`share` of the traces is told, from 0 to 1; `slow`: milliseconds that always are."""
        self._flow = flow
        self._exporter = exporter
        self._below = b"%016x" % int(share * 2**64) if share < 1 else b"g"
        self._slow = slow
        self.links: Links = lambda cause, record: ()
        """Asked of what is told, and of nothing else."""
        self._open: list[tuple[Received, Outgoing, Written]] = []

    def passed(self, given: Iterable[Written], written: Iterable[Outgoing], at: Instant) -> None:
        """What a step gave, and what was written of it."""
        below, since = self._below, at - self._slow
        told = (each for each in given if not isinstance(each, HandedOn | Ignored))
        for each, outgoing in zip(told, written, strict=True):
            cause = _cause(each)
            if cause is None or len(self._open) >= _MOST:
                continue
            parent = _traceparent(cause.headers)
            sampled = parent is not None and parent[_RANDOM] < below and parent[54:55] in _SAMPLED
            if sampled or isinstance(each, Rejected) or cause.timestamp < since:
                self._open.append((cause, outgoing, each))

    def committed(self, at: Instant) -> None:
        """Tell them."""
        if self._open:
            made = [span for each in self._open for span in self._made(*each, at)]
            self._open.clear()
            self._exporter.export(made)

    def given_up(self) -> None:
        """Nothing of it has happened."""
        self._open.clear()

    def close(self) -> None:
        """Send what there is."""
        self._exporter.close()

    def _made(
        self, cause: Received, outgoing: Outgoing, written: Written, at: Instant
    ) -> Iterable[Span]:
        parent = context(_traceparent(cause.headers))
        own = context(_traceparent(outgoing.headers))
        if own is None:
            return
        trace_id, span_id = own
        parent_id = None if parent is None else parent[1]
        if span_id == parent_id:
            # A dead letter has the headers of its record: what was done has a span of its own.
            unique = f"{self._flow} {span_id}".encode()
            span_id = int.from_bytes(blake2b(unique, digest_size=8).digest(), "big") or 1
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": self._flow,
            "messaging.destination.name": cause.topic,
            "messaging.destination.partition.id": str(cause.partition),
            "messaging.kafka.offset": cause.offset,
            "manifold.written": outgoing.topic,
        }
        name = f"process {cause.topic}"
        began = min(cause.timestamp, at)
        error = written.reason if isinstance(written, Rejected) else None
        record = written.record if isinstance(written, Produced) else None
        # All are of the trace that the request is told in.
        links = tuple(each for each in self.links(cause, record) if each != parent_id)
        yield Span(*(trace_id, span_id, parent_id, name, began, at, attributes, error), links=links)
        if parent is not None and self._sent_by_us(cause):
            send = {**attributes, "messaging.operation.type": "send"}
            name = f"send {cause.topic}"
            yield Span(trace_id, parent[1], None, name, began, began, send, sends=True)

    def _sent_by_us(self, cause: Received) -> bool:
        """Whether the trace begins with this record, and nobody else tells of that."""
        source = cause.header("ce_source") or b""
        return self._flow in _FIRST and source.startswith(_OURS) and source[10:] not in _FLOWS


_FIRST = frozenset({"validation", "fused", "extract"})
_FLOWS = frozenset(
    b"extract validation inventory fraud pricing decide fused collect enrich statistics notify "
    b"deliver".split()
)


def _cause(written: Written) -> Received | None:
    """The record that it follows from, if it is one."""
    match written:
        case Produced():
            return written.cause
        case Rejected() | Forwarded():
            return written.received
        case _:
            return None


def _traceparent(headers: Iterable[tuple[str, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == TRACEPARENT:
            return value
    return None
