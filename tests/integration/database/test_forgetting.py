"""A vendor that is forgotten: gone from the rows, and the audit trail as sound as before."""

from msgspec.structs import replace
from sqlalchemy import text

from connectors.database import Store
from connectors.database.connected import Connected
from connectors.database.forgetting import DELETED, MASKS, forget, requests_of
from connectors.database.schema import metadata
from tests.integration.database.records import Arrival, asked, event, one_of_each, upload

KEPT = {
    "upload": {"origin", "uploaded_at", "currency", "payable", "issue_date", "tenant"},
    "result": {
        "branch", "source_topic", "source_partition", "source_offset", "status", "unknown_reason",
        "policy_version", "uploaded_at", "decided_at", "record_offset",
    },
    "decision": {
        "status", "complete", "missing", "opened_at", "decided_at", "uploaded_at", "latency_ms",
        "amount", "vendor_class", "decided_by", "approvers", "policy_version", "currency", "due",
    },
    "review": {"outcome", "reviewer", "completed_at"},
    "review_answer": {
        "answer_id", "reviewer", "outcome", "completed_at", "due_at", "published_at", "refusal",
        "refused_because", "sending_until",
    },
}  # fmt: skip
"""Columns that say nothing of who the vendor is."""
_EVERYWHERE = {"request_id", "attempt", "revision", "event_id"}


def test_every_column_is_known_to_be_kept_or_masked() -> None:
    """A new column has to be decided about before it can be written."""
    for table in metadata.sorted_tables:
        if table.name in DELETED or table.name.startswith("audit_"):
            continue
        known = KEPT[table.name] | set(MASKS[table.name]) | _EVERYWHERE
        assert {column.name for column in table.columns} == known & set(table.c.keys()), table.name


def test_a_vendor_is_gone_and_the_trail_is_sound(store: Store, url: str) -> None:
    store.append("0", [*one_of_each(1), event(asked(Arrival("r-1")), 90)])
    other = replace(upload(Arrival("r-other"), "RE-2"), vendor_id="v-2")
    store.append("0", [event(other, 91)])
    database = Connected(url)
    theirs = requests_of(database, "v-1")
    assert "r-other" not in theirs
    assert theirs

    would = forget(database, theirs, dry_run=True)
    assert requests_of(database, "v-1") == theirs, "a dry run changes nothing"
    assert forget(database, theirs) == would
    assert would["upload"] >= 1
    assert would["decision"] >= 1
    assert would["result"] >= 4

    assert requests_of(database, "v-1") == set()
    with database.reading.begin() as connection:
        rows = [
            str(row)
            for table in (*MASKS, *DELETED)
            for row in connection.execute(
                text(f"SELECT * FROM {table} WHERE request_id != 'r-other'")
            )
        ]
        kept = connection.execute(text("SELECT number FROM upload WHERE request_id = 'r-other'"))
        assert kept.scalar_one() == "RE-2"
    for word in ("v-1", "i-1", "RE-1", "Seller", "19.90", "DE0212"):
        assert not [row for row in rows if word in row], word
    assert store.verify() is None
    for request in theirs:
        history = store.request(request)
        assert history is not None
        assert all(each.vendor_id == "forgotten" for each in history.decisions)
    database.close()


def test_what_comes_again_does_not_bring_it_back(store: Store, url: str) -> None:
    """As after a crash, or a rebuild of what is there."""
    events = one_of_each(1)
    store.append("0", events)
    database = Connected(url)
    forget(database, requests_of(database, "v-1"))
    store.append("0", events)
    assert requests_of(database, "v-1") == set()
    database.close()
