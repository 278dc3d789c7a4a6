"""Documents read as the extract flow wants them.

    known already? ── no ──▶ fetched ──▶ opened by a worker ──▶ the language model asked ──▶ read
          └───────────────────────── yes ───────────────────────────▲

Only workers touch a document's bytes; only this process talks to the network.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec.structs import replace

from connectors.clock import now
from connectors.document_cache import DocumentCache
from connectors.document_reader import EXTRACTOR
from connectors.document_work import Opened, Refused, Work, load, work
from connectors.extracting import Unusable, Wanted
from connectors.language_model import LanguageModel
from connectors.model_stage import asked
from connectors.object_store import DocumentRefused, Store
from connectors.settings import Documents, Redis
from connectors.stream import Reason
from connectors.worker_pool import Failed, WorkerPool
from operators.extraction.gate import Gates
from operators.extraction.outcome import DocumentRead

_WAITING_AT_ONCE = 8
"""Documents that are fetched, or that the model is asked about, at the same time."""

_REASONS: Mapping[str, Reason] = {
    "document_missing": "document_missing",
    "document_changed": "document_changed",
    "document_too_large": "document_too_large",
}
"""Dead letters by why the store refuses a document; what points outside of it is missing in it."""


class PooledReading:
    """Reads the documents of a poll at the same time."""

    def __init__(
        self, documents: Documents, redis: Redis, model: LanguageModel, namespace: str = ""
    ) -> None:
        """Open the store; workers start with the first document. The model is closed with this.

        Raises InvalidSettings when there can be no such store or cache.
        """
        self._most_bytes = documents.most_bytes
        self._store = Store(documents)
        self._cache = DocumentCache(redis, Opened, EXTRACTOR, namespace=namespace)
        self._model = model
        self._threads = ThreadPoolExecutor(_WAITING_AT_ONCE, thread_name_prefix="documents")
        self._workers = WorkerPool[Work, Opened | Refused](
            work,
            workers=documents.workers,
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
            initializer=load,
        )

    def read(self, wanted: Sequence[Wanted], /) -> Sequence[DocumentRead | Unusable]:
        """What came of documents, in their order. Raises StoreAway while nothing can be fetched."""
        found = list(self._threads.map(self._known_or_fetched, wanted))
        opened = self._workers.run(each for each in found if isinstance(each, Work))
        results: list[Future[DocumentRead | Unusable]] = []
        for each, there in zip(wanted, found, strict=True):
            if isinstance(there, Work):
                results.append(self._threads.submit(self._new, each, next(opened)))
            else:
                results.append(self._threads.submit(self._known, each, there))
        return [each.result() for each in results]

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._workers.close()
        self._threads.shutdown(cancel_futures=True)
        self._model.close()
        self._cache.close()

    def _known_or_fetched(self, wanted: Wanted) -> Opened | Unusable | Work:
        known = self._cache.get(_key(wanted))
        if known is not None:
            # What it took was told when it was read.
            told = replace(known.read, reading=replace(known.read.reading, stages=(), model=None))
            return Opened(told, known.lines)
        try:
            return Work(self._store.get(wanted.document, self._most_bytes), wanted.gates)
        except DocumentRefused as refused:
            return Unusable(_REASONS.get(refused.reason, "document_missing"), str(refused))

    def _new(self, wanted: Wanted, came: Opened | Refused | Failed) -> DocumentRead | Unusable:
        """What came of a document that a worker has looked at."""
        if isinstance(came, Failed):
            return Unusable("poison", f"{came.said}; it was tried {came.attempts} times")
        if isinstance(came, Refused):
            return Unusable("document_unreadable", came.because)
        self._cache.put(_key(wanted), came)
        return self._finished(wanted, came)

    def _known(self, wanted: Wanted, there: Opened | Unusable) -> DocumentRead | Unusable:
        return there if isinstance(there, Unusable) else self._finished(wanted, there)

    def _finished(self, wanted: Wanted, opened: Opened) -> DocumentRead:
        """What follows after the opening of a document, which is kept when it is final."""
        read = asked(self._model, opened.read, opened.lines, wanted.gates, now())
        if read.step != opened.read.step:
            self._cache.put(_key(wanted), Opened(read))
        return read


def _key(wanted: Wanted) -> str:
    """A document, and what decides how often it is read."""
    gates: Gates = wanted.gates
    return f"{wanted.document.sha256}:{gates.accept:g}:{gates.second_reading:g}:{gates.model:g}"
