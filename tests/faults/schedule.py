"""Which fault comes when, and where: drawn from a seed, the same for the same seed.

Kinds are dealt from a shuffled deck in which each lies as often as it weighs, so that every kind
comes before one comes too often. What cannot happen at the same time shares a resource.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from random import Random

from connectors.contracts import Contracts
from connectors.postponed import POSTPONED
from flows import FLOWS
from tests.faults.ports import BROKERS

INSTANCES = ("one", "two")
"""Names of the processes each flow has all the time."""
THIRD = "three"
"""Name of the one that joins and leaves."""
_TABLES = {flow: [topic.name for topic in Contracts.load().changelogs_of(flow)] for flow in FLOWS}
STATEFUL = tuple(
    flow for flow, names in _TABLES.items() if set(names) - {f"{flow}.{POSTPONED.name}.changelog"}
)
"""Flows with state to be flushed and restored: nothing is postponed while nothing is away."""

_GAP = (4.0, 9.0)
"""Seconds from one fault to the next."""
_FULL = 900.0
"""Seconds from which a run has faults at their full length."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault."""

    name: str
    cards: int
    """How often it lies in the deck."""
    seconds: tuple[float, float] = (0.0, 0.0)
    """How long what is broken stays so, at least and at most."""
    targets: str = "processes"
    """What can be hit: see `_targets`."""
    shortened: float = 1.0
    """What is left of its length in a run that is only a share of the full one."""


@dataclass(frozen=True)
class Planned:
    """A fault to be put in."""

    at: float
    """Seconds from the first upload."""
    kind: str
    target: str
    seconds: float
    """How long it lasts."""
    chance: float
    """A number from 0 to 1 for what the kind leaves to chance."""


AWAY_AT_START = "brokers_away_at_start"
"""Comes once, before all others."""

_ANYWHERE = Kind("kill_anywhere", 2)
DECK = (
    Kind("kill_after_poll", 2),
    Kind("kill_after_first_produce", 2),
    Kind("kill_after_state_flush", 2, targets="stateful"),
    Kind("kill_after_send_offsets", 2),
    Kind("kill_during_commit", 2),
    Kind("kill_during_restore", 2, targets="stateful"),
    Kind("kill_during_rebalance", 2, (8, 10)),
    _ANYWHERE,
    Kind("pause_process", 2, (11, 15)),
    Kind("replace_paused_process", 2, (5, 12)),
    Kind("kill_broker", 2, (8, 12), "roles"),
    Kind("pause_broker", 2, (7, 12), "roles"),
    Kind("brokers_away", 1, (90, 90), "everything", shortened=0.2),
    Kind("connections_slowed", 2, (8, 15), "roads"),
    Kind("connections_cut", 2, (5, 12), "roads"),
    Kind("connections_reset", 2, targets="roads"),
    Kind("end_of_transaction_delayed", 1, (2, 4)),
    Kind("kill_postgresql", 2, (1, 6), "database"),
    Kind("database_full", 1, (6, 12), "database"),
    Kind("clock_jumped", 2, (8, 20)),
    Kind("rescale", 3, (8, 12), "flows"),
    Kind("rolling_restart", 1, targets="every process"),
)
KINDS = (AWAY_AT_START, *(kind.name for kind in DECK))

_LAST_ABOUT = {
    "end_of_transaction_delayed": 45.0,
    "kill_during_restore": 15.0,
    "kill_broker": 25.0,
    "rescale": 20.0,
    "kill_during_rebalance": 25.0,
}
"""Seconds for which a kind occupies what it hits, where that is more than its length."""


def schedule(seed: int, seconds: float, without: Container[str] = ()) -> Iterator[Planned]:
    """The faults of a run of so many seconds, in the order in which they begin.

    `without`: kinds that this machine does not let us put in.

    >>> list(schedule(7, 60)) == list(schedule(7, 60))
    True
    """
    chance = Random(f"faults/{seed}")
    deck: list[Kind] = []
    busy: dict[str, float] = {}
    at = round(chance.uniform(*_GAP), 1)
    while at < seconds:
        if not deck:
            deck = [kind for kind in DECK for _ in range(kind.cards) if kind.name not in without]
            chance.shuffle(deck)
        kind, target = _next(deck, chance, busy, at)
        full = chance.uniform(*kind.seconds)
        lasts = round(full if seconds >= _FULL else full * kind.shortened, 1)
        yield Planned(at, kind.name, target, lasts, chance.random())
        until = at + max(lasts, _LAST_ABOUT.get(kind.name, 3.0))
        busy |= dict.fromkeys(occupied(kind.name, target), until)
        at = round(at + chance.uniform(*_GAP), 1)


def _next(deck: list[Kind], chance: Random, busy: dict[str, float], at: float) -> tuple[Kind, str]:
    """The first card that can be played now; a kill somewhere when there is none."""
    for number, kind in enumerate(deck):
        free = _free(kind, busy, at)
        if free:
            del deck[number]
            return kind, chance.choice(free)
    return _ANYWHERE, chance.choice(_free(_ANYWHERE, busy, at))


def _free(kind: Kind, busy: dict[str, float], at: float) -> list[str]:
    return [
        target
        for target in _targets(kind.targets)
        if all(busy.get(each, 0.0) <= at for each in occupied(kind.name, target))
    ]


def occupied(kind: str, target: str) -> tuple[str, ...]:
    """The resources that a fault needs for itself."""
    match kind:
        case "kill_broker" | "pause_broker":
            return ("brokers",)
        case "brokers_away" | "connections_slowed" | "connections_cut" | "connections_reset":
            return ("network",)
        case "end_of_transaction_delayed":
            return (target, "network", "brokers")
        case "kill_during_rebalance":
            return (target, f"{target.rpartition('-')[0]}-{THIRD}")
        case "rescale":
            return (f"{target}-{THIRD}",)
        case "rolling_restart":
            return ("rolling",)
        case _:
            return (target,)


def _targets(what: str) -> list[str]:
    match what:
        case "processes":
            return [f"{flow}-{instance}" for flow in FLOWS for instance in INSTANCES]
        case "stateful":
            return [f"{flow}-{instance}" for flow in STATEFUL for instance in INSTANCES]
        case "flows":
            return list(FLOWS)
        case "roads":
            return [*(f"broker {each}" for each in BROKERS), "all brokers"]
        case "roles":
            return [
                *(f"leader of invoice.{name}" for name in ("uploaded", "decision")),
                *(f"coordinator of group {flow}" for flow in FLOWS),
                *(f"coordinator of transactions of {name}" for name in _targets("processes")),
            ]
        case _:
            return [what]
