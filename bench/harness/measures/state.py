"""How long a start takes with many decided requests to remember, and what memory that takes."""

import time
from itertools import islice

from bench.harness.gauges import Gauges
from bench.harness.ground import Ground, Reading
from bench.harness.inputs import Input, write_now
from bench.harness.observer import Observer
from bench.harness.processes import Processes
from bench.harness.system import System
from bench.harness.trial import Trial
from bench.harness.verdict import Verdict


def state(ground: Ground, system: System) -> list[Reading]:
    """Have many uploads decided, stop with SIGTERM, and time the start after that."""
    extent = ground.extent
    total = extent.keys + extent.probes
    if not system.keeps_state:
        return []
    with Trial(ground.broker, system) as trial:
        trial.publish_reference(total)
        uploads = trial.workload.uploads(total)
        filled = Input(trial.topic_of_uploads(), extent.keys)
        filled.write(ground.broker, islice(uploads, extent.keys))
        requests = filled.requests
        with Observer(trial, complete=True) as observer:
            processes = Processes(trial)
            with processes, Gauges(processes.pids, None, trial.namespace) as filling:
                observer.until(lambda: len(observer.arrived) >= len(requests), processes)
                filling.look()
            probes = list(uploads)
            write_now(ground.broker, trial.input, probes)
            processes = Processes(trial)
            began = time.time()
            with processes, Gauges(processes.pids, None, trial.namespace) as gauges:
                new = {upload.request_id.encode() for upload in probes}
                observer.until_decided(new, processes)
                started, cpu = time.time() - began, processes.cpu()
                gauges.look()
        # So many records are only counted, not compared.
        decided, complete = len(observer.arrived), len(observer.complete)
        verdict = Verdict(
            uploads=total,
            lost=len(requests | new) - decided,
            duplicated=complete - decided,
            wrong=0,
            incomplete=observer.records - complete,
        )
    values: dict[str, float | None] = {
        "keys": float(len(requests)),
        "start_s": started,
        "start_cpu_s": cpu,
        "rss_mb": gauges.rss_mb,
        "pss_mb": gauges.pss_mb,
        "rss_mb_before": filling.rss_mb,
        "pss_mb_before": filling.pss_mb,
    }
    return [Reading(measure="state", values=values, verdict=verdict)]
