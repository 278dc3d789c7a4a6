"""Headers of what we write: CloudEvents in binary mode, and W3C Trace Context.

Everything is derived from the record and its cause, so that a record written again after a
restart has the same headers.
"""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

from connectors.stream import Headers, Received
from operators.time import Instant, isoformat

TRACEPARENT = "traceparent"
_CONTENT_TYPE = ("content-type", b"application/avro")
_SPEC_VERSION = ("ce_specversion", b"1.0")
_IDENTITIES: dict[tuple[str, ...], Callable[[Any], str]] = {
    ("notification_id",): lambda record: str(record.notification_id),
    ("event_id",): lambda record: str(record.event_id),
    ("window_id", "revision"): lambda record: f"{record.window_id}:{record.revision}",
    ("request_id", "attempt", "revision"): lambda record: (
        f"{record.request_id}:{record.attempt}:{record.revision}"
    ),
    ("request_id", "attempt"): lambda record: f"{record.request_id}:{record.attempt}",
    (): lambda record: "",
}
"""What a record is about, by the fields it has; the first that fits counts."""
_SPANS = 2**64
_ODD = 0x9E3779B97F4A7C15
_VALID = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


def traceparent(incoming: bytes | None, span: int, trace: str) -> bytes:
    """The `traceparent` of a record: the incoming trace with a span of its own.

    Without a valid incoming header a new, sampled trace begins, derived from `trace`.

    >>> traceparent(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", 255, "a")
    b'00-0af7651916cd43dd8448eb211c80319c-00000000000000ff-00'
    """
    if incoming is not None and _VALID(incoming):
        return b"%b%016x%b" % (incoming[:36], span, incoming[52:])
    begun = blake2b(trace.encode(), digest_size=16).hexdigest().encode()
    return b"00-%b-%016x-01" % (begun, span)


def continued(headers: Headers, incoming: bytes | None) -> tuple[Headers, bytes]:
    """Headers of a record that goes on with the trace of whoever asked for it, and their trace.

    Without a valid incoming `traceparent` they stay as they are.

    >>> asked = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    >>> own = b"00-11111111111111111111111111111111-00000000000000ff-01"
    >>> continued([(TRACEPARENT, own)], asked)[1]
    b'00-0af7651916cd43dd8448eb211c80319c-00000000000000ff-01'
    """
    own = next(value for name, value in headers if name == TRACEPARENT and value is not None)
    if incoming is None or not _VALID(incoming):
        return headers, own
    joined = traceparent(incoming, int(own[36:52], 16), "")
    return [*(each for each in headers if each[0] != TRACEPARENT), (TRACEPARENT, joined)], joined


def trace_id(received: Received) -> str | None:
    """The trace that a record belongs to, None when it names none."""
    given = received.header(TRACEPARENT)
    return given[3:35].decode() if given is not None and _VALID(given) else None


def context(traceparent: bytes | None) -> tuple[int, int] | None:
    """The numbers of trace and span that a `traceparent` names, None when it is none."""
    if traceparent is None or not _VALID(traceparent):
        return None
    return int(traceparent[3:35], 16), int(traceparent[36:52], 16)


def _number(unique: str) -> int:
    """A number of 64 bits, other than 0, that stands for a text."""
    return int.from_bytes(blake2b(unique.encode(), digest_size=8).digest(), "big") or 1


class Envelope:
    """Makes the headers of the records of one type that one group writes."""

    def __init__(self, group: str, kind: str) -> None:
        """`group` becomes `ce_source`, `kind` becomes `ce_type`."""
        self._fixed = (
            _SPEC_VERSION,
            _CONTENT_TYPE,
            ("ce_source", f"/manifold/{group}".encode()),
            ("ce_type", kind.encode()),
        )
        self._unique = f"{group} {kind}"
        self._identity: Callable[[Any], str] = self._choose
        self._several = True
        """Whether one cause can have several records of the type."""
        self._starts: dict[tuple[str, int], int] = {}
        self._at: Instant | None = None
        self._time = ("ce_time", b"")

    def headers(
        self, record: msgspec.Struct, at: Instant, cause: Received | None = None
    ) -> Headers:
        """The headers of a record that follows from `cause`.

        `ce_id` says what the record is about (request, attempt, revision), so the same
        statement made again has the same id. Without an incoming trace, everything about one
        request joins one trace.
        """
        if at != self._at:
            self._at, self._time = at, ("ce_time", isoformat(at).encode())
        identity = self._identity(record)
        incoming = None
        if cause is None:
            span = _number(f"{self._unique} {identity}")
        else:
            span = self._span(cause, identity)
            for name, value in reversed(cause.headers):
                if name == TRACEPARENT:
                    incoming = value
                    break
        about = identity or f"{self._unique} {span:x}"
        return [
            *self._fixed,
            ("ce_id", about.encode()),
            self._time,
            (TRACEPARENT, traceparent(incoming, span, getattr(record, "request_id", about))),
        ]

    def _span(self, cause: Received, identity: str) -> int:
        """The number of the record's span: the same for the same record, another for any other."""
        if self._several:
            return _number(
                f"{self._unique} {cause.topic} {cause.partition} {cause.offset} {identity}"
            )
        place = cause.topic, cause.partition
        start = self._starts.get(place)
        if start is None:
            start = self._starts[place] = _number(f"{self._unique} {place}")
        # An odd factor gives each offset another number.
        return (start + cause.offset * _ODD) % _SPANS or 1

    def _choose(self, record: msgspec.Struct) -> str:
        fields = set(record.__struct_fields__)
        names, self._identity = next(
            each for each in _IDENTITIES.items() if fields.issuperset(each[0])
        )
        self._several = "request_id" not in names
        return self._identity(record)
