"""What all measures stand on: the broker, how much of everything, and the waiting uploads."""

import secrets
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bench.harness.broker import Broker
from bench.harness.inputs import Input
from bench.harness.system import System
from bench.harness.trial import Trial
from bench.harness.verdict import Answers, Verdict, judged
from bench.harness.workload import WORKLOADS
from operators.upload import InvoiceUploaded

Values = Mapping[str, float | None]


class Extent(Struct, frozen=True, kw_only=True):
    """How much of everything."""

    count: int = 200_000
    """Waiting uploads for throughput."""
    rates: tuple[int, ...] = (200, 500, 2_000)
    """Uploads a second for latency."""
    warm_up: float = 10.0
    """Seconds at each rate that are left out."""
    seconds: float = 30.0
    """Seconds at each rate that count."""
    restart_rate: int = 200
    """Uploads a second while processes are killed."""
    restart_limit: float = 120.0
    """Seconds within which a killed process must be back."""
    idle_seconds: float = 20.0
    """Seconds without any upload over which CPU is measured."""
    keys: int = 1_000_000
    """Decided requests that a restart finds."""
    probes: int = 64
    """Uploads by whose decisions a system that has just been started shows that it works."""


class Reading(Struct, frozen=True, kw_only=True):
    """What one run of one system gave."""

    measure: str
    """The measure."""
    case: str = ""
    """The rate or the process, where a run has several."""
    values: dict[str, float | None]
    """The figures."""
    verdict: Verdict
    """What its records were; all cases of a run have the same."""
    note: str = ""
    """What has to be said about it."""


class Ground:
    """The broker, the extent, and uploads that wait for every system and round."""

    def __init__(self, broker: Broker, extent: Extent) -> None:
        """Write nothing yet."""
        self.broker = broker
        self.extent = extent
        self._prefix = f"bench-{secrets.token_hex(3)}-shared."
        self._inputs: dict[str, Input] = {}
        self._answers: dict[str, Answers] = {}

    def waiting(self, system: System) -> Input:
        """The uploads that wait, written when they are first asked for."""
        name = system.invoices
        if name not in self._inputs:
            workload, count = WORKLOADS[name], self.extent.count
            topic = f"{self._prefix}{name}.invoice.uploaded"
            contract = workload.contracts("", topic).topic_of(InvoiceUploaded)
            made = Input(replace(contract, name=topic), count)
            made.write(self.broker, workload.uploads(count))
            self._inputs[name] = made
        return self._inputs[name]

    def judge(self, trial: Trial) -> Verdict:
        """What the records of a run are; waiting uploads are replayed only once."""
        known = trial.input if trial.input.startswith(self._prefix) else ""
        answers = self._answers.get(known) or Answers(trial)
        if known:
            self._answers[known] = answers
        return judged(trial, answers)

    @property
    def prefix(self) -> str:
        """Before the names of the topics that it has made."""
        return self._prefix
