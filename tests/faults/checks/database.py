"""The database that `collect` writes holds what the topics hold, nothing else and no more."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Table, select

from connectors.database import Store
from connectors.database.engine import engine, parsed
from connectors.database.rows import audit_row, row, storable
from connectors.database.schema import audit_entry, decision, result, review, upload
from connectors.database.sealing import PLAIN, Sealing
from connectors.stream import Decoded
from operators.audit import InvoiceAudit, witness
from operators.decide import NAMES
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewCompleted
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "the database equals the topics"

_KEYS: dict[Table, tuple[str, ...]] = {
    upload: ("request_id", "attempt"),
    result: ("request_id", "attempt", "branch", "source_partition", "source_offset"),
    decision: ("request_id", "attempt", "revision"),
    review: ("request_id", "event_id"),
    audit_entry: ("request_id", "chain", "sequence"),
}
"""What tells the rows of a table apart; the request comes first."""
_READ = 5_000
_encode = msgspec.json.Encoder(order="sorted").encode


def database_equals_topics(recorded: Recorded, url: str, sealing: Sealing = PLAIN) -> Check:
    """Every row of every table against the records, column by column; and the chains' heads.

    `sealing` opens what is sealed: compared is what was written.
    """
    findings = Findings(NAME)
    store = Store.connect(url)
    try:
        breach = store.verify()
    finally:
        store.close()
    if breach is not None:
        findings.add(f"chain {breach.chain} entry {breach.sequence}: {breach.reason}")
    where = engine(parsed(url))
    try:
        counts = {
            table.name: _compare(where, table, recorded, findings, sealing)
            for table in (upload, result, decision, review, audit_entry)
        }
    finally:
        where.dispose()
    told = ", ".join(f"{count:,} rows of {name}" for name, count in counts.items())
    return findings.check(told)


def _compare(
    where: Engine, table: Table, recorded: Recorded, findings: Findings, sealing: Sealing
) -> int:
    """How many rows a table has."""
    wanted: dict[tuple[Any, ...], bytes] = {}
    for values in _records(table, recorded):
        # Of uploads sent twice the first is kept.
        wanted.setdefault(_key(table, values), _fingerprint(values))
    count = 0
    with where.connect() as connection:
        for values in _rows(connection, table, sealing):
            count += 1
            key = _key(table, values)
            expected = wanted.pop(key, None)
            if expected is None:
                findings.add(f"{_named(table, key)}: a row that no record stands for")
            elif expected != _fingerprint(values):
                findings.add(f"{_named(table, key)}: the row is not what its record says")
    for key in wanted:
        findings.add(f"{_named(table, key)}: no row")
    return count


def _records(table: Table, recorded: Recorded) -> Iterator[dict[str, Any]]:
    """The rows a table should have, from the topics."""
    if table is audit_entry:
        for entry in recorded.contents(InvoiceAudit):
            yield audit_row(entry)
        return
    kinds: dict[Table, tuple[type[Any], ...]] = {
        upload: (InvoiceUploaded,),
        result: tuple(NAMES),
        decision: (InvoiceDecision,),
        review: (InvoiceReviewCompleted,),
    }
    for kind in kinds[table]:
        found: Decoded[Any]
        for found in recorded.of(kind):
            received = found.received
            event = witness(received.topic, found.record, received.source, received.value or b"")
            yield row(storable(event))[1]


def _rows(connection: Connection, table: Table, sealing: Sealing) -> Iterator[dict[str, Any]]:
    found = connection.execution_options(yield_per=_READ).execute(select(table))
    for each in found.mappings():
        yield sealing.opened(table, each)


def _key(table: Table, values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in _KEYS[table])


def _named(table: Table, key: tuple[Any, ...]) -> str:
    request_id, *others = key
    return f"request {request_id}, {table.name} {'/'.join(map(str, others))}"


def _fingerprint(values: dict[str, Any]) -> bytes:
    return blake2b(_encode(values), digest_size=16).digest()
