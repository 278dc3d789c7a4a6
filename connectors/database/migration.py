"""Bringing a database's tables to what this program writes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from msgspec import Struct
from sqlalchemy import Engine, text

from connectors.database.engine import engine, folder, parsed, shown, writing
from connectors.database.errors import SchemaOutdated, retrying
from connectors.database.revision import REVISION, revision

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


def refuse_newer(found: str, where: str) -> None:
    """Raise SchemaOutdated when a revision is none that this program knows."""
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise SchemaOutdated(
            f"{where} is at revision {found}, which this program does not know: "
            "a newer Manifold has migrated it; install that one"
        )


def _upgrade(engine: Engine, where: str) -> tuple[str | None, str]:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = revision(connection)
        if before is not None:
            refuse_newer(before, where)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
        return before, REVISION


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
