"""Reading a folder of documents and scoring what comes of it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from connectors.einvoice import Unreadable
from connectors.worker_messages import found, named
from connectors.worker_pool import Failed, WorkerPool
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
    meets a bug counts as refused; of several processes also one that kills them or takes more than
    two minutes, each time it is tried, as `extract` tries it.
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
        came = read(path)
    except Unreadable as error:
        return Attempt(None, error.reason, time.perf_counter() - started, 0.0)
    except Exception as bug:  # A measurement of a thousand documents does not end at one.
        return Attempt(None, type(bug).__name__, time.perf_counter() - started, 0.0)
    seconds = time.perf_counter() - started
    model = came.reading.model
    return Attempt(came, None, seconds, 0.0 if model is None else model.cost / ONE)


class ToRead(Struct, frozen=True):
    """A document for a process of its own to read."""

    read: str
    """Name of what reads it."""
    path: str
    """Where it is."""


def attempt_of(document: ToRead) -> Attempt:
    """Read one document, in a worker."""
    return attempt(found(document.read), Path(document.path))


def _attempts(paths: list[Path], read: Read, workers: int) -> Iterator[Attempt]:
    if workers == 1:
        for path in paths:
            yield attempt(read, path)
        return
    documents = (ToRead(named(read), str(path)) for path in paths)
    with WorkerPool[ToRead, Attempt](attempt_of, workers=workers, time_limit=_SECONDS) as pool:
        for each in pool.run(documents):
            yield Attempt(None, each.reason, 0.0, 0.0) if isinstance(each, Failed) else each
