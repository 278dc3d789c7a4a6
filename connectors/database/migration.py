"""Bringing a database's tables to what this program writes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec import Struct
from sqlalchemy import Connection, Engine, text

from connectors.database.engine import engine, folder, parsed, shown, writing
from connectors.database.errors import SchemaOutdated, retrying

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x6D616E69666F6C64


class Migrated(Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """What a migration did."""

    database: str
    """The database's URL, without its password."""
    before: str | None
    """Revision found; None for an empty database."""
    after: str
    """Revision now."""


def migrate(url: str) -> Migrated:
    """Bring the database to the newest revision; nothing happens when it is there already.

    All steps are one transaction, and one process migrates at a time. The folder of an SQLite
    file is made when it is missing.
    """
    where = parsed(url)
    parent = folder(where)
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
    made = engine(where)
    try:
        before, after = retrying(shown(where), lambda: _upgrade(writing(made), shown(where)))
    finally:
        made.dispose()
    return Migrated(database=shown(where), before=before, after=after)


def check(engine: Engine, where: str) -> None:
    """Raise SchemaOutdated unless the database is at this program's revision."""
    with engine.begin() as connection:
        found = _revision(connection)
    newest = _newest()
    if found == newest:
        return
    if found is None:
        raise SchemaOutdated(f"{where} has no tables yet: run `manifold db migrate`")
    _refuse_newer(found, where)
    raise SchemaOutdated(
        f"{where} is at revision {found}, this program writes {newest}: run `manifold db migrate`"
    )


def _upgrade(engine: Engine, where: str) -> tuple[str | None, str]:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        if before is not None:
            _refuse_newer(before, where)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, _newest()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str:
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None, "the package ships its migrations"
    return newest


def _refuse_newer(found: str, where: str) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise SchemaOutdated(
            f"{where} is at revision {found}, which this program does not know: "
            "a newer Manifold has migrated it; install that one"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
