"""What has come in of a request before, as `collect` has written it."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select

from connectors.database.engine import engine, parsed, shown
from connectors.database.errors import retrying
from connectors.database.rows import identifier
from connectors.database.schema import upload


class Attempt(Struct, frozen=True):
    """One upload of a request."""

    number: int
    """From 1."""
    tenant: str | None
    """Whose it is."""


class Attempts:
    """Uploads in the database, connected to on first use."""

    def __init__(self, url: str) -> None:
        """`url` as the settings have it. Raises DatabaseError when it is none."""
        self._engine = engine(parsed(url))
        self._where = shown(parsed(url))

    def of(self, request_id: str) -> Sequence[Attempt]:
        """What is known of a request, in order. Raises DatabaseUnavailable."""
        wanted = (
            select(upload.c.attempt, upload.c.tenant)
            .where(upload.c.request_id == identifier(request_id))
            .order_by(upload.c.attempt)
        )

        def ask() -> list[Attempt]:
            with self._engine.begin() as connection:
                return [Attempt(row.attempt, row.tenant) for row in connection.execute(wanted)]

        return retrying(self._where, ask)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
