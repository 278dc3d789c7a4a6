"""Messages as they lie in Kafka, and as they are read there."""

import io
from typing import Any

import fastavro

from connectors.avro_type import Schema, parse, without_logical_types
from connectors.readable import to_readable


class Wire:
    """Avro of one record, written with whatever schema and read with ours."""

    def __init__(self, ours: Schema) -> None:
        """`ours` is the reader's schema."""
        self._tree = parse(ours)
        self._ours = fastavro.parse_schema(without_logical_types(ours))
        self._last: tuple[Schema, Any] = ours, self._ours

    def encoded(self, schema: Schema, value: dict[str, Any]) -> bytes:
        """The Avro of a value."""
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, self._parsed(schema), value)
        return buffer.getvalue()

    def as_read(self, schema: Schema, encoded: bytes) -> dict[str, Any]:
        """Readable JSON of what a reader with our schema makes of it."""
        read = fastavro.schemaless_reader(io.BytesIO(encoded), self._parsed(schema), self._ours)
        readable: dict[str, Any] = to_readable(self._tree, read)
        return readable

    def _parsed(self, schema: Schema) -> Any:
        """The schema as fastavro takes it; neighbours have the same, and parsing takes longest."""
        if schema is not self._last[0]:
            self._last = schema, fastavro.parse_schema(without_logical_types(schema))
        return self._last[1]


def headers(record: str) -> list[tuple[str, bytes]]:
    """The headers that every message of ours has, with values of a test."""
    return [
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/avro"),
        ("ce_source", b"/manifold/contract-test"),
        ("ce_type", record.encode()),
        ("ce_id", b"contract-test"),
        ("ce_time", b"2026-03-02T09:15:00.123Z"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"),
    ]
