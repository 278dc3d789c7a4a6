"""Workers that read documents: a failure is its document's own, and nothing outlives the pool."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from connectors.worker_pool import Failed, PoolClosed, WorkerPool, WorkersBroken
from tests.unit import pool_work
from tests.unit.pool_work import Order, Seen, work

_MEMORY = 512 * 2**20


def pool_of(workers: int = 1, **given: Any) -> WorkerPool[Order, Seen]:
    return WorkerPool(work, workers=workers, **{"time_limit": 60, "memory": _MEMORY, **given})


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "not within a minute"
        time.sleep(0.005)


def workers_of(folder: Path, number: int = 0) -> list[int]:
    """Process ids of those that were given an order, first to last."""
    file = folder / f"order{number}"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_values_come_in_the_order_of_the_documents_and_of_any_size() -> None:
    orders = [Order("slowly" if number % 2 else "well", number) for number in range(8)]
    orders.append(Order("well", 8, content=bytes(20_000_000)))
    with pool_of(workers=2) as pool:
        values = [value for value in pool.run(orders) if isinstance(value, Seen)]
        again = [value for value in pool.run([Order("well", 9)]) if isinstance(value, Seen)]
    assert [value.number for value in values + again] == list(range(10))
    assert {value.amount for value in values} == {10**27}
    assert os.getpid() not in {value.worker for value in values}


@pytest.mark.parametrize(
    ("do", "reason", "said"),
    [
        (f"signal {signal.SIGSEGV:d}", "died", "its worker was ended by SIGSEGV"),
        (f"signal {signal.SIGKILL:d}", "died", "its worker was ended by SIGKILL"),
        ("exit 0", "died", "its worker ended with code 0"),
        ("signal 40", "died", "its worker was ended by signal 40"),
        ("garbage", "died", "its worker was ended by SIGKILL"),
        ("chatter", "died", "its worker said what it was not asked"),
        ("memory", "memory", "it takes more than 512 MiB of memory"),
        ("raise", "KeyError", "reading it fails: KeyError"),
        ("leave", "SystemExit", "reading it fails: SystemExit"),
        ("wrong", "ValidationError", "reading it fails: ValidationError"),
    ],
)
def test_a_document_fails_alone_after_three_attempts(
    tmp_path: Path, do: str, reason: str, said: str
) -> None:
    with pool_of() as pool:
        before, failed, after = pool.run(
            [Order("well", 1), Order(do, 0, str(tmp_path)), Order("well", 2)]
        )
    assert isinstance(before, Seen)
    assert isinstance(after, Seen)
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.attempts, failed.said) == (reason, 3, said)
    assert len(workers_of(tmp_path)) == 3
    assert "DE136695976" not in repr(failed)


def test_one_that_hangs_is_ended_with_what_it_has_started_and_says_where_it_was(
    tmp_path: Path,
) -> None:
    with pool_of(time_limit=0.5) as pool:
        (failed,) = pool.run([Order("program", 0, str(tmp_path))])
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.attempts) == ("hung", 3)
    assert failed.said == "it is not done after 0.5 s"
    assert "in work" in failed.trace
    ended = [*workers_of(tmp_path), int((tmp_path / "program").read_text())]
    until(lambda: not any(map(lives, ended)))


@pytest.mark.parametrize("do", ["spin", "match"])
def test_one_that_never_looks_up_is_ended_as_well(do: str) -> None:
    with pool_of(time_limit=0.3) as pool:
        (failed,) = pool.run([Order(do)])
    assert isinstance(failed, Failed)
    assert failed.reason == "hung"


def test_the_others_go_on_beside_one_that_hangs() -> None:
    orders = [Order("sleep"), *(Order("well", number) for number in range(1, 5))]
    with pool_of(workers=2, time_limit=0.5) as pool:
        first, *others = pool.run(orders)
    assert isinstance(first, Failed)
    assert [other.number for other in others if isinstance(other, Seen)] == [1, 2, 3, 4]


@pytest.mark.parametrize("do", ["exit 1", "raise"])
def test_the_third_attempt_may_succeed_and_is_made_by_a_fresh_worker(
    tmp_path: Path, do: str
) -> None:
    with pool_of() as pool:
        (seen,) = pool.run([Order(f"twice {do}", 0, str(tmp_path))])
    assert isinstance(seen, Seen)
    first, second, third = workers_of(tmp_path)
    assert seen.worker == third
    assert third not in (first, second)


def test_workers_are_replaced_after_so_many_documents_and_initialized_once() -> None:
    orders = [Order("well", number) for number in range(5)]
    with pool_of(documents_per_worker=2, initializer=pool_work.note_start) as pool:
        pool.start()
        seen = [value for value in pool.run(orders) if isinstance(value, Seen)]
    first, second, third, fourth, fifth = (value.worker for value in seen)
    assert first == second != third == fourth != fifth
    assert {value.initialized for value in seen} == {1}


def test_documents_are_taken_only_as_they_are_worked_on() -> None:
    taken = 0

    def orders() -> Iterator[Order]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield Order("well", number)

    with pool_of(workers=2) as pool:
        values = pool.run(orders())
        for received in range(1, 6):
            next(values)
            assert taken <= received + 3


def test_what_is_secret_in_our_environment_stays_with_us(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MANIFOLD_KAFKA__SASL_PASSWORD", "AWS_SECRET_ACCESS_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with WorkerPool(
        pool_work.environment, workers=1, time_limit=60, environment={"OMP_THREAD_LIMIT": "1"}
    ) as pool:
        (theirs,) = pool.run([""])
    assert isinstance(theirs, dict)
    assert theirs["LC_ALL"] == "C.UTF-8"
    assert theirs["OMP_THREAD_LIMIT"] == "1"
    assert theirs["PATH"] == os.environ["PATH"]
    assert "s3cr3t" not in str(theirs)


def test_temporary_files_of_a_worker_that_dies_are_removed(tmp_path: Path) -> None:
    with pool_of() as pool:
        (failed,) = pool.run([Order("file", 0, str(tmp_path))])
    assert isinstance(failed, Failed)
    folder = Path((tmp_path / "temporary").read_text())
    assert folder.name.startswith("manifold-worker-")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("initializer", "said"),
    [
        (pool_work.break_start, "workers cannot start: RuntimeError: no model in this file"),
        (pool_work.die_at_start, r"workers cannot start \(ended with code 7\)"),
    ],
)
def test_workers_that_cannot_start_are_no_documents_fault(
    initializer: Callable[[], None], said: str
) -> None:
    with pool_of(initializer=initializer) as pool, pytest.raises(WorkersBroken, match=said):
        list(pool.run([Order("well")]))


def test_closing_from_another_thread_ends_what_is_under_way(tmp_path: Path) -> None:
    pool = pool_of(workers=2)

    def close() -> None:
        until(lambda: workers_of(tmp_path, 0) and workers_of(tmp_path, 1))
        pool.close()

    closing = threading.Thread(target=close)
    closing.start()
    with pytest.raises(PoolClosed):
        list(pool.run(Order("sleep", number, str(tmp_path)) for number in range(9)))
    closing.join()
    assert not any(map(lives, workers_of(tmp_path, 0) + workers_of(tmp_path, 1)))
    with pytest.raises(PoolClosed):
        list(pool.run([Order("well")]))


def test_a_worker_that_is_told_to_end_while_its_pool_lives_goes_on(tmp_path: Path) -> None:
    def tell() -> None:
        until(lambda: workers_of(tmp_path))
        os.kill(workers_of(tmp_path)[0], signal.SIGTERM)

    with pool_of() as pool:
        values = pool.run([Order("slowly", 0, str(tmp_path))])
        telling = threading.Thread(target=tell)
        telling.start()
        assert isinstance(next(values), Seen)
        telling.join()
    assert len(workers_of(tmp_path)) == 1


@pytest.mark.parametrize("do", ["sleep", "spin", "match", "program"])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_parent_however_it_ends(
    tmp_path: Path, do: str, end: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.pool_work", do, str(tmp_path)],
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: workers_of(tmp_path, 0) and workers_of(tmp_path, 1))
    ended = workers_of(tmp_path, 0) + workers_of(tmp_path, 1)
    if do == "program":
        until(lambda: (tmp_path / "program").exists() and (tmp_path / "program").read_text())
        ended.append(int((tmp_path / "program").read_text()))
    assert all(map(lives, ended))
    assert parent.pid not in map(os.getpgid, ended), "Ctrl-C in a terminal would reach them"
    os.killpg(parent.pid, end)
    assert parent.wait(60) != 0
    until(lambda: not any(map(lives, ended)))
    assert not list(temporary.iterdir())


def test_a_function_that_workers_could_not_find_or_feed_is_refused() -> None:
    with pytest.raises(ValueError, match="not to be found"):
        WorkerPool(lambda order: order, workers=1, time_limit=1)
    with pytest.raises(ValueError, match="what one thing it takes and returns"):
        WorkerPool(pool_work.unannotated, workers=1, time_limit=1)
