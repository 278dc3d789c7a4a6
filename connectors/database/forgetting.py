"""Forgetting a vendor in the database: what says who it is goes, what the books need stays.

Rows stay where they are, with their amounts, dates and statuses; identifiers, texts and what was
read from documents go. The audit trail has hashes only, is not touched, and stays verifiable.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, delete, func, select, update

from connectors.database.connected import Connected
from connectors.database.schema import metadata

_BATCH = 500

GONE = "forgotten"
"""What stands where an identifier has to."""

MASKS: Mapping[str, Mapping[str, Any]] = {
    "upload": {"vendor_id": GONE, "invoice_id": GONE, "number": None, "document": None},
    "result": {"vendor_id": GONE, "invoice_id": GONE, "violations": [], "details": {}},
    "decision": {
        "vendor_id": GONE,
        "invoice_id": GONE,
        "branches": [],
        "changes": [],
        "reason": None,
        "reviews": None,
    },
    "review": {"reason": ""},
    "review_answer": {"vendor_id": GONE, "reason": "", "corrected": None},
}
"""By table, what each column of a vendor's becomes."""


DELETED = frozenset({"open_review"})
"""Tables whose rows go: what is open and cannot be shown can only be in the way."""


def requests_of(database: Connected, vendor: str) -> set[str]:
    """The requests in which the vendor is named in any table. Raises DatabaseUnavailable."""

    def find() -> set[str]:
        found: set[str] = set()
        with database.reading.begin() as connection:
            for table in _tables():
                if "vendor_id" in table.c:
                    named = select(table.c.request_id).where(table.c.vendor_id == vendor)
                    found.update(connection.execute(named.distinct()).scalars())
        return found

    return database.asking(find)


def forget(
    database: Connected, requests: Iterable[str], *, dry_run: bool = False
) -> dict[str, int]:
    """Mask the rows of these requests; by table, how many rows there are.

    All in one transaction. Raises DatabaseUnavailable.
    """
    wanted = sorted(requests)
    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]

    def mask() -> dict[str, int]:
        counts = dict.fromkeys((table.name for table in _tables()), 0)
        with database.writing.begin() as connection:
            for table in _tables():
                for batch in batches:
                    some = table.c.request_id.in_(batch)
                    number = select(func.count()).select_from(table).where(some)
                    counts[table.name] += connection.execute(number).scalar_one()
                    if dry_run:
                        continue
                    if table.name in DELETED:
                        connection.execute(delete(table).where(some))
                    else:
                        connection.execute(update(table).where(some).values(MASKS[table.name]))
        return counts

    return database.asking(mask)


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name in {*MASKS, *DELETED}]
