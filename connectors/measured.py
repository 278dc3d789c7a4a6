"""Parts of a flow's process that are measured."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from bytewax.dataflow import Dataflow

from connectors import catalogue
from connectors import settings as sections
from connectors.changelog_table import TableType
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.guard import Guard
from connectors.logs import Log
from connectors.measured_state import counted, sampling
from connectors.measured_steps import time_steps
from connectors.measured_task import MeasuredTask
from connectors.measured_wire import MeasuredWire
from connectors.parts import Parts
from connectors.postponed import Postponement
from connectors.settings import Settings
from connectors.span_links import AnswerLinks
from connectors.tables import ChangelogStore, Produce
from connectors.task import Task
from connectors.telemetry import Telemetry
from connectors.telemetry_server import TelemetryServer, registry
from connectors.wire import Wire

if TYPE_CHECKING:
    from connectors.deliveries import Deliveries
    from connectors.extracting import Documents
    from connectors.language_model import LanguageModel

log = Log(__name__)

_BREAKER = {"CLOSED": 0, "HALF_OPEN": 1, "OPEN": 2}


class Measured(Parts):
    """Makes parts that tell what they do."""

    def __init__(self, flow: str, settings: Settings) -> None:
        """Nothing is served yet."""
        self.telemetry = self.watcher = Telemetry(flow, settings)

    def task(self, *given: Any, **named: Any) -> Task:
        """A task that counts what it polls and commits."""
        return MeasuredTask(self.telemetry, *given, **named)

    def wire(self, group: str, contracts: Contracts, codec: Codec, reads: tuple[Any, ...]) -> Wire:
        """A wire that counts what passes it."""
        telemetry = self.telemetry
        if telemetry.epoch.spans is not None:
            telemetry.epoch.spans.links = AnswerLinks(group, contracts, codec)
        return MeasuredWire(telemetry.flow, telemetry.epoch, group, contracts, codec, reads)

    def changes(self, produce: Produce, tables: Mapping[str, str]) -> Produce:
        """What writes changes of state, counted."""
        return counted(self.telemetry, produce, tables)

    def kept(self, store: ChangelogStore, tables: Mapping[str, TableType]) -> None:
        """Look at how much there is."""
        self.telemetry.sampled(sampling(self.telemetry, store, tables))

    def postponed(self, branch: str, postponement: Postponement) -> None:
        """Look at how many requests wait for a part."""
        measures, flow = self.telemetry.measures, self.telemetry.flow
        self.telemetry.sampled(
            lambda: measures.set(catalogue.POSTPONED_REQUESTS, postponement.requests, flow, branch)
        )

    def delivered(self, deliveries: "Deliveries") -> None:
        """Look at what has been delivered, and at how much waits."""
        measures, flow = self.telemetry.measures, self.telemetry.flow

        def sample() -> None:
            for (receiver, outcome), count in list(deliveries.counts.items()):
                measures.set(catalogue.DELIVERIES, count, flow, receiver, outcome.lower())
            for receiver in deliveries.receivers:
                waiting = deliveries.waiting(receiver)
                measures.set(catalogue.DELIVERIES_WAITING, waiting, flow, receiver)

        self.telemetry.sampled(sample)

    def guarded(self, *guards: Guard) -> None:
        """Look at breakers."""
        measures, flow = self.telemetry.measures, self.telemetry.flow

        def sample() -> None:
            for guard in guards:
                state = _BREAKER[guard.state]
                measures.set(catalogue.BREAKER_STATE, state, flow, guard.part)
                measures.set(catalogue.BREAKER_OPENED, guard.opened, flow, guard.part)

        self.telemetry.sampled(sample)

    def model(self, settings: Settings) -> "LanguageModel":
        """A language model that counts what it takes."""
        from connectors.language_model import language_model
        from connectors.measured_documents import MeasuredModel

        made = partial(MeasuredModel, self.telemetry.measures, self.telemetry.flow)
        return language_model(settings.model, settings.redis, settings.namespace, made)

    def documents(self, documents: "Documents") -> "Documents":
        """What reads documents, measured."""
        from connectors.measured_documents import MeasuredDocuments

        return MeasuredDocuments(documents, self.telemetry.measures, self.telemetry.flow)

    def attempt_failed(self, reason: str) -> None:
        """Count it."""
        from connectors.measured_documents import attempt_failed

        attempt_failed(self.telemetry.measures, self.telemetry.flow, reason)

    def wired(self, dataflow: Dataflow) -> None:
        """Time its steps."""
        time_steps(dataflow, self.telemetry.measures, self.telemetry.flow)

    def served(self, where: sections.Telemetry) -> Callable[[], None]:
        """Listen, and log where; raises PortBusy."""
        telemetry = self.telemetry
        if where.port is None:
            return self._close
        server = TelemetryServer(where.host, where.port, registry(telemetry), telemetry.pages())
        log.info("telemetry is served", host=where.host, port=server.port)

        def close() -> None:
            server.close()
            self._close()

        return close

    def _close(self) -> None:
        """Send the spans that have not been sent yet."""
        if self.telemetry.epoch.spans is not None:
            self.telemetry.epoch.spans.close()
