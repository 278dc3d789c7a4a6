"""Where a group stands in each partition that it reads."""

from collections.abc import Sequence

from connectors.browse import every_partition, topics_there
from connectors.groups import Groups
from connectors.kafka import earliest
from connectors.offsets import Offsets
from manifold.cli.cluster import Cluster
from manifold.cli.flow_groups import FLOWS_AND_FUSED, topics_read_by
from manifold.cli.output import EXIT_USAGE, Failed
from operators.lag import Position


class KnownOffsets:
    """A group as it stands: its offsets, what is noted beside them, and what they lie between."""

    def __init__(self, there: Cluster, named: str, topics: Sequence[str] | None) -> None:
        """Ask about a flow, or another group, in some of its topics or in all.

        Raises Failed when there is no such group, or it does not read such a topic.
        """
        existing = topics_there(there.kafka)
        groups = Groups(there.kafka)
        own = named in FLOWS_AND_FUSED
        self.group = there.group(named) if own else named
        if not own and named not in groups.names():
            others = ", ".join(groups.names()) or "none at all"
            raise Failed(f"There is no group {named}. There are: {others}.", EXIT_USAGE)
        self.members = groups.members([self.group])[self.group]
        read = topics_read_by(there.contracts, named) if own else None
        asked = (
            None
            if read is None
            else every_partition({name: existing[name] for name in read if name in existing})
        )
        committed = groups.committed({self.group: asked})[self.group]
        self.notes = {where: each.note for where, each in committed.items()}
        chosen = _chosen(there, read or sorted({name for name, _ in committed}), topics)
        counts = {name: existing[name] for name in chosen if name in existing}
        wheres = every_partition(counts)
        if not wheres:
            raise Failed(f"{self.group} has committed nothing, and its topics do not exist.")
        offsets = Offsets(there.kafka)
        starts, ends = offsets.of(wheres, earliest()), offsets.ends(wheres)
        self.positions = {
            where: Position(
                committed[where].offset if where in committed else None, starts[where], ends[where]
            )
            for where in wheres
        }


def _chosen(there: Cluster, read: Sequence[str], topics: Sequence[str] | None) -> Sequence[str]:
    if not topics:
        return read
    namespace = there.contracts.namespace
    found = [name if name in read else namespace + name for name in topics]
    for name in found:
        if name not in read:
            raise Failed(f"The group does not read {name}, but {', '.join(read)}.", EXIT_USAGE)
    return found
