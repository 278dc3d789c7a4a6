"""What processes and the broker's logs take, watched while a run goes on."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_EVERY = 0.5
_PSS_EVERY = 4
"""Looks at resident memory for each look at proportional memory, which costs the kernel more."""
_BROKERS_OWN = ("__consumer_offsets", "__transaction_state")
MIB = 2**20


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it; nothing when it has ended."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, what is below it and has been below it."""
    total = 0.0
    for number, process in enumerate(family(pid)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
        if number == 0:
            total += times.children_user + times.children_system
    return total


class Gauges:
    """Watches memory and log files from a thread of its own, while it is a context."""

    def __init__(
        self, pids: Callable[[], Iterable[int]], folder: Path | None, namespace: str
    ) -> None:
        """`folder` is the broker's; None when it cannot be looked into."""
        self._pids = pids
        self._folder = folder
        self._prefixes = (namespace, *_BROKERS_OWN)
        self._largest: dict[Path, int] = {}
        self._before = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.rss_mb = 0.0
        """Most resident memory of all processes together; shared pages count for each."""
        self.pss_mb = 0.0
        """The same with shared pages divided among those that share them."""

    def __enter__(self) -> Self:
        """Watching."""
        self.look_at_logs()
        self._before = sum(self._largest.values())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Looked a last time."""
        self._done.set()
        self._thread.join()
        self.look_at_logs()

    @property
    def log_bytes(self) -> int | None:
        """Bytes that came into the logs of the run, and into the broker's own."""
        if self._folder is None:
            return None
        return sum(self._largest.values()) - self._before

    def look(self) -> None:
        """Take memory as it is now into account."""
        self._look_at_memory(proportional=True)

    def look_at_logs(self) -> None:
        """Take the log files as they are now into account."""
        # A segment that is compacted or deleted later has been seen at its largest before.
        for segment in _segments(self._folder, self._prefixes):
            try:
                size = segment.stat().st_size
            except FileNotFoundError:
                continue
            self._largest[segment] = max(size, self._largest.get(segment, 0))

    def _watch(self) -> None:
        looks = 0
        while not self._done.wait(_EVERY):
            self._look_at_memory(proportional=looks % _PSS_EVERY == 0)
            self.look_at_logs()
            looks += 1

    def _look_at_memory(self, *, proportional: bool) -> None:
        resident = shared = 0
        for pid in self._pids():
            for process in family(pid):
                try:
                    resident += process.memory_info().rss
                    if proportional:
                        shared += process.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
        self.rss_mb = max(self.rss_mb, resident / MIB)
        self.pss_mb = max(self.pss_mb, shared / MIB)


def _segments(folder: Path | None, prefixes: tuple[str, ...]) -> Iterable[Path]:
    if folder is None:
        return
    for partition in folder.iterdir():
        if partition.name.startswith(prefixes):
            try:
                yield from partition.glob("*.log")
            except FileNotFoundError:
                continue
