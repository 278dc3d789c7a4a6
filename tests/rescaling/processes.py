"""Processes of flows that are renewed and rescaled, each under a supervisor of its own.

So it is with pods and with containers: each has a name and a supervisor, and is told to end by
SIGTERM. Prometheus finds those that are there in a file, as it finds them by `manifold up`.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.settings import Settings, Telemetry
from manifold.fleet import health, targets
from manifold.supervisor import Place, Supervisor

NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_HOST = "127.0.0.1"
_LOOK_EVERY = 0.2
_PATIENCE = 120.0
"""Seconds a process may take until it is ready: many times what it takes on a quiet machine."""


class NotReady(Exception):
    """A process does not get ready; the text says which, and why."""


class Processes:
    """One process or several of each flow."""

    def __init__(self, settings: Settings, ports: Sequence[int], folder: Path) -> None:
        """Start nothing yet. `folder`: for a log of each process and the file for Prometheus."""
        self._settings = settings
        self._free = iter(ports)
        self._ports: dict[tuple[str, str], int] = {}
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self.found = folder / "targets.json"
        """Where Prometheus finds them."""
        self._supervisors: dict[tuple[str, str], Supervisor] = {}
        self._restarts: Counter[str] = Counter()
        self.exits: Counter[int] = Counter()
        """Exit codes of those that were told to end."""
        self._tell()

    @property
    def restarts(self) -> Counter[str]:
        """How often a process of a flow ended unasked."""
        ended = Counter(self._restarts)
        for supervisor in self._supervisors.values():
            ended.update(supervisor.restarts_of)
        return +ended

    def count(self, flow: str) -> int:
        """How many processes of a flow there are."""
        return sum(of == flow for of, _ in self._supervisors)

    def scale(self, flow: str, count: int) -> None:
        """Have so many processes of a flow: the last ones come, and go, at the same time."""
        names = NAMES[:count]
        self._end(
            [(of, name) for of, name in self._supervisors if of == flow and name not in names]
        )
        for name in names:
            if (flow, name) not in self._supervisors:
                self._start(flow, name)

    def renew(self, report: Callable[[str], None]) -> None:
        """End each process and start it again, one after the other, as a roll-out does."""
        for flow, name in list(self._supervisors):
            began = time.monotonic()
            self._end([(flow, name)])
            ended = time.monotonic()
            self._start(flow, name)
            self.until_ready(flow)
            took = time.monotonic()
            report(
                f"{flow}: ended after {ended - began:.1f} s, ready again {took - ended:.1f} s later"
            )

    def until_ready(self, *flows: str) -> None:
        """Wait until the processes of these flows, or of all, are ready. Raises NotReady."""
        until = time.monotonic() + _PATIENCE
        wanted = [place for place in self._places() if not flows or place.flow in flows]
        while True:
            self.check()
            well, said = health(_HOST, wanted, "ready")
            if well:
                return
            if time.monotonic() > until:
                raise NotReady(f"not ready after {_PATIENCE:.0f} s: {'; '.join(said['reasons'])}")
            time.sleep(_LOOK_EVERY)

    def check(self) -> None:
        """Start again what has ended unasked."""
        for supervisor in self._supervisors.values():
            supervisor.check()

    def stop(self) -> None:
        """End all of them."""
        self._end(list(self._supervisors))

    def _places(self) -> list[Place]:
        return [place for each in self._supervisors.values() for place in each.places()]

    def _start(self, flow: str, name: str) -> None:
        if (flow, name) not in self._ports:
            self._ports[flow, name] = next(self._free)
        # A process has the port behind that of its supervisor, which tells nothing here.
        telemetry = Telemetry(port=self._ports[flow, name] - 1)
        own = self._settings.model_copy(update={"instance": name, "telemetry": telemetry})
        supervisor = Supervisor([flow], own, logs=self._logs)
        supervisor.start()
        self._supervisors[flow, name] = supervisor
        self._tell()

    def _end(self, wanted: Iterable[tuple[str, str]]) -> None:
        leaving = [self._supervisors.pop(each) for each in wanted]
        self._tell()
        with ThreadPoolExecutor(max(1, len(leaving))) as pool:
            for codes in pool.map(Supervisor.stop, leaving):
                self.exits.update(codes)
        for supervisor in leaving:
            self._restarts.update(supervisor.restarts_of)

    def _tell(self) -> None:
        """The file is replaced as a whole: Prometheus reads it when it changes."""
        _, told = targets(_HOST, self._places())
        new = self.found.with_suffix(".new")
        new.write_text(json.dumps(told), encoding="utf-8")
        new.replace(self.found)
