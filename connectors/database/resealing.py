"""Rows that are sealed again: with the key in force, or opened where they need not be sealed.

It goes through the tables by their keys, a portion in a transaction, and changes what is not as the
settings want it. Interrupted, what was done stays done, and the next time only the rest is changed.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import Column, Connection, Table, and_, func, literal, select, tuple_, update

from connectors.database.connected import Connected
from connectors.database.schema import metadata
from connectors.database.sealing import RowSealed
from connectors.sealable import SEALABLE

_PORTION = 500

Tell: TypeAlias = Callable[[int, int], None]
"""Takes how many rows of how many have been looked at."""
_Key: TypeAlias = tuple[Any, ...]


class Resealed(Struct, frozen=True):
    """What was done."""

    rows: int
    """Changed now."""
    failed: tuple[str, ...]
    """Of each row that could not be opened, a sentence."""


def reseal(database: Connected, tell: Tell) -> Resealed:
    """Bring every row to what the settings want. Raises DatabaseUnavailable."""
    changed = looked = 0
    failed: list[str] = []
    total = database.asking(partial(_count, database))
    for table, rows in _portions(database):
        keys = [_key(table, row) for row in rows if not _as_wanted(database, table, row)]
        if keys:
            done, refused = database.asking(partial(_write, database, table, keys))
            changed += done
            failed += refused
        looked += len(rows)
        tell(looked, total)
    return Resealed(changed, tuple(failed))


def is_resealed(database: Connected) -> bool:
    """Whether every row is as the settings want it. Raises DatabaseUnavailable."""
    return all(
        _as_wanted(database, table, row) for table, rows in _portions(database) for row in rows
    )


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name in SEALABLE]


def _columns(table: Table) -> list[Column[Any]]:
    return [table.c[name] for name in SEALABLE[table.name]]


def _portions(database: Connected) -> Iterator[tuple[Table, list[Mapping[Any, Any]]]]:
    """Every row's key and what of it may be sealed, a portion at a time, in the keys' order."""
    for table in _tables():
        key = tuple_(*table.primary_key)
        query = select(*table.primary_key, *_columns(table)).order_by(*table.primary_key)
        after: _Key | None = None
        while True:
            some = query if after is None else query.where(key > _literals(table, after))
            rows = database.asking(partial(_read, database, some.limit(_PORTION)))
            if not rows:
                break
            yield table, rows
            after = _key(table, rows[-1])


def _read(database: Connected, query: Any) -> list[Mapping[Any, Any]]:
    with database.reading.begin() as connection:
        return list(connection.execute(query).mappings())


def _count(database: Connected) -> int:
    with database.reading.begin() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in _tables()
        )


def _write(database: Connected, table: Table, keys: list[_Key]) -> tuple[int, list[str]]:
    done, refused = 0, []
    with database.writing.begin() as connection:
        for key in keys:
            try:
                done += _change(database, connection, table, key)
            except RowSealed as sealed:
                refused.append(str(sealed))
    return done, refused


def _change(database: Connected, connection: Connection, table: Table, key: _Key) -> bool:
    """Seal what a row holds by now: it may be another content, or gone."""
    this = and_(*(each == value for each, value in zip(table.primary_key, key, strict=True)))
    query = select(*table.primary_key, *_columns(table)).where(this).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None or _as_wanted(database, table, row):
        return False
    sealing = database.sealing
    values = {
        each.name: sealing.open(each, row[each.name], row)
        for each in _columns(table)
        if not sealing.as_wanted(each, row[each.name])
    }
    connection.execute(update(table).where(this).values(sealing.values(table, values, row)))
    return True


def _as_wanted(database: Connected, table: Table, row: Mapping[Any, Any]) -> bool:
    return all(database.sealing.as_wanted(each, row[each.name]) for each in _columns(table))


def _key(table: Table, row: Mapping[Any, Any]) -> _Key:
    return tuple(row[each.name] for each in table.primary_key)


def _literals(table: Table, key: _Key) -> Any:
    return tuple_(
        *(literal(value, each.type) for each, value in zip(table.primary_key, key, strict=True))
    )
