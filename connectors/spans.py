"""OpenTelemetry spans of what a flow does with records, made of the headers that they have anyway.

A record that is written names its trace and a span of its own in `traceparent`, and follows from one
that names the span before it. So a span needs nothing that is not in the records: it begins when the
record it follows from was polled, and ends with the commit. Which traces are told is decided by their
identifiers, so every flow decides alike; what went wrong or took long is always told.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from connectors.envelope import TRACEPARENT
from connectors.stream import Outgoing, Received, Rejected
from operators.time import Instant

_TRACE, _SPAN = slice(3, 35), slice(36, 52)
_SAMPLED_BY = slice(19, 35)
"""The part of a trace identifier that is random in all versions of the standard."""
_MOST = 2_000
"""Spans of an epoch; what is more is left out, since a backlog should not drown a collector."""


class Span(Struct, frozen=True):
    """What a flow has done with one record."""

    trace_id: int
    span_id: int
    parent_id: int | None
    name: str
    began: Instant
    ended: Instant
    topic: str
    """Where the record was read that this follows from."""
    written: str
    """Where what follows from it was written."""
    partition: int = 0
    offset: int = 0
    error: str | None = None
    """Why the record became a dead letter."""


class Exporter(Protocol):
    """What takes spans."""

    def export(self, spans: Sequence[Span], /) -> None:
        """Take them, without waiting for anybody."""

    def close(self) -> None:
        """Send what there is."""


class Spans:
    """The spans of the open epoch: told when it is committed, or not at all."""

    def __init__(self, exporter: Exporter, share: float, slow: Instant) -> None:
        """`share` of the traces is told, from 0 to 1; `slow`: milliseconds that always are."""
        self._exporter = exporter
        # A trace is told when its identifier, as hexadecimal digits, is below this.
        self._below = b"%016x" % round(share * 2**64) if share < 1 else b"g"
        self._slow = slow
        self._open: list[tuple[Received, Outgoing, str | None, Instant]] = []

    def passed(
        self,
        causes: Iterable[tuple[Received | None, object]],
        written: Iterable[Outgoing],
        at: Instant,
    ) -> None:
        """Records were written, each with the one that it follows from and what it says."""
        below, since = self._below, at - self._slow
        for (cause, said), outgoing in zip(causes, written, strict=True):
            if cause is None or len(self._open) >= _MOST:
                continue
            error = said.reason if isinstance(said, Rejected) else None
            name, context = outgoing.headers[-1] if outgoing.headers else ("", b"")
            if name != TRACEPARENT:
                context = cause.header(TRACEPARENT) or b""
            if context[_SAMPLED_BY] < below or error or cause.timestamp < since:
                self._open.append((cause, outgoing, error, at))
