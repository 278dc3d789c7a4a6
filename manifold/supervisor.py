"""Keeps one process a flow running: restart with backoff, stop cleanly, leave nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Self

from connectors.logs import Log
from connectors.settings import Settings
from manifold.exits import Exit

log = Log(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY = 10.0
"""Seconds of running after which a crash counts as the first again."""
_LAST_PORT = 65_535
_PATIENCE = 45.0
"""Seconds a process may take to finish its epoch before it is killed."""


class Misconfigured(Exception):
    """A flow ended in a way that starting it again would not help."""


@dataclass
class _Member:
    flow: str
    instance: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    restart_at: float = field(default=0.0)
    port: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a process tells of itself."""

    flow: str
    instance: str
    port: int


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with settings put in, for processes of flows."""
    own = {
        "MANIFOLD_NAMESPACE": settings.namespace,
        "MANIFOLD_DATABASE__URL": settings.database.url,
        "MANIFOLD_JOIN__DEADLINE": str(settings.join.deadline.total_seconds()),
        **{
            f"MANIFOLD_KAFKA__{name.replace('.', '_').upper()}": value
            for name, value in settings.kafka_client.items()
        },
    }
    return {**os.environ, **own}


class Supervisor:
    """The processes of some flows."""

    def __init__(
        self,
        flows: Sequence[str],
        settings: Settings,
        *,
        instances: int = 1,
        logs: Path | None = None,
    ) -> None:
        """Start nothing yet. `logs`: a folder for a file a process; None: our standard error.

        Where telemetry has a port, each process has the next one behind it. Raises Misconfigured
        when there are none.
        """
        self._members = [
            _Member(flow, f"{settings.instance or 'local'}-{number}")
            for flow in flows
            for number in range(instances)
        ]
        first = settings.telemetry.port
        if first is not None:
            last = first + len(self._members)
            if first == 0 or last > _LAST_PORT:
                raise Misconfigured(
                    f"telemetry.port is {first}, and {len(self._members)} processes need the ports "
                    f"behind it: choose one from 1 to {_LAST_PORT - len(self._members):,}"
                )
            for number, member in enumerate(self._members):
                member.port = first + 1 + number
        self._environment: Mapping[str, str] = environment(settings)
        self._logs = logs
        self._files: list[IO[bytes]] = []
        self.restarts_of: Counter[str] = Counter()
        """How often a process of a flow was started again."""

    @property
    def restarts(self) -> int:
        """The same of all flows."""
        return self.restarts_of.total()

    def places(self) -> list[Place]:
        """Where the processes tell of themselves, if they do."""
        return [
            Place(member.flow, member.instance, member.port)
            for member in self._members
            if member.port is not None
        ]

    def start(self) -> None:
        """Start every process."""
        for member in self._members:
            self._start(member)

    def processes(self) -> list[tuple[str, int]]:
        """Flow and process id of each process that runs."""
        return [
            (member.flow, member.process.pid)
            for member in self._members
            if member.process is not None
        ]

    def check(self) -> None:
        """Start again what has ended, when its pause is over.

        Raises Misconfigured when a flow says that starting it again will not help.
        """
        now = time.monotonic()
        for member in self._members:
            if member.process is None:
                if now >= member.restart_at:
                    self.restarts_of[member.flow] += 1
                    self._start(member)
                continue
            code = member.process.poll()
            if code is None:
                continue
            if code == Exit.MISCONFIGURED:
                raise Misconfigured(f"{member.flow} cannot run; its log says why")
            member.process = None
            member.crashes = 1 if now - member.started > _STEADY else member.crashes + 1
            pause = min(_FIRST_PAUSE * 2.0 ** min(member.crashes - 1, 60), _LONGEST_PAUSE)
            member.restart_at = now + pause
            log.warning("ended", flow=member.flow, code=code, restart_in=pause)

    def stop(self) -> list[int]:
        """Have every process finish its epoch and end; kill what does not. Their exit codes."""
        running = [member.process for member in self._members if member.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + _PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for file in self._files:
            file.close()
        self._files.clear()
        return [process.returncode for process in running]

    def __enter__(self) -> Self:
        """Started."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stopped."""
        self.stop()

    def _start(self, member: _Member) -> None:
        output: IO[bytes] | None = None
        if self._logs is not None:
            output = (self._logs / f"{member.flow}-{member.instance}.log").open("ab")
            self._files.append(output)
        environment = {**self._environment}
        if member.port is not None:
            environment["MANIFOLD_TELEMETRY__PORT"] = str(member.port)
        member.started = time.monotonic()
        member.process = subprocess.Popen(
            [sys.executable, "-m", "manifold", "run", member.flow, "--instance", member.instance],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def until_signalled(supervisor: Supervisor) -> None:
    """Keep a started supervisor's processes running until SIGINT or SIGTERM."""
    stopping = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.wait(0.2):
        supervisor.check()
