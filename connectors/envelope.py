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
    ("request_id", "attempt", "revision"): lambda record: (
        f"{record.request_id}:{record.attempt}:{record.revision}"
    ),
    ("request_id", "attempt"): lambda record: f"{record.request_id}:{record.attempt}",
    (): lambda record: "",
}
"""What a record is about, by the fields it has; the first that fits counts."""
_VALID = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def traceparent(incoming: bytes | None, unique: bytes, trace: bytes | None = None) -> bytes:
    """The `traceparent` of a record: the incoming trace with a span of its own.

    The span is derived from `unique`. Without a valid incoming header a new, sampled trace
    begins, derived from `trace` or else from `unique`.

    >>> traceparent(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", b"a")
    b'00-0af7651916cd43dd8448eb211c80319c-40f89e395b66422f-00'
    """
    span = blake2b(unique, digest_size=8).hexdigest().encode()
    if incoming is not None and _VALID.fullmatch(incoming):
        return b"%b-%b-%b" % (incoming[:35], span, incoming[53:])
    begun = blake2b(unique if trace is None else trace, digest_size=16).hexdigest().encode()
    return b"00-%b-%b-01" % (begun, span)


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
            unique = f"{self._unique} {identity}"
        else:
            unique = f"{self._unique} {cause.topic} {cause.partition} {cause.offset} {identity}"
            for name, value in cause.headers:
                if name == TRACEPARENT:
                    incoming = value
                    break
        trace = None if incoming else getattr(record, "request_id", unique).encode()
        return [
            *self._fixed,
            ("ce_id", (identity or unique).encode()),
            self._time,
            (TRACEPARENT, traceparent(incoming, unique.encode(), trace)),
        ]

    def _choose(self, record: msgspec.Struct) -> str:
        fields = set(record.__struct_fields__)
        self._identity = next(
            give for names, give in _IDENTITIES.items() if fields.issuperset(names)
        )
        return self._identity(record)
