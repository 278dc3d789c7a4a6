"""What stands in a record, whatever topic it is from."""

from typing import Any

import msgspec

from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.dead_letters import ERROR_REASON, FIRST_SEEN, GROUP, MESSAGE
from connectors.stream import Received
from operators.time import isoformat


class Content(msgspec.Struct, frozen=True):
    """A record's value as JSON, or why there is none."""

    kind: str
    """Name of the record; of a table's entry, `entry`; `deleted` without a value."""
    record: Any = None
    """The record as readable JSON."""
    problem: str | None = None
    """Why the value could not be read."""


def content_of(received: Received, contracts: Contracts, codec: Codec) -> Content:
    """A record's value: Avro, or MessagePack in a table's changelog."""
    topic = contracts.topics.get(received.topic)
    if received.value is None:
        return Content("deleted")
    if topic is not None and topic.kind == "changelog":
        return entry(received.value)
    try:
        return Content(*codec.decode_any(received.value))
    except Undecodable as error:
        return Content("undecodable", problem=str(error))


def entry(value: bytes) -> Content:
    """A table's entry, written in MessagePack."""
    try:
        return Content("entry", msgspec.msgpack.decode(value))
    except msgspec.DecodeError:
        return Content("undecodable", problem="the value is no MessagePack")


def request_of(content: Content) -> str | None:
    """The request a record belongs to."""
    found = content.record.get("request_id") if isinstance(content.record, dict) else None
    return found if isinstance(found, str) else None


def belongs_to(received: Received, content: Content, request_id: str) -> bool:
    """Whether a record is about a request: by its key, its field, or, unreadable, its bytes."""
    wanted = request_id.encode()
    if received.key == wanted or request_of(content) == request_id:
        return True
    return content.problem is not None and wanted in (received.value or b"")


def may_belong_to(received: Received, request_id: bytes) -> bool:
    """Whether a record can be about a request at all, found out without decoding it.

    Avro and MessagePack both write text as its UTF-8 bytes.
    """
    return received.key == request_id or request_id in (received.value or b"")


def text_header(received: Received, name: str) -> str | None:
    """A header as text."""
    value = received.header(name)
    return None if value is None else value.decode(errors="replace")


def rejection(received: Received) -> dict[str, str] | None:
    """Of a dead letter: reason, message, group and when it failed first."""
    reason = text_header(received, ERROR_REASON)
    if reason is None:
        return None
    return {
        "reason": reason,
        "message": text_header(received, MESSAGE) or "",
        "group": text_header(received, GROUP) or "",
        "first_seen": text_header(received, FIRST_SEEN) or "",
    }


def as_json(received: Received, content: Content) -> dict[str, Any]:
    """A record, where it stands and what it says, for machines."""
    found: dict[str, Any] = {
        "topic": received.topic,
        "partition": received.partition,
        "offset": received.offset,
        "time": isoformat(received.timestamp),
        "key": None if received.key is None else received.key.decode(errors="replace"),
        "kind": content.kind,
        "record": content.record,
    }
    if content.problem is not None:
        found["problem"] = content.problem
        found["value_hex"] = (received.value or b"")[:64].hex()
    rejected = rejection(received)
    return found if rejected is None else {**found, "dead_letter": rejected}
