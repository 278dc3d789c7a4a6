"""Puts planned faults in, each in its time, and writes down what was really done."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from tests.faults.history import Injected
from tests.faults.kinds import connections, processes, servers
from tests.faults.scene import Scene
from tests.faults.schedule import Planned, occupied

Fault = Callable[[Scene, Planned], Injected]

FAULTS: Mapping[str, Fault] = {
    "kill_after_poll": processes.kill_in("after_poll"),
    "kill_after_first_produce": processes.kill_in("after_first_produce"),
    "kill_after_state_flush": processes.kill_in("after_state_flush"),
    "kill_after_send_offsets": processes.kill_in("after_send_offsets"),
    "kill_during_commit": processes.kill_in("during_commit"),
    "kill_during_restore": processes.kill_during_restore,
    "kill_during_rebalance": processes.kill_during_rebalance,
    "kill_anywhere": processes.kill_anywhere,
    "pause_process": processes.pause,
    "replace_paused_process": processes.replace_while_paused,
    "clock_jumped": processes.jump,
    "rescale": processes.rescale,
    "rolling_restart": processes.rolling_restart,
    "kill_broker": servers.kill_broker,
    "pause_broker": servers.pause_broker,
    "kill_postgresql": servers.kill_postgresql,
    "database_full": servers.fill_database,
    "brokers_away": connections.brokers_away,
    "connections_slowed": connections.slow,
    "connections_cut": connections.cut,
    "connections_reset": connections.reset,
    "end_of_transaction_delayed": connections.delay_end_of_transaction,
}


class Injection:
    """The faults of a run, as they happen."""

    def __init__(self, scene: Scene, report: Callable[[str], None]) -> None:
        """`report` is told of every fault when it is over."""
        self._scene = scene
        self._report = report
        self._threads: list[threading.Thread] = []
        self._found: list[Injected] = []
        self.problems: list[str] = []
        """Faults that could not be put in, or after which something did not do what it must."""

    def start(self, planned: Iterable[Planned], began: float) -> None:
        """Put faults in, counting from `began` on the monotonic clock."""
        keeping_time = threading.Thread(target=self._keep_time, args=(planned, began), daemon=True)
        self._threads.append(keeping_time)
        keeping_time.start()

    def finish(self) -> tuple[Injected, ...]:
        """End what still goes on; what was put in, in the order in which it began."""
        self._scene.over.set()
        self._scene.points.over.set()
        for thread in self._threads:
            thread.join()
        return tuple(sorted(self._found, key=lambda fault: fault.started_at))

    def note(self, fault: Injected) -> None:
        """Count a fault that was put in by hand."""
        self._found.append(fault)
        told = f" ({fault.detail})" if fault.detail else ""
        self._report(f"{fault.kind} {fault.target}{told}")

    def _keep_time(self, planned: Iterable[Planned], began: float) -> None:
        for each in planned:
            if self._scene.over.wait(max(0.0, began + each.at - time.monotonic())):
                return
            thread = threading.Thread(target=self._put_in, args=(each,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _put_in(self, planned: Planned) -> None:
        try:
            with self._scene.alone(*occupied(planned.kind, planned.target)):
                if not self._scene.over.is_set():
                    self.note(FAULTS[planned.kind](self._scene, planned))
        except Exception as error:
            self.problems.append(f"{planned.kind} {planned.target}: {error!r}")
            self._report(f"{planned.kind} {planned.target} FAILED: {error!r}")
