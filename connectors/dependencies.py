"""What the branches wait for, as their tables say it: the state of each part that is away.

The tables are the partitions' own and move with them, so a process that is gone leaves nothing
behind that would look open for ever.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from connectors.browse import read_all
from connectors.contracts import Contracts
from connectors.pages import entries_of
from connectors.postponed import PART, POSTPONED
from operators.resumption import Dependency, State
from operators.time import Instant

Held: TypeAlias = Mapping[str, Any]
"""The entries of one partition's table."""


Seen: TypeAlias = State | Literal["OFF"]
"""State of a part; OFF when the settings do without it."""


class Known(Struct, frozen=True):
    """A part that a branch depends on, over all partitions."""

    flow: str
    dependency: str
    state: Seen
    since: Instant | None = None
    """When the first of the requests that wait was answered UNKNOWN."""
    postponed: int = 0
    """How many wait."""
    reason: str | None = None
    """What their answers say, or what there is to say of a part that is well."""


def away(flow: str, partitions: Iterable[Held]) -> list[Known]:
    """The parts that a branch's requests wait for, the longest away first.

    One that is away for any partition counts as away.
    """
    found: dict[str, list[Dependency]] = {}
    waiting: dict[str, int] = {}
    for held in partitions:
        for key, entry in held.items():
            if isinstance(entry, Dependency):
                found.setdefault(key.removeprefix(PART), []).append(entry)
            else:
                waiting[entry.part] = waiting.get(entry.part, 0) + 1
    known = []
    for part, states in found.items():
        states.sort(key=lambda each: (each.state != "OPEN", each.since))
        since = min(each.since for each in states)
        first = states[0]
        known.append(Known(flow, part, first.state, since, waiting.get(part, 0), first.reason))
    return sorted(known, key=lambda each: (each.since or 0, each.dependency))


def read_away(kafka: Mapping[str, str], contracts: Contracts, flows: Iterable[str]) -> list[Known]:
    """The same of several branches on a cluster. Raises TopicsMissing and BrokerAway."""
    decode = msgspec.msgpack.Decoder(POSTPONED.value).decode
    flow_of = {contracts.changelog(flow, POSTPONED.name).name: flow for flow in flows}
    tables: dict[tuple[str, int], dict[str, Any]] = {}
    for record in read_all(kafka, flow_of):
        held = tables.setdefault((record.topic, record.partition), {})
        for key, value in entries_of(record.key or b"", record.value):
            held.pop(key, None)
            if value is not None:
                held[key] = decode(value)
    return [
        known
        for topic, flow in flow_of.items()
        for known in away(flow, (held for where, held in tables.items() if where[0] == topic))
    ]
