"""Remembering, across restarts, which record makes a flow crash.

The memory is the metadata of the group's committed offset: it travels with the partition to
whichever process reads it next and needs no topic or file of its own.
"""

import traceback

import msgspec

from connectors.stream import Failure, Received
from operators.time import Instant

ATTEMPTS = 3
"""Failures in a row after which a record is a dead letter."""

_LIMIT = 3_000
"""Bytes; brokers keep 4,096 of metadata (`offset.metadata.max.bytes`)."""


class RecordFailed(Exception):
    """A step raised on a record; the cause is what it raised."""

    def __init__(self, received: Received, error: Exception) -> None:
        """Keep the record beside the error."""
        super().__init__(
            f"{type(error).__name__} on {received.topic}[{received.partition}] "
            f"offset {received.offset}"
        )
        self.received = received
        self.error = error


def next_failure(failed: RecordFailed, before: Failure | None, now: Instant) -> Failure:
    """What to remember after a record has failed (again)."""
    again = before is not None and before.offset == failed.received.offset
    frames = "".join(traceback.format_exception(failed.error))
    return Failure(
        offset=failed.received.offset,
        attempts=before.attempts + 1 if before and again else 1,
        first_seen=before.first_seen if before and again else now,
        exception=_encodable(type(failed.error).__name__)[:200],
        message=_encodable(str(failed.error))[:500],
        stacktrace=_encodable(frames)[-_LIMIT:],
    )


def to_metadata(failure: Failure) -> str:
    """Text to commit beside an offset."""
    text = msgspec.json.encode(failure)
    while len(text) > _LIMIT:
        failure = msgspec.structs.replace(
            failure,
            stacktrace=failure.stacktrace[200:],
            message=failure.message if failure.stacktrace else failure.message[:-50],
        )
        text = msgspec.json.encode(failure)
    return text.decode()


def from_metadata(text: str | None) -> Failure | None:
    """The failure remembered beside an offset, None when there is none."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Failure)
    except msgspec.DecodeError:
        return None


def _encodable(text: str) -> str:
    """Text without lone surrogates, which names of files may hold."""
    return text.encode(errors="backslashreplace").decode()
