"""Connections: SQLite and PostgreSQL made equally careful."""

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from connectors.database.errors import DatabaseError

_BUSY_SECONDS = 3
_WRITES = "manifold_writes"

_POSTGRESQL_CLIENT = {
    "application_name": "manifold",
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8_000,
}
"""libpq's settings, so that a host that vanished is noticed; those in the URL go before."""

_POSTGRESQL_SESSION = """
    SELECT set_config('lock_timeout', '3s', false),
           set_config('idle_in_transaction_session_timeout', '8s', false),
           CASE WHEN current_setting('synchronous_commit') = 'off'
                THEN set_config('synchronous_commit', 'on', false) END
"""
# A stopped process that holds a chain's lock loses it by the idle timeout. What Kafka is about
# to commit must not be lost here, so an asynchronous commit is made synchronous.


def parsed(url: str) -> URL:
    """The URL; DatabaseError when it is none, or of a database that is not supported."""
    try:
        found = make_url(url)
    except ArgumentError:
        raise DatabaseError(f"the setting database.url is no URL; {_EXPECTED}") from None
    if found.drivername == "postgresql":
        found = found.set(drivername="postgresql+psycopg")
    if found.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise DatabaseError(f"{found.drivername} is not supported; {_EXPECTED}")
    if found.get_backend_name() == "sqlite" and found.database in (None, "", ":memory:"):
        raise DatabaseError(f"an SQLite database needs a file to outlive the process; {_EXPECTED}")
    return found


def engine(url: URL, connections: int = 1) -> Engine:
    """An engine that connects on first use, `connections` at a time."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, connections)
        return _postgresql(url, connections)
    except (ImportError, NoSuchModuleError) as error:
        raise DatabaseError(f"the driver of {shown(url)} is not installed: {error}") from None


def shown(url: URL) -> str:
    """The URL without its password."""
    return url.render_as_string(hide_password=True)


def folder(url: URL) -> Path | None:
    """The folder an SQLite file lies in; None for other databases."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database).absolute().parent


def writing(engine: Engine) -> Engine:
    """The same engine, whose SQLite transactions lock the file at once."""
    return engine.execution_options(**{_WRITES: True})


def encoded(value: Any) -> str:
    """JSON text without NUL characters, which PostgreSQL does not hold."""
    text = msgspec.json.encode(value).decode()
    if "\\u0000" in text:
        text = msgspec.json.encode(_without_nul(msgspec.to_builtins(value))).decode()
    return text


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {key: _without_nul(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(entry) for entry in value]
    return value


def _sqlite(url: URL, connections: int) -> Engine:
    made = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
        pool_size=connections,
        json_serializer=encoded,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,
    )

    @event.listens_for(made, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def _postgresql(url: URL, connections: int) -> Engine:
    made = create_engine(
        url,
        connect_args={
            name: value for name, value in _POSTGRESQL_CLIENT.items() if name not in url.query
        },
        isolation_level="READ COMMITTED",
        pool_size=connections,
        json_serializer=encoded,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,
    )

    @event.listens_for(made, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.execute(_POSTGRESQL_SESSION)
        connection.commit()

    return made


_EXPECTED = "it is sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
