"""Everything that a fault can reach."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

from tests.faults.cluster import Cluster
from tests.faults.members import Members
from tests.faults.network import Network
from tests.faults.points import FaultPoints
from tests.faults.postgresql import PostgreSQL


@dataclass(frozen=True)
class Scene:
    """The servers and processes of a run."""

    cluster: Cluster
    network: Network
    postgresql: PostgreSQL
    points: FaultPoints
    members: Members
    namespace: str
    over: Event = field(default_factory=Event)
    """Set when the last fault shall end."""
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    @contextmanager
    def alone(self, *resources: str) -> Iterator[None]:
        """Have what a fault occupies to itself."""
        with ExitStack() as held:
            for name in sorted(resources):
                held.enter_context(self._locks[name])
            yield

    def wait(self, seconds: float) -> None:
        """Let time pass, but not beyond the end of the run."""
        self.over.wait(seconds)
