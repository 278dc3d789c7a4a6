"""What `collect` writes, each batch in one transaction, and what may be asked of it.

The database is the authority of the audit chains. A batch that was written before a crash comes
again, perhaps cut and interleaved otherwise: what is stored already is answered as it is stored,
and only what is new is appended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Self

from msgspec import Struct
from sqlalchemy import Connection, Insert, Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.database import revision
from connectors.database.asked import close_reviews, open_reviews
from connectors.database.engine import engine, folder, parsed, shown, writing
from connectors.database.errors import (
    Answer,
    DatabaseUnavailable,
    EventConflict,
    retrying,
)
from connectors.database.rows import audit_entries, audit_row, decided, identifier, row, storable
from connectors.database.schema import (
    audit_chain,
    audit_entry,
    decision,
    metadata,
    open_review,
    result,
    review,
    upload,
)
from connectors.database.sealing import PLAIN, Sealing
from operators.audit import START, Breach, Event, InvoiceAudit, enter, verify
from operators.decision import InvoiceDecision

_LOOKUP = 1_000
_READ = 5_000

_BY_STATUS = "SELECT status, count(*) FROM decision_in_force GROUP BY status ORDER BY status"
_HEAD = (
    select(audit_chain.c.sequence, audit_chain.c.hash)
    .where(audit_chain.c.chain == bindparam("chain"))
    .with_for_update()
)
_STORED = select(audit_entry).where(
    audit_entry.c.event_id.in_(bindparam("event_ids", expanding=True))
)

_INHERIT = (
    update(upload)
    .where(upload.c.request_id == bindparam("of"), upload.c.attempt > 1, upload.c.tenant.is_(None))
    .values(tenant=bindparam("owner"))
)


class History(Struct, frozen=True):
    """What is known of one request."""

    decisions: tuple[InvoiceDecision, ...]
    """All its decisions; the last one is in force."""
    audit: tuple[InvoiceAudit, ...]
    """What happened to it, in the order it was entered."""


class Stats(Struct, frozen=True):
    """How much there is."""

    rows: dict[str, int]
    """Rows by table."""
    in_force: dict[str, int]
    """Decisions in force by status."""


class Store:
    """The database, connected to on first use."""

    def __init__(self, url: str, sealing: Sealing = PLAIN) -> None:
        self._sealing = sealing
        self._url = parsed(url)
        self._where = shown(self._url)
        self._engine = engine(self._url)
        self._writing = writing(self._engine)
        dialect = self._engine.dialect.name
        self._insert: dict[Table, Insert] = {
            table: _ignoring_known(dialect, table)
            for table in (upload, result, decision, review, audit_chain)
        }

    @classmethod
    def connect(cls, url: str, sealing: Sealing = PLAIN) -> Self:
        """The store at `sqlite:///PATH` or `postgresql+psycopg://…`.

        Raises DatabaseError when the URL is none of these; nothing is connected to yet.
        """
        return cls(url, sealing)

    def check_schema(self) -> None:
        """Raise SchemaOutdated, with what to do, unless the tables are this program's."""
        self._asking(lambda: revision.check(self._engine, self._where))

    def append(self, chain: str, events: Sequence[Event]) -> list[InvoiceAudit]:
        """The events' audit entries, in the events' order, after they have been made durable.

        Records and entries are written in one transaction. Of uploads and of results to the same
        upload the first is kept, of decisions every revision; the chain gets every event.

        Raises DatabaseUnavailable when the database does not answer in time; EventConflict when
        a topic's offset now holds another record than the one entered.
        """
        if not events:
            return []
        storables = [storable(event) for event in events]
        return self._asking(lambda: self._append(chain, storables))

    def request(self, request_id: str) -> History | None:
        """What is known of a request, None when nothing is."""
        return self._asking(lambda: self._request(identifier(request_id)))

    def heads(self) -> dict[str, tuple[int, str]]:
        """Of each chain that has entries, the last one's sequence and hash."""
        return self._asking(self._heads)

    def verify(self) -> Breach | None:
        """The first entry of any chain that is not what was once written; None if all are."""
        return self._asking(self._verify)

    def stats(self) -> Stats:
        """How much there is."""
        return self._asking(self._stats)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _asking(self, call: Callable[[], Answer]) -> Answer:
        parent = folder(self._url)
        if parent is not None and not parent.is_dir():
            raise DatabaseUnavailable(
                f"the folder of {self._where} does not exist: run `manifold db migrate`"
            )
        return retrying(self._where, call)

    def _append(self, chain: str, events: Sequence[Event]) -> list[InvoiceAudit]:
        with self._writing.begin() as connection:
            sequence, previous_hash = self._lock(connection, chain)
            entries = _stored(connection, [event.event_id for event in events])
            fresh: list[InvoiceAudit] = []
            rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
            for event in events:
                known = entries.get(event.event_id)
                if known is not None:
                    _refuse_other(known, event)
                    continue
                sequence += 1
                entry = enter(chain, sequence, previous_hash, event)
                previous_hash = entry.hash
                entries[event.event_id] = entry
                fresh.append(entry)
                table, values = row(event)
                rows[table].append(self._sealing.row(table, values))
            if fresh:
                asked = rows.pop(open_review, [])
                for table, found in rows.items():
                    connection.execute(self._insert[table], found)
                open_reviews(connection, asked)
                close_reviews(
                    connection, {each["request_id"] for each in (*asked, *rows[decision])}
                )
                _share_tenants(connection, rows[upload])
                connection.execute(audit_entry.insert(), [audit_row(entry) for entry in fresh])
                connection.execute(
                    update(audit_chain).where(audit_chain.c.chain == chain),
                    {"sequence": sequence, "hash": previous_hash},
                )
        return [entries[event.event_id] for event in events]

    def _lock(self, connection: Connection, chain: str) -> tuple[int, str]:
        head = connection.execute(_HEAD, {"chain": chain}).one_or_none()
        if head is None:
            start = {"chain": chain, "sequence": 0, "hash": START}
            connection.execute(self._insert[audit_chain], start)
            head = connection.execute(_HEAD, {"chain": chain}).one()
        return head.sequence, head.hash

    def _request(self, request_id: str) -> History | None:
        with self._engine.begin() as connection:
            decisions = connection.execute(
                select(decision)
                .where(decision.c.request_id == request_id)
                .order_by(decision.c.attempt, decision.c.revision)
            ).mappings()
            entries = connection.execute(
                select(audit_entry)
                .where(audit_entry.c.request_id == request_id)
                .order_by(audit_entry.c.chain, audit_entry.c.sequence)
            )
            history = History(
                decisions=tuple(
                    decided(self._sealing.opened(decision, found)) for found in decisions
                ),
                audit=tuple(audit_entries(entries)),
            )
        return history if history.audit else None

    def _heads(self) -> dict[str, tuple[int, str]]:
        with self._engine.begin() as connection:
            heads = connection.execute(select(audit_chain))
            return {head.chain: (head.sequence, head.hash) for head in heads if head.sequence}

    def _verify(self) -> Breach | None:
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                heads = {head.chain: head for head in connection.execute(select(audit_chain))}
                rows = connection.execution_options(yield_per=_READ).execute(
                    select(audit_entry).order_by(audit_entry.c.chain, audit_entry.c.sequence)
                )
                chains = groupby(audit_entries(rows), key=lambda entry: entry.chain)
                for chain, entries in chains:
                    breach = _breach(chain, entries, heads.pop(chain, None))
                    if breach is not None:
                        return breach
                for chain, head in heads.items():
                    breach = _breach(chain, (), head)
                    if breach is not None:
                        return breach
        return None

    def _stats(self) -> Stats:
        with self._engine.begin() as connection:
            rows = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }
            found = connection.execute(text(_BY_STATUS))
            return Stats(rows=rows, in_force={row[0]: row[1] for row in found})


