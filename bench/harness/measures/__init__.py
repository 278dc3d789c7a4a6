"""What is measured: a function each, which runs one system once."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bench.harness.ground import Ground, Reading
from bench.harness.measures.latency import latency
from bench.harness.measures.restart import restart
from bench.harness.measures.standing import standing
from bench.harness.measures.state import state
from bench.harness.measures.throughput import throughput
from bench.harness.system import System

Measure: TypeAlias = Callable[[Ground, System], list[Reading]]

MEASURES: Mapping[str, Measure] = {
    "throughput": throughput,
    "latency": latency,
    "restart": restart,
    "standing": standing,
    "state": state,
}
"""By name, in the order they are made in a round."""

__all__ = ["MEASURES", "Measure"]
