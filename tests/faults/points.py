"""Fault points: places in a flow's process where it ends itself with `kill -9` when asked to.

They are asked for from outside: `FaultPoints` puts a file where the process looks, and the process
moves it before it dies, so that what was really hit can be counted. `tests.faults.armed` puts the
points into a process, and a clock that can be made to jump.
"""

import os
import threading
import time
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from operators.time import Instant

Phase: TypeAlias = Literal[
    "after_poll",
    "after_first_produce",
    "after_state_flush",
    "after_send_offsets",
    "during_commit",
    "during_restore",
    "during_rebalance",
]
PHASES: tuple[Phase, ...] = get_args(Phase)

VARIABLE = "FAULT_POINTS"
"""In the environment of an armed process: the folder it looks into."""


class FaultPoints:
    """The points of all processes, as seen from outside."""

    def __init__(self, folder: Path) -> None:
        """Nothing is armed yet."""
        self.folder = folder
        self.over = threading.Event()
        """Set when nothing is waited for any more."""
        folder.mkdir(parents=True)

    def arm(self, process: str, phase: Phase) -> None:
        """Have the process end itself when it next comes there."""
        armed(self.folder, process, phase).touch()

    def disarm(self, process: str, phase: Phase) -> bool:
        """Forget it; False when it has happened meanwhile."""
        try:
            armed(self.folder, process, phase).unlink()
        except FileNotFoundError:
            return False
        return True

    def fired(self, process: str, phase: Phase, within: float) -> Instant | None:
        """When the process ended itself there; None when that did not happen in time."""
        until = time.monotonic() + within
        while time.monotonic() < until and not self.over.wait(0.02):
            at = self._fired(process, phase)
            if at is not None:
                return at
        return None if self.disarm(process, phase) else self._fired(process, phase)

    def _fired(self, process: str, phase: Phase) -> Instant | None:
        for path in self.folder.glob(f"{process}.{phase}.fired.*"):
            # The file system's clock: the process's may be wrong.
            at = path.stat().st_ctime_ns // 1_000_000
            path.rename(path.with_name(path.name.replace(".fired.", ".counted.")))
            return at
        return None

    def jump(self, process: str, milliseconds: int) -> None:
        """Have the process's clock go wrong by so much from now on."""
        replaced = clock(self.folder, process)
        written = replaced.with_suffix(".new")
        written.write_text(str(milliseconds))
        written.replace(replaced)


def clock(folder: Path, process: str) -> Path:
    """The file that says by how many milliseconds the process's clock is wrong."""
    return folder / f"{process}.clock"


def armed(folder: Path, process: str, phase: Phase) -> Path:
    """The file that says that a process shall end itself there."""
    return folder / f"{process}.{phase}"


def fire(folder: Path, process: str, phase: Phase) -> bool:
    """Take the file away and leave a trace; False when there is none."""
    path = armed(folder, process, phase)
    try:
        os.rename(path, path.with_name(f"{path.name}.fired.{os.getpid()}"))
    except FileNotFoundError:
        return False
    return True
