"""What is written, in SQLite and in PostgreSQL alike."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import stamina
from msgspec.structs import replace
from sqlalchemy import create_engine, text

from connectors.database import (
    DatabaseError,
    DatabaseUnavailable,
    EventConflict,
    SchemaOutdated,
    Store,
    engine,
)
from connectors.database.migration import migrate
from operators.audit import verify
from operators.decision import ReviewNote
from operators.result import FraudResult
from tests.integration.database.records import (
    Arrival,
    decision,
    event,
    fraud,
    inventory,
    one_of_each,
    pricing,
    review,
    upload,
    validation,
)


def rows(url: str, query: str) -> list[dict[str, object]]:
    other = create_engine(url)
    with other.connect() as connection:
        found = [dict(row) for row in connection.execute(text(query)).mappings()]
    other.dispose()
    return found


def test_a_request_is_found_again_with_its_history(store: Store) -> None:
    arrival = Arrival("r-1")
    first, second = decision(arrival), decision(arrival, 2, "APPROVED")
    entries = store.append(
        "collect-0", [event(upload(arrival), 0), event(first, 0), event(second, 1)]
    )
    history = store.request("r-1")
    assert history is not None
    assert history.decisions == (first, second)
    assert list(history.audit) == entries
    assert store.request("r-2") is None


def test_what_people_have_said_is_kept_with_who_and_why(store: Store, url: str) -> None:
    arrival = Arrival("r-1")
    said = review(arrival, "a\x00nna")
    note = ReviewNote(said.reviewer, said.outcome, said.reason, said.completed_at)
    decided = replace(decision(arrival, 2, "APPROVED"), reviews=(note,))

    entries = store.append("collect-0", [event(said, 4), event(decided, 5)])
    store.append("collect-0", [event(said, 4)])

    assert (entries[0].revision, entries[0].status, entries[0].at) == (
        1,
        "APPROVED",
        said.completed_at,
    )
    query = "SELECT request_id, attempt, revision, outcome, reviewer, reason FROM review"
    assert rows(url, query) == [
        {
            "request_id": "r-1",
            "attempt": 1,
            "revision": 1,
            "outcome": "APPROVED",
            "reviewer": "a\ufffdnna",
            "reason": "Looked at.",
        }
    ]
    history = store.request("r-1")
    assert history is not None
    assert [each.reviewer.replace("\ufffd", "\x00") for each in history.decisions[0].reviews] == [
        said.reviewer
    ]


def test_what_comes_again_is_answered_as_stored_and_in_the_order_asked(store: Store) -> None:
    events = [happened for request in range(3) for happened in one_of_each(request)]
    entries = store.append("collect-0", events[:10])
    again = store.append("collect-0", list(reversed(events)))
    assert again[::-1][:10] == entries
    assert [entry.event_id for entry in again] == [e.event_id for e in reversed(events)]
    in_order = sorted(again, key=lambda entry: entry.sequence)
    assert [entry.sequence for entry in in_order] == list(range(1, 19))
    assert verify(in_order) is None
    assert store.verify() is None


def test_an_event_given_twice_in_one_batch_is_entered_once(store: Store) -> None:
    once = event(upload(Arrival("r-1")), 0)
    entries = store.append("collect-0", [once, once])
    assert entries[0] == entries[1]
    assert store.stats().rows["audit_entry"] == 1


def test_every_chain_counts_for_itself(store: Store) -> None:
    zero = store.append("collect-0", [event(upload(Arrival("r-1")), 0, "a")])
    one = store.append("collect-1", [event(upload(Arrival("r-2")), 0, "b")])
    assert [zero[0].sequence, one[0].sequence] == [1, 1]
    assert store.verify() is None


def test_processes_that_write_the_same_chain_at_once_do_not_break_it(url: str) -> None:
    events = [happened for request in range(40) for happened in one_of_each(request)]

    def write(size: int) -> None:
        store = Store.connect(url)
        for start in range(0, len(events), size):
            store.append("collect-0", events[start : start + size])
        store.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [7, 11, 23, 60]))
    store = Store.connect(url)
    entries = store.append("collect-0", events)
    assert store.verify() is None
    assert store.stats().rows["audit_entry"] == len(events)
    assert verify(sorted(entries, key=lambda entry: entry.sequence)) is None
    store.close()


def test_nothing_is_written_for_no_events(store: Store) -> None:
    assert store.append("collect-0", []) == []
    assert store.stats().rows["audit_chain"] == 0


def test_a_duplicated_upload_keeps_the_first_and_the_trail_keeps_both(
    store: Store, url: str
) -> None:
    first, second = Arrival("r-1", offset=0), Arrival("r-1", offset=1)
    store.append(
        "collect-0",
        [
            event(upload(first, "RE-1"), 0),
            event(upload(second, "RE-2"), 1),
            event(validation(first, "REJECTED"), 0),
            event(validation(second, "APPROVED"), 1),
        ],
    )
    assert [row["number"] for row in rows(url, "SELECT number FROM upload")] == ["RE-1"]
    in_force = rows(url, "SELECT status FROM result_in_force")
    assert [row["status"] for row in in_force] == ["REJECTED"]
    assert store.stats().rows | {"audit_chain": 0} == {
        "audit_chain": 0,
        "audit_entry": 4,
        "decision": 0,
        "open_review": 0,
        "result": 2,
        "review": 0,
        "review_answer": 0,
        "upload": 1,
    }


def test_an_answer_counts_before_an_earlier_one_of_a_branch_that_could_not_work(
    store: Store, url: str
) -> None:
    unknown = replace(fraud(Arrival("r-1", offset=0), "UNKNOWN"), unknown_reason="breaker open")
    answered = fraud(Arrival("r-1", offset=7), "PASS")
    store.append("collect-0", [event(unknown, 0), event(answered, 1)])
    in_force = rows(url, "SELECT status, unknown_reason FROM result_in_force")
    assert in_force == [{"status": "PASS", "unknown_reason": None}]


def test_the_decision_in_force_is_the_last_revision_of_the_last_attempt(
    store: Store, url: str
) -> None:
    once, again = Arrival("r-1"), Arrival("r-1", attempt=2)
    decisions = [
        decision(once, 1, "REVIEW"),
        decision(once, 2, "REJECTED"),
        decision(again, 1, "APPROVED"),
    ]
    store.append("collect-0", [event(made, n) for n, made in enumerate(decisions)])
    in_force = rows(url, "SELECT attempt, revision, status FROM decision_in_force")
    assert in_force == [{"attempt": 2, "revision": 1, "status": "APPROVED"}]
    assert store.stats().in_force == {"APPROVED": 1}


def test_amounts_and_instants_are_exact_and_readable(store: Store, url: str) -> None:
    arrival = Arrival("r-1")
    store.append(
        "collect-0",
        [event(upload(arrival), 0), event(inventory(arrival), 0), event(pricing(arrival), 0)],
    )
    (found,) = rows(url, "SELECT * FROM upload")
    assert str(found["payable"]).rstrip("0") == "1190.005"
    assert str(found["uploaded_at"])[:10] == "2023-11-14"
    details = [str(row["details"]) for row in rows(url, "SELECT details FROM result")]
    assert "19.90" in "".join(details)
    assert "2.50" in "".join(details)
    assert "1990000000" not in "".join(details)


def test_neither_names_nor_accounts_are_kept(store: Store, url: str) -> None:
    store.append("collect-0", one_of_each(1))
    kept = "".join(
        str(rows(url, f"SELECT * FROM {table}"))
        for table in ("upload", "result", "decision", "audit_entry")
    )
    assert "RE-1" in kept
    assert "Seller GmbH" not in kept
    assert "DE02120300000000202051" not in kept


def test_hostile_text_and_impossible_times_do_not_stop_the_flow(store: Store) -> None:
    arrival = Arrival("r\x00" + "x" * 5_000)
    strange = replace(
        upload(arrival, "RE\x00\u202e'; DROP TABLE upload; --"), uploaded_at=9 * 10**17
    )
    result: FraudResult = replace(fraud(arrival), unknown_reason="\x00", decided_at=-(10**18))
    noted = decision(arrival)
    noted = replace(noted, changes=("a\x00b", "a\\u0000b"))
    events = [event(strange, 0), event(result, 0), event(noted, 0)]
    entries = store.append("collect-0", events)
    assert entries == store.append("collect-0", events)
    assert [entry.at for entry in entries][:2] == [9 * 10**17, -(10**18)]
    assert store.verify() is None
    history = store.request(arrival.request_id)
    assert history is not None
    assert history.decisions[0].changes == ("a\ufffdb", "a\\u0000b")


def test_another_record_at_a_known_offset_is_refused_and_nothing_written(store: Store) -> None:
    store.append("collect-0", [event(upload(Arrival("r-1")), 0)])
    other = [event(upload(Arrival("r-2")), 1), event(upload(Arrival("r-3")), 0)]
    with pytest.raises(EventConflict, match=r"invoiceuploaded/0/0.*database of its own"):
        store.append("collect-0", other)
    assert store.stats().rows["audit_entry"] == 1
    assert store.request("r-2") is None


@pytest.mark.parametrize(
    ("tampering", "sequence"),
    [
        ("UPDATE audit_entry SET status = 'APPROVED' WHERE sequence = 6", 6),
        ("DELETE FROM audit_entry WHERE sequence = 3", 3),
        ("DELETE FROM audit_entry WHERE sequence = 12", 12),
        ("DELETE FROM audit_entry", 1),
        ("DELETE FROM audit_chain", 13),
        ("UPDATE audit_chain SET sequence = 11", 12),
    ],
)
def test_tampering_is_found_at_its_entry(
    store: Store, url: str, tampering: str, sequence: int
) -> None:
    store.append("collect-0", one_of_each(1) + one_of_each(2))
    assert store.verify() is None
    other = create_engine(url)
    with other.begin() as connection:
        connection.execute(text(tampering))
    other.dispose()
    breach = store.verify()
    assert breach is not None
    assert (breach.chain, breach.sequence) == ("collect-0", sequence)


def test_a_database_without_tables_says_what_to_run(empty: str) -> None:
    store = Store.connect(empty)
    with pytest.raises(SchemaOutdated, match="run `manifold db migrate`"):
        store.check_schema()
    with pytest.raises(SchemaOutdated, match="run `manifold db migrate`"):
        store.append("collect-0", one_of_each(1))
    store.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:"]
)
def test_an_unusable_url_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(DatabaseError, match="sqlite:///PATH") as refused:
        Store.connect(url)
    assert "secret" not in str(refused.value)


def test_sqlite_loses_nothing_on_power_loss(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/er/manifold.db"
    migrate(url)
    store = Store.connect(url)
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    store.close()


def test_a_busy_sqlite_file_is_waited_for_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path}/manifold.db"
    migrate(url)
    store = Store.connect(url)
    other = sqlite3.connect(tmp_path / "manifold.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        stamina.set_testing(True, attempts=2),
        pytest.raises(DatabaseUnavailable, match="database is locked"),
    ):
        store.append("collect-0", one_of_each(1))
    other.execute("ROLLBACK")
    assert len(store.append("collect-0", one_of_each(1))) == 6
    other.close()
    store.close()
