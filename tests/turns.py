"""Which file of tests a worker of pytest may begin, when several work at once (`make test`).

Most tests wait, and files of them do not notice each other. What is marked `alone` does: it asserts
how soon something is done, or that nothing else goes wrong on the machine, or it changes how the
broker works. A file with such a test begins when no other runs, and no other begins before it is
over.
"""

import fcntl
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TextIO

import pytest

ALONE = "alone"


class Turns:
    """Hooks of a worker: the order of the files, and the wait before each."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the same for all workers of a run."""
        # Who waits for the room keeps the door shut, so others that come and go do not keep it out.
        self._door: TextIO = (folder / "door").open("w")
        self._room: TextIO = (folder / "room").open("w")
        self._within: Path | None = None
        self._alone: set[Path] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Begin with what may take longest, so that no worker is left with it at the end."""
        files: dict[Path, list[pytest.Item]] = {}
        for item in items:
            files.setdefault(item.path, []).append(item)
            if item.get_closest_marker(ALONE):
                self._alone.add(item.path)

        def place(path: Path) -> tuple[bool, float]:
            return path in self._alone, -_longest(files[path])

        items[:] = [item for path in sorted(files, key=place) for item in files[path]]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Wait before the first test of a file, outside of the test's own time limit."""
        if self._within != item.path:
            fcntl.flock(self._door, fcntl.LOCK_EX)
            fcntl.flock(self._room, self._way_in(item.path))
            fcntl.flock(self._door, fcntl.LOCK_UN)
            self._within = item.path
        try:
            return (yield)
        finally:
            if nextitem is None or nextitem.path != item.path:
                self._within = None
                fcntl.flock(self._room, fcntl.LOCK_UN)

    def _way_in(self, path: Path) -> int:
        return fcntl.LOCK_EX if path in self._alone else fcntl.LOCK_SH


def _longest(file: Iterable[pytest.Item]) -> float:
    """The greatest of the time limits that are marked in a file, in seconds; 0 without any."""
    return max((mark.args[0] for each in file for mark in each.iter_markers("timeout")), default=0)
