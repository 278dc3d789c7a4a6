"""The processes of all flows, kept running whatever happens to them, as a supervisor would."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from connectors.clock import now
from tests.faults.history import Measured
from tests.faults.points import VARIABLE, FaultPoints
from tests.integration.flow_process import REPOSITORY

_LOOK_EVERY = 0.05
_MEASURE_EVERY = 2.0
_PAUSE = 1.0
"""Seconds from one start of a process to the next, at least."""
_PATIENCE = 60.0
"""Seconds a process may take to end when asked to."""


@dataclass
class Member:
    """One process of a flow, and whatever takes its place."""

    flow: str
    instance: str
    process: "subprocess.Popen[bytes]"
    started_at: float
    logged: int
    """Bytes in the log before the process was started."""

    @property
    def name(self) -> str:
        """Its flow and instance: also its clients' id and that of its fault points."""
        return f"{self.flow}-{self.instance}"


class Members:
    """Starts, supervises and measures processes of flows."""

    def __init__(self, settings: Mapping[str, str], logs: Path, points: FaultPoints) -> None:
        """`settings`: the environment of each process."""
        self._settings = settings
        self._logs = logs
        self._points = points
        self._members: dict[str, Member] = {}
        self._leaving: list[subprocess.Popen[bytes]] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self.restarts: Counter[str] = Counter()
        """By `flow/instance`."""
        self.exits: Counter[int] = Counter()
        """Codes of processes that ended unasked; negative: the signal's number."""
        self.measured: list[Measured] = []
        logs.mkdir(parents=True, exist_ok=True)

    def watch(self) -> None:
        """Start again what ends, from now on."""
        self._watching.start()

    def start(self, flow: str, instance: str) -> None:
        """Start a process."""
        with self._lock:
            member = self._started(flow, instance)
            self._members[member.name] = member

    def kill(self, name: str) -> None:
        """`kill -9`."""
        self._signal(name, signal.SIGKILL)

    def pause(self, name: str) -> "subprocess.Popen[bytes]":
        """Let a process stand still; the one that does."""
        return self._signal(name, signal.SIGSTOP)

    def replace(self, name: str) -> "subprocess.Popen[bytes]":
        """Start another process under the same name; the one that is no longer looked after."""
        with self._lock:
            member = self._members[name]
            self._leaving.append(member.process)
            self.start(member.flow, member.instance)
            return member.process

    def restart(self, name: str) -> bool:
        """Have a process end cleanly and start again; False when it did not end so."""
        with self._lock:
            member = self._members[name]
        clean = self.stop(name)
        self.start(member.flow, member.instance)
        return clean

    def at_work(self, names: Sequence[str], within: float) -> bool:
        """Wait until processes have been given partitions; False when that takes too long."""
        until = time.monotonic() + within
        waiting = set(names)
        while waiting and time.monotonic() < until:
            waiting = {name for name in waiting if not self._assigned(name)}
            time.sleep(_LOOK_EVERY)
        return not waiting

    def stop(self, *names: str) -> bool:
        """Have processes end cleanly; False when one did not."""
        with self._lock:
            leaving = [self._members.pop(name) for name in names]
            for member in leaving:
                self._leaving.append(member.process)
                member.process.terminate()
        until = time.monotonic() + _PATIENCE
        clean = True
        for member in leaving:
            try:
                code = member.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                member.process.kill()
                code = member.process.wait()
            if code != 0:
                self.exits[code] += 1
                clean = False
        return clean

    @property
    def names(self) -> Sequence[str]:
        """All that are meant to run."""
        with self._lock:
            return tuple(self._members)

    def close(self) -> None:
        """Kill everything."""
        self._over.set()
        if self._watching.is_alive():
            self._watching.join()
        with self._lock:
            left = [*self._leaving, *(member.process for member in self._members.values())]
            for process in left:
                process.kill()
            for process in left:
                process.wait()
            self._members.clear()

    def _assigned(self, name: str) -> bool:
        with self._lock:
            member = self._members.get(name)
        if member is None:
            return True
        with self._log(name).open("rb") as log:
            log.seek(member.logged)
            return b"assigned" in log.read()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _watch(self) -> None:
        measured_at = 0.0
        while not self._over.wait(_LOOK_EVERY):
            with self._lock:
                for member in list(self._members.values()):
                    self._look_after(member)
            if time.monotonic() - measured_at > _MEASURE_EVERY:
                measured_at = time.monotonic()
                self._measure()

    def _look_after(self, member: Member) -> None:
        code = member.process.poll()
        if code is None or time.monotonic() - member.started_at < _PAUSE:
            return
        self.exits[code] += 1
        self.restarts[f"{member.flow}/{member.instance}"] += 1
        self._members[member.name] = self._started(member.flow, member.instance)

    def _measure(self) -> None:
        with self._lock:
            present = list(self._members.values())
        at = now()
        for member in present:
            with suppress(psutil.Error):
                process = psutil.Process(member.process.pid)
                used, files = process.memory_info().rss, process.num_fds()
                found = Measured(at, member.flow, member.instance, process.pid, used, files)
                self.measured.append(found)

    def _started(self, flow: str, instance: str) -> Member:
        name = f"{flow}-{instance}"
        own = {VARIABLE: str(self._points.folder), "MANIFOLD_KAFKA__CLIENT_ID": name}
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.armed", "run", flow, "--instance", instance],
                cwd=REPOSITORY,
                env={**self._settings, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            return Member(flow, instance, process, time.monotonic(), log.tell())

    def _signal(self, name: str, number: signal.Signals) -> "subprocess.Popen[bytes]":
        """Signal a process that lives; one that has just died is waited for."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with self._lock:
                process = self._members[name].process
                if process.poll() is None:
                    process.send_signal(number)
                    return process
            time.sleep(_LOOK_EVERY)
        raise RuntimeError(f"{name} does not come back")
