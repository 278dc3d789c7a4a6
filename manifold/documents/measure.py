"""Reading a folder of documents and scoring what comes of it."""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from connectors.einvoice import Unreadable
from manifold.documents.known import Known, known
from manifold.documents.score import Scored, scored
from operators.extraction.outcome import DocumentRead
from operators.money import ONE

Read: TypeAlias = Callable[[Path], DocumentRead]
"""Reads a document; raises Unreadable."""

SUFFIXES = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".xml"})
"""Of files that are documents."""
_SECONDS = 120.0


class Attempt(Struct, frozen=True):
    """What reading a document gave."""

    read: DocumentRead | None
    """What was read; None when it was refused."""
    refused: str | None
    """Why it was refused."""
    seconds: float
    """How long it took."""
    cost: float
    """What it cost, in US dollars."""


def documents(folder: Path) -> list[Path]:
    """The documents of a folder that have a truth beside them, in order of their names."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
    return [path for path in found if path.with_suffix(".json").is_file()]


def measured(
    paths: list[Path], read: Read, workers: int = 1, unusable: Callable[[str], None] = print
) -> Iterator[Scored]:
    """The score of each document, in order, read by so many processes.

    `unusable` is told of truths that cannot be read; their documents are left out. A document that
    kills its process, takes more than two minutes or meets a bug counts as refused.
    """
    truths: list[tuple[Path, Known]] = []
    for path in paths:
        try:
            truths.append((path, known(path.with_suffix(".json"))))
        except Unreadable as error:
            unusable(str(error))
    attempts = _attempts([path for path, _ in truths], read, workers)
    for (path, truth), attempt in zip(truths, attempts, strict=True):
        yield scored(
            path.name,
            truth,
            attempt.read,
            attempt.refused,
            attempt.seconds,
            attempt.cost,
        )


def attempt(read: Read, path: Path) -> Attempt:
    """Read one document, and look at the clock."""
    started = time.perf_counter()
    try:
        found = read(path)
    except Unreadable as error:
        return Attempt(None, error.reason, time.perf_counter() - started, 0.0)
    except Exception as bug:  # A measurement of a thousand documents does not end at one.
        return Attempt(None, type(bug).__name__, time.perf_counter() - started, 0.0)
    seconds = time.perf_counter() - started
    model = found.reading.model
    return Attempt(found, None, seconds, 0.0 if model is None else model.cost / ONE)


def _attempts(paths: list[Path], read: Read, workers: int) -> Iterator[Attempt]:
    if workers == 1:
        for path in paths:
            yield attempt(read, path)
        return
    waiting: deque[ProcessFuture[Attempt]] = deque()
    rest = iter(paths)
    context = multiprocessing.get_context("spawn")
    with ProcessPool(workers, context=context, initializer=_deaf_to_ctrl_c) as pool:

        def start(number: int) -> None:
            for path in islice(rest, number):
                waiting.append(pool.schedule(attempt, [read, path], timeout=_SECONDS))

        try:
            start(2 * workers)
            while waiting:
                yield _outcome(waiting.popleft())
                start(1)
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def _outcome(future: ProcessFuture[Attempt]) -> Attempt:
    try:
        found = future.result()
    except TookTooLong:
        return Attempt(None, "took_too_long", _SECONDS, 0.0)
    except ProcessExpired:
        return Attempt(None, "process_died", 0.0, 0.0)
    return found


def _deaf_to_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
