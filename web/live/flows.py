"""How far flows are behind, looked at every few seconds while somebody watches."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from operators.lag import PartitionLag
from operators.lag_state import worst

Look = Callable[[], Sequence[PartitionLag]]

EVERY = 4.0
"""Seconds between two looks."""


class Flows:
    """The latest look, and why there is none."""

    def __init__(self, look: Look, namespace: str = "") -> None:
        """`look` is called in a thread. `namespace` stands before the groups' names."""
        self._look = look
        self._namespace = namespace
        self.told: list[dict[str, Any]] = []
        """A line for each flow."""
        self.problem: str | None = None

    async def again(self) -> None:
        """Look, and remember."""
        try:
            found = await asyncio.to_thread(self._look)
        except Exception:
            self.problem = "Kafka does not say how far flows are behind just now."
            return
        self.problem = None
        self.told = flows(found, self._namespace)


def flows(found: Sequence[PartitionLag], namespace: str = "") -> list[dict[str, Any]]:
    """A line for each group: its partitions together, the worst of their states."""
    groups: dict[str, list[PartitionLag]] = {}
    for each in found:
        groups.setdefault(each.group.removeprefix(namespace), []).append(each)
    return [_flow(group, partitions) for group, partitions in groups.items()]


def _flow(group: str, partitions: Sequence[PartitionLag]) -> dict[str, Any]:
    states = [each.state for each in partitions if each.state is not None]
    reads = [each.reads for each in partitions if each.reads is not None]
    return {
        "flow": group,
        "lag": sum(each.lag for each in partitions),
        "seconds": round(max((each.seconds for each in partitions), default=0.0), 1),
        "per_second": round(sum(reads), 1) if reads else None,
        "state": str(worst(states)) if states else None,
    }
