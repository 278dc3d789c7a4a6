"""What only a server can do to us: concurrent writers, lost connections, stopped processes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import stamina
from sqlalchemy.exc import DBAPIError

from connectors.database import DatabaseUnavailable, Store, engine
from connectors.database.errors import is_transient
from connectors.database.migration import migrate
from tests.integration.database.conftest import new_database
from tests.integration.database.records import one_of_each

EVENTS = [happened for request in range(40) for happened in one_of_each(request)]


@pytest.fixture
def url(postgresql: str) -> str:
    made = new_database(postgresql)
    migrate(made)
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.connect(url)
    yield opened
    opened.close()


def test_the_same_events_written_under_two_chains_at_once_are_entered_once(url: str) -> None:
    def write(chain: str) -> None:
        store = Store.connect(url)
        for start in range(0, len(EVENTS), 30):
            store.append(chain, EVENTS[start : start + 30])
        store.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["collect-0", "renamed-0"]))
    store = Store.connect(url)
    assert store.stats().rows["audit_entry"] == len(EVENTS)
    assert store.verify() is None
    store.close()


def test_a_lost_connection_is_made_again(store: Store, url: str) -> None:
    store.append("collect-0", EVENTS[:6])
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'manifold' AND datname = current_database()"
        )
    entries = store.append("collect-0", EVENTS[:12])
    assert [entry.sequence for entry in entries] == list(range(1, 13))


def test_a_stopped_process_does_not_keep_a_chain_locked(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append("collect-0", EVENTS[:6])
    session = engine._POSTGRESQL_SESSION.replace("'8s'", "'500ms'")
    monkeypatch.setattr(engine, "_POSTGRESQL_SESSION", session)
    stopped = Store.connect(url)
    with stopped._writing.connect() as connection:
        stopped._lock(connection, "collect-0")
        entries = store.append("collect-0", EVENTS[:12])
        with pytest.raises(DBAPIError) as lost:
            stopped._lock(connection, "collect-0")
        assert is_transient(lost.value)
    assert entries[-1].sequence == 12
    assert len(stopped.append("collect-0", EVENTS[:18])) == 18
    assert store.verify() is None
    stopped.close()


def test_a_server_that_is_away_is_named_without_the_password() -> None:
    store = Store.connect("postgresql://manifold:secret@127.0.0.1:1/invoices")
    with (
        stamina.set_testing(True, attempts=2),
        pytest.raises(
            DatabaseUnavailable, match=r"127\.0\.0\.1:1/invoices does not answer"
        ) as away,
    ):
        store.append("collect-0", EVENTS[:1])
    assert "secret" not in str(away.value)


def test_an_unknown_database_is_named(postgresql: str) -> None:
    store = Store.connect(postgresql.replace("/postgres?", "/nowhere?"))
    with (
        stamina.set_testing(True, attempts=1),
        pytest.raises(DatabaseUnavailable, match='database "nowhere" does not exist'),
    ):
        store.check_schema()
