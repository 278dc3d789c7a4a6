"""The database `collect` writes: results, decisions and the audit trail, idempotently."""

from connectors.database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    EventConflict,
    SchemaOutdated,
)
from connectors.database.store import History, Stats, Store

__all__ = [
    "DatabaseError",
    "DatabaseUnavailable",
    "EventConflict",
    "History",
    "SchemaOutdated",
    "Stats",
    "Store",
]
