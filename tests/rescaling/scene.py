"""What a run takes: topics of its own, the flows and Prometheus; nothing is left of it."""

import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import AdminClient

from connectors.contracts import Contracts
from connectors.database.migration import migrate
from connectors.kafka import client
from connectors.settings import Database, Settings
from flows import FLOWS
from manifold.generator import World
from manifold.supervisor import environment
from tests.faults.stage import prepare
from tests.integration.observed import free_ports
from tests.integration.prometheus_server import Prometheus
from tests.rescaling.processes import NAMES, Processes

LOOKED_EVERY = 2
"""Seconds between two looks of the exporter of lag."""


@dataclass(frozen=True)
class Scene:
    """What is there while a run goes on."""

    settings: Settings
    contracts: Contracts
    processes: Processes
    prometheus: Prometheus

    @property
    def kafka(self) -> dict[str, str]:
        """Settings of a client."""
        return {**self.settings.kafka_client, "log_level": "0"}


@contextmanager
def staged(bootstrap: str, folder: Path, world: World) -> Iterator[Scene]:
    """Topics with the reference data, and a Prometheus; no flow runs yet."""
    database = f"sqlite:///{folder / 'manifold.db'}"
    settings = Settings.load(
        kafka={"bootstrap.servers": bootstrap},
        namespace=f"rescaling{uuid.uuid4().hex[:6]}.",
        database=Database(url=database),
    )
    contracts = Contracts.load(namespace=settings.namespace)
    lag, *ports = free_ports(1 + len(FLOWS) * len(NAMES))
    with ExitStack() as closing:
        migrate(database)
        closing.callback(_forget, settings, contracts)
        prepare(settings.kafka_client, contracts, world)
        processes = Processes(settings, ports, folder)
        closing.callback(processes.stop)
        closing.enter_context(_exporter(settings, lag, folder))
        jobs: Mapping[str, Sequence[int] | Path]
        jobs = {"manifold": processes.found, "manifold-lag": [lag]}
        prometheus = closing.enter_context(Prometheus(folder / "prometheus", jobs, faster=1))
        yield Scene(settings, contracts, processes, prometheus)


@contextmanager
def _exporter(settings: Settings, port: int, folder: Path) -> Iterator[None]:
    """`manifold lag --serve`."""
    command = ["lag", "--serve", "--interval", str(LOOKED_EVERY), "--port", str(port)]
    with (
        (folder / "logs" / "lag.log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "manifold", *command],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def _forget(settings: Settings, contracts: Contracts) -> None:
    admin = AdminClient(client(settings.kafka_client))
    names = [topic.name for topic in contracts.every_topic()]
    for gone in admin.delete_topics(names, request_timeout=30).values():
        gone.exception()
    groups = [settings.namespace + flow for flow in FLOWS]
    for gone in admin.delete_consumer_groups(groups, request_timeout=30).values():
        gone.exception()
