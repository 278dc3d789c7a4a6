"""Faults of the servers: brokers and the database."""

import re

from connectors.clock import now
from connectors.contracts import Contracts
from tests.faults.history import Injected
from tests.faults.ports import BROKERS
from tests.faults.scene import Scene
from tests.faults.schedule import Planned

_WHOLE_WITHIN = 60.0
"""Seconds within which a broker must have caught up."""
_ROLE = re.compile(r"(leader|coordinator) of (?:(group|transactions of) )?(.+)")


def kill_broker(scene: Scene, planned: Planned) -> Injected:
    """`kill -9` of the broker that has a role; started again later."""
    number = _broker(scene, planned)
    broker = scene.cluster.brokers[number]
    at = now()
    broker.kill()
    scene.wait(planned.seconds)
    broker.start()
    broker.wait()
    return Injected(planned.kind, f"broker {number}", at, at, _caught_up(scene, planned))


def pause_broker(scene: Scene, planned: Planned) -> Injected:
    """The broker that has a role stands still."""
    number = _broker(scene, planned)
    broker = scene.cluster.brokers[number]
    began = now()
    broker.pause()
    scene.wait(planned.seconds)
    broker.resume()
    ended = now()
    return Injected(planned.kind, f"broker {number}", began, ended, _caught_up(scene, planned))


def kill_postgresql(scene: Scene, planned: Planned) -> Injected:
    """`kill -9` of all its processes; started again later."""
    began = now()
    scene.postgresql.kill()
    scene.wait(planned.seconds)
    scene.postgresql.start()
    return Injected(planned.kind, "postgresql", began, now())


def fill_database(scene: Scene, planned: Planned) -> Injected:
    """No room for another page."""
    began = now()
    scene.postgresql.fill()
    scene.wait(planned.seconds)
    scene.postgresql.free()
    return Injected(planned.kind, "postgresql", began, now())


def _broker(scene: Scene, planned: Planned) -> int:
    """The broker that has the planned role now; any, while nobody has it."""
    role = _ROLE.fullmatch(planned.target)
    assert role is not None, planned.target
    what, of, name = role.groups()
    if what == "leader":
        partition = int(planned.chance * Contracts.load().topics[name].partitions)
        found = scene.cluster.leader(scene.namespace + name, partition)
    elif of == "group":
        found = scene.cluster.coordinator(scene.namespace + name, "__consumer_offsets")
    else:
        found = scene.cluster.coordinator(scene.namespace + name, "__transaction_state")
    return found or BROKERS[int(planned.chance * len(BROKERS))]


def _caught_up(scene: Scene, planned: Planned) -> str:
    if not scene.cluster.whole(_WHOLE_WITHIN):
        raise RuntimeError(f"the brokers did not catch up after {planned.kind}")
    return planned.target
