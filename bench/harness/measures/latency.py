"""How long it takes from an upload to its decision, at given rates."""

from collections.abc import Mapping

from bench.harness.ground import Ground, Reading
from bench.harness.observer import Observer, Undecided
from bench.harness.pacer import Pacer, Sent
from bench.harness.processes import Processes
from bench.harness.system import System
from bench.harness.trial import Trial

_PROBE_RATE = 1_000


def latency(ground: Ground, system: System) -> list[Reading]:
    """Start the system, send uploads at one rate after the other, and time each decision."""
    extent = ground.extent
    counts = [int(rate * (extent.warm_up + extent.seconds)) for rate in extent.rates]
    total = extent.probes + sum(counts)
    found: list[tuple[int, dict[str, float | None]]] = []
    note = ""
    with Trial(ground.broker, system) as trial:
        trial.publish_reference(total)
        with (
            Pacer(ground.broker, trial.input, system.invoices, total) as pacer,
            Observer(trial, complete=True) as observer,
            Processes(trial) as processes,
        ):
            start(pacer, observer, processes, extent.probes)
            for rate, count in zip(extent.rates, counts, strict=True):
                cpu = processes.cpu()
                pacer.start(rate, count)
                observer.until(lambda: pacer.finished, processes)
                sent = pacer.sent()
                try:
                    observer.until_decided(sent.requests, processes)
                except Undecided as error:
                    note = f"at {rate}/s {error}"
                    break
                spent = (processes.cpu() - cpu) / count * 1e6
                values = percentiles(delays(sent, observer.arrived, int(rate * extent.warm_up)))
                found.append((rate, values | {"cpu_us_per_invoice": spent}))
        verdict = ground.judge(trial)
    return [
        Reading(measure="latency", case=str(rate), values=values, verdict=verdict, note=note)
        for rate, values in found
    ]


def start(pacer: Pacer, observer: Observer, processes: Processes, probes: int) -> None:
    """Send the first uploads, and wait until a system just started has decided them."""
    pacer.start(_PROBE_RATE, probes)
    observer.until_decided(pacer.sent().requests, processes)


def delays(sent: Sent, arrived: Mapping[bytes, float], skip: int) -> list[float]:
    """Milliseconds from the instant each upload was due to its decision, the first left out.

    An upload that was sent twice counts once, from its first time.
    """
    due: dict[bytes, int] = {}
    for number, request in enumerate(sent.requests):
        due.setdefault(request, number)
    return sorted(
        (arrived[request] - sent.due(number)) * 1_000
        for request, number in due.items()
        if number >= skip
    )


def percentiles(delays: list[float]) -> dict[str, float | None]:
    """Percentiles of sorted delays: the least that so many of them do not exceed.

    >>> percentiles([float(each) for each in range(1, 201)])["p99_ms"]
    198.0
    """

    def at(hundredths: int) -> float:
        return delays[max(0, -(-len(delays) * hundredths // 100) - 1)]

    return {"p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99), "max_ms": delays[-1]}
