"""The services a laptop does not have: a broker and a database, started beside the flows."""

import tempfile
from pathlib import Path
from typing import Self

from connectors.contracts import Contracts
from connectors.database.migration import migrate
from connectors.settings import Database, Settings
from manifold.embedded.broker import EmbeddedBroker


class Embedded:
    """Everything the flows need, in this process and one folder, gone when it is closed."""

    def __init__(self, settings: Settings) -> None:
        """Start the broker and make an empty database."""
        self._folder = tempfile.TemporaryDirectory(prefix="manifold-")
        self.folder = Path(self._folder.name)
        self._broker = EmbeddedBroker()
        contracts = Contracts.load(namespace=settings.namespace)
        self._broker.create(topic.name for topic in contracts.every_topic())
        database = Database(url=f"sqlite:///{self.folder / 'manifold.db'}")
        migrate(database.url)
        self.settings = settings.model_copy(
            update={
                "kafka": {**settings.kafka, "bootstrap.servers": self._broker.bootstrap},
                "database": database,
            }
        )

    def __enter__(self) -> Self:
        """The services, running."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what they wrote."""
        self._folder.cleanup()
