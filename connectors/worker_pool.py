"""Work on documents in processes of their own, since a document may hang or kill what reads it.

Each worker runs one function over one document after the other, within limits of time and memory.
One that dies, hangs or takes too much memory is replaced, and nobody but its document notices. The
attempts are counted here, outside of what they may kill.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock
from typing import Generic, Self, TypeVar

import msgspec
from msgspec import Struct

from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from connectors.worker import START_LIMIT, Died, Hung, Worker
from connectors.worker_messages import OutOfMemory, Raised, Start, named, types, write

log = Log(__name__)

ATTEMPTS = 3

D = TypeVar("D")
V = TypeVar("V")

_AHEAD = 2
"""Documents in the pool for each worker: one that is worked on, one that is next."""
_LONGEST_NAME, _LONGEST_TRACE = 100, 3_000
_STARTS = 3
"""Times in a row that a worker may die before it is ready."""


class Failed(Struct, frozen=True):
    """A document that no attempt has got a value from."""

    reason: str
    """`hung`, `died`, `memory`, or the name of the exception's type, of the last attempt."""
    attempts: int
    said: str
    """The same as a sentence; nothing of the document is in it."""
    trace: str = ""
    """Where the worker was, as far as it could say."""


class WorkersBroken(Misconfigured):
    """Workers cannot start, whatever the document; the text says why."""


class PoolClosed(Unavailable):
    """The pool was closed before all documents were worked on."""


class _Seat:
    """Room for one worker."""

    worker: Worker | None = None


class WorkerPool(Generic[D, V]):
    """Some workers that run one function."""

    def __init__(
        self,
        function: Callable[[D], V],
        *,
        workers: int,
        time_limit: float,
        memory: int = 0,
        initializer: Callable[[], object] | None = None,
        documents_per_worker: int = 200,
        environment: Mapping[str, str] | None = None,
        attempt_failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Start nothing yet. `attempt_failed` is told why, as `Failed` has it, from any thread.

        `function` stands in a module under its name, is annotated with what it takes and returns,
        and msgspec can write both as JSON. `time_limit`: seconds for each attempt; `memory`: bytes
        that a worker may use, models included (RapidOCR takes 2 GiB), 0 for no limit. Each worker
        runs the `initializer` first, and is replaced after so many documents. Its environment is
        this one, and of ours only what has no secrets.
        """
        self._start_message = Start(named(function), initializer and named(initializer), memory)
        self._decode: Callable[[msgspec.Raw], V] = msgspec.json.Decoder(types(function)[1]).decode
        self._limit = time_limit
        self._memory = memory
        self._documents_per_worker = documents_per_worker
        self._environment = environment or {}
        self._attempt_failed = attempt_failed
        self._most = _AHEAD * workers
        self._lock = Lock()
        self._closed = False
        self._seats = [_Seat() for _ in range(workers)]
        self._free: SimpleQueue[_Seat] = SimpleQueue()
        for seat in self._seats:
            self._free.put(seat)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")

    def __enter__(self) -> Self:
        """The pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def start(self) -> None:
        """Have all workers load what they need before the first `run`, without waiting for it."""
        for seat in self._seats:
            if seat.worker is None:
                self._replace(seat)

    def run(self, documents: Iterable[D]) -> Iterator[V | Failed]:
        """The value of each document, or why there is none, in the order of the documents.

        Takes documents only as they are worked on: at most two a worker are held at a time.
        Raises WorkersBroken, and PoolClosed when another thread closes the pool.
        """
        under_way: deque[Future[V | Failed]] = deque()
        try:
            for document in documents:
                under_way.append(self._submitted(write(document)))
                if len(under_way) >= self._most:
                    yield _result(under_way.popleft())
            while under_way:
                yield _result(under_way.popleft())
        finally:
            for future in under_way:
                future.cancel()

    def close(self) -> None:
        """End every worker at once, whatever it does.

        Any thread may, and again; a signal handler, which may have interrupted us, may not.
        """
        with self._lock:
            self._closed = True
            workers = [seat.worker for seat in self._seats]
        for worker in workers:
            if worker is not None:
                worker.end()
        self._threads.shutdown(cancel_futures=True)

    def _submitted(self, message: bytes) -> Future[V | Failed]:
        with self._lock:
            if self._closed:
                raise PoolClosed("the pool is closed")
            return self._threads.submit(self._work, message)

    def _work(self, message: bytes) -> V | Failed:
        """In a thread, of which there are as many as seats."""
        seat = self._free.get()
        try:
            for attempt in range(1, ATTEMPTS):
                outcome = self._attempt(seat, message, attempt)
                if not isinstance(outcome, Failed):
                    return outcome
                self._attempt_failed(outcome.reason)
                log.warning("a document is tried again", because=outcome.reason, attempt=attempt)
            outcome = self._attempt(seat, message, ATTEMPTS, fresh=True)
            if isinstance(outcome, Failed):
                self._attempt_failed(outcome.reason)
            return outcome
        finally:
            self._free.put(seat)

    def _attempt(
        self, seat: _Seat, message: bytes, attempt: int, *, fresh: bool = False
    ) -> V | Failed:
        worker = self._ready(seat, fresh)
        try:
            answer = worker.ask(message, self._limit)
        except Hung as hung:
            said = f"it is not done after {self._limit:g} s"
            return self._failed(seat, Failed("hung", attempt, said, *hung.args))
        except Died as died:
            how, trace = died.args
            return self._failed(seat, Failed("died", attempt, f"its worker {how}", trace))
        if isinstance(answer, OutOfMemory):
            said = f"it takes more than {self._memory // 2**20:,} MiB of memory"
            return self._failed(seat, Failed("memory", attempt, said))
        if isinstance(answer, Raised):
            kind = answer.kind[:_LONGEST_NAME]
            return Failed(
                kind, attempt, f"reading it fails: {kind}", answer.trace[-_LONGEST_TRACE:]
            )
        try:
            value = self._decode(answer.value)
        except (ValueError, RecursionError) as error:
            kind = type(error).__name__
            return self._failed(seat, Failed(kind, attempt, f"reading it fails: {kind}"))
        if worker.asked >= self._documents_per_worker:
            self._replace(seat)
        return value

    def _failed(self, seat: _Seat, failed: Failed) -> Failed:
        self._replace(seat)
        return failed

    def _ready(self, seat: _Seat, fresh: bool) -> Worker:
        """A worker that can work; a fresh one has not seen a document yet."""
        how = ""
        for _ in range(_STARTS):
            worker = seat.worker
            if worker is None or (fresh and worker.asked):
                worker = self._replace(seat)
            try:
                answer = worker.ready()
            except Hung:
                how = f"not ready after {START_LIMIT:g} s"
            except Died as died:
                how = died.args[0]
            else:
                if isinstance(answer, Raised):
                    said = ": ".join(filter(None, (answer.kind, answer.text)))
                    raise WorkersBroken(f"workers cannot start: {said}")
                return worker
            self._replace(seat)
        raise WorkersBroken(f"workers cannot start ({how}); they may need more memory")

    def _replace(self, seat: _Seat) -> Worker:
        """Put a worker that has just been started in a seat."""
        worker, seat.worker = seat.worker, None
        if worker is not None:
            worker.end()
        with self._lock:
            if self._closed:
                raise PoolClosed("the pool is closed")
            seat.worker = Worker(self._start_message, self._environment)
            return seat.worker


def _result(future: Future[V]) -> V:
    try:
        return future.result()
    except CancelledError:
        raise PoolClosed("the pool is closed") from None
