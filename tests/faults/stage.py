"""Sets a scene up, from three brokers to the reference data, and leaves nothing of it behind."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from connectors.browse import every_partition
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database.migration import migrate
from connectors.groups import committed
from connectors.offsets import Offsets
from connectors.publish import Publisher
from connectors.settings import Database, Join, Settings
from connectors.topics import Topics
from flows import FLOWS
from manifold.generator import World, reference_records
from manifold.supervisor import environment
from tests.faults.cluster import Cluster
from tests.faults.members import Members
from tests.faults.network import Network
from tests.faults.points import FaultPoints
from tests.faults.postgresql import PostgreSQL
from tests.faults.scene import Scene
from tests.faults.schedule import INSTANCES

NAMESPACE = "faults."


@contextmanager
def staged(
    folder: Path, world: World, join_deadline_s: float, report: Callable[[str], None]
) -> Iterator[Scene]:
    """A scene whose flows run, but cannot reach the brokers yet.

    `folder` keeps the logs; everything else is gone afterwards.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as closing:
        report("starting three brokers, PostgreSQL and the proxy")
        cluster = Cluster(folder / "brokers")
        closing.callback(cluster.close)
        cluster.start()
        postgresql = PostgreSQL()
        closing.callback(postgresql.close)
        migrate(postgresql.url)
        network = Network(folder / "proxy.log")
        closing.callback(network.close)
        points = FaultPoints(folder / "points")
        settings = Settings(
            kafka=network.kafka,
            namespace=NAMESPACE,
            database=Database(url=postgresql.url),
            join=Join.model_validate({"deadline": join_deadline_s}),
        )
        members = Members(environment(settings), folder / "logs", points)
        closing.callback(members.close)
        prepare(cluster.kafka, contracts(), world)
        yield Scene(cluster, network, postgresql, points, members, NAMESPACE)


def contracts() -> Contracts:
    """The contracts under the run's namespace."""
    return Contracts.load(namespace=NAMESPACE)


def prepare(kafka: Mapping[str, str], wanted: Contracts, world: World) -> None:
    """Create the topics, and write the reference data."""
    topics = Topics(kafka)
    topics.create(topics.plan(wanted.every_topic()))
    codec = Codec(wanted, LockIds(wanted))
    with Publisher(kafka, wanted, codec, "faults") as publisher:
        for key, record in reference_records(world):
            publisher.send(record, key)


def start_flows(scene: Scene) -> None:
    """Start every process that runs all the time."""
    for flow in FLOWS:
        for instance in INSTANCES:
            scene.members.start(flow, instance)
    scene.members.watch()


class Lag:
    """How far the flows are from the ends of their topics, by the brokers' account."""

    def __init__(self, kafka: Mapping[str, str], wanted: Contracts) -> None:
        """Connect."""
        self._kafka = kafka
        self._namespace = wanted.namespace
        self._reads = {
            flow: every_partition({each.name: each.partitions for each in wanted.read_by(flow)})
            for flow in FLOWS
        }
        self._offsets = Offsets(kafka)

    def of(self, flow: str) -> int:
        """Offsets that a flow has not worked off."""
        ends = self._offsets.ends(self._reads[flow])
        done = committed(self._kafka, self._namespace + flow, self._reads[flow])
        return sum(end - (done[where] or 0) for where, end in ends.items())

    def all(self) -> dict[str, int]:
        """That of every flow, upstream first; one at rest writes nothing for those behind it."""
        return {flow: self.of(flow) for flow in FLOWS}
