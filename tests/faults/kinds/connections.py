"""Faults of the connections between clients and brokers."""

from connectors.clock import now
from tests.faults.history import Injected
from tests.faults.ports import BROKERS
from tests.faults.scene import Scene
from tests.faults.schedule import Planned

_DELAYS = (0.05, 0.3)
"""Seconds, least and most, by which everything comes later in each direction."""
_GIVEN_UP_WITHIN = 90.0
"""Seconds within which a client must have given up a request that is not answered."""


def brokers_away(scene: Scene, planned: Planned) -> Injected:
    """No broker can be reached."""
    began = now()
    scene.network.refuse()
    scene.wait(planned.seconds)
    scene.network.restore()
    return Injected(planned.kind, "all brokers", began, now())


def slow(scene: Scene, planned: Planned) -> Injected:
    """Everything comes late."""
    least, most = _DELAYS
    delay = round(least + planned.chance * (most - least), 3)
    roads = _roads(planned.target)
    began = now()
    scene.network.slow(delay, roads)
    scene.wait(planned.seconds)
    scene.network.restore(roads)
    return Injected(planned.kind, planned.target, began, now(), f"by {delay * 1_000:.0f} ms")


def cut(scene: Scene, planned: Planned) -> Injected:
    """Nothing comes through, and nobody is told."""
    roads = _roads(planned.target)
    began = now()
    scene.network.block(roads)
    scene.wait(planned.seconds)
    scene.network.restore(roads)
    return Injected(planned.kind, planned.target, began, now())


def reset(scene: Scene, planned: Planned) -> Injected:
    """All connections break; new ones can be made at once."""
    at = now()
    scene.network.reset(_roads(planned.target))
    return Injected(planned.kind, planned.target, at, at)


def delay_end_of_transaction(scene: Scene, planned: Planned) -> Injected:
    """The end of a transaction comes when its sender has given up and been replaced."""
    began = now()
    scene.network.hold_end_of_transaction(planned.target, after=planned.seconds)
    told = scene.network.delivered(_GIVEN_UP_WITHIN)
    return Injected(planned.kind, planned.target, began, now(), told)


def _roads(target: str) -> tuple[int, ...]:
    return BROKERS if target == "all brokers" else (int(target.removeprefix("broker ")),)
