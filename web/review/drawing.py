"""Work that takes its time, done beside everything else: so much of it, equal work once.

Whoever asks for what is being made waits for it; what could not be made is not tried again for a
while, since a document that hangs what draws it would hang it each time.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import TypeVar

from web.problem import Problem

T = TypeVar("T")

_FAILED_FOR = 60.0
"""Seconds for which a failure is kept."""
_KEPT_FAILURES = 1_000
_AGAIN = 5


class Drawing:
    """Threads of their own, and room for so many that wait for one."""

    def __init__(
        self, threads: int, waiting: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Threads start when there is work for them."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="drawing")
        self._most = threads + waiting
        self._clock = clock
        self._lock = Lock()
        self._under_way: dict[Hashable, Future[object]] = {}
        self._failures: OrderedDict[Hashable, tuple[float, Problem]] = OrderedDict()

    async def done(self, key: Hashable, work: Callable[[], T]) -> T:
        """What work makes. Raises Problem: of the work, or because there is too much of it.

        Problems of status 422 are kept: they are the document's. Others come from elsewhere, and
        may be over in a moment.
        """
        future = self._begun(key, work)
        # Others may wait for the same: who goes away ends nothing.
        return await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """Begin nothing any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begun(self, key: Hashable, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            found = self._under_way.get(key)
            if found is None:
                failed = self._failures.get(key)
                if failed is not None and self._clock() - failed[0] < _FAILED_FOR:
                    raise failed[1].with_traceback(None)
                if len(self._under_way) >= self._most:
                    raise _busy()
                found = self._threads.submit(partial(self._work, key, work))
                self._under_way[key] = found
        return found  # type: ignore[return-value]  # a key stands for one kind of work

    def _work(self, key: Hashable, work: Callable[[], object]) -> object:
        failure: Problem | None = None
        try:
            return work()
        except Problem as problem:
            failure = problem if problem.status == 422 else None
            raise
        finally:
            with self._lock:
                self._under_way.pop(key, None)
                self._failures.pop(key, None)
                if failure is not None:
                    self._failures[key] = self._clock(), failure
                    if len(self._failures) > _KEPT_FAILURES:
                        self._failures.popitem(last=False)


def _busy() -> Problem:
    return Problem(
        503,
        "drawing-busy",
        "The document cannot be shown just now",
        "As many documents are being drawn as this service takes. Try again in a few seconds.",
        retry_after=_AGAIN,
    )
