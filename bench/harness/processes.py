"""The processes of a system: started, killed, started again, stopped; none is left behind."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from bench.harness.gauges import cpu_seconds
from bench.harness.system import ROOT, filled
from bench.harness.trial import Trial

_PATIENCE = 30.0
"""Seconds a process may take to end by itself."""
_MOST_ENDS = 5
"""Ends that nobody asked for after which a run is given up."""
_TOLD_LINES = 8


class Ended(Exception):
    """Processes of a system end again and again; the text holds the end of the log."""


class Processes:
    """The processes of a trial's system. As a context manager it starts and stops them."""

    def __init__(self, trial: Trial) -> None:
        """Start nothing yet."""
        self._trial = trial
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, IO[bytes]] = {}
        self._spent: dict[str, float] = {}
        self._ends = 0
        self.names = tuple(trial.system.processes)
        """The processes by name."""

    def __enter__(self) -> Self:
        """All started."""
        try:
            self.start()
        except BaseException:
            self._kill_all()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """All ended: asked to when all went well, killed otherwise."""
        try:
            if kind is None:
                self.stop()
        finally:
            self._kill_all()

    def start(self) -> None:
        """Start each."""
        for name in self.names:
            self._start(name)

    def pids(self) -> list[int]:
        """Their numbers."""
        return [process.pid for process in list(self._running.values())]

    def cpu(self, name: str | None = None) -> float:
        """Seconds of CPU that one or all have taken, earlier lives as far as they were seen."""
        wanted = self.names if name is None else (name,)
        return sum(self._spent.get(each, 0.0) + self._cpu_now(each) for each in wanted)

    def kill(self, name: str) -> float:
        """Kill one and start it again at once, as a supervisor would; when it was killed."""
        process = self._running[name]
        self._spent[name] = self.cpu(name)
        at = time.time()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._start(name)
        return at

    def check(self) -> None:
        """Start again what has ended by itself. Raises Ended when that happens too often."""
        for name, process in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            self._ends += 1
            if self._ends >= _MOST_ENDS:
                raise Ended(f"{name} ended with code {code} again and again; {self._told(name)}")
            self._start(name)

    def stop(self) -> None:
        """Ask each to end with SIGTERM, and wait; kill what does not."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + _PATIENCE
        for process in self._running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
        self._kill_all()

    def _start(self, name: str) -> None:
        trial = self._trial
        places = {
            "bootstrap": trial.broker.bootstrap,
            "input": trial.input,
            "namespace": trial.namespace,
            "instance": f"{name}-0",
            "state": str(trial.folder),
        }
        told = {f"BENCH_{place.upper()}": value for place, value in places.items()}
        added = {key: filled(text, places) for key, text in trial.system.environment.items()}
        log = self._logs.setdefault(name, (trial.folder / f"{name}.log").open("ab"))
        self._running[name] = subprocess.Popen(
            [filled(part, places) for part in trial.system.processes[name]],
            cwd=ROOT,
            env={**os.environ, **told, **added},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _cpu_now(self, name: str) -> float:
        process = self._running.get(name)
        return cpu_seconds(process.pid) if process is not None else 0.0

    def _kill_all(self) -> None:
        for process in self._running.values():
            # The group outlives its leader when that left something running.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()
        for log in self._logs.values():
            log.close()
        self._logs.clear()

    def _told(self, name: str) -> str:
        text = (self._trial.folder / f"{name}.log").read_text(errors="replace")
        return "its log ends:\n" + "\n".join(text.splitlines()[-_TOLD_LINES:])
