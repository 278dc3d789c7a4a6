"""Records that cannot be worked on, kept raw with the reason.

Header names follow KIP-1034 (`__streams.errors.*`); `manifold.*` headers add what an operator
needs to decide about a replay. A replayed record says how often it has failed already, so its next
dead letter counts on.
"""

import re
from collections.abc import Callable

from connectors.contracts import Topic
from connectors.stream import Headers, Outgoing, Received, Rejected
from operators.time import Instant, isoformat

TARGET_GROUP = "manifold.target.group"
"""On a replayed record: the only group that is to work on it."""
ERROR_REASON = "manifold.error.reason"
GROUP = "manifold.error.group"
ATTEMPTS = "manifold.error.attempts"
FIRST_SEEN = "manifold.error.first_seen"
LAST_SEEN = "manifold.error.last_seen"
EXCEPTION = "__streams.errors.exception"
MESSAGE = "__streams.errors.message"
STACKTRACE = "__streams.errors.stacktrace"
TOPIC = "__streams.errors.topic"
PARTITION = "__streams.errors.partition"
OFFSET = "__streams.errors.offset"
CUT = "manifold.error.cut"
"""Bytes that the value had; on letters whose topic does not take it whole."""

ADDED = frozenset(
    {
        ERROR_REASON,
        GROUP,
        ATTEMPTS,
        FIRST_SEEN,
        LAST_SEEN,
        EXCEPTION,
        MESSAGE,
        STACKTRACE,
        TOPIC,
        PARTITION,
        OFFSET,
        TARGET_GROUP,
        CUT,
    }
)
"""Headers that are not the record's own."""

_COUNT = re.compile(rb"[0-9]{1,6}")
_INSTANT = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

_FIELD = 10
"""Bytes that Kafka adds to a header."""
_BATCH = 256
"""Bytes that Kafka adds to a record that is a batch of its own, and for the header `CUT`."""


class DeadLetters:
    """Makes dead letters of one group."""

    def __init__(self, group: str, topic_of: Callable[[str], Topic]) -> None:
        """`topic_of`: where the dead letters of a topic go."""
        self._group = group.encode()
        self._topic_of = topic_of

    def make(self, rejected: Rejected, at: Instant) -> Outgoing:
        """The dead letter of a record: its key, value, headers and timestamp as they were.

        Only a value that its topic does not take is cut, and a header says so.
        """
        topic = self._topic_of(rejected.received.topic)
        received, poison = rejected.received, rejected.received.poison
        own = [header for header in received.headers if header[0] not in ADDED]
        failed, since = self._before(received)
        failed += poison.attempts if poison else 1
        first_seen = since or isoformat(poison.first_seen if poison else at).encode()
        headers: Headers = [
            *own,
            (EXCEPTION, (poison.exception if poison else rejected.reason).encode()),
            (MESSAGE, rejected.message.encode()),
            (STACKTRACE, poison.stacktrace.encode() if poison else b""),
            (TOPIC, received.topic.encode()),
            (PARTITION, str(received.partition).encode()),
            (OFFSET, str(received.offset).encode()),
            (ERROR_REASON, rejected.reason.encode()),
            (GROUP, self._group),
            (ATTEMPTS, str(failed).encode()),
            (FIRST_SEEN, first_seen),
            (LAST_SEEN, isoformat(at).encode()),
        ]
        value = received.value
        room = topic.max_message_bytes - _size(received.key, headers)
        if value is not None and len(value) > room:
            headers = [*headers, (CUT, str(len(value)).encode())]
            value = value[: max(0, room)]
        return Outgoing(topic.name, received.key, value, headers, timestamp=received.timestamp)

    def _before(self, received: Received) -> tuple[int, bytes | None]:
        """How often a record failed before it was replayed for this group, and since when.

        Headers come from outside: what does not look like ours is not taken over.
        """
        if received.header(TARGET_GROUP) != self._group:
            return 0, None
        failed, since = received.header(ATTEMPTS) or b"", received.header(FIRST_SEEN) or b""
        return (
            int(failed) if _COUNT.fullmatch(failed) else 0,
            since if _INSTANT.fullmatch(since) else None,
        )


def replay_headers(letter: Received) -> Headers:
    """The record's own headers, how often it has failed, and who is to work on it again."""
    own = [header for header in letter.headers if header[0] not in ADDED]
    group = letter.header(GROUP)
    if group is None:
        return own
    history = [header for header in letter.headers if header[0] in (ATTEMPTS, FIRST_SEEN)]
    return [*own, *history, (TARGET_GROUP, group)]


def _size(key: bytes | None, headers: Headers) -> int:
    """Bytes of a record and its batch without the value, a little more than exactly."""
    fields = sum(len(name) + len(value or b"") + _FIELD for name, value in headers)
    return len(key or b"") + fields + _BATCH
