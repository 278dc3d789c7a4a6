"""The engine's source and sink over a task."""

import threading
from collections.abc import Iterable

from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition

from connectors.errors import Misconfigured
from connectors.stream import Keyed, Outgoing, Received
from connectors.task import Task


class WrongEpochs(Misconfigured):
    """The engine was started in a way that does not close an epoch after every poll."""


class ManyWorkers(Misconfigured):
    """More than one worker in a process."""


class _Polls(StatefulSourcePartition[Keyed[Received], None]):
    def __init__(self, task: Task, stopping: threading.Event) -> None:
        self._task = task
        self._stopping = stopping
        self._closed = True

    def next_batch(self) -> list[Keyed[Received]]:
        if not self._closed:
            raise WrongEpochs(
                "flows need one epoch for each poll: start them with `manifold run FLOW`, "
                "not with `python -m bytewax.run`"
            )
        self._task.commit()
        if self._stopping.is_set():
            raise StopIteration
        self._closed = False
        return self._task.poll()

    def snapshot(self) -> None:
        self._closed = True


class TaskSource(FixedPartitionedSource[Keyed[Received], None]):
    """Polls a task; commits it when the engine has finished an epoch.

    Ends at a clean point, everything committed, once `stopping` is set.
    """

    def __init__(self, task: Task, stopping: threading.Event) -> None:
        """Read from `task` until `stopping`."""
        self._task = task
        self._stopping = stopping

    def list_parts(self) -> list[str]:
        """One: the consumer group shares the work out, not the engine."""
        return ["task"]

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> _Polls:
        """The only partition."""
        self._task.start()
        return _Polls(self._task, self._stopping)


class _Produces(StatelessSinkPartition[list[Outgoing]]):
    def __init__(self, task: Task) -> None:
        self._task = task

    def write_batch(self, items: Iterable[list[Outgoing]]) -> None:
        for records in items:
            if records:
                self._task.produce(records)


class TaskSink(DynamicSink[list[Outgoing]]):
    """Writes lists of records in the task's open transaction."""

    def __init__(self, task: Task) -> None:
        """Write to `task`."""
        self._task = task

    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Produces:
        """The writer of the only worker."""
        if worker_count > 1:
            raise ManyWorkers(
                f"a process of a flow has one worker, not {worker_count}: "
                "start more processes instead"
            )
        return _Produces(self._task)
