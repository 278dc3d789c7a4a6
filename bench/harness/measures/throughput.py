"""How many waiting invoices are decided in a second, and what one costs."""

import time

from bench.harness.gauges import Gauges
from bench.harness.ground import Ground, Reading
from bench.harness.observer import Observer
from bench.harness.processes import Processes
from bench.harness.system import System
from bench.harness.trial import Trial


def throughput(ground: Ground, system: System) -> list[Reading]:
    """Start the system on uploads that wait, until the last of them is decided."""
    count = ground.extent.count
    waiting = ground.waiting(system)
    requests = len(waiting.requests)
    with Trial(ground.broker, system, waiting) as trial:
        trial.publish_reference(count)
        processes = Processes(trial)
        gauges = Gauges(processes.pids, ground.broker.folder, trial.namespace)
        with Observer(trial, complete=False) as observer, gauges:
            before = gauges.log_bytes
            began = time.time()
            with processes:
                observer.until(lambda: len(observer.arrived) >= requests, processes)
                cpu = processes.cpu()
        moments = sorted(observer.arrived.values())
        first, last = moments[0], moments[-1]
        after_first = requests - moments.count(first)
        written = gauges.log_bytes
        verdict = ground.judge(trial)
    values: dict[str, float | None] = {
        "decisions_per_s": after_first / max(last - first, 1e-3),
        "decisions_per_s_from_start": requests / (last - began),
        "first_decision_s": first - began,
        "cpu_us_per_invoice": cpu / count * 1e6,
        "rss_mb": gauges.rss_mb,
        "pss_mb": gauges.pss_mb,
        "log_bytes_per_invoice": (
            None if written is None or before is None else (written - before) / count
        ),
    }
    return [Reading(measure="throughput", values=values, verdict=verdict)]
