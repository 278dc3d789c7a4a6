"""A pipeline in which goes wrong what takes its time: what hangs, what is killed again and again.

Parts reach the broker through proxies, so that it can be away from some of them. Rules look back on
a tenth of the time that they do otherwise, and hold for a tenth; thresholds are as they are, also
those of what has not been heard of for minutes.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from connectors.clock import now
from flows import BRANCHES, JOIN
from manifold.generator import Sample
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewRequested
from operators.time import DAY
from tests.faults.points import VARIABLE, FaultPoints
from tests.integration.flow_process import REPOSITORY, Process
from tests.integration.interrupting import Interrupting
from tests.integration.observed import free_ports
from tests.integration.pipeline import Pipeline, generated
from tests.integration.prometheus_server import Prometheus
from tests.integration.walking import Walk

FASTER = 10
PER_SECOND = 5
PATIENCE = 420.0
"""Seconds: longer than the five minutes that something must not have been heard of."""
REVIEWS = 130
"""More than may be added in a day."""
_STALLED_AFTER = 3
_AHEAD = 2 * DAY + DAY // 24
_STEP = 60
"""Seconds between two samples of what Prometheus remembers."""


class Troubled:
    """The flows on the way to a decision, what watches them from outside, Prometheus."""

    def __init__(self, bootstrap: str, folder: Path, stack: ExitStack) -> None:
        """Start all of it, and see decisions."""
        self._stack, self._folder = stack, folder
        self._watchers = stack.enter_context(Interrupting(bootstrap))
        self._pricing = stack.enter_context(Interrupting(bootstrap))
        self._points = FaultPoints(folder / "points")
        self.pipeline = stack.enter_context(
            Pipeline(
                bootstrap,
                folder,
                MANIFOLD_JOIN__DEADLINE="600",
                MANIFOLD_TELEMETRY__STALLED_AFTER=str(_STALLED_AFTER),
                **{VARIABLE: str(self._points.folder)},
            )
        )
        self.walk = Walk(self.pipeline.variables)
        world, samples = generated(6_000)
        self.pipeline.publish_reference(world)
        self._samples = iter(samples)
        lag, probe, retry, *ports = free_ports(3 + 1 + len(BRANCHES))
        self._ports = dict(zip((*BRANCHES, JOIN), ports, strict=True))
        self._sick = self._run(
            "tests.integration.failing_flow", "validation", port=self._ports["validation"]
        )
        self.fraud = self.start("fraud")
        self.start("inventory")
        self.start("pricing", MANIFOLD_KAFKA__BOOTSTRAP_SERVERS=self._pricing.address)
        # Its clock can be made wrong.
        self.start(JOIN, module="tests.faults.armed")
        self._command("lag", "--serve", "--interval", "1", port=lag)
        self._command("probe", "--every", "2", port=probe)
        self._command("dlq", "retry", "--watch", "--every", "2", port=retry)
        jobs = {
            "manifold": ports,
            "manifold-lag": [lag],
            "manifold-probe": [probe],
            "manifold-retry": [retry],
        }
        self.prometheus = stack.enter_context(
            Prometheus(folder / "prometheus", jobs, faster=FASTER, past=_a_day_ago())
        )
        self.until(self.prometheus.answers, "Prometheus answers")
        stack.enter_context(self.pipeline.load(self._everyday(), PER_SECOND))
        self.until(self.pipeline.more(InvoiceDecision, 20), "decisions")
        self.until(lambda: bool(self._heard()), "those who watch are heard")

    def start(self, flow: str, *, module: str = "manifold", **variables: str) -> Process:
        """Start a process where Prometheus looks for it."""
        port = str(self._ports[flow])
        return self.pipeline.start(flow, module=module, MANIFOLD_TELEMETRY__PORT=port, **variables)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something."""
        self.pipeline.until(condition, what, PATIENCE)

    def until_fires(self, alert: str, **labels: str) -> None:
        """Wait for an alert."""
        self.until(lambda: self.prometheus.firing(alert, **labels), f"{alert} fires {labels}")
        flow = labels.get("flow", "fraud")
        asked = self.pipeline.seen.all(InvoiceReviewRequested)
        stands_for = {
            "fraud": flow,
            "ID": asked[-1].request_id,
            "HOST:9464": f"127.0.0.1:{self._ports[flow]}",
        }
        self.walk.through(alert, stands_for, MANIFOLD_KAFKA__BOOTSTRAP_SERVERS=self._way(alert))

    def _way(self, alert: str) -> str:
        """Where the part that an alert is about looks for the brokers."""
        if alert in ("ManifoldLagUnknown", "ManifoldProbeSilent", "ManifoldRetriesStopped"):
            return self._watchers.address
        if alert == "ManifoldBrokersUnreachable":
            return self._pricing.address
        return self.pipeline.variables["MANIFOLD_KAFKA__BOOTSTRAP_SERVERS"]

    def until_clear(self, alert: str, **labels: str) -> None:
        """Wait until an alert does not fire any more."""
        self.until(lambda: not self.prometheus.firing(alert, **labels), f"{alert} clears {labels}")

    def number(self, begins: str, count: int) -> None:
        """Upload invoices whose number begins so."""
        for sample in islice(self._samples, count):
            invoice = sample.upload.invoice
            assert invoice is not None
            numbered = replace(invoice, number=f"{begins}-{invoice.number}")
            self.pipeline.publish(replace(sample.upload, invoice=numbered, uploaded_at=now()))

    def ask_people(self) -> None:
        """Upload what people have to decide, more than they did in a day."""
        asking = (each for each in self._samples if each.decision == "REVIEW")
        for sample in islice(asking, REVIEWS):
            self.pipeline.publish(replace(sample.upload, uploaded_at=now()))

    @contextmanager
    def later(self) -> Iterator[None]:
        """Have two days pass for the join, which then takes what comes for late."""
        self._points.jump(f"{JOIN}-one", _AHEAD)
        yield
        self._points.jump(f"{JOIN}-one", 0)

    def restart(self, process: Process) -> Process:
        """`kill -9`, and what comes in its place, once Prometheus has seen that one."""
        port = self._ports[process.flow]
        query = f'process_start_time_seconds{{instance="127.0.0.1:{port}"}}'
        before = self.prometheus.ask(query)
        started = self.pipeline.killed(process)
        self.until(
            lambda: (seen := self.prometheus.ask(query)) not in ([], before), f"{process} is seen"
        )
        return started

    def mended(self) -> None:
        """Start the version of `validation` without the bug in the place of the other."""
        self._sick.kill()
        self._sick.wait()
        self.start("validation")

    def brokers_away(self, *, from_pricing: bool = False) -> AbstractContextManager[None]:
        """Keep the brokers from those who watch from outside, or from `pricing`."""
        return (self._pricing if from_pricing else self._watchers).away()

    def _everyday(self) -> Iterator[Sample]:
        for sample in self._samples:
            yield replace(sample, upload=replace(sample.upload, uploaded_at=now()))

    def _heard(self) -> bool:
        return bool(
            self.prometheus.ask("manifold_lag_last_success_timestamp_seconds > 0")
            and self.prometheus.ask("manifold_probe_last_success_timestamp_seconds > 0")
            and self.prometheus.ask("manifold_retries_last_success_timestamp_seconds > 0")
        )

    def _command(self, *arguments: str, port: int) -> None:
        """Run a command that reaches the broker through a proxy."""
        address = {"MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": self._watchers.address}
        self._run("manifold", *arguments, port=port, **address)

    def _run(self, module: str, *arguments: str, port: int, **own: str) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self._folder / f"{arguments[0]}.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=REPOSITORY,
            env={**self.pipeline.variables, **own, "MANIFOLD_TELEMETRY__PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


def _a_day_ago() -> str:
    """As many reviews as there were a day ago, by the rules: none."""
    then = time.time() - DAY / 1_000 / FASTER
    name = "manifold_reviews_open"
    samples = [
        f'{name}{{flow="{JOIN}",kind="DECISION"}} 0 {then + second:.0f}\n'
        for second in range(-2 * _STEP, round(3 * PATIENCE), _STEP)
    ]
    return "".join([f"# TYPE {name} gauge\n", *samples])


@contextmanager
def troubled(bootstrap: str, folder: Path) -> Iterator[Troubled]:
    """All of it, gone afterwards."""
    with ExitStack() as stack:
        yield Troubled(bootstrap, folder, stack)
