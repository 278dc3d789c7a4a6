"""Which consumer groups are Manifold's, and what each reads."""

from collections.abc import Iterable, Mapping

from connectors.contracts import Contracts
from flows import BRANCHES, FLOWS, FUSED, JOIN
from operators.decide import NAMES

FLOWS_AND_FUSED = (*FLOWS, FUSED)


def topics_read_by(contracts: Contracts, flow: str) -> list[str]:
    """The topics that a flow reads; the fused one makes the results of the branches itself."""
    if flow != FUSED:
        return [topic.name for topic in contracts.read_by(flow)]
    inside = {contracts.topic_of(record).name for record in NAMES}
    read = (topic.name for part in (*BRANCHES, JOIN) for topic in contracts.read_by(part))
    return [name for name in dict.fromkeys(read) if name not in inside]


def flows_there(
    contracts: Contracts, groups: Iterable[str], members: Mapping[str, int | None]
) -> list[str]:
    """The flows that have run and should be running, `groups` being those of the cluster.

    Of the two ways to run branches and join, that one whose processes are there; when none are,
    both.
    """
    known = set(groups)
    flows = [flow for flow in FLOWS_AND_FUSED if contracts.namespace + flow in known]
    apart = (*BRANCHES, JOIN)

    def runs(names: Iterable[str]) -> bool:
        return any(members.get(contracts.namespace + name) for name in names)

    if runs([FUSED]):
        return [flow for flow in flows if flow not in apart]
    return [flow for flow in flows if flow != FUSED] if runs(apart) else flows
