"""statistics: how many invoices were decided how, for how much and how fast?

invoice.decision ─ decode ─ count ─ invoice.statistics
                              │
                              └─ windows, counted, progress
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.counted import COUNTED, PROGRESS, WINDOWS, counted
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep_together, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.statistics import JudgedRequest, Windows

_MS = timedelta(milliseconds=1)


def build(
    source: Inputs, sink: Outputs, wire: Wire, store: TableStore[Tables], windows: Windows
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_decisions, on_caught_up = counted(windows)
    flow = Dataflow("statistics")
    received = op.input("source", flow, source)
    decisions = decode("decode", received, wire, sink)
    statistics = keep_together("count", decisions, store, on_decisions, on_caught_up)
    write("statistics", statistics, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    join, every = runtime.settings.join, runtime.settings.statistics.write_every
    runtime.watch_ends(join.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(JudgedRequest),
        runtime.store(WINDOWS, COUNTED, PROGRESS),
        Windows(every // _MS, join.remember // _MS, (join.deadline + 2 * join.check_every) // _MS),
    )
