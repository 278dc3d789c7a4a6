"""What happened in a fault run: all that a checker needs to judge it, then or later.

Instants are milliseconds since 1970 (UTC).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

import msgspec

from manifold.generator import World, world
from operators.time import Instant

FILE = "run.json"


@dataclass(frozen=True)
class Expected:
    """An upload that the cluster has acknowledged, and what must come of it."""

    request_id: str
    attempt: int
    fault: str | None
    """The fault put into the invoice; None when it is right."""
    decision: str
    """Status of its complete decision."""


@dataclass(frozen=True)
class Injected:
    """A fault that was put into the run."""

    kind: str
    """One of `tests.faults.schedule.KINDS`; those that kill something begin with `kill_`."""
    target: str
    """What it hit: `fraud/one`, `broker 2`, `postgresql`."""
    started_at: Instant
    ended_at: Instant
    """When what was broken was given back.

    Of a process of a flow or a broker that was killed: the moment of the kill, for the others
    must do without it.
    """
    detail: str = ""

    @property
    def is_kill(self) -> bool:
        """Whether something was ended with `kill -9`."""
        return self.kind.startswith("kill_")


@dataclass(frozen=True)
class Measured:
    """What a process of a flow used at a moment."""

    at: Instant
    flow: str
    instance: str
    pid: int
    rss: int
    """Bytes."""
    open_files: int


@dataclass(frozen=True)
class Run:
    """A fault run that is over: the flows are at rest, the cluster and the database still there."""

    seed: int
    """Of the schedule, the world and the invoices."""
    seconds: float
    """From the first upload until all flows were at rest."""
    invoices: int
    """How many the world was made for; those uploaded are in `samples`."""
    today: date
    """The day the world was made for."""
    started_at: Instant
    """The first upload."""
    ended_at: Instant
    """All flows at rest."""
    kafka: dict[str, str]
    """librdkafka settings that reach the cluster without the proxy."""
    namespace: str
    database: str
    """URL of the database that `collect` wrote."""
    join_deadline_s: float
    samples: tuple[Expected, ...]
    """In the order of upload."""
    faults: tuple[Injected, ...]
    """In the order in which they began."""
    processes: tuple[Measured, ...]
    """In the order in which they were measured."""
    restarts: dict[str, int]
    """How often processes were started again, by `flow/instance`."""
    folder: Path
    """Where logs, what was observed and this history are kept."""
    exits: dict[str, int] = field(default_factory=dict)
    """How often a process ended unasked with a code; negative codes are signals."""

    @cached_property
    def world(self) -> World:
        """The reference data the invoices were measured against."""
        return world(self.seed, self.invoices, self.today)

    @property
    def kills(self) -> int:
        """How many processes and servers were ended with `kill -9`."""
        return sum(fault.is_kill for fault in self.faults)

    def save(self) -> Path:
        """Write it into its folder, so that it can be judged again without the run."""
        path = self.folder / FILE
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self, enc_hook=str), indent=1))
        return path

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The run whose history lies in a folder, which may have been moved."""
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=cls, dec_hook=_path)
        return replace(found, folder=folder)


def _path(kind: type, value: object) -> object:
    return kind(value)
