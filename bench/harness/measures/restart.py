"""How long nothing is decided after a process has been killed.

Uploads come at a steady rate. A process is killed with SIGKILL and started again at once under
its name. `next_decision_s` is from the kill to the first complete decision on an upload that
was sent after it; `restart_s` to the moment when every partition of the input has had one.
"""

from bench.harness.ground import Ground, Reading
from bench.harness.measures.latency import start
from bench.harness.observer import Observer, Seen, Undecided
from bench.harness.pacer import Pacer
from bench.harness.processes import Processes
from bench.harness.system import System
from bench.harness.trial import Trial
from connectors.murmur2 import partition_of

_STEADY = 5.0
"""Seconds of undisturbed work before each kill."""
_EACH = 60
"""Seconds of uploads prepared for each kill."""


def restart(ground: Ground, system: System) -> list[Reading]:
    """Kill each process of the system in turn."""
    extent = ground.extent
    uploads = extent.restart_rate * _EACH * (len(system.processes) + 1)
    total = extent.probes + uploads
    found: dict[str, dict[str, float | None]] = {}
    note = ""
    with Trial(ground.broker, system) as trial:
        partitions = trial.topic_of_uploads().partitions
        trial.publish_reference(total)
        with (
            Pacer(ground.broker, trial.input, system.invoices, total) as pacer,
            Observer(trial, complete=True) as observer,
            Processes(trial) as processes,
        ):
            start(pacer, observer, processes, extent.probes)
            since = pacer.start(extent.restart_rate, uploads)
            for name in processes.names:
                try:
                    _back(observer, processes, since, partitions, extent.restart_limit)
                    observer.for_seconds(_STEADY, processes)
                    since = processes.kill(name)
                    found[name] = _back(
                        observer, processes, since, partitions, extent.restart_limit
                    )
                except Undecided as error:
                    note = f"after {name} was killed: {error}"
                    break
            pacer.stop()
            try:
                observer.until_decided(pacer.sent().requests, processes)
            except Undecided as error:
                note = note or f"in the end {error}"
        verdict = ground.judge(trial)
    return [
        Reading(measure="restart", case=name, values=values, verdict=verdict, note=note)
        for name, values in found.items()
    ] or [Reading(measure="restart", values={}, verdict=verdict, note=note)]


def _back(
    observer: Observer, processes: Processes, since: float, partitions: int, limit: float
) -> dict[str, float | None]:
    """Wait until every partition has had a decision on an upload sent after an instant."""
    firsts: dict[int, float] = {}
    position = len(observer.complete)

    def done() -> bool:
        nonlocal position
        note_firsts(observer.complete[position:], since, partitions, firsts)
        position = len(observer.complete)
        return len(firsts) == partitions

    observer.until(done, processes, limit=limit, patience=limit)
    return {
        "next_decision_s": min(firsts.values()) - since,
        "restart_s": max(firsts.values()) - since,
    }


def note_firsts(seen: list[Seen], since: float, partitions: int, firsts: dict[int, float]) -> None:
    """Put down for each partition when the first decision came on an upload sent since."""
    for each in seen:
        if each.uploaded > since:
            firsts.setdefault(partition_of(each.vendor_id.encode(), partitions), each.at)
