"""Whether a database has the tables that this program writes.

Apart from `migration`, because Alembic takes as long to import as all the rest of the database.
"""

from sqlalchemy import Connection, Engine, inspect, text

from connectors.database.errors import SchemaOutdated

REVISION = "0007"
"""The newest of `migrations/`."""
_TABLE = "alembic_version"


def revision(connection: Connection) -> str | None:
    """The revision that Alembic has noted; None for a database without tables."""
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))
    return found


def check(engine: Engine, where: str) -> None:
    """Raise SchemaOutdated unless the database is at this program's revision."""
    with engine.begin() as connection:
        found = revision(connection)
    if found == REVISION:
        return
    if found is None:
        raise SchemaOutdated(f"{where} has no tables yet: run `manifold db migrate`")

    from connectors.database.migration import refuse_newer

    refuse_newer(found, where)
    raise SchemaOutdated(
        f"{where} is at revision {found}, this program writes {REVISION}: run `manifold db migrate`"
    )
