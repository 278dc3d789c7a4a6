"""A database as those use it who ask it from time to time."""

from collections.abc import Callable
from pathlib import Path

from connectors.database import revision
from connectors.database.engine import engine, folder, parsed, shown, writing
from connectors.database.errors import Answer, DatabaseUnavailable, retrying
from connectors.database.sealing import PLAIN, Sealing


class Connected:
    """The database at a URL, connected to on first use. Threads may share it."""

    def __init__(self, url: str, connections: int = 4, sealing: Sealing = PLAIN) -> None:
        """`connections`: that may ask at a time. Raises DatabaseError when the URL is none."""
        self.sealing = sealing
        """What is done with the columns that are sealed."""
        self._url = parsed(url)
        self._where = shown(self._url)
        self.reading = engine(self._url, connections)
        """For transactions that read."""
        self.writing = writing(self.reading)
        """For those that write."""

    def asking(self, call: Callable[[], Answer]) -> Answer:
        """What a call returns, which is repeated while its failure is transient.

        Raises DatabaseUnavailable and SchemaOutdated.
        """
        parent = folder(self._url)
        if parent is not None and not parent.is_dir():
            raise DatabaseUnavailable(
                f"the folder of {self._where} does not exist: run `manifold db migrate`"
            )
        return retrying(self._where, call)

    def exists(self) -> bool:
        """Whether there are tables of ours, of whatever revision. Raises DatabaseUnavailable."""
        if self._url.get_backend_name() == "sqlite" and not Path(self._url.database or "").exists():
            return False

        def ask() -> bool:
            with self.reading.begin() as connection:
                return revision.revision(connection) is not None

        return self.asking(ask)

    def check_schema(self) -> None:
        """Raise SchemaOutdated, with what to do, unless the tables are this program's."""
        self.asking(lambda: revision.check(self.reading, self._where))

    def close(self) -> None:
        """Give the connections back."""
        self.reading.dispose()
