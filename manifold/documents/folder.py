"""Documents in a folder, each with the truth beside it: `name.pdf` and `name.json`."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import msgspec

from manifold.documents.document import Document, document
from manifold.documents.plan import Plan


def write(made: Document, folder: Path) -> Path:
    """Write a document and its truth; both are whole or not there at all."""
    plan = made.plan
    target = folder / f"{plan.name}.{made.suffix}"
    truth = {
        "header": {
            "set": plan.purpose,
            "kind": plan.kind,
            "language": plan.language,
            "layout": made.layout,
            "difficulty": plan.difficulty,
            "pages": made.pages,
            "complete": True,
        },
        "invoice": made.truth.printed,
        "record": made.truth.record,
    }
    text = msgspec.json.format(msgspec.json.encode(truth), indent=1)
    # The document last: a truth without one is looked at by nobody.
    _replace(target.with_suffix(".json"), text + b"\n")
    _replace(target, made.content)
    return target


def _replace(path: Path, content: bytes) -> None:
    hidden = path.with_name(f".{path.name}.part")
    try:
        hidden.write_bytes(content)
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)


def produced(plans: Iterable[Plan], workers: int) -> Iterator[Document]:
    """The documents of plans, in order, made by so many processes."""
    if workers == 1:
        yield from map(document, plans)
        return
    waiting: deque[Future[Document]] = deque()
    rest = iter(plans)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _deaf_to_ctrl_c)
    try:
        for plan in islice(rest, 2 * workers):
            waiting.append(pool.submit(document, plan))
        while waiting:
            made = waiting.popleft().result()
            for plan in islice(rest, 1):
                waiting.append(pool.submit(document, plan))
            yield made
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _deaf_to_ctrl_c() -> None:
    """Ctrl-C reaches the whole group of processes; the one that was asked decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def cores() -> int:
    """How many processes make sense here."""
    return max(1, min(8, os.cpu_count() or 1))
