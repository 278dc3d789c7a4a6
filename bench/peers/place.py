"""Where a process reads and writes, and who it is: the environment of bench/job/README.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

BRANCHES = ("validation", "inventory", "fraud", "pricing")
DECIDE = "decide"


@dataclass(frozen=True)
class Place:
    """What the harness tells a process."""

    bootstrap: str
    uploads: str
    """The topic of the uploads."""
    namespace: str
    instance: str
    state: str
    """A folder for state."""

    @classmethod
    def told(cls, environment: Mapping[str, str] = os.environ) -> "Place":
        """As the environment says."""
        return cls(
            environment["BENCH_BOOTSTRAP"],
            environment["BENCH_INPUT"],
            environment["BENCH_NAMESPACE"],
            environment.get("BENCH_INSTANCE", "one"),
            environment.get("BENCH_STATE", ".bench/state"),
        )

    @property
    def decisions(self) -> str:
        """The topic of the decisions."""
        return f"{self.namespace}invoice.decision"

    def results(self, branch: str) -> str:
        """The topic a branch writes."""
        return f"{self.namespace}invoice.{branch}.result"
