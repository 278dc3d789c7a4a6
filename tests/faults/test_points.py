"""Fault points: asked for from outside, hit once, and known to have been hit."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.points import FaultPoints, fire

PROCESS = "fraud-one"
REACHES = """
import sys
from pathlib import Path
from tests.faults.armed import Point
Point(Path(sys.argv[1]), "fraud-one").reached("after_poll")
print("went on")
"""


def reach(points: FaultPoints) -> "subprocess.CompletedProcess[str]":
    """A process that comes to the point."""
    command = [sys.executable, "-c", REACHES, str(points.folder)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ)


def test_a_process_ends_itself_once_where_it_was_asked_to(tmp_path: Path) -> None:
    points = FaultPoints(tmp_path / "points")
    points.arm(PROCESS, "after_poll")
    assert reach(points).returncode == -signal.SIGKILL
    assert points.fired(PROCESS, "after_poll", within=0.0) is not None
    assert reach(points).stdout == "went on\n"
    assert points.fired(PROCESS, "after_poll", within=0.0) is None


def test_what_was_not_reached_in_time_is_not_reached_later(tmp_path: Path) -> None:
    points = FaultPoints(tmp_path / "points")
    points.arm(PROCESS, "during_commit")
    assert points.fired(PROCESS, "during_commit", within=0.0) is None
    assert not fire(points.folder, PROCESS, "during_commit")


def test_only_the_process_and_phase_that_were_asked_for_are_hit(tmp_path: Path) -> None:
    points = FaultPoints(tmp_path / "points")
    points.arm(PROCESS, "after_poll")
    assert not fire(points.folder, "fraud-two", "after_poll")
    assert not fire(points.folder, PROCESS, "during_commit")
    assert fire(points.folder, PROCESS, "after_poll")
