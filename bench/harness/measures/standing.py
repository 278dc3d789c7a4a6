"""What a system costs before it has done anything, and while there is nothing to do."""

import time

from bench.harness.gauges import Gauges
from bench.harness.ground import Ground, Reading
from bench.harness.measures.latency import start
from bench.harness.observer import Observer
from bench.harness.pacer import Pacer
from bench.harness.processes import Processes
from bench.harness.system import System
from bench.harness.trial import Trial

_SETTLING = 5.0
"""Seconds between the first decisions and the idle time that is measured."""


def standing(ground: Ground, system: System) -> list[Reading]:
    """Start the system on a few uploads, let it decide them, then leave it alone."""
    extent = ground.extent
    with Trial(ground.broker, system) as trial:
        trial.publish_reference(extent.probes)
        processes = Processes(trial)
        with (
            Pacer(ground.broker, trial.input, system.invoices, extent.probes) as pacer,
            Observer(trial, complete=True) as observer,
            Gauges(processes.pids, None, trial.namespace) as gauges,
        ):
            began = time.time()
            with processes:
                start(pacer, observer, processes, extent.probes)
                started, cpu = time.time() - began, processes.cpu()
                observer.for_seconds(_SETTLING, processes)
                before = {name: processes.cpu(name) for name in processes.names}
                watched = time.monotonic()
                observer.for_seconds(extent.idle_seconds, processes)
                seconds = time.monotonic() - watched
                idle = {
                    name: (processes.cpu(name) - before[name]) / seconds * 100
                    for name in processes.names
                }
                gauges.look()
        verdict = ground.judge(trial)
    values: dict[str, float | None] = {
        "start_s": started,
        "start_cpu_s": cpu,
        "idle_cpu_percent": sum(idle.values()),
        "idle_cpu_percent_of_busiest": max(idle.values()),
        "rss_mb": gauges.rss_mb,
        "pss_mb": gauges.pss_mb,
    }
    return [Reading(measure="standing", values=values, verdict=verdict)]