def _ignoring_known(dialect: str, table: Table) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _stored(connection: Connection, event_ids: list[str]) -> dict[str, InvoiceAudit]:
    found: dict[str, InvoiceAudit] = {}
    for start in range(0, len(event_ids), _LOOKUP):
        some = {"event_ids": event_ids[start : start + _LOOKUP]}
        for entry in audit_entries(connection.execute(_STORED, some)):
            found[entry.event_id] = entry
    return found


def _share_tenants(connection: Connection, uploads: Iterable[Mapping[str, Any]]) -> None:
    """Give corrections the tenant of the upload they correct, in whatever order both come."""
    owned = [each for each in uploads if each["tenant"] is not None]
    if owned:
        connection.execute(
            _INHERIT, [{"of": each["request_id"], "owner": each["tenant"]} for each in owned]
        )
    orphans = [
        each["request_id"] for each in uploads if each["tenant"] is None and each["attempt"] > 1
    ]
    if orphans:
        known = select(upload.c.request_id, upload.c.tenant).where(
            upload.c.request_id.in_(orphans), upload.c.tenant.is_not(None)
        )
        owners = {row.request_id: row.tenant for row in connection.execute(known)}
        if owners:
            connection.execute(
                _INHERIT, [{"of": of, "owner": owner} for of, owner in owners.items()]
            )


def _refuse_other(known: InvoiceAudit, event: Event) -> None:
    if known.payload_sha256 != event.payload_sha256:
        raise EventConflict(
            f"{event.event_id} is in the audit trail already, with another content: the topic was "
            "made anew, or the database is another cluster's; give this cluster a database of its "
            "own (setting database.url)"
        )


def _breach(chain: str, entries: Iterable[InvoiceAudit], head: Any) -> Breach | None:
    last: InvoiceAudit | None = None

    def passing() -> Iterator[InvoiceAudit]:
        nonlocal last
        for entry in entries:
            yield entry
            last = entry

    breach = verify(passing())
    if breach is not None:
        return breach
    sequence, digest = (last.sequence, last.hash) if last is not None else (0, START)
    if head is None:
        return Breach(chain, sequence + 1, "", "the chain's head is missing")
    if head.sequence > sequence:
        return Breach(chain, sequence + 1, "", "it is missing at the chain's end")
    if (head.sequence, head.hash) != (sequence, digest):
        return Breach(chain, head.sequence + 1, "", "the chain's head is not its last entry")
    return None
