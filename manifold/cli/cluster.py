"""What a command that talks to Kafka works with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from connectors import logs
from connectors.codec import Codec
from connectors.contracts import Contracts, Topic
from connectors.schema_ids import schema_ids
from connectors.settings import Settings
from manifold.cli.options import load_settings
from manifold.cli.output import console


class Cluster(msgspec.Struct, frozen=True):
    """A cluster, as the settings name it, and the contracts of what stands in it."""

    settings: Settings
    contracts: Contracts
    codec: Codec

    @property
    def kafka(self) -> Mapping[str, str]:
        """librdkafka settings every client starts from."""
        return self.settings.kafka_client

    def group(self, flow: str) -> str:
        """The consumer group of a flow."""
        return self.contracts.namespace + flow

    def topic(self, record: type[msgspec.Struct]) -> Topic:
        """The topic that carries a record."""
        return self.contracts.topic_of(record)


def cluster(bootstrap: str | None = None, extra: Sequence[str] | None = None) -> Cluster:
    """The cluster that the command line and the settings name; connects to nothing yet."""
    settings = load_settings(bootstrap, extra)
    logs.configure(as_json=settings.log_json)
    contracts = Contracts.load(namespace=settings.namespace)
    return Cluster(settings, contracts, Codec(contracts, schema_ids(settings.registry, contracts)))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, if that is a terminal; takes how many of how many are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    out = console(stderr=True)
    with Progress(
        *columns, TimeRemainingColumn(), console=out, transient=True, disable=not out.is_terminal
    ) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
