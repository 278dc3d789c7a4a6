"""The job's records in Avro behind Confluent framing, read and written with fastavro.

Logical types are stripped from the schemas, which spares fastavro most of its work: instants
and dates stay integers, decimals the bytes of integers.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro

_SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
_LOGICAL = {"logicalType", "precision", "scale"}
_FRAMED = 5


def reader(record: str) -> Callable[[bytes], dict[str, Any]]:
    """A function that reads the values of a record's topic."""
    schema, frame = _schema(record), _frame(record)

    def read(value: bytes) -> dict[str, Any]:
        if value[:_FRAMED] != frame:
            raise ValueError(f"the value is no {record} of the newest version")
        found: Any = fastavro.schemaless_reader(io.BytesIO(value[_FRAMED:]), schema, None)
        return found  # type: ignore[no-any-return]  # fastavro says any

    return read


def writer(record: str) -> Callable[[dict[str, Any]], bytes]:
    """A function that gives the framed value of a record."""
    schema, frame = _schema(record), _frame(record)

    def write(value: dict[str, Any]) -> bytes:
        buffer = io.BytesIO()
        buffer.write(frame)
        fastavro.schemaless_writer(buffer, schema, value)
        return buffer.getvalue()

    return write


def _schema(record: str) -> Any:
    file = _SCHEMAS / "avro" / record / f"{_newest(record)}.avsc"
    return fastavro.parse_schema(_plain(json.loads(file.read_text())))


def _frame(record: str) -> bytes:
    ids = json.loads((_SCHEMAS / "lock.json").read_text())["ids"]
    for number, entry in ids.items():
        if (entry["record"], entry["version"]) == (record, _newest(record)):
            return b"\0" + int(number).to_bytes(4, "big")
    raise LookupError(f"schemas/lock.json has no id for the newest version of {record}")


def _newest(record: str) -> int:
    return max(int(file.stem) for file in (_SCHEMAS / "avro" / record).glob("*.avsc"))


def _plain(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key not in _LOGICAL}
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    return schema
