"""Columns that are sealed in the database: what is written there, and what is read.

A sealed value is text, in a JSON column a JSON string: base64 of what the keyring makes of it,
which opens in its own column of its own row only. Where a column is looked for by its value, a
blind index of it (HMAC) goes before.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Table, or_
from sqlalchemy.types import JSON

from connectors.at_rest import AtRest
from connectors.database.engine import encoded
from connectors.database.errors import DatabaseUnavailable
from connectors.keyring import MAGIC, Unopened, sealed_with
from connectors.sealable import LOOKED_FOR, SEALABLE, sealed_columns
from connectors.settings import Settings

PURPOSE = "database"
"""Of the keys."""

_HEAD = base64.b64encode(MAGIC[: len(MAGIC) // 3 * 3]).decode()
"""What sealed text begins with: as much of the magic as whole groups of base64 hold."""
_INDEX = 32
"""Signs of a blind index."""


class RowSealed(DatabaseUnavailable):
    """A row cannot be opened: there are no keys, or it is not what was sealed there."""


class Sealing:
    """Seals rows and opens them. Threads may share it."""

    def __init__(self, rest: AtRest | None = None, names: Iterable[str] = ()) -> None:
        """`names`: columns to be sealed, as the setting has them; others are only opened."""
        self.rest = rest
        self._names = sealed_columns(names) if rest is not None else frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Sealing":
        """As the settings want it. Raises KeysWrong."""
        keys = settings.documents.keys
        rest = None if keys is None else AtRest(keys, PURPOSE)
        return cls(rest, settings.database.sealed)

    def seals(self, column: Column[Any]) -> bool:
        """Whether what is written to a column is sealed."""
        return _name(column) in self._names

    def row(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as the database gets it."""
        return self.values(table, row, row)

    def values(
        self, table: Table, values: Mapping[str, Any], key: Mapping[Any, Any]
    ) -> dict[str, Any]:
        """Values of some columns as the database gets them, in the row of that key."""
        sealed = dict(values)
        for name in SEALABLE.get(table.name, ()):
            if name in values:
                sealed[name] = self._sealed(table.c[name], values[name], key)
        return sealed

    def opened(self, table: Table, found: Mapping[Any, Any]) -> dict[str, Any]:
        """What was read of a row, its key among it, as it was before. Raises RowSealed."""
        row = {str(name): value for name, value in found.items()}
        for name in SEALABLE.get(table.name, ()):
            if name in row:
                row[name] = self.open(table.c[name], row[name], row)
        return row

    def open(self, column: Column[Any], value: Any, key: Mapping[Any, Any]) -> Any:
        """A value of the row of that key, as it was before. Raises RowSealed."""
        if not _is_sealed(column, value):
            return value
        if self.rest is None:
            raise RowSealed(
                "columns of the database are sealed: name the file of their keys in documents.keys"
            )
        index, sealed = _parts(column, value)
        try:
            if _sealed_with(column, value) is None:
                raise Unopened("it was cut")
            content = self.rest.open(base64.b64decode(sealed), _place(column, key, index))
        except Unopened:
            raise RowSealed(
                f"{_name(column)} of {'/'.join(_key(column, key))} cannot be opened: its key is "
                "gone, or it is not what was sealed there"
            ) from None
        return msgspec.json.decode(content) if isinstance(column.type, JSON) else content.decode()

    def same(self, column: Column[Any], value: str) -> ColumnElement[bool]:
        """Whether a column that is looked for has a value, sealed with whichever key or not."""
        if self.rest is None:
            return column == value
        indexes = self._indexes(column, value.encode())
        return or_(column == value, *(column.startswith(each + _HEAD) for each in indexes))

    def as_wanted(self, column: Column[Any], value: Any) -> bool:
        """Whether a stored value is sealed with the key in force, or not, as the settings say."""
        if value is None:
            return True
        if not self.seals(column):
            return not _is_sealed(column, value)
        return self.rest is not None and _sealed_with(column, value) == self.rest.current

    def _sealed(self, column: Column[Any], value: Any, key: Mapping[Any, Any]) -> Any:
        if value is None:
            return None
        if not self.seals(column):
            # What only looks as if it were sealed could not be read any more.
            return f" {value}" if isinstance(value, str) and _is_sealed(column, value) else value
        assert self.rest is not None
        content = (encoded(value) if isinstance(column.type, JSON) else value).encode()
        index = self._indexes(column, content)[0] if _name(column) in LOOKED_FOR else ""
        return (
            index + base64.b64encode(self.rest.seal(content, _place(column, key, index))).decode()
        )

    def _indexes(self, column: Column[Any], content: bytes) -> list[str]:
        assert self.rest is not None
        return [each[:_INDEX] for each in self.rest.indexes(content, _name(column))]


PLAIN = Sealing()
"""Without keys: nothing is sealed."""


def _name(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def _place(column: Column[Any], key: Mapping[Any, Any], index: str) -> str:
    """Where a value belongs, with what it is found by."""
    return msgspec.json.encode([_name(column), *_key(column, key), index]).decode()


def _key(column: Column[Any], key: Mapping[Any, Any]) -> list[str]:
    return [str(key[each.name]) for each in column.table.primary_key]


def _parts(column: Column[Any], value: str) -> tuple[str, str]:
    """The blind index, where there is one, and what is sealed."""
    length = _INDEX if _name(column) in LOOKED_FOR else 0
    return value[:length], value[length:]


def _is_sealed(column: Column[Any], value: Any) -> bool:
    return isinstance(value, str) and _parts(column, value)[1].startswith(_HEAD)


def _sealed_with(column: Column[Any], value: Any) -> str | None:
    """The id of the key; None for what is not sealed, or cut."""
    if not _is_sealed(column, value):
        return None
    try:
        return sealed_with(base64.b64decode(_parts(column, value)[1]))
    except binascii.Error:
        return None
