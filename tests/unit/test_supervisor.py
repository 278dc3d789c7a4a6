"""Processes that crash, that end for good, and that do not end, under the supervisor."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.settings import Join, Settings
from manifold import supervisor as supervising
from manifold.supervisor import Misconfigured, Supervisor, environment

FLOWS = """#!/bin/sh
echo "$4 $6 $$" >> "$RUNS"
case $4 in
    crashing) exit 70 ;;
    misconfigured) exit 78 ;;
    stubborn) trap '' TERM ;;
    *) trap 'echo "$4 ended" >> "$RUNS"; exit 0' TERM ;;
esac
touch "$RUNS.$4"
while :; do sleep 0.02; done
"""
"""Stands in for Python with `-m manifold run FLOW --instance NAME`."""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where fake flows write that they were started: flow, instance, process."""
    python = tmp_path / "python"
    python.write_text(FLOWS)
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(supervising, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(supervising, "_LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(supervising, "_PATIENCE", 0.3)
    return tmp_path / "runs"


def lines(runs: Path) -> list[list[str]]:
    return [line.split() for line in runs.read_text().splitlines()] if runs.exists() else []


def until(true: Callable[[], bool], between: Callable[[], None] = lambda: None) -> None:
    for _ in range(500):
        between()
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_process_of_a_flow_has_a_name_of_its_own(runs: Path) -> None:
    with Supervisor(["steady"], Settings(), instances=3):
        until(lambda: len(lines(runs)) == 3)
    assert {instance for _, instance, *_ in lines(runs)[:3]} == {"local-0", "local-1", "local-2"}


def test_a_crash_is_followed_by_a_restart_under_the_same_name_and_longer_pauses(
    runs: Path,
) -> None:
    started: list[float] = []
    with Supervisor(["crashing"], Settings(instance="a")) as supervisor:

        def check() -> None:
            before = len(lines(runs))
            supervisor.check()
            started.extend([time.monotonic()] * (len(lines(runs)) - before))

        until(lambda: supervisor.restarts >= 4 and len(lines(runs)) >= 5, check)
    assert {instance for _, instance, _ in lines(runs)} == {"a-0"}
    assert len({process for *_, process in lines(runs)}) == len(lines(runs))


@pytest.mark.parametrize("crashes", [1, 4, 5_000])
def test_pauses_grow_to_a_limit_however_often_a_flow_crashes(runs: Path, crashes: int) -> None:
    with Supervisor(["crashing"], Settings()) as supervisor:
        (member,) = supervisor._members
        member.crashes = crashes - 1
        until(lambda: member.process is None, supervisor.check)
        pause = member.restart_at - time.monotonic()
    assert member.crashes == crashes
    assert pause <= min(0.05 * 2 ** min(crashes - 1, 10), 0.2)
    assert crashes == 1 or pause > 0.1


def test_a_flow_that_says_it_is_misconfigured_stops_all(runs: Path) -> None:
    with Supervisor(["steady", "misconfigured"], Settings()) as supervisor:
        until(Path(f"{runs}.steady").exists)
        time.sleep(0.05)
        with pytest.raises(Misconfigured, match="misconfigured cannot run"):
            until(lambda: False, supervisor.check)
    assert ["steady", "ended"] in lines(runs)


def test_stopping_lets_processes_end_and_kills_what_does_not(runs: Path) -> None:
    with Supervisor(["steady", "stubborn"], Settings()) as supervisor:
        until(lambda: all(Path(f"{runs}.{flow}").exists() for flow in ("steady", "stubborn")))
        processes = [int(process) for _, _, process in lines(runs)]
        assert all(map(alive, processes))
        assert supervisor.stop() == [0, -signal.SIGKILL]
    assert ["steady", "ended"] in lines(runs)
    assert not any(map(alive, processes))


def test_a_process_that_was_stopped_is_not_started_again(runs: Path) -> None:
    with Supervisor(["steady"], Settings()) as supervisor:
        until(Path(f"{runs}.steady").exists)
    supervisor.stop()
    assert len([line for line in lines(runs) if len(line) == 3]) == 1


def test_logs_go_to_a_file_for_each_process(runs: Path, tmp_path: Path) -> None:
    with Supervisor(["steady"], Settings(), instances=2, logs=tmp_path):
        until(lambda: len(lines(runs)) == 2)
    assert {file.name for file in tmp_path.glob("*.log")} == {
        "steady-local-0.log",
        "steady-local-1.log",
    }


def test_processes_get_the_settings_that_were_given() -> None:
    given = Settings(
        kafka={"bootstrap.servers": "a:1", "log_level": "3"},
        join=Join(deadline=5),  # type: ignore[arg-type]  # seconds, as settings have them
    )
    found = environment(given)
    assert found["MANIFOLD_KAFKA__BOOTSTRAP_SERVERS"] == "a:1"
    assert found["MANIFOLD_KAFKA__LOG_LEVEL"] == "3"
    assert found["MANIFOLD_DATABASE__URL"] == given.database.url
    assert found["MANIFOLD_JOIN__DEADLINE"] == "5.0"
