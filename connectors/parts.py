"""How the parts of a flow's process are made: plainly, or measured.

Measured parts do the same and are used the same; steps and flows do not know of it.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bytewax.dataflow import Dataflow

from connectors import settings as sections
from connectors.changelog_table import TableType
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.guard import Guard
from connectors.postponed import Postponement
from connectors.restoring import NOBODY, Watcher
from connectors.settings import Settings
from connectors.tables import ChangelogStore, Produce
from connectors.task import Task
from connectors.wire import Wire

if TYPE_CHECKING:
    from connectors.deliveries import Deliveries
    from connectors.extracting import Documents
    from connectors.language_model import LanguageModel


class Parts:
    """Makes plain parts, and leaves alone what others have made."""

    watcher: Watcher = NOBODY
    """Is told of restores."""

    def task(self, *given: Any, **named: Any) -> Task:
        """A task, as `Task` takes it."""
        return Task(*given, **named)

    def wire(self, group: str, contracts: Contracts, codec: Codec, reads: tuple[Any, ...]) -> Wire:
        """A wire, as `Wire` takes it."""
        return Wire(group, contracts, codec, reads)

    def changes(self, produce: Produce, tables: Mapping[str, str]) -> Produce:
        """What writes changes of state; `tables`: what they are called, by changelog."""
        return produce

    def kept(self, store: ChangelogStore, tables: Mapping[str, TableType]) -> None:
        """A store of tables, by what they are called, has been made."""

    def postponed(self, branch: str, postponement: Postponement) -> None:
        """A branch's postponed requests have a place."""

    def delivered(self, deliveries: "Deliveries") -> None:
        """Something is delivered outside Kafka."""

    def guarded(self, *guards: Guard) -> None:
        """Something is asked that may be away."""

    def model(self, settings: Settings) -> "LanguageModel":
        """The language model that is asked about documents."""
        from connectors.language_model import language_model

        return language_model(settings.model, settings.redis, settings.namespace)

    def documents(self, documents: "Documents") -> "Documents":
        """What reads documents."""
        return documents

    def attempt_failed(self, reason: str) -> None:
        """An attempt to read a document has failed."""

    def wired(self, dataflow: Dataflow) -> None:
        """The flow is wired, and will run."""

    def served(self, where: sections.Telemetry) -> Callable[[], None]:
        """Begin to tell; what ends it."""
        return lambda: None


def parts(flow: str, settings: Settings) -> Parts:
    """Measured parts where the settings have telemetry served or sent, else plain ones."""
    if settings.telemetry.port is None and settings.telemetry.otlp_url is None:
        return Parts()
    # Only those who measure wait for the library to be imported.
    from connectors.measured import Measured

    return Measured(flow, settings)
